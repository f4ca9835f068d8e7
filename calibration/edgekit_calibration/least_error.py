"""The range that loses least by squared error, and what any range loses, read off a histogram's running sums."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from edgekit_calibration.observers import HistogramObserver
from edgekit_calibration.ranges import Activation, Range, Scheme, min_max_range, quantizer

__all__ = ["ErrorCurve", "least_error_range", "squared_error"]

# Fractions of the full range that are tried, coarse to fine. Below 2 % no layer of the tested nets had its best.
_FRACTIONS: tuple[float, ...] = tuple(np.geomspace(0.02, 1.0, 40).tolist())

# Then, of the best one, these multiples, up to its neighbours.
_FINER: tuple[float, ...] = (0.92, 0.94, 0.96, 0.98, 1.0, 1.02, 1.04, 1.06, 1.08)

# Errors that differ by less than this share of the values' energy are equal: it is what the sums are rounded by,
# ten thousand times below the error of eight bits.
_ROUNDING = 1e-12


def _same(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return values


class ErrorCurve:
    """The squared error of any range over what an observer saw, each value at its bin's centre.

    All values between two rounding borders become the same step. How many there are, their sum and the sum of their
    squares say what that costs, and are differences of running sums: 256 steps a range instead of 4,096 bins.

    Args:
        observer: what was seen.
        through: the activation that alone reads the tensor: errors are those of its results. What SiLU makes nothing
            of (below about -8) may then be cut off, and the eight bits serve the rest.
    """

    def __init__(self, observer: HistogramObserver, through: Activation = _same) -> None:
        self._limit, self._width, self._through = observer.limit, observer.width, through
        centres, counts = observer.occupied()
        values = through(centres)
        self._before = np.zeros((3, len(observer.counts) + 1))
        index = np.flatnonzero(observer.counts) + 1
        for power, row in enumerate(self._before):
            row[index] = counts * values**power
            np.cumsum(row, out=row)

    @property
    def rounding(self) -> float:
        """Errors that differ by no more are equal."""
        return _ROUNDING * float(self._before[2, -1])

    def errors(self, spans: Sequence[Range], scheme: Scheme) -> NDArray[np.float64]:
        """The error of each range, (spans,)."""
        chosen = [quantizer(span, scheme) for span in spans]
        if not chosen or self._limit == 0.0:
            return np.zeros(len(chosen))
        scales = np.array([[one.scale] for one in chosen])
        zero_points = np.array([[one.zero_point] for one in chosen])
        steps = np.arange(chosen[0].lowest, chosen[0].highest + 1) - zero_points
        borders = (steps[:, 1:] - 0.5) * scales
        bins = self._before.shape[1] - 1
        ends = np.empty((len(chosen), steps.shape[1] + 1), np.intp)
        ends[:, 0], ends[:, -1] = 0, bins
        ends[:, 1:-1] = np.clip(np.ceil((borders + self._limit) / self._width - 0.5), 0, bins)
        number, total, squares = np.diff(np.take(self._before, ends, axis=1), axis=-1)
        become = self._through(steps * scales)
        found: NDArray[np.float64] = (squares + become * (become * number - 2.0 * total)).sum(axis=-1)
        return np.maximum(found, 0.0)


def squared_error(span: Range, scheme: Scheme, observer: HistogramObserver, through: Activation = _same) -> float:
    """The sum of squared errors that quantizing all that `observer` saw would make (see ErrorCurve)."""
    return float(ErrorCurve(observer, through).errors([span], scheme)[0])


def _best_fraction(low: bool, high: bool, span: Range, scheme: Scheme, curve: ErrorCurve) -> Range:
    """The best of the ranges that shrink one end of `span`, or both, to a fraction."""

    def shrunk(fraction: float) -> Range:
        return Range(span.low * (fraction if low else 1.0), span.high * (fraction if high else 1.0))

    def best_of(fractions: Sequence[float]) -> float:
        errors = curve.errors([shrunk(fraction) for fraction in fractions], scheme)
        # The last of equal ones: the widest.
        return fractions[int(np.flatnonzero(errors <= errors.min() + curve.rounding)[-1])]

    coarse = best_of(_FRACTIONS)
    return shrunk(best_of([coarse * finer for finer in _FINER if coarse * finer <= 1.0]))


def least_error_range(observer: HistogramObserver, scheme: Scheme, through: Activation = _same) -> Range:
    """The range with the smallest sum of squared errors over the histogram, seen through an activation or not.

    Symmetric: both ends shrink together. Asymmetric: one end after the other, twice.
    """
    full = min_max_range(observer)
    if observer.is_constant or observer.limit == 0.0:
        return full
    curve = ErrorCurve(observer, through)
    if scheme is Scheme.SIGNED_SYMMETRIC:
        largest = observer.largest
        best = _best_fraction(True, True, Range(-largest, largest), scheme, curve)
        return Range(max(best.low, full.low), min(best.high, full.high))
    best = _best_fraction(False, True, full, scheme, curve)
    best = _best_fraction(True, False, Range(full.low, best.high), scheme, curve)
    return _best_fraction(False, True, Range(best.low, full.high), scheme, curve)
