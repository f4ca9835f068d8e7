"""Power of float's outputs over power of the difference, summed up picture by picture."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

__all__ = ["SignalToNoise"]


class SignalToNoise:
    """What `edgekit.bundle.golden.sqnr_db` gives of all pictures together, without holding their outputs."""

    def __init__(self) -> None:
        self._power: dict[str, float] = {}
        self._noise: dict[str, float] = {}

    def add(self, reference: Mapping[str, NDArray[np.generic]], other: Mapping[str, NDArray[np.generic]]) -> None:
        """Take in outputs by name; those of another shape, or not finite, make infinite noise."""
        for name, values in reference.items():
            signal = values.astype(np.float64)
            noise = math.inf
            if other[name].shape == signal.shape:
                difference = other[name].astype(np.float64) - signal
                noise = float(np.square(difference).sum()) if np.isfinite(difference).all() else math.inf
            self._power[name] = self._power.get(name, 0.0) + float(np.square(signal).sum())
            self._noise[name] = self._noise.get(name, 0.0) + noise

    @property
    def worst_db(self) -> float:
        """Of the worst output; infinite where all are equal, minus infinite where one is unusable."""
        return min(_decibel(self._power[name], self._noise[name]) for name in self._power)


def _decibel(power: float, noise: float) -> float:
    if noise == 0.0:
        return math.inf
    return 10 * math.log10(power / noise) if power > 0.0 and math.isfinite(noise) else -math.inf
