"""The state machine of one facing: evidence in, at most one transition out. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from statistics import median

from edgekit.shelf.episodes import Episode, reminded, transition_of
from edgekit.shelf.rules import ShelfRules
from edgekit.shelf.words import Evidence, FacingStatus, Transition, UnknownReason

__all__ = [
    "FacingState",
    "confidence_of",
    "in_new_epoch",
    "restarted",
    "spoken_for",
    "step",
    "target_of",
    "why_unknown",
]

MAX_GAP_INTERVALS = 3.0
"""Samples further apart than this many intervals have nothing visible between them."""
_SLACK_S = 1e-6  # sums of decimal times: 0.1 + 0.2 must be 0.3
_SURE = 0.75
"""Probability from which a gap becomes another product, or that a gap: the evidence wavers when the light changes,
while nobody is there to put anything in or take it out."""

Sample = tuple[float, float]
"""Fill and misplaced, both 0-1, of one sample."""


@dataclass(frozen=True, slots=True)
class FacingState:
    """What is known of one facing. Frozen; `step` gives the next one.

    Attributes:
        status: the last concluded state; unknown until the first conclusion.
        episode: the facing's episodes, open exactly while `status` is a problem.
        cooldown_left_s: visible time until an episode may open again.
        reminder_s: visible time since the open episode was last told of.
        since_s: visible time since `status` was concluded.
        window: the last samples that could be judged, oldest first. This and all below is empty in a new epoch.
        seen: how many such samples the epoch has had.
        candidate: the state that the evidence speaks for, if it is not `status`.
        held_s: visible time for which it has.
        still_s: for how long nothing has moved in the facing.
        judged: the last sample could be judged.
        time_s: its time; None before the first.
    """

    status: FacingStatus = FacingStatus.UNKNOWN
    episode: Episode = field(default_factory=Episode)
    cooldown_left_s: float = 0.0
    reminder_s: float = 0.0
    since_s: float = 0.0
    window: tuple[Sample, ...] = ()
    seen: int = 0
    candidate: FacingStatus | None = None
    held_s: float = 0.0
    still_s: float = 0.0
    judged: bool = False
    time_s: float | None = None

    @property
    def fill(self) -> float | None:
        """Median fill of the window."""
        return median(sample[0] for sample in self.window) if self.window else None


_PROBLEMS = (FacingStatus.LOW, FacingStatus.OUT_OF_STOCK, FacingStatus.MISPLACED)


def in_new_epoch(state: FacingState) -> FacingState:
    """Forget what was measured; keep what was concluded: status, episode, cool-down, reminder."""
    return FacingState(
        status=state.status,
        episode=state.episode,
        cooldown_left_s=state.cooldown_left_s,
        reminder_s=state.reminder_s,
        since_s=state.since_s,
    )


def restarted(state: FacingState) -> FacingState:
    """Forget the samples before a break in what they show, such as a camera that was moved; keep all conclusions."""
    return replace(state, window=(), candidate=None, held_s=0.0, still_s=0.0, judged=False)


def step(
    state: FacingState,
    evidence: Evidence,
    rules: ShelfRules,
    *,
    time_s: float,
    frame_index: int,
    interval_s: float,
    capacity: int = 1,
) -> tuple[FacingState, Transition | None]:
    """Take one sample in. Same inputs, same outputs; a sample that is not later than the last changes nothing.

    A sample counts if it can be judged: enough of the facing is visible, nothing moves in it, and there is a fill.
    Time counts as visible between two such samples in a row that are at most 3 intervals apart; hidden time counts
    for neither side. The window's median must speak for another state for the hold time, nothing may have moved for
    `stillness_s`, the epoch must have had `initial_samples`, and the sample itself must not speak for the old state,
    before the new one is concluded.

    Args:
        state: the facing so far.
        evidence: what this sample says.
        rules: the shelf's settings.
        time_s: the sample's time in its epoch.
        frame_index: its frame.
        interval_s: time between samples as configured.
        capacity: units that the facing holds.
    """
    if state.time_s is not None and time_s <= state.time_s:
        return state, None
    gap_s = 0.0 if state.time_s is None else time_s - state.time_s
    near = state.time_s is not None and gap_s <= MAX_GAP_INTERVALS * interval_s + _SLACK_S
    hidden = why_unknown(evidence, rules) is not None
    judged = not hidden and not evidence.moving
    still_s = state.still_s + gap_s if judged and near else 0.0
    if not judged or evidence.fill is None:
        return replace(state, time_s=time_s, still_s=still_s, judged=False), None
    visible_s = gap_s if near and state.judged else 0.0
    window = (*state.window, (evidence.fill, evidence.misplaced))[-rules.window :]
    target = target_of(window, rules, capacity if evidence.units else 1, state.status)
    candidate, held_s = _held(state, target, visible_s)
    counted = FacingState(
        status=state.status,
        episode=state.episode,
        cooldown_left_s=max(0.0, state.cooldown_left_s - visible_s),
        reminder_s=state.reminder_s + visible_s if state.episode.open else 0.0,
        since_s=state.since_s + visible_s,
        window=window,
        seen=state.seen + 1,
        candidate=candidate,
        held_s=held_s,
        still_s=still_s,
        judged=True,
        time_s=time_s,
    )
    if counted.seen < rules.initial_samples or still_s < rules.stillness_s - _SLACK_S:
        return counted, None
    alone = spoken_for(evidence.fill, evidence.misplaced, rules, capacity if evidence.units else 1, state.status)
    if candidate is not None and alone is not state.status and _may_conclude(counted, candidate, rules):
        return _concluded(counted, evidence, candidate, rules, time_s, frame_index, capacity)
    if target is counted.status and counted.episode.open and rules.reminder_s is not None:
        return _reminded(counted, evidence, rules, time_s, frame_index, capacity)
    return counted, None


def why_unknown(evidence: Evidence, rules: ShelfRules) -> UnknownReason | None:
    """Why this sample says nothing of the facing's state, motion aside; None if it does."""
    if evidence.reason is not None:
        return evidence.reason
    if evidence.visible_share < rules.min_visible_share:
        return UnknownReason.OCCLUDED
    return UnknownReason.NO_EVIDENCE if evidence.fill is None else None


def target_of(
    window: Sequence[Sample], rules: ShelfRules, capacity: int = 1, status: FacingStatus = FacingStatus.UNKNOWN
) -> FacingStatus | None:
    """The state that the window's median speaks for; None between two states, or while it is less than half full.

    `capacity` above 1 means that fill counts units: no unit at all is out of stock, up to `low_at` is low. `status` is
    the state so far.
    """
    if len(window) <= rules.window // 2:
        return None
    fill = median(sample[0] for sample in window)
    misplaced = median(sample[1] for sample in window)
    return spoken_for(fill, misplaced, rules, capacity, status)


def spoken_for(
    fill: float, misplaced: float, rules: ShelfRules, capacity: int, status: FacingStatus = FacingStatus.UNKNOWN
) -> FacingStatus | None:
    """The state that one sample's fill and misplaced (0-1 each) speak for by themselves; None between two states."""
    empty_at = min(rules.empty_at, 0.5 / capacity) if capacity > 1 else rules.empty_at
    if fill <= empty_at:
        sure = {FacingStatus.OUT_OF_STOCK: _SURE, FacingStatus.MISPLACED: 1.0 - _SURE}
        misplaced_at = sure.get(status, rules.stocked_at)
        return FacingStatus.MISPLACED if misplaced >= misplaced_at else FacingStatus.OUT_OF_STOCK
    if capacity > 1 and fill <= rules.low_at:
        return FacingStatus.LOW
    return FacingStatus.STOCKED if fill >= rules.stocked_at else None


def confidence_of(state: FacingState, status: FacingStatus, rules: ShelfRules, capacity: int) -> float:
    """Share (0-1) of the window's samples that speak for `status` each by itself."""
    if not state.window:
        return 0.0
    told = (spoken_for(fill, misplaced, rules, capacity, state.status) for fill, misplaced in state.window)
    speaking = sum(one is status for one in told)
    return speaking / len(state.window)


def _held(state: FacingState, target: FacingStatus | None, visible_s: float) -> tuple[FacingStatus | None, float]:
    """Candidate and how long it has held: an undecided window counts for neither side.

    Of a stocked facing, any two problems speak against it alike: a gap that becomes another product in between has
    been no stocked facing all along.
    """
    if target is None:
        return state.candidate, state.held_s
    if target is state.status:
        return None, 0.0
    worse = state.status is FacingStatus.STOCKED and {target, state.candidate} <= set(_PROBLEMS)
    return target, state.held_s + visible_s if worse or target is state.candidate else 0.0


def _may_conclude(state: FacingState, candidate: FacingStatus, rules: ShelfRules) -> bool:
    if candidate is FacingStatus.STOCKED and not state.episode.open:
        return True  # the first conclusion; nobody is told
    if candidate in _PROBLEMS and not state.episode.open and state.cooldown_left_s > _SLACK_S:
        return False
    better = candidate is FacingStatus.STOCKED or (
        candidate is FacingStatus.LOW and state.status is not FacingStatus.UNKNOWN and state.episode.open
    )
    hold_s = rules.hold_restocked_s if better else rules.hold_out_of_stock_s
    return state.held_s >= hold_s - _SLACK_S


def _concluded(
    state: FacingState,
    evidence: Evidence,
    status: FacingStatus,
    rules: ShelfRules,
    time_s: float,
    frame_index: int,
    capacity: int,
) -> tuple[FacingState, Transition | None]:
    episode, kind, reason = state.episode.after(state.status, status)
    after = replace(state, status=status, episode=episode, candidate=None, held_s=0.0, since_s=0.0, reminder_s=0.0)
    if state.episode.open and not episode.open:
        after = replace(after, cooldown_left_s=rules.cooldown_s)
    if kind is None:
        return after, None
    told = transition_of(
        evidence.facing,
        kind,
        episode,
        state=status,
        previous_state=state.status,
        reason=reason,
        fill=state.fill,
        confidence=confidence_of(state, status, rules, capacity if evidence.units else 1),
        since_s=state.held_s,
        media_time_s=time_s,
        frame_index=frame_index,
    )
    return after, told


def _reminded(
    state: FacingState, evidence: Evidence, rules: ShelfRules, time_s: float, frame_index: int, capacity: int
) -> tuple[FacingState, Transition | None]:
    if rules.reminder_s is None or state.reminder_s < rules.reminder_s - _SLACK_S:
        return state, None
    episode, kind = reminded(state.episode)
    told = transition_of(
        evidence.facing,
        kind,
        episode,
        state=state.status,
        previous_state=state.status,
        reason="reminder",
        fill=state.fill,
        confidence=confidence_of(state, state.status, rules, capacity if evidence.units else 1),
        since_s=state.since_s,
        media_time_s=time_s,
        frame_index=frame_index,
    )
    return replace(state, episode=episode, reminder_s=0.0), told
