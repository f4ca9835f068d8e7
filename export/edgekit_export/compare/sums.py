"""How far tensors part, as running sums: any number of pictures in the memory of one."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgekit_export.compare.comparison import OutputDifference, PartDifference
from edgekit_export.quantize.noise import channel_axis

__all__ = ["OutputSums", "TensorSums", "decibels"]

# A sigmoid or softmax may leave 0..1 by its last bit.
_SLACK = 1e-5


_PER_CHANNEL = 16
"""Of fewer values one factor explains too much by chance."""


def decibels(signal: float, noise: float) -> float:
    """Power of a signal over that of a noise, in dB: infinite without noise, minus infinite without signal."""
    if not math.isfinite(signal) or not math.isfinite(noise):
        return -math.inf
    if noise <= 0.0:
        return math.inf
    return 10 * math.log10(signal / noise) if signal > 0.0 else -math.inf


def _difference(a: NDArray[Any], b: NDArray[Any]) -> NDArray[np.floating[Any]]:
    """b - a, at least float32; 0 where both are the same infinity or both nan, infinite where only one is finite.

    Numbers that lie within a factor of two of each other, as nearly all here, are subtracted exactly.
    """
    kind = np.result_type(a, b, np.float32)
    first, second = a.astype(kind, copy=False), b.astype(kind, copy=False)
    with np.errstate(invalid="ignore", over="ignore"):
        difference: NDArray[np.floating[Any]] = second - first
    odd = ~np.isfinite(difference)
    if odd.any():
        same = (first == second) | (np.isnan(first) & np.isnan(second))
        difference[odd] = np.where(same[odd], 0.0, np.inf)
    return difference


def _power(values: NDArray[Any], axes: tuple[int, ...] | None = None) -> Any:
    """Sum of squares of the finite values, float64; over `axes`, or over all."""
    finite = values if np.isfinite(values).all() else np.where(np.isfinite(values), values, 0)
    return np.square(finite, dtype=np.float64 if finite.dtype.itemsize > 4 else np.float32).sum(axes, dtype=np.float64)


class TensorSums:
    """One tensor of two graphs: energy and difference.

    Args:
        scales: also sum what tells whether B's channels are multiples of A's: of pictures (n, channels, height, width).
    """

    def __init__(self, *, scales: bool = False) -> None:
        self.energy = self.noise = self.max_difference = 0.0
        self._scales = scales
        self._products: NDArray[np.float64] | None = None

    def update(self, a: NDArray[Any], b: NDArray[Any]) -> None:
        """Take in one picture's tensors, of one shape."""
        difference = _difference(a, b)
        largest = float(np.abs(difference).max(initial=0.0))
        self.energy += float(_power(a))
        self.noise += float(_power(difference)) if np.isfinite(largest) else np.inf
        self.max_difference = max(self.max_difference, largest)
        if not self._scales or a.ndim < 3 or a.size < _PER_CHANNEL * a.shape[1] or not np.isfinite(self.noise):
            return
        axes = tuple(axis for axis in range(a.ndim) if axis != 1)
        crossed = (a.astype(np.float32, copy=False) * b.astype(np.float32, copy=False)).sum(axes, dtype=np.float64)
        products = np.stack([_power(a, axes), crossed, _power(b, axes)])
        self._products = products if self._products is None else self._products + products

    @property
    def sqnr_db(self) -> float:
        """Power of A over power of the difference."""
        return decibels(self.energy, self.noise)

    @property
    def rescaled_sqnr_db(self) -> float:
        """The same after each of A's channels was multiplied by the positive factor that brings it nearest to B's."""
        if self._products is None or not np.isfinite(self._products).all():
            return self.sqnr_db
        aa, ab, bb = self._products
        explained = np.divide(np.square(ab), aa, out=np.zeros_like(aa), where=(aa > 0) & (ab > 0))
        return decibels(float(explained.sum()), float(max(0.0, (bb - explained).sum())))


class OutputSums:
    """One output of two models, channel by channel."""

    def __init__(self, name: str, name_b: str) -> None:
        self.name, self.name_b = name, name_b
        self.shape: tuple[int, ...] = ()
        self.max_difference = self.largest = 0.0
        self._energy = self._noise = self._low = self._high = np.zeros(0)

    def update(self, a: NDArray[Any], b: NDArray[Any]) -> float:
        """Take in one picture's output; returns that picture's SQNR, dB."""
        difference = _difference(a, b)
        self.shape = a.shape
        self.max_difference = max(self.max_difference, float(np.abs(difference).max(initial=0.0)))
        finite = np.where(np.isfinite(a), a, 0).astype(np.float64)
        self.largest = max(self.largest, float(np.abs(finite).max(initial=0.0)))
        axis = channel_axis(a.shape) if a.ndim > 1 else 0
        others = tuple(one for one in range(a.ndim) if one != axis)
        noise_of = np.square(difference.astype(np.float64)).sum(axis=others)
        energy_of = np.square(finite).sum(axis=others)
        low, high = finite.min(axis=others, initial=np.inf), finite.max(axis=others, initial=-np.inf)
        if self._energy.shape == energy_of.shape:
            self._energy, self._noise = self._energy + energy_of, self._noise + noise_of
            self._low, self._high = np.minimum(self._low, low), np.maximum(self._high, high)
        elif not self._energy.size:
            self._energy, self._noise, self._low, self._high = energy_of, noise_of, low, high
        else:
            # As many boxes as there are objects: the number of channels follows the picture.
            self._energy = np.array([self._energy.sum() + energy_of.sum()])
            self._noise = np.array([self._noise.sum() + noise_of.sum()])
            self._low, self._high = np.zeros(1), np.full(1, np.inf)
        return decibels(float(energy_of.sum()), float(noise_of.sum()))

    def difference(self) -> OutputDifference:
        """What was found."""
        return OutputDifference(
            name=self.name,
            name_b=self.name_b,
            shape=self.shape,
            sqnr_db=decibels(float(self._energy.sum()), float(self._noise.sum())),
            max_difference=self.max_difference,
            largest=self.largest,
            parts=self._parts(),
        )

    def _parts(self) -> tuple[PartDifference, ...]:
        if len(self.shape) < 3:
            return ()
        scores = (self._low >= -_SLACK) & (self._high <= 1 + _SLACK)
        if scores.all() or not scores.any():
            return ()
        return tuple(
            PartDifference(
                part, int(mask.sum()), decibels(float(self._energy[mask].sum()), float(self._noise[mask].sum()))
            )
            for part, mask in (("scores", scores), ("values", ~scores))
        )

    @property
    def worst_db(self) -> float:
        """The lowest SQNR of it or of a part of it."""
        return self.difference().worst_db
