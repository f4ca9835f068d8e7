"""YOLOX: one row an anchor point, with objectness; boxes relative to a grid or already in pixels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from edgekit.errors import InputError
from edgekit.vision.decoders.outputs import above, corners, from_centres, named
from edgekit.vision.detection import Candidates, Detections

__all__ = ["YoloX"]


@dataclass(frozen=True, slots=True, eq=False)
class YoloX:
    """One output (batch, points, 5 + classes): x, y, w, h, objectness, class scores; both already sigmoids.

    Score = objectness * class score. YOLOv5's decoded output has the same shape: `decoded`.

    Attributes:
        input_size_hw: height and width of the prepared pixels.
        strides: pixels a grid cell, in the order of the rows.
        decoded: the graph decodes the boxes itself: x, y, w, h are prepared pixels.
        output: the output's name; the first where not given.
    """

    input_size_hw: tuple[int, int]
    strides: tuple[int, ...] = (8, 16, 32)
    decoded: bool = False
    output: str = ""
    _grid_xy: NDArray[np.float32] = field(init=False, repr=False)
    _stride: NDArray[np.float32] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        height, width = self.input_size_hw
        if not self.strides or any(stride < 1 or height % stride or width % stride for stride in self.strides):
            raise ValueError(f"strides {self.strides} do not divide the input size {height}x{width}")
        grids, strides = [], []
        for stride in self.strides:
            rows, columns = height // stride, width // stride
            grid = np.stack(np.meshgrid(np.arange(columns), np.arange(rows)), axis=-1).reshape(-1, 2)
            grids.append(grid)
            strides.append(np.full((len(grid), 1), stride))
        object.__setattr__(self, "_grid_xy", np.concatenate(grids).astype(np.float32))
        object.__setattr__(self, "_stride", np.concatenate(strides).astype(np.float32))

    def __call__(self, outputs: Mapping[str, NDArray[np.generic]], *, min_score: float) -> list[Detections]:
        """See Decoder."""
        return [self._decode(picture, min_score) for picture in self._rows(outputs)]

    def candidates(self, outputs: Mapping[str, NDArray[np.generic]]) -> list[Candidates]:
        """See Decoder."""
        found = []
        for picture in self._rows(outputs):
            rows = picture.astype(np.float32)
            boxes = self._boxes(rows[:, :4], np.arange(len(rows)))
            found.append(Candidates(corners(boxes), rows[:, 5:] * rows[:, 4:5]))
        return found

    def _rows(self, outputs: Mapping[str, NDArray[np.generic]]) -> NDArray[np.generic]:
        rows = named(outputs, self.output, 0, "yolox")
        if rows.ndim != 3 or rows.shape[2] < 6 or (not self.decoded and rows.shape[1] != len(self._grid_xy)):
            points = "points" if self.decoded else len(self._grid_xy)
            raise InputError(f"The decoder yolox wants an output (batch, {points}, 5 + classes), got {rows.shape}.")
        return rows

    def _decode(self, rows: NDArray[np.generic], min_score: float) -> Detections:
        # A class score is at most 1, so a point whose objectness is too low cannot reach the threshold.
        candidates = np.flatnonzero(rows[:, 4].astype(np.float32, copy=False) > min_score)
        chosen: NDArray[np.float32] = rows[candidates].astype(np.float32, copy=False)
        scores = chosen[:, 5:] * chosen[:, 4:5]
        at, class_ids = above(scores, min_score)
        if not len(at):
            return Detections.none()
        return from_centres(self._boxes(chosen[at, :4], candidates[at]), class_ids, scores[at, class_ids])

    def _boxes(self, boxes: NDArray[np.float32], points: NDArray[np.intp]) -> NDArray[np.float32]:
        """Centre and size in prepared pixels, written over `boxes` (n, 4) of those points."""
        if not self.decoded:
            stride = self._stride[points]
            boxes[:, :2] = (boxes[:, :2] + self._grid_xy[points]) * stride
            boxes[:, 2:] = np.exp(boxes[:, 2:]) * stride
        return boxes
