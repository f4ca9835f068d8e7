"""Top-1 and top-5 accuracy."""

from __future__ import annotations

import numpy as np

from edgekit.errors import DataError
from edgekit.frame import Pixels
from edgekit_export.evaluate.labelled import LabelledPictures
from edgekit_export.evaluate.predicts import Predicts
from edgekit_export.evaluate.scores import Scores
from edgekit_export.pictures import UnreadablePicture, read_picture
from edgekit_export.progress import Progress, silent

__all__ = ["classification_scores"]

_BATCH = 8


def classification_scores(
    model: Predicts, data: LabelledPictures, *, stage: str = "Evaluating", progress: Progress = silent
) -> Scores:
    """Classify every picture; metrics `top1` and `top5`, fractions of the readable pictures.

    Ties count for the class of the lower index, as argmax has it.

    Raises:
        DataError: no picture can be read.
    """
    skipped: list[str] = []
    right1 = right5 = seen = 0
    pending: list[tuple[Pixels, int]] = []

    def flush() -> None:
        nonlocal right1, right5, seen
        if not pending:
            return
        order = np.argsort(-model.classify([pixels for pixels, _ in pending]), axis=1, kind="stable")
        truth = np.array([label for _, label in pending])[:, None]
        right1 += int((order[:, :1] == truth).sum())
        right5 += int((order[:, :5] == truth).sum())
        seen += len(pending)
        pending.clear()

    for done, (path, label) in enumerate(data.items, start=1):
        try:
            pending.append((read_picture(path), label))
        except UnreadablePicture as error:
            skipped.append(f"{path}: {error}")
        if len(pending) == _BATCH:
            flush()
        progress(stage, done, len(data.items))
    flush()
    if not seen:
        raise DataError(f"None of {len(data.items)} pictures can be read, the first: {skipped[0]}.")
    return Scores({"top1": right1 / seen, "top5": right5 / seen}, seen, tuple(skipped), (data.matching,))
