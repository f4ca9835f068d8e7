"""Top-1 and top-5 accuracy, and macro F1."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from edgekit.errors import DataError
from edgekit.frame import Pixels
from edgekit_export.evaluate.answers import ClassAnswers
from edgekit_export.evaluate.labelled import LabelledPictures
from edgekit_export.evaluate.predicts import Predicts
from edgekit_export.evaluate.scores import Scores
from edgekit_export.pictures import UnreadablePicture, read_picture
from edgekit_export.progress import Progress, silent

__all__ = ["classification_scores", "macro_f1"]

_BATCH = 8


def classification_scores(
    model: Predicts, data: LabelledPictures, *, stage: str = "Evaluating", progress: Progress = silent
) -> Scores:
    """Classify every picture; metrics `top1` and `top5`, fractions of the readable pictures, and detail `macro_f1`.

    Ties count for the class of the lower index, as argmax has it.

    Raises:
        DataError: no picture can be read.
    """
    skipped: list[str] = []
    seen: list[tuple[str, int]] = []
    probabilities: list[NDArray[np.float32]] = []
    pending: list[Pixels] = []
    for done, (path, label) in enumerate(data.items, start=1):
        try:
            pending.append(read_picture(path))
        except UnreadablePicture as error:
            skipped.append(f"{path}: {error}")
        else:
            seen.append((str(path), label))
        if pending and (len(pending) == _BATCH or done == len(data.items)):
            probabilities.append(model.classify(pending))
            pending.clear()
        progress(stage, done, len(data.items))
    if not seen:
        raise DataError(f"None of {len(data.items)} pictures can be read, the first: {skipped[0]}.")
    truth = np.array([label for _, label in seen], np.int64)
    answers = ClassAnswers.of(tuple(name for name, _ in seen), np.concatenate(probabilities), truth)
    hits = answers.best == truth[:, None]
    return Scores(
        {"top1": float(hits[:, :1].sum()) / len(seen), "top5": float(hits.sum()) / len(seen)},
        len(seen),
        tuple(skipped),
        (data.matching,),
        {"macro_f1": float(macro_f1(truth, answers.first)[0])},
        answers,
    )


def macro_f1(
    truth: NDArray[np.int64], predicted: NDArray[np.int64], weights: NDArray[np.float64] | None = None
) -> NDArray[np.float64]:
    """Mean over the classes that occur in the truth of 2 * right / (pictures of the class + answers of the class).

    Args:
        truth: (n,) class of each picture.
        predicted: (n,) answer to each picture.
        weights: (draws, n), how often each picture counts; None counts each once.

    Returns:
        (draws,), fractions of 1.
    """
    rows = np.ones((1, len(truth))) if weights is None else weights
    classes = int(max(truth.max(), predicted.max())) + 1
    hits = truth == predicted
    values = np.empty(len(rows))
    for index, row in enumerate(rows):
        there = np.bincount(truth, row, classes)
        answered = np.bincount(predicted, row, classes)
        right = np.bincount(truth[hits], row[hits], classes)
        occurs = there > 0
        values[index] = (2 * right[occurs] / (there[occurs] + answered[occurs])).mean()
    return values
