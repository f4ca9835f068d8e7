"""A backend for tests: it answers with the detections or probabilities that a test wants seen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from edgekit.backends.fake import Answer, FakeBackend

__all__ = ["Answer", "FakeBackend", "Seen", "boxes_scores_answer"]

Seen = tuple[tuple[float, float, float, float], int, float]
"""Box xyxy in prepared pixels, class id, score."""


def boxes_scores_answer(
    see: Callable[[NDArray[np.uint8]], Sequence[Seen]],
    *,
    classes: int,
    slots: int = 16,
    boxes: str = "boxes",
    scores: str = "scores",
) -> Answer:
    """An answer for FakeBackend in the layout of the `boxes_scores` decoder.

    Args:
        see: from one prepared picture (height, width, 3) to what is seen in it.
        classes: the bundle's number of classes.
        slots: boxes per picture; what is seen beyond them is left out.
        boxes: name of the boxes' output.
        scores: name of the scores' output.
    """

    def answer(batch: NDArray[np.uint8]) -> Mapping[str, NDArray[np.generic]]:
        found = np.zeros((len(batch), slots, 4), np.float32)
        table = np.zeros((len(batch), slots, classes), np.float32)
        for row, picture in enumerate(batch):
            for slot, (box, class_id, score) in enumerate(list(see(picture))[:slots]):
                found[row, slot] = box
                table[row, slot, class_id] = score
        return {boxes: found, scores: table}

    return answer
