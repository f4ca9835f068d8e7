"""Which boxes of a picture one model finds and another does not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from edgekit.vision.detection import Detections

__all__ = ["AGAIN", "CONFIDENT", "BoxChanges", "box_changes"]

CONFIDENT: Final = 0.3
"""Float boxes that score more than this are what INT8 must find again."""

AGAIN: Final = CONFIDENT / 2
"""A box that scores 0.31 here and 0.29 there was found both times."""

_OVERLAP: Final = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class BoxChanges:
    """One picture.

    Attributes:
        lost: float's confident boxes that the other model does not find with half the score; none outside the picture.
        added: the other's confident boxes that float does not find with half the score.
    """

    lost: Detections
    added: Detections


def box_changes(floating: Detections, other: Detections) -> BoxChanges:
    """Compare two models' boxes on one picture: the same class, overlapping by half (IoU), each used once."""
    return BoxChanges(_without_match(floating, other), _without_match(other, floating))


def _without_match(mine: Detections, theirs: Detections) -> Detections:
    sure = mine.select((mine.scores > CONFIDENT) & (_areas(mine.boxes_xyxy_px) >= 1.0))
    near = theirs.select(theirs.scores > AGAIN)
    overlap = _overlaps(sure.boxes_xyxy_px, near.boxes_xyxy_px)
    overlap[sure.class_ids[:, None] != near.class_ids[None, :]] = 0.0
    alone = []
    for index in range(len(sure)):  # best score first
        best = int(overlap[index].argmax()) if len(near) else -1
        if best >= 0 and overlap[index, best] >= _OVERLAP:
            overlap[:, best] = 0.0
        else:
            alone.append(index)
    return sure.select(np.array(alone, np.intp))


def _overlaps(one: NDArray[np.float32], two: NDArray[np.float32]) -> NDArray[np.float32]:
    """Intersection over union, (n, m)."""
    top_left = np.maximum(one[:, None, :2], two[None, :, :2])
    bottom_right = np.minimum(one[:, None, 2:], two[None, :, 2:])
    common = np.prod(np.maximum(bottom_right - top_left, 0), axis=2)
    union: NDArray[np.float32] = _areas(one)[:, None] + _areas(two)[None, :] - common
    overlap: NDArray[np.float32] = np.divide(common, union, out=np.zeros_like(union), where=union > 0)
    return overlap


def _areas(boxes_xyxy: NDArray[np.float32]) -> NDArray[np.float32]:
    areas: NDArray[np.float32] = np.prod(np.maximum(boxes_xyxy[:, 2:] - boxes_xyxy[:, :2], 0), axis=1)
    return areas
