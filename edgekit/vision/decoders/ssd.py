"""SSD: class logits and box offsets relative to anchors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import log

import numpy as np
from numpy.typing import NDArray

from edgekit.errors import InputError
from edgekit.vision.decoders.outputs import above, corners, from_centres, named, sigmoid, softmax
from edgekit.vision.detection import Candidates, Detections

__all__ = ["Ssd"]

_MAX_LOG_SIZE = np.float32(log(1000.0 / 16))
"""torchvision's limit on a predicted log size, which keeps exp() finite."""


@dataclass(frozen=True, slots=True, eq=False)
class Ssd:
    """Two outputs: class logits (batch, anchors, classes with background) and offsets (batch, anchors, 4).

    Box: centre = anchor centre + offset / weight * anchor size; size = exp(offset / weight) * anchor size.

    Attributes:
        input_size_hw: height and width of the prepared pixels.
        anchors: centre x, centre y, width, height of each, prepared pixels, flat; or empty, and then
        anchors_output: the name of an output of the graph that holds them, (anchors, 4) or (batch, anchors, 4).
        weights: the offsets' weights for x, y, width, height.
        background: class index that means "nothing"; those above it move down by one. -1 where there is none.
        scores: "softmax" or "sigmoid" where the first output holds logits, "probabilities" where it does not.
        logits: name of the logits' output; the first where not given.
        offsets: name of the offsets' output; the second where not given.
    """

    input_size_hw: tuple[int, int]
    anchors: tuple[float, ...] = ()
    anchors_output: str = ""
    weights: tuple[float, ...] = (10.0, 10.0, 5.0, 5.0)
    background: int = 0
    scores: str = "softmax"
    logits: str = ""
    offsets: str = ""
    _anchors: NDArray[np.float32] = field(init=False, repr=False)
    _steps: NDArray[np.float32] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        if bool(self.anchors) == bool(self.anchors_output) or len(self.anchors) % 4:
            raise ValueError("either anchors (four numbers each) or anchors_output must be given")
        if len(self.weights) != 4 or min(self.weights) <= 0:
            raise ValueError(f"weights must be four positive numbers, got {self.weights}")
        if self.scores not in ("softmax", "sigmoid", "probabilities"):
            raise ValueError(f"scores must be softmax, sigmoid or probabilities, got {self.scores!r}")
        object.__setattr__(self, "_anchors", np.array(self.anchors, np.float32).reshape(-1, 4))
        object.__setattr__(self, "_steps", np.float32(1) / np.array(self.weights, np.float32))

    def __call__(self, outputs: Mapping[str, NDArray[np.generic]], *, min_score: float) -> list[Detections]:
        """See Decoder."""
        logits, offsets, anchors = self._found(outputs)
        return [
            self._decode(logits[row].astype(np.float32, copy=False), offsets[row], anchors, min_score)
            for row in range(len(logits))
        ]

    def candidates(self, outputs: Mapping[str, NDArray[np.generic]]) -> list[Candidates]:
        """See Decoder."""
        logits, offsets, anchors = self._found(outputs)
        found = []
        for row, steps in zip(logits, offsets, strict=True):
            scores = self._scores(row.astype(np.float32, copy=False))
            if self.background >= 0:
                scores = np.delete(scores, self.background, axis=1)
            found.append(Candidates(corners(self._boxes(steps, anchors)), scores))
        return found

    def _found(
        self, outputs: Mapping[str, NDArray[np.generic]]
    ) -> tuple[NDArray[np.generic], NDArray[np.generic], NDArray[np.float32]]:
        """Logits, offsets and anchors.

        Raises:
            InputError: their shapes do not go together.
        """
        logits = named(outputs, self.logits, 0, "ssd")
        offsets = named(outputs, self.offsets, 1, "ssd")
        anchors: NDArray[np.float32] = self._anchors
        if self.anchors_output:
            anchors = named(outputs, self.anchors_output, 2, "ssd").astype(np.float32, copy=False)
            anchors = anchors[0] if anchors.ndim == 3 else anchors
        if logits.ndim != 3 or offsets.shape != (*logits.shape[:2], 4) or anchors.shape != (logits.shape[1], 4):
            raise InputError(
                "The decoder ssd wants logits (batch, anchors, classes), offsets (batch, anchors, 4) and as many "
                f"anchors; got {logits.shape}, {offsets.shape} and {len(anchors)} anchors."
            )
        return logits, offsets, anchors

    def _decode(
        self,
        logits: NDArray[np.float32],
        offsets: NDArray[np.generic],
        anchors: NDArray[np.float32],
        min_score: float,
    ) -> Detections:
        scores = self._scores(logits)
        if self.background >= 0:
            scores[:, self.background] = -1.0
        at, class_ids = above(scores, max(min_score, 0.0))
        if not len(at):
            return Detections.none()
        found = scores[at, class_ids]
        if self.background >= 0:
            class_ids = class_ids - (class_ids > self.background)
        return from_centres(self._boxes(offsets[at], anchors[at]), class_ids, found)

    def _boxes(self, offsets: NDArray[np.generic], anchor: NDArray[np.float32]) -> NDArray[np.float32]:
        """Centre and size in prepared pixels, (n, 4), of the anchors (n, 4) with those offsets (n, 4)."""
        steps = offsets.astype(np.float32) * self._steps
        np.minimum(steps[:, 2:], _MAX_LOG_SIZE, out=steps[:, 2:])
        boxes = np.empty_like(anchor)
        boxes[:, :2] = steps[:, :2] * anchor[:, 2:] + anchor[:, :2]
        boxes[:, 2:] = np.exp(steps[:, 2:]) * anchor[:, 2:]
        return boxes

    def _scores(self, logits: NDArray[np.float32]) -> NDArray[np.float32]:
        if self.scores == "softmax":
            return softmax(logits)
        if self.scores == "sigmoid":
            return sigmoid(logits)
        return np.array(logits, np.float32)
