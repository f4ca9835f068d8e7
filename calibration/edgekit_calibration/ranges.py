"""Ranges and what eight bits make of them; the range that loses least, by squared error."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from edgekit_calibration.observers import HistogramObserver, MinMaxObserver

__all__ = ["Quantizer", "Range", "Scheme", "least_error_range", "min_max_range", "quantizer", "squared_error"]


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
    return Quantizer(scale, int(np.clip(np.rint(-span.low / scale), 0, 255)), 0, 255)


def min_max_range(observer: MinMaxObserver) -> Range:
    """From the smallest to the largest value seen, zero included."""
    return Range(min(observer.minimum, 0.0), max(observer.maximum, 0.0))


Activation = Callable[[NDArray[np.float64]], NDArray[np.float64]]
"""A function of each value, of the same shape."""


def _same(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return values


def squared_error(span: Range, scheme: Scheme, observer: HistogramObserver, through: Activation = _same) -> float:
    """The sum of squared errors that quantizing all that `observer` saw would make, each value at its bin's centre.

    Args:
        span: the range.
        scheme: of the encoding.
        observer: what was seen.
        through: the activation that alone reads the tensor: errors are those of its results. What SiLU makes nothing
            of (below about -8) may then be cut off, and the eight bits serve the rest.
    """
    centres, counts = observer.occupied()
    return float(counts @ np.square(through(quantizer(span, scheme).apply(centres)) - through(centres)))


# Fractions of the full range that are tried, coarse to fine. Below 2 % no layer of the tested nets had its best.
_FRACTIONS: tuple[float, ...] = tuple(np.geomspace(0.02, 1.0, 40).tolist())

# Then, of the best one, these multiples, up to its neighbours.
_FINER: tuple[float, ...] = (0.92, 0.94, 0.96, 0.98, 1.0, 1.02, 1.04, 1.06, 1.08)


def _best_fraction(
    low: bool, high: bool, span: Range, scheme: Scheme, observer: HistogramObserver, through: Activation
) -> Range:
    """The best of the ranges that shrink one end of `span`, or both, to a fraction."""
    centres, counts = observer.occupied()
    wanted = through(centres)

    def error(one: Range) -> float:
        return float(counts @ np.square(through(quantizer(one, scheme).apply(centres)) - wanted))

    def best_of(fractions: Sequence[float]) -> float:
        tried = (Range(span.low * (f if low else 1.0), span.high * (f if high else 1.0)) for f in fractions)
        errors = [error(one) for one in tried]
        # The last of equal ones: the widest.
        return fractions[len(errors) - 1 - int(np.argmin(errors[::-1]))]

    coarse = best_of(_FRACTIONS)
    fine = best_of([coarse * finer for finer in _FINER if coarse * finer <= 1.0])
    return Range(span.low * (fine if low else 1.0), span.high * (fine if high else 1.0))


def least_error_range(observer: HistogramObserver, scheme: Scheme, through: Activation = _same) -> Range:
    """The range with the smallest sum of squared errors over the histogram, seen through an activation or not.

    Symmetric: both ends shrink together. Asymmetric: one end after the other, twice.
    """
    full = min_max_range(observer)
    if observer.is_constant or observer.limit == 0.0:
        return full
    if scheme is Scheme.SIGNED_SYMMETRIC:
        largest = observer.largest
        best = _best_fraction(True, True, Range(-largest, largest), scheme, observer, through)
        return Range(max(best.low, full.low), min(best.high, full.high))
    best = _best_fraction(False, True, full, scheme, observer, through)
    best = _best_fraction(True, False, Range(full.low, best.high), scheme, observer, through)
    return _best_fraction(False, True, Range(best.low, full.high), scheme, observer, through)
