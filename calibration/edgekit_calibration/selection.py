"""A choice of pictures that grows better as more come by, in the memory of those chosen.

Pictures are spread over strata (a camera in one kind of light), evenly as far as each has some, and within a stratum
over content: once the places are taken, a new picture takes the place of one of the two that are most alike, where it
is further from all others than those from each other. So the smallest distance in a full stratum never falls, which is
the streaming form of greedy k-centre selection (Gonzalez 1985; Sener and Savarese 2018 for training pictures).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import Enum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from edgekit_calibration.selection_descriptor import Descriptor, distances

__all__ = ["ALIKE", "DiverseSelection", "Offer", "Stratum", "Verdict", "light_stratum"]

ALIKE: Final = 1.5
"""Nearer pictures say nothing new: a fixed camera's noise and compression make 0.4, a bottle that is gone 2 or more."""

_LIGHT_STEP: Final = 12.5
"""Strata of light are an eighth of the way from black to white each, in CIELAB lightness: as eyes see it."""

Stratum = tuple[str, int]
"""A camera, and a step of light (0-7)."""


class Verdict(str, Enum):
    """What became of a picture."""

    TAKEN = "taken"
    ALIKE = "alike"  # as good as equal to one that is there
    NOT_NEWER = "not newer"  # no place is free, and it adds less than what is there


@dataclass(frozen=True, slots=True)
class Offer:
    """The answer to a picture.

    Attributes:
        verdict: what becomes of it.
        dropped: key of the picture that makes room for it, or None.
    """

    verdict: Verdict
    dropped: str | None = None


def light_stratum(camera: str, descriptor: Descriptor) -> Stratum:
    """The stratum of a picture."""
    return camera, min(7, int(descriptor.lightness // _LIGHT_STEP))


class DiverseSelection:
    """The pictures chosen so far.

    Args:
        capacity: how many there may be.
        alike: distance below which two pictures count as one.
    """

    def __init__(self, capacity: int, *, alike: float = ALIKE) -> None:
        if capacity < 1:
            raise ValueError(f"a selection has at least one place, got {capacity}")
        self._capacity, self._alike = capacity, alike
        self._keys: list[str] = []
        self._strata: list[Stratum] = []
        self._values: list[NDArray[np.float32]] = []
        self._valid: list[NDArray[np.bool_]] = []
        self._apart = np.zeros((0, 0))  # distances between all; infinite on the diagonal

    def __len__(self) -> int:
        return len(self._keys)

    @property
    def keys(self) -> tuple[str, ...]:
        """Of the pictures, in the order in which they came."""
        return tuple(self._keys)

    @property
    def strata(self) -> Counter[Stratum]:
        """How many pictures each stratum has."""
        return Counter(self._strata)

    @property
    def smallest_distance(self) -> float:
        """Between any two of them; infinite of fewer than two."""
        return float(self._apart.min(initial=np.inf))

    def novelty(self, descriptor: Descriptor) -> float:
        """Distance from the nearest picture; infinite where there is none."""
        return float(self._distances(descriptor).min(initial=np.inf))

    def offer(self, key: str, stratum: Stratum, descriptor: Descriptor) -> Offer:
        """Take the picture, or not; `key` names it from then on."""
        apart = self._distances(descriptor)
        if apart.min(initial=np.inf) < self._alike:
            return Offer(Verdict.ALIKE)
        if len(self) < self._capacity:
            self._add(key, stratum, descriptor, apart)
            return Offer(Verdict.TAKEN)
        leaving = self._leaving(stratum, float(apart.min()))
        if leaving is None:
            return Offer(Verdict.NOT_NEWER)
        dropped = self._keys[leaving]
        self._remove(leaving)
        self._add(key, stratum, descriptor, np.delete(apart, leaving))
        return Offer(Verdict.TAKEN, dropped)

    def restore(self, key: str, stratum: Stratum, descriptor: Descriptor) -> None:
        """Take a picture that an earlier selection chose; only while there is room."""
        if len(self) >= self._capacity:
            raise ValueError(f"there is no room for {key}")
        self._add(key, stratum, descriptor, self._distances(descriptor))

    def _distances(self, descriptor: Descriptor) -> NDArray[np.float64]:
        if not self._keys:
            return np.zeros(0)
        return distances(descriptor, np.stack(self._values), np.stack(self._valid))

    def _leaving(self, stratum: Stratum, novelty: float) -> int | None:
        """Which picture makes room for one of `stratum`, by index."""
        counts = self.strata
        richest = max(counts, key=lambda one: (counts[one], one == stratum))
        nearest = self._apart.min(axis=1)
        donor = richest if counts[richest] > counts[stratum] else stratum
        members = [index for index, one in enumerate(self._strata) if one == donor]
        if not members:
            return None
        # Of two that are alike the later one goes: the first was chosen against fewer others and is more usual.
        least = min(members, key=lambda index: (nearest[index], -index))
        poorer = counts[donor] > counts[stratum] + 1
        return least if poorer or nearest[least] < novelty else None

    def _add(self, key: str, stratum: Stratum, descriptor: Descriptor, apart: NDArray[np.float64]) -> None:
        self._keys.append(key)
        self._strata.append(stratum)
        self._values.append(descriptor.values)
        self._valid.append(descriptor.valid)
        grown = np.full((len(self), len(self)), np.inf)
        grown[:-1, :-1] = self._apart
        grown[-1, :-1] = grown[:-1, -1] = apart
        self._apart = grown

    def _remove(self, index: int) -> None:
        del self._keys[index], self._strata[index], self._values[index], self._valid[index]
        self._apart = np.delete(np.delete(self._apart, index, axis=0), index, axis=1)
