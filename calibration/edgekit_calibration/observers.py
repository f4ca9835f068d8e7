"""What a tensor looked like over the calibration images, in bounded memory: extremes and a histogram, streamed."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgekit.errors import CalibrationError

__all__ = ["BINS_PER_SIDE", "HistogramObserver", "MinMaxObserver"]

BINS_PER_SIDE = 2048
"""Bins on each side of zero. The range is at most twice the largest value, so one INT8 step holds 8 bins or more."""

# Values that are binned at once: what is made on the way stays in the processor's cache (1.2 million values, one
# core: 4.2 ms in pieces of this size, 6.4 ms in one piece, 5.6 ms in pieces a quarter of it).
_PIECE = 65_536


class MinMaxObserver:
    """Smallest and largest value of one tensor.

    Attributes:
        name: the tensor, for messages.
        minimum, maximum: over everything seen; +inf and -inf while nothing was seen.
        count: values seen.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.minimum = float("inf")
        self.maximum = float("-inf")
        self.count = 0

    def update(self, values: NDArray[Any]) -> None:
        """Take in a tensor of any shape.

        Raises:
            CalibrationError: a value is not finite.
        """
        if values.size == 0:
            return
        low, high = float(values.min()), float(values.max())
        if not (np.isfinite(low) and np.isfinite(high)):
            raise CalibrationError(
                f"Tensor {self.name} is not finite on a calibration image.",
                hint="Check the preprocessing and the weights: the float model itself gives inf or nan.",
            )
        self.minimum = min(self.minimum, low)
        self.maximum = max(self.maximum, high)
        self.count += values.size

    @property
    def largest(self) -> float:
        """The largest magnitude seen, 0 while nothing was seen."""
        return max(abs(self.minimum), abs(self.maximum)) if self.count else 0.0

    @property
    def is_constant(self) -> bool:
        """Whether only one value, or none, was ever seen."""
        return self.count == 0 or self.minimum == self.maximum


class HistogramObserver(MinMaxObserver):
    """Extremes and a histogram symmetric about zero, whose range doubles when a larger value comes.

    Bins merge in pairs when the range doubles, so the counts are those of one pass over everything at the final
    range. Exact zeros are counted apart: every encoding represents them exactly.

    Attributes:
        zeros: exact zeros seen.
        limit: the histogram spans -limit to limit, a power of two; 0 while only zeros were seen.
        counts: int64 (2 * bins_per_side,).
    """

    def __init__(self, name: str, bins_per_side: int = BINS_PER_SIDE) -> None:
        super().__init__(name)
        self.zeros = 0
        self.limit = 0.0
        self.counts = np.zeros(2 * bins_per_side, np.int64)

    def update(self, values: NDArray[Any]) -> None:
        """Take in a tensor of any shape.

        Raises:
            CalibrationError: a value is not finite.
        """
        super().update(values)
        largest = self.largest
        if largest == 0.0 or values.size == 0:
            self.zeros += int(values.size)
            return
        self._reach(largest)
        flat = np.ascontiguousarray(values, np.float32).ravel()
        zeros = int(flat.size - np.count_nonzero(flat))
        self.zeros += zeros
        self.counts += self._binned(flat)
        self.counts[len(self.counts) // 2] -= zeros  # where a zero falls

    def _binned(self, flat: NDArray[np.float32]) -> NDArray[np.int64]:
        side = len(self.counts) // 2
        factor, shift = np.float32(side / self.limit), np.float32(side)
        scaled = np.empty(min(_PIECE, flat.size), np.float32)
        index = np.empty(len(scaled), np.intp)
        counts = np.zeros(2 * side + 1, np.int64)
        for start in range(0, flat.size, _PIECE):
            piece = flat[start : start + _PIECE]
            # Shifted to positive numbers first, so that cutting off the fraction rounds down.
            shifted = np.multiply(piece, factor, out=scaled[: piece.size])
            shifted += shift
            np.copyto(index[: piece.size], shifted, casting="unsafe")
            counts += np.bincount(index[: piece.size], minlength=2 * side + 1)
        counts[-2] += counts[-1]  # a value that is the limit itself, or that rounding carried there
        return counts[:-1]

    def _reach(self, largest: float) -> None:
        if self.limit == 0.0:
            self.limit = float(2.0 ** np.ceil(np.log2(largest)))
        while self.limit < largest:
            pairs = self.counts.reshape(-1, 2).sum(axis=1)
            self.counts = np.zeros_like(self.counts)
            self.counts[len(pairs) // 2 : len(pairs) // 2 + len(pairs)] = pairs
            self.limit *= 2.0

    @property
    def width(self) -> float:
        """Width of one bin."""
        return 2.0 * self.limit / len(self.counts)

    def occupied(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Centres and counts of the bins that hold anything; exact zeros are in none."""
        index = np.flatnonzero(self.counts)
        centres = (index.astype(np.float64) + 0.5) * self.width - self.limit
        return centres, self.counts[index].astype(np.float64)

    def together(self, other: HistogramObserver) -> HistogramObserver:
        """What one observer would hold that had seen all that these two did; both stay as they are."""
        result = HistogramObserver(self.name, len(self.counts) // 2)
        result.limit, result.counts = self.limit, self.counts.copy()
        added = HistogramObserver(other.name, len(other.counts) // 2)
        added.limit, added.counts = other.limit, other.counts.copy()
        for one, reach in ((result, other.limit), (added, self.limit)):
            if reach > 0.0:
                one._reach(reach)  # counts of a histogram without a limit are all zero
        result.counts += added.counts
        result.zeros, result.count = self.zeros + other.zeros, self.count + other.count
        result.minimum, result.maximum = min(self.minimum, other.minimum), max(self.maximum, other.maximum)
        return result
