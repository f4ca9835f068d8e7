"""One facing's outlook: what has left it so far, and when it will be empty, from what the shelf saw. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from edgekit.shelf.depletion import Removals, TimeToEmpty, time_to_empty
from edgekit.shelf.planogram import Facing
from edgekit.shelf.states import FacingState
from edgekit.shelf.words import Evidence, FacingStatus, Transition, TransitionKind, UnknownReason

__all__ = ["Outlook", "outlook_after"]

MAX_GAP_S: Final = 10.0
"""Of a longer pause between samples nobody knows what left meanwhile: it counts for nothing."""
_STALE_SHARE: Final = 0.02
"""What was said holds until a unit came or went, or so much more time was watched: it takes 0.3 ms to say anew."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """What is known of a facing's pace. Frozen.

    Attributes:
        removals: what has left it.
        said: when it will be empty, in seconds of watched time; None while too little is known, or it is empty.
        said_of: the units, removals and watched seconds that `said` was made of.
    """

    removals: Removals = field(default_factory=Removals)
    said: TimeToEmpty | None = None
    said_of: tuple[int, float, float] = (0, 0.0, 0.0)

    def in_new_epoch(self) -> Outlook:
        """What left while nobody watched is not counted."""
        return Outlook(self.removals.in_new_epoch(), self.said, self.said_of)


def outlook_after(
    before: Outlook, facing: Facing, state: FacingState, evidence: Evidence, told: Transition | None, gap_s: float
) -> Outlook:
    """The outlook after one more sample.

    Args:
        before: the one until then.
        facing: whose.
        state: its state after the sample.
        evidence: what the sample says of it.
        told: what followed.
        gap_s: time since the sample before, of the same epoch.
    """
    watched = 0.0 if gap_s > MAX_GAP_S or evidence.reason is UnknownReason.CLOSED else gap_s
    units = round(state.fill * facing.capacity) if evidence.units and state.judged and state.fill is not None else None
    removals = before.removals.after(status=state.status, units=units, gap_s=watched)
    if not evidence.units and _found_empty(told):
        removals = removals.emptied()
    there = state.status in (FacingStatus.STOCKED, FacingStatus.LOW)
    left = (removals.units if removals.units is not None else 1) if there else 0
    units_said, count_said, watched_said = before.said_of
    if (
        left == units_said
        and abs(removals.count - count_said) < 0.5
        and removals.watched_s <= watched_said * (1 + _STALE_SHARE)
    ):
        return Outlook(removals, before.said, before.said_of)
    return Outlook(removals, time_to_empty(removals, left), (left, removals.count, removals.watched_s))


def _found_empty(told: Transition | None) -> bool:
    """A gap that is there at first sight has opened nobody knows when."""
    return (
        told is not None
        and told.kind is TransitionKind.OPENED
        and told.state is FacingStatus.OUT_OF_STOCK
        and told.reason is None
    )
