"""How soon a facing will be empty, by how fast units have left it: a Gamma-Poisson model. Pure.

Units leave as a Poisson process of unknown rate. With `count` removals in `watched_s`, and Jeffreys' prior, the rate
is Gamma(count + 1/2, watched_s); how many leave in the next t seconds is then negative binomial, and the facing is
empty within t with the probability that at least its `units` leave. The interval is that of the moment itself, not of
the rate: it holds the uncertain rate and the chance of the shoppers to come.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final

from edgekit.shelf.words import FacingStatus

__all__ = ["Removals", "TimeToEmpty", "time_to_empty"]

FEWEST: Final = 2.5
"""Three that are not old: with fewer removals the prior would speak, and not the facing."""
HALF_LIFE_S: Final = 14 * 12 * 3600.0
"""Two weeks of opening hours: what sold before counts half."""
UNIT_HOLD_S: Final = 5.0
"""A smaller number of units counts once it has held so long: detectors miss one now and then."""
_LOW, _MEDIAN, _HIGH = 0.1, 0.5, 0.9
_PRIOR: Final = 0.5
_FAR_S: Final = 1e9


@dataclass(frozen=True, slots=True)
class TimeToEmpty:
    """Seconds until no unit is left: an 80 % interval and the median."""

    low: float
    median: float
    high: float


@dataclass(frozen=True, slots=True)
class Removals:
    """Units that have left a facing. Frozen; `after` gives the next one.

    Attributes:
        count: how many, older ones discounted.
        watched_s: for how long there was something to leave, discounted alike.
        units: how many are there; None where that is not known. This and all below is of one epoch.
        fewer: a smaller number that is seen, but has not held yet.
        held_s: for how long it has.
    """

    count: float = 0.0
    watched_s: float = 0.0
    units: int | None = None
    fewer: int | None = None
    held_s: float = 0.0

    def in_new_epoch(self) -> Removals:
        """What left while nobody watched is not counted, nor the time."""
        return Removals(self.count, self.watched_s)

    def after(self, *, status: FacingStatus, units: int | None, gap_s: float) -> Removals:
        """With one more sample.

        Time counts while the facing is stocked or low, hidden time too: that is when units are taken.

        Args:
            status: the facing's concluded state after this sample.
            units: how many are seen, of a facing whose units are counted and that can be judged now; None otherwise.
            gap_s: time since the sample before, 0 where nobody knows what happened meanwhile.
        """
        before = self._discounted(gap_s) if status in _THERE else self
        if units is None:
            return before
        if before.units is None or units >= before.units:
            return replace(before, units=units, fewer=None, held_s=0.0)
        held_s = before.held_s + gap_s if units == before.fewer else 0.0
        if held_s < UNIT_HOLD_S:
            return replace(before, fewer=units, held_s=held_s)
        return replace(before, count=before.count + before.units - units, units=units, fewer=None, held_s=0.0)

    def emptied(self) -> Removals:
        """A facing whose units are not counted was found empty: its one unit has left."""
        return replace(self, count=self.count + 1)

    def _discounted(self, gap_s: float) -> Removals:
        kept = 0.5 ** (gap_s / HALF_LIFE_S)
        watched_s = self.watched_s * kept + gap_s
        return Removals(self.count * kept, watched_s, self.units, self.fewer, self.held_s)


_THERE = (FacingStatus.STOCKED, FacingStatus.LOW)


def time_to_empty(removals: Removals, units: int) -> TimeToEmpty | None:
    """When the last of `units` will be gone; None while too few have left to tell, or where none is there."""
    if removals.count < FEWEST or removals.watched_s <= 0 or units < 1:
        return None
    return TimeToEmpty(*(_quantile(share, removals, units) for share in (_LOW, _MEDIAN, _HIGH)))


def _quantile(share: float, removals: Removals, units: int) -> float:
    """The time within which the facing is empty with probability `share`, by bisection on a logarithmic scale."""
    low, high = 1e-3, _FAR_S
    for _ in range(34):
        middle = math.sqrt(low * high)
        if _empty_within(middle, removals, units) < share:
            low = middle
        else:
            high = middle
    return round(high, 1)


def _empty_within(time_s: float, removals: Removals, units: int) -> float:
    """Probability that at least `units` leave within `time_s`: one minus the negative binomial's first terms."""
    shape = removals.count + _PRIOR
    stays: float = removals.watched_s / (removals.watched_s + time_s)
    term: float = math.pow(stays, shape)
    fewer = term
    for number in range(1, units):
        term *= (shape + number - 1) / number * (1 - stays)
        fewer += term
    return 1.0 - fewer
