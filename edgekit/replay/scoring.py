"""Events held against the truth: which are right, which wrong, what was missed, and how late the right ones came.

A claim is right when the facing truly is in that state, within SLACK_S of it, and when no earlier claim has said so
of the same stretch: telling staff twice of one hole is one false alarm. A true stretch is due when the facing can be
seen in it for long enough: the hold and as much again and a little more, and the cool-down after an earlier problem.
What is not due may be told or not.
Delays are counted in visible seconds from the first moment at which the change could be told.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from edgekit.replay.claims import CameraClaim, Claim
from edgekit.replay.truth import CameraTrouble, Truth
from edgekit.shelf.rules import ShelfRules
from edgekit.shelf.words import FacingStatus, TransitionKind

__all__ = [
    "FLAG_S",
    "GRACE_S",
    "CameraScore",
    "Outcome",
    "Score",
    "Segment",
    "allowed_s",
    "due_after_s",
    "score",
    "score_camera",
    "segments_of",
]

SLACK_S: Final = 2.0
"""A truth is good to some frames, and a decision's window reaches back."""
GRACE_S: Final = 8.0
"""Visible seconds beyond the hold within which an event has to come; later ones are late."""
SETTLING_S: Final = 1.5
"""What median window and stillness need besides the hold, at five samples a second."""
FLAG_S: Final = 30.0
"""So soon a moved, blocked or lost camera has to be told of."""
LEAST_TROUBLE_S: Final = 15.0
"""Shorter trouble need not be told of: somebody who wipes the lens is no news."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of one facing in one true state.

    Attributes:
        facing: facing id.
        state: the true state.
        from_s, until_s: media time.
        visible_s: seconds of it in which the facing can be seen.
        cause: of the change that began it.
    """

    facing: str
    state: FacingStatus
    from_s: float
    until_s: float
    visible_s: float
    cause: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A claim and the segment that it speaks of, or one of them alone.

    Attributes:
        claim: None: nobody told of the segment.
        segment: None: the claim is wrong.
        due: the segment had to be told of.
        delay_s: visible seconds from the change, or from the end of the cool-down, to the claim; None where it was
            decided while nothing could be seen (a moved camera that knew its view again sooner than it had to).
        late: right, and later than hold and grace allow.
    """

    claim: Claim | None
    segment: Segment | None
    due: bool = False
    delay_s: float | None = None
    late: bool = False


@dataclass(frozen=True, slots=True)
class Score:
    """One clip's restock events.

    Attributes:
        right: claims that are true.
        wrong: claims that are not.
        missed: due segments of which nobody told.
    """

    right: tuple[Outcome, ...]
    wrong: tuple[Outcome, ...]
    missed: tuple[Outcome, ...]


@dataclass(frozen=True, slots=True)
class CameraScore:
    """One clip's camera events.

    Attributes:
        flagged: trouble that was told of in time, with the seconds that took.
        missed: trouble that was not.
        false: claims of trouble that is none.
    """

    flagged: tuple[tuple[CameraTrouble, float], ...]
    missed: tuple[CameraTrouble, ...]
    false: tuple[CameraClaim, ...]


def segments_of(truth: Truth, facing: str) -> tuple[Segment, ...]:
    """The facing's true states one after the other, from 0 s to the end; equal neighbours are one."""
    starts: list[tuple[float, FacingStatus, str]] = [(0.0, FacingStatus.STOCKED, "")]
    for change in truth.changes:
        if change.facing != facing:
            continue
        if change.time_s <= starts[-1][0]:
            starts.pop()
        if not starts or starts[-1][1] is not change.state:
            starts.append((change.time_s, change.state, change.cause))
    ends = [start for start, _, _ in starts[1:]] + [truth.duration_s]
    return tuple(
        Segment(facing, state, from_s, until_s, truth.visible_s(facing, from_s, until_s), cause)
        for (from_s, state, cause), until_s in zip(starts, ends, strict=True)
    )


def score(claims: Sequence[Claim], truth: Truth, rules: ShelfRules) -> Score:
    """Hold a clip's restock claims against its truth.

    Args:
        claims: in order of time.
        truth: what truly happens.
        rules: the settings that the claims came about with: hold times and cool-down say what is due when.
    """
    outcomes = [
        outcome
        for facing in truth.facings
        for outcome in _facing_outcomes([claim for claim in claims if claim.facing == facing], truth, facing, rules)
    ]
    strangers = [Outcome(claim, None) for claim in claims if claim.facing not in truth.facings]
    outcomes += strangers
    return Score(
        right=tuple(one for one in outcomes if one.claim is not None and one.segment is not None),
        wrong=tuple(one for one in outcomes if one.segment is None),
        missed=tuple(one for one in outcomes if one.claim is None),
    )


def _facing_outcomes(claims: Sequence[Claim], truth: Truth, facing: str, rules: ShelfRules) -> Iterable[Outcome]:
    segments = segments_of(truth, facing)
    told: set[int] = set()
    right: list[tuple[int, Claim, float | None]] = []
    resolved_s: float | None = None
    for claim in claims:
        if claim.kind is TransitionKind.RETRACTED:
            # Taking back what is true is as wrong as telling what is not; taking back a false alarm mends nothing.
            if truth.state_at(facing, claim.time_s) is not FacingStatus.STOCKED:
                yield Outcome(claim, None)
            continue
        index = _spoken_of(claim, segments, told)
        if index is None:
            yield Outcome(claim, None)
        else:
            told.add(index)
            right.append((index, claim, _delay_s(claim, segments[index], truth, resolved_s, rules)))
        if claim.kind is TransitionKind.RESOLVED:
            resolved_s = claim.time_s
    due = _due(segments, told, rules)
    for index, claim, delay_s in right:
        late = delay_s is not None and delay_s > allowed_s(claim.state, rules)
        yield Outcome(claim, segments[index], index in due, delay_s, late)
    yield from (Outcome(None, segments[index], due=True) for index in sorted(due - told))


def _spoken_of(claim: Claim, segments: Sequence[Segment], told: set[int]) -> int | None:
    """The segment in the claimed state that is under way, or nearly; none where it was told of before."""
    for index, segment in enumerate(segments):
        near = segment.from_s - SLACK_S <= claim.time_s <= segment.until_s + SLACK_S
        first_stocked = index == 0 and segment.state is FacingStatus.STOCKED
        if near and segment.state is claim.state and index not in told and not first_stocked:
            return index
    return None


def allowed_s(state: FacingStatus, rules: ShelfRules) -> float:
    """Visible seconds after a change to `state` in which it has to be told: the hold and the grace."""
    return (rules.hold_restocked_s if state is FacingStatus.STOCKED else rules.hold_out_of_stock_s) + GRACE_S


def due_after_s(state: FacingStatus, rules: ShelfRules) -> float:
    """Visible seconds that a stretch has to last for its being told to be due: where holds are short, so is this."""
    allowed = allowed_s(state, rules)
    hold_s = allowed - GRACE_S
    return min(allowed, 2 * hold_s + SETTLING_S)


def _due(segments: Sequence[Segment], told: set[int], rules: ShelfRules) -> set[int]:
    """Indices of the segments that have to be told of; `told`: those that were.

    A restocking is due where the problem before it was due or told: without an open episode there is nothing to
    resolve. And a problem is not due again where what lay between could not be seen for long enough: an episode that
    was told of is still open then.
    """
    due: set[int] = set()
    told_as: FacingStatus | None = None
    for index, segment in enumerate(segments):
        enough_s = due_after_s(segment.state, rules)
        if segment.state is FacingStatus.STOCKED:
            is_due = bool({index - 1} & (due | told)) and segment.visible_s >= enough_s
            told_as = None if is_due or index in told else told_as
        else:
            again = any(before.state is not FacingStatus.STOCKED for before in segments[:index])
            enough_s += rules.cooldown_s if again else 0.0
            is_due = segment.visible_s >= enough_s and told_as is not segment.state
            told_as = segment.state if index in told else told_as
        due |= {index} if is_due else set()
    return due


def _delay_s(claim: Claim, segment: Segment, truth: Truth, resolved_s: float | None, rules: ShelfRules) -> float | None:
    if not truth.sees(segment.facing, claim.time_s):
        return None
    from_s = segment.from_s
    if claim.kind is TransitionKind.OPENED and resolved_s is not None:
        from_s = max(from_s, resolved_s + rules.cooldown_s)
    return truth.visible_s(segment.facing, from_s, claim.time_s) if claim.time_s > from_s else 0.0


def score_camera(claims: Sequence[CameraClaim], truth: Truth) -> CameraScore:
    """Hold a clip's camera claims against its truth; which kind of trouble is claimed does not matter here."""
    flagged: list[tuple[CameraTrouble, float]] = []
    missed: list[CameraTrouble] = []
    raised = [claim for claim in claims if claim.kind != "recovered"]
    for trouble in truth.camera:
        last_s = min(trouble.from_s + FLAG_S, trouble.until_s + SLACK_S)
        first = next((one for one in raised if trouble.from_s - SLACK_S <= one.time_s <= last_s), None)
        if first is not None:
            flagged.append((trouble, max(0.0, first.time_s - trouble.from_s)))
        elif trouble.until_s - trouble.from_s >= LEAST_TROUBLE_S:
            missed.append(trouble)
    false = tuple(
        claim
        for claim in raised
        if not any(trouble.from_s - SLACK_S <= claim.time_s <= trouble.until_s + FLAG_S for trouble in truth.camera)
    )
    return CameraScore(tuple(flagged), tuple(missed), false)
