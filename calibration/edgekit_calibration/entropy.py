"""The range whose eight bits tell least apart from what was seen, by relative entropy (Kullback-Leibler).

Source: Migacz, "8-bit Inference with TensorRT" (GPU Technology Conference 2017): the histogram inside the range, with
what lies outside added to its last bin, is compared with the same histogram merged into the levels that the eight
bits have and spread out again over the bins that held anything. TensorRT does so for magnitudes and 128 levels; for
unsigned asymmetric eight bits the same is done from end to end with 256 levels.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from edgekit_calibration.observers import HistogramObserver
from edgekit_calibration.ranges import Range, Scheme, min_max_range

__all__ = ["entropy_range", "relative_entropy"]

# Ends that are tried, between the fewest bins that make sense (as many as there are levels) and all: 7 % apart.
# TensorRT tries every bin, which for a hundred tensors takes minutes.
_TRIED = 40

# Divergences that differ by less (nats) are equal: it is what the sums are rounded by.
_EQUAL = 1e-10

# The logarithm of what the levels give a bin that held nothing.
_NOT_TOLD = float(np.log(1e-12))


class _RunningSums:
    """Sums over the bins before each, from which the relative entropy of any range follows."""

    def __init__(self, counts: NDArray[np.int64]) -> None:
        self._counts = counts.astype(np.float64)
        rows = np.stack([self._counts, counts > 0, _times_log(self._counts)])
        self._before = np.concatenate([np.zeros((3, 1)), np.cumsum(rows, axis=1)], axis=1)

    @property
    def number(self) -> NDArray[np.float64]:
        """How many values lie before each bin, (bins + 1,)."""
        number: NDArray[np.float64] = self._before[0]
        return number

    def divergences(
        self,
        starts: NDArray[np.intp],
        ends: NDArray[np.intp],
        outside: tuple[NDArray[np.float64], NDArray[np.float64]],
        levels: int,
    ) -> NDArray[np.float64]:
        """`relative_entropy` of each range, (ranges,).

        Args:
            starts, ends: the bins of each range, the last one excluded.
            outside: how many values lie below and above each.
            levels: of the eight bits.
        """
        below, above = outside
        sizes = ends - starts
        # The first bin whose number times `levels` over `sizes` reaches each level.
        borders = starts[:, None] - (-np.arange(levels + 1) * sizes[:, None] // levels)
        inside, bins, _ = np.diff(np.take(self._before, borders, axis=1), axis=-1)
        kept, _, entropy = self._before[:, ends] - self._before[:, starts]
        total = kept + below + above
        each = np.divide(inside, bins * kept[:, None], out=np.ones_like(inside), where=inside > 0.0)
        log_spread = np.log(each)
        first, last = self._counts[starts], self._counts[ends - 1]
        # A cut-off mass in a bin that itself held nothing cannot be told by the levels at all.
        at_first = np.where(first > 0.0, log_spread[:, 0], _NOT_TOLD)
        last_level = (sizes - 1) * levels // sizes
        at_last = np.where(last > 0.0, np.take_along_axis(log_spread, last_level[:, None], axis=1)[:, 0], _NOT_TOLD)
        entropy = entropy + _times_log(first + below) - _times_log(first)
        last = np.where(sizes == 1, last + below, last)
        entropy += _times_log(last + above) - _times_log(last)
        told = (inside * log_spread).sum(axis=1) + below * at_first + above * at_last
        safe = np.maximum(total, 1.0)
        return np.where(kept > 0.0, (entropy - told) / safe - np.log(safe), np.inf)


def _times_log(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """x log x, 0 at 0."""
    result: NDArray[np.float64] = values * np.log(np.maximum(values, 1.0))  # of counts: 0, 1, 2, ...
    return result


def relative_entropy(inside: NDArray[np.int64], below: int, above: int, levels: int) -> float:
    """KL divergence, in nats, of `inside` merged into `levels` from `inside` with all that was cut off at its ends.

    Args:
        inside: counts of the bins within the range.
        below, above: how many values lie under and over it.
        levels: of the eight bits.
    """
    outside = np.array([float(below)]), np.array([float(above)])
    return float(_RunningSums(inside).divergences(np.array([0]), np.array([len(inside)]), outside, levels)[0])


def _ends(fewest: int, most: int) -> NDArray[np.intp]:
    """Those that are tried, the most last."""
    if most <= fewest:
        return np.array([most], np.intp)
    return np.unique(np.rint(np.geomspace(fewest, most, _TRIED)).astype(np.intp))


def _widest_of_the_least(lost: NDArray[np.float64]) -> int:
    """Index of the last of those that are least."""
    return int(np.flatnonzero(lost <= lost.min() + _EQUAL)[-1])


def _symmetric(observer: HistogramObserver) -> Range:
    side = len(observer.counts) // 2
    magnitudes = observer.counts[side:] + observer.counts[:side][::-1]
    sums = _RunningSums(magnitudes)
    ends = _ends(128, int(np.flatnonzero(magnitudes)[-1]) + 1)
    starts = np.zeros_like(ends)
    above = sums.number[-1] - sums.number[ends]
    lost = sums.divergences(starts, ends, (np.zeros_like(above), above), 128)
    reach = float(ends[_widest_of_the_least(lost)]) * observer.width
    full = min_max_range(observer)
    return Range(max(full.low, -reach), min(full.high, reach))


def _asymmetric(observer: HistogramObserver) -> Range:
    side = len(observer.counts) // 2
    index = np.flatnonzero(observer.counts)
    # Zero is always inside, so that it stays exact.
    first, last = min(int(index[0]), side), max(int(index[-1]) + 1, side)
    sums = _RunningSums(observer.counts)

    def widest(starts: NDArray[np.intp], ends: NDArray[np.intp]) -> int:
        outside = sums.number[starts], sums.number[-1] - sums.number[ends]
        return _widest_of_the_least(sums.divergences(starts, ends, outside, 256))

    highs = first + _ends(max(256, side + 1 - first), last - first)
    high = int(highs[widest(np.full_like(highs, first), highs)])
    lows = side - _ends(max(256 - (high - side), 1), side - first)
    low = int(lows[widest(lows, np.full_like(lows, high))])
    full = min_max_range(observer)
    return Range(
        max(full.low, min(0.0, (low - side) * observer.width)), min(full.high, max(0.0, (high - side) * observer.width))
    )


def entropy_range(observer: HistogramObserver, scheme: Scheme) -> Range:
    """The range with the smallest relative entropy; exact zeros do not count, as in TensorRT.

    Symmetric: both ends together. Asymmetric: the upper end, then the lower one.
    """
    if observer.is_constant or not observer.counts.any():
        return min_max_range(observer)
    return _symmetric(observer) if scheme is Scheme.SIGNED_SYMMETRIC else _asymmetric(observer)
