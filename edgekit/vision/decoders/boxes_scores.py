"""Boxes and scores that the graph has already decoded, with or without a label per box."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edgekit.errors import InputError
from edgekit.vision.decoders.outputs import above, corners, named
from edgekit.vision.detection import Candidates, Detections

__all__ = ["BoxesScores"]

_FORMATS = ("xyxy", "xywh", "cxcywh")


@dataclass(frozen=True, slots=True, eq=False)
class BoxesScores:
    """Boxes (batch, n, 4) with scores (batch, n, classes), or scores (batch, n) with labels (batch, n).

    A graph without a batch axis on these outputs (torchvision's detectors) is taken as a batch of one.

    Attributes:
        input_size_hw: height and width of the prepared pixels.
        boxes: name of the boxes' output; the first where not given.
        scores: name of the scores' output; the second where not given.
        labels: name of the labels' output; empty where every class has its own score.
        box_format: "xyxy", "xywh" (left, top, width, height) or "cxcywh".
        normalised: boxes are fractions of the prepared picture, not pixels.
        background: class index that means "nothing"; those above it move down by one. -1 where there is none.
    """

    input_size_hw: tuple[int, int]
    boxes: str = ""
    scores: str = ""
    labels: str = ""
    box_format: str = "xyxy"
    normalised: bool = False
    background: int = -1

    def __post_init__(self) -> None:
        if self.box_format not in _FORMATS:
            raise ValueError(f"box_format must be one of {', '.join(_FORMATS)}, got {self.box_format!r}")

    def __call__(self, outputs: Mapping[str, NDArray[np.generic]], *, min_score: float) -> list[Detections]:
        """See Decoder."""
        boxes, scores, labels = self._found(outputs)
        return [
            self._decode(boxes[row], scores[row], None if labels is None else labels[row], min_score)
            for row in range(len(boxes))
        ]

    def candidates(self, outputs: Mapping[str, NDArray[np.generic]]) -> list[Candidates] | None:
        """See Decoder. Boxes with a label each were chosen by the graph: None."""
        boxes, scores, labels = self._found(outputs)
        if labels is not None:
            return None
        found = []
        for places, values in zip(boxes, scores, strict=True):
            kept = np.array(values, np.float32)
            if self.background >= 0:
                kept = np.delete(kept, self.background, axis=1)
            found.append(Candidates(self._corners(places.astype(np.float32)), kept))
        return found

    def _found(
        self, outputs: Mapping[str, NDArray[np.generic]]
    ) -> tuple[NDArray[np.generic], NDArray[np.generic], NDArray[np.generic] | None]:
        """Boxes, scores and labels with a batch axis.

        Raises:
            InputError: their shapes do not go together.
        """
        boxes = named(outputs, self.boxes, 0, "boxes_scores")
        scores = named(outputs, self.scores, 1, "boxes_scores")
        labels = named(outputs, self.labels, 2, "boxes_scores") if self.labels else None
        if boxes.ndim == 2:
            boxes, scores = boxes[None], scores[None]
            labels = None if labels is None else labels[None]
        if (
            boxes.ndim != 3
            or boxes.shape[2] != 4
            or scores.shape[:2] != boxes.shape[:2]
            or scores.ndim != (3 if labels is None else 2)
            or (labels is not None and labels.shape != scores.shape)
        ):
            shapes = [array.shape for array in (boxes, scores, labels) if array is not None]
            raise InputError(
                "The decoder boxes_scores wants boxes (batch, n, 4) with scores (batch, n, classes), or with "
                f"scores and labels (batch, n); got {', '.join(map(str, shapes))}."
            )
        return boxes, scores, labels

    def _decode(
        self,
        boxes: NDArray[np.generic],
        scores: NDArray[np.generic],
        labels: NDArray[np.generic] | None,
        min_score: float,
    ) -> Detections:
        values: NDArray[np.float32] = scores.astype(np.float32, copy=False)
        if labels is None:
            at, class_ids = above(values, min_score)
            found = values[at, class_ids]
        else:
            at = np.flatnonzero(values > min_score)
            found, class_ids = values[at], labels[at].astype(np.intp)
        if self.background >= 0:
            real = class_ids != self.background
            at, class_ids, found = at[real], class_ids[real], found[real]
            class_ids = class_ids - (class_ids > self.background)
        chosen = self._corners(boxes[at].astype(np.float32))
        return Detections(chosen, class_ids.astype(np.int64, copy=False), found)

    def _corners(self, boxes: NDArray[np.float32]) -> NDArray[np.float32]:
        """Corners in prepared pixels of boxes (n, 4) as the graph gives them."""
        if self.normalised:
            height, width = self.input_size_hw
            boxes = boxes * np.array((width, height, width, height), np.float32)
        if self.box_format == "cxcywh":
            return corners(boxes)
        if self.box_format == "xywh":
            return np.concatenate((boxes[:, :2], boxes[:, :2] + boxes[:, 2:]), axis=1)
        return boxes
