"""The smallest and largest value of every channel, over calibration images."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import onnx
from numpy.typing import NDArray

from edgekit_export.graph.running import session
from edgekit_export.quantize.observe import with_outputs

__all__ = ["ChannelSpan", "channel_spans"]


@dataclass(frozen=True, slots=True, eq=False)
class ChannelSpan:
    """Extremes of one tensor.

    Attributes:
        low, high: float64 (channels,), low <= 0 <= high; (1,) where the tensor has no channel axis.
    """

    low: NDArray[np.float64]
    high: NDArray[np.float64]

    @property
    def reach(self) -> NDArray[np.float64]:
        """The largest magnitude per channel."""
        return np.maximum(-self.low, self.high)


def channel_spans(
    model: onnx.ModelProto, tensors: Sequence[str], images: Sequence[NDArray[np.uint8]], *, threads: int = 2
) -> dict[str, ChannelSpan]:
    """Extremes per channel of float tensors; four-dimensional ones have channels on axis 1."""
    spans: dict[str, ChannelSpan] = {}
    if not tensors:
        return spans
    runner = session(with_outputs(model, tensors), threads=threads)
    feed = model.graph.input[0].name
    for image in images:
        for name, values in zip(tensors, runner.run(None, {feed: image[None]}), strict=True):
            rows = values.reshape(values.shape[1], -1) if values.ndim == 4 else values.reshape(1, -1)
            low = np.minimum(rows.min(axis=1).astype(np.float64), 0.0)
            high = np.maximum(rows.max(axis=1).astype(np.float64), 0.0)
            before = spans.get(name)
            if before is not None:
                low, high = np.minimum(low, before.low), np.maximum(high, before.high)
            spans[name] = ChannelSpan(low, high)
    return spans
