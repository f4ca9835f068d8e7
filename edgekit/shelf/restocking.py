"""Staff at the shelf: while many facings are covered or touched at once, and for a while after, openings wait. Pure.

Whoever fills a shelf empties parts of it first: fronts are pulled forward, rows are moved, a facing stands open for
minutes. A shopper touches one or two facings; staff hide or touch many, and for long.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from edgekit.shelf.rules import ShelfRules
from edgekit.shelf.words import Evidence, UnknownReason

__all__ = ["Restocking"]

FEWEST_FACINGS: Final = 3
"""Fewer covered at once are a shopper's doing, however few facings there are."""
MAX_GAP_S: Final = 2.0
"""Of a longer pause between samples nobody knows what happened."""


@dataclass(frozen=True, slots=True)
class Restocking:
    """What the last samples say of staff at the shelf. Frozen; `after` gives the next one.

    Attributes:
        busy_s: for how long many facings have been covered or touched; falls as fast as it rises.
        quiet_left_s: for how long openings will wait if nothing more happens.
    """

    busy_s: float = 0.0
    quiet_left_s: float = 0.0

    @property
    def active(self) -> bool:
        """Openings wait."""
        return self.quiet_left_s > 0

    def after(self, evidence: Iterable[Evidence], gap_s: float, rules: ShelfRules) -> Restocking:
        """With one more sample.

        Args:
            evidence: of every facing.
            gap_s: time since the sample before.
            rules: `restocking_quiet_s` of None turns it off.
        """
        if rules.restocking_quiet_s is None:
            return self
        gap_s = min(gap_s, MAX_GAP_S)
        every = tuple(evidence)
        busy = sum(one.moving or one.reason is UnknownReason.OCCLUDED for one in every)
        many = busy >= max(FEWEST_FACINGS, math.ceil(rules.restocking_share * len(every)))
        busy_s = min(self.busy_s + gap_s, rules.restocking_s) if many else max(0.0, self.busy_s - gap_s)
        if many and busy_s >= rules.restocking_s:
            return Restocking(busy_s, rules.restocking_quiet_s)
        return Restocking(busy_s, max(0.0, self.quiet_left_s - gap_s))
