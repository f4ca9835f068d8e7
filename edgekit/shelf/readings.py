"""Readings: what a facing looks like right now, for people who watch."""

from __future__ import annotations

from dataclasses import dataclass

from edgekit.shelf.depletion import TimeToEmpty
from edgekit.shelf.polygon import Polygon
from edgekit.shelf.rules import ShelfRules
from edgekit.shelf.states import FacingState, confidence_of, why_unknown
from edgekit.shelf.words import Evidence, FacingStatus, UnknownReason

__all__ = ["Reading", "reading_of"]


@dataclass(frozen=True, slots=True)
class Reading:
    """One facing at one sample.

    Attributes:
        facing: id.
        state: its state as far as this sample can tell; unknown while it cannot.
        reason: why it is unknown; None when it is not.
        committed: the last concluded state, whatever this sample can tell.
        fill: median fill of the window (0-1), or None.
        confidence: share (0-1) of the window that speaks for `committed`.
        visible_share: 0-1.
        moving: something moves in the facing.
        method: the way its evidence was found.
        episode: number of the open episode; None when none is.
        candidate: the state that the evidence speaks for, if it is another one.
        held_s: visible time for which it has.
        outline_xy_px: where its polygon lies now, in pixels of the reference's size; None: where the planogram has it.
        caution: how much slower it is believed since staff called its events wrong: 0 (as all) to 3.
        waiting: staff are at the shelf, and openings wait.
        time_to_empty: watched seconds until it is empty, where its pace is known.
    """

    facing: str
    state: FacingStatus
    reason: UnknownReason | None
    committed: FacingStatus
    fill: float | None
    confidence: float
    visible_share: float
    moving: bool
    method: str
    episode: int | None
    candidate: FacingStatus | None
    held_s: float
    outline_xy_px: Polygon | None = None
    caution: float = 0.0
    waiting: bool = False
    time_to_empty: TimeToEmpty | None = None


def reading_of(
    state: FacingState,
    evidence: Evidence,
    rules: ShelfRules,
    capacity: int,
    outline_xy_px: Polygon | None = None,
    *,
    caution: float = 0.0,
    waiting: bool = False,
    time_to_empty: TimeToEmpty | None = None,
) -> Reading:
    """The reading of a facing whose state `evidence` has just been taken into; what comes after as in Reading."""
    reason = _reason(state, evidence, rules)
    return Reading(
        facing=evidence.facing,
        state=state.status if reason is None else FacingStatus.UNKNOWN,
        reason=reason,
        committed=state.status,
        fill=state.fill,
        confidence=confidence_of(state, state.status, rules, capacity if evidence.units else 1),
        visible_share=evidence.visible_share,
        moving=evidence.moving,
        method=evidence.method,
        episode=state.episode.number if state.episode.open else None,
        candidate=state.candidate,
        held_s=state.held_s,
        outline_xy_px=outline_xy_px,
        caution=caution,
        waiting=waiting,
        time_to_empty=time_to_empty,
    )


def _reason(state: FacingState, evidence: Evidence, rules: ShelfRules) -> UnknownReason | None:
    if evidence.moving and evidence.reason is None and evidence.visible_share >= rules.min_visible_share:
        return UnknownReason.MOVING
    hidden = why_unknown(evidence, rules)
    if hidden is not None:
        return hidden
    if state.seen < rules.initial_samples:
        return UnknownReason.NO_BASELINE
    return UnknownReason.UNDECIDED if state.status is FacingStatus.UNKNOWN else None
