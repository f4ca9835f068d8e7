"""What a detector found: boxes, classes, scores."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Candidates", "Detection", "Detections"]


@dataclass(frozen=True, slots=True)
class Detection:
    """One found object.

    Attributes:
        box_xyxy_px: left, top, right, bottom in frame pixels, origin top left.
        class_id: index into the bundle's class names.
        score: 0-1.
    """

    box_xyxy_px: tuple[float, float, float, float]
    class_id: int
    score: float


@dataclass(frozen=True, slots=True, eq=False)
class Detections:
    """All found objects of one picture, highest score first.

    Attributes:
        boxes_xyxy_px: float32 (n, 4), frame pixels.
        class_ids: int64 (n,).
        scores: float32 (n,), 0-1.
    """

    boxes_xyxy_px: NDArray[np.float32]
    class_ids: NDArray[np.int64]
    scores: NDArray[np.float32]

    @classmethod
    def none(cls) -> Detections:
        """No object at all."""
        return cls(np.zeros((0, 4), np.float32), np.zeros(0, np.int64), np.zeros(0, np.float32))

    def __len__(self) -> int:
        return len(self.scores)

    def __iter__(self) -> Iterator[Detection]:
        for box, class_id, score in zip(
            self.boxes_xyxy_px.tolist(), self.class_ids.tolist(), self.scores.tolist(), strict=True
        ):
            yield Detection(tuple(box), class_id, score)

    def select(self, index: NDArray[np.intp] | NDArray[np.bool_]) -> Detections:
        """The detections that an index or mask array names, in its order."""
        return Detections(self.boxes_xyxy_px[index], self.class_ids[index], self.scores[index])


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """Every place of one picture where a detector may find something, in the graph's order.

    Attributes:
        boxes_xyxy_px: float32 (places, 4), prepared pixels, not clipped.
        scores: float32 (places, classes), 0-1, without a column for "nothing".
    """

    boxes_xyxy_px: NDArray[np.float32]
    scores: NDArray[np.float32]
