"""A weight in eight bits: one scale per output channel, each with the least squared error."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["SMALLEST_SCALE", "QuantizedWeight", "quantize_weight"]

SMALLEST_SCALE = np.float32(2.0**-14)
"""The smallest normal FP16 number: the INT8 graph for TensorRT may keep its scales in FP16."""

# Fractions of a channel's largest weight that are tried as its range.
_FRACTIONS = np.linspace(0.5, 1.0, 26)


@dataclass(frozen=True, slots=True, eq=False)
class QuantizedWeight:
    """A weight as TensorRT and ONNX Runtime want it.

    Attributes:
        values: int8, the weight's shape, -127 to 127.
        scales: float32 (channels,).
        axis: the axis of the channels.
    """

    values: NDArray[np.int8]
    scales: NDArray[np.float32]
    axis: int

    def dequantized(self) -> NDArray[np.float32]:
        """The weight that the INT8 graph really multiplies with."""
        shape = [1] * self.values.ndim
        shape[self.axis] = -1
        result: NDArray[np.float32] = self.values.astype(np.float32) * self.scales.reshape(shape)
        return result


def _rows(weight: NDArray[np.float32], axis: int) -> NDArray[np.float32]:
    return np.moveaxis(weight, axis, 0).reshape(weight.shape[axis], -1)


def _steps(rows: NDArray[np.float32], scales: NDArray[np.float32]) -> NDArray[np.float32]:
    steps: NDArray[np.float32] = np.clip(np.rint(rows / scales[:, None]), -127, 127)
    return steps


def quantize_weight(weight: NDArray[np.float32], axis: int) -> QuantizedWeight:
    """Quantize symmetrically per channel of `axis`, each channel at the scale that loses least of it.

    Scales are at least 2^-14: a channel of smaller weights is rounded to that grid, an error of at most 2^-15.
    """
    rows = _rows(weight, axis)
    full = np.maximum(np.abs(rows).max(axis=1) / np.float32(127.0), SMALLEST_SCALE).astype(np.float32)
    best, least = full.copy(), np.full(len(rows), np.inf)
    for fraction in _FRACTIONS[::-1]:
        scales = np.maximum(full * np.float32(fraction), SMALLEST_SCALE).astype(np.float32)
        errors = np.square(_steps(rows, scales) * scales[:, None] - rows).sum(axis=1)
        better = errors < least
        best[better], least[better] = scales[better], errors[better]
    moved_shape = np.moveaxis(weight, axis, 0).shape
    values = np.moveaxis(_steps(rows, best).astype(np.int8).reshape(moved_shape), 0, axis)
    return QuantizedWeight(np.ascontiguousarray(values), best, axis)
