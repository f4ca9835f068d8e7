"""Ranges, and what eight bits make of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from edgekit_calibration.observers import MinMaxObserver

__all__ = ["Activation", "Quantizer", "Range", "Scheme", "min_max_range", "quantizer"]


class Scheme(str, Enum):
    """How real numbers become eight bits."""

    SIGNED_SYMMETRIC = "signed-symmetric"
    UNSIGNED_ASYMMETRIC = "unsigned-asymmetric"


@dataclass(frozen=True, slots=True)
class Range:
    """The real numbers that the eight bits span; low <= 0 <= high, so that zero is exact."""

    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Quantizer:
    """`q = clip(round(x / scale) + zero_point, lowest, highest)`, round half to even, as QuantizeLinear does."""

    scale: float
    zero_point: int
    lowest: int
    highest: int

    def apply(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Quantize and dequantize."""
        steps = np.clip(np.rint(values / self.scale) + self.zero_point, self.lowest, self.highest)
        result: NDArray[np.float64] = (steps - self.zero_point) * self.scale
        return result


# Below this a scale is subnormal in FP16, in which the INT8 graph for TensorRT keeps its float parts.
_SMALLEST_SCALE = 2.0**-14


def quantizer(span: Range, scheme: Scheme) -> Quantizer:
    """Scale (a float32 number, at least 2^-14) and zero point of a range."""
    if scheme is Scheme.SIGNED_SYMMETRIC:
        scale = max(float(np.float32(max(-span.low, span.high) / 127.0)), _SMALLEST_SCALE)
        return Quantizer(scale, 0, -128, 127)
    scale = max(float(np.float32((span.high - span.low) / 255.0)), _SMALLEST_SCALE)
    return Quantizer(scale, min(max(round(-span.low / scale), 0), 255), 0, 255)


def min_max_range(observer: MinMaxObserver) -> Range:
    """From the smallest to the largest value seen, zero included."""
    return Range(min(observer.minimum, 0.0), max(observer.maximum, 0.0))


Activation = Callable[[NDArray[np.float64]], NDArray[np.float64]]
"""A function of each value, of the same shape."""
