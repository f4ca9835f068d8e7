"""YOLOv8 and its like (v9, v11): no objectness, boxes decoded in the graph."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edgekit.errors import InputError
from edgekit.vision.decoders.outputs import corners, from_centres, named
from edgekit.vision.detection import Candidates, Detections

__all__ = ["YoloV8"]

_LAYOUTS = ("channels_first", "channels_last")


@dataclass(frozen=True, slots=True, eq=False)
class YoloV8:
    """One output (batch, 4 + classes, points): centre x, y, width, height in prepared pixels, class scores (0-1).

    Attributes:
        input_size_hw: height and width of the prepared pixels.
        layout: "channels_first" as above, or "channels_last": (batch, points, 4 + classes).
        output: the output's name; the first where not given.
    """

    input_size_hw: tuple[int, int]
    layout: str = "channels_first"
    output: str = ""

    def __post_init__(self) -> None:
        if self.layout not in _LAYOUTS:
            raise ValueError(f"layout must be one of {', '.join(_LAYOUTS)}, got {self.layout!r}")

    def __call__(self, outputs: Mapping[str, NDArray[np.generic]], *, min_score: float) -> list[Detections]:
        """See Decoder."""
        return [_decode(channels, min_score) for channels in self._channels(outputs)]

    def candidates(self, outputs: Mapping[str, NDArray[np.generic]]) -> list[Candidates]:
        """See Decoder."""
        rows = [channels.astype(np.float32).T for channels in self._channels(outputs)]
        return [Candidates(corners(points[:, :4]), points[:, 4:]) for points in rows]

    def _channels(self, outputs: Mapping[str, NDArray[np.generic]]) -> list[NDArray[np.generic]]:
        """(4 + classes, points) of each picture."""
        rows = named(outputs, self.output, 0, "yolov8")
        last = self.layout == "channels_last"
        if rows.ndim != 3 or rows.shape[2 if last else 1] < 5:
            shape = "(batch, points, 4 + classes)" if last else "(batch, 4 + classes, points)"
            raise InputError(f"The decoder yolov8 wants an output {shape}, got {rows.shape}.")
        return [picture.T if last else picture for picture in rows]


def _decode(channels: NDArray[np.generic], min_score: float) -> Detections:
    """One picture's (4 + classes, points)."""
    # One pass for the best class of each point is cheaper than a table of all; few points survive it.
    candidates = np.flatnonzero(channels[4:].max(axis=0) > min_score)
    if not len(candidates):
        return Detections.none()
    chosen: NDArray[np.float32] = channels[:, candidates].astype(np.float32, copy=False).T
    at, class_ids = np.nonzero(chosen[:, 4:] > min_score)
    return from_centres(chosen[at, :4], class_ids, chosen[at, class_ids + 4])
