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


def relative_entropy(inside: NDArray[np.int64], below: int, above: int, levels: int) -> float:
    """KL divergence, in nats, of `inside` merged into `levels` from `inside` with all that was cut off at its ends.

    Args:
        inside: counts of the bins within the range.
        below, above: how many values lie under and over it.
        levels: of the eight bits.
    """
    reference = inside.astype(np.float64)
    reference[0] += below
    reference[-1] += above
    total, kept = reference.sum(), float(inside.sum())
    if total == 0.0 or kept == 0.0:
        return float("inf")
    level = np.arange(len(inside)) * levels // len(inside)
    occupied = inside > 0
    sums = np.bincount(level, weights=inside, minlength=levels)
    bins = np.bincount(level, weights=occupied, minlength=levels)
    spread = np.where(occupied, sums[level] / np.maximum(bins[level], 1.0), 0.0) / kept
    share = reference / total
    seen = share > 0.0
    # A cut-off mass in a bin that itself held nothing cannot be told by the levels at all.
    if np.any(spread[seen] == 0.0):
        spread = np.maximum(spread, 1e-12)
    return float(np.sum(share[seen] * np.log(share[seen] / spread[seen])))


def _ends(fewest: int, most: int) -> list[int]:
    if most <= fewest:
        return [most]
    return sorted({round(float(end)) for end in np.geomspace(fewest, most, _TRIED)})


def _symmetric(observer: HistogramObserver) -> Range:
    side = len(observer.counts) // 2
    magnitudes = observer.counts[side:] + observer.counts[:side][::-1]
    used = int(np.flatnonzero(magnitudes)[-1]) + 1
    total = int(magnitudes.sum())
    ends = _ends(128, used)
    lost = [relative_entropy(magnitudes[:end], 0, total - int(magnitudes[:end].sum()), 128) for end in ends]
    # The last of equal ones: the widest.
    reach = ends[len(lost) - 1 - int(np.argmin(lost[::-1]))] * observer.width
    full = min_max_range(observer)
    return Range(max(full.low, -reach), min(full.high, reach))


def _asymmetric(observer: HistogramObserver) -> Range:
    side = len(observer.counts) // 2
    index = np.flatnonzero(observer.counts)
    # Zero is always inside, so that it stays exact.
    first, last = min(int(index[0]), side), max(int(index[-1]) + 1, side)
    cumulated = np.concatenate([[0], np.cumsum(observer.counts)])

    def lost(start: int, end: int) -> float:
        below, above = int(cumulated[start]), int(cumulated[-1] - cumulated[end])
        return relative_entropy(observer.counts[start:end], below, above, 256)

    highs = [first + reach for reach in _ends(max(256, side + 1 - first), last - first)]
    high = min(reversed(highs), key=lambda end: lost(first, end))
    lows = [side - reach for reach in _ends(max(256 - (high - side), 1), side - first)]
    low = min(reversed(lows), key=lambda start: lost(start, high))
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
