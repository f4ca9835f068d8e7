"""What a person has to look at: every wrong, missed and late event, in words, with what was true then."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from edgekit.replay.bench import Replayed
from edgekit.replay.grading import due_s
from edgekit.replay.recording import Stretch
from edgekit.replay.scoring import FLAG_S, Outcome, Segment, allowed_s, segments_of
from edgekit.replay.truth import Truth
from edgekit.shelf.rules import ShelfRules
from edgekit.shelf.words import FacingStatus, TransitionKind

__all__ = ["Finding", "Verdict", "clock", "findings_of", "in_words"]

_AROUND_S: Final = 5.0
"""What happened so shortly before a wrong event may be its cause: a hold is seldom longer than a few seconds more."""
_CAMERA: Final = "camera"


class Verdict(str, Enum):
    """What is to be said of an event, or of its absence."""

    WRONG = "wrong"
    MISSED = "missed"
    LATE = "late"


@dataclass(frozen=True, slots=True)
class Finding:
    """One event that was wrong, missed or late.

    Attributes:
        verdict: which.
        time_s: media time of the event; of a missed one, by when it had to come.
        facing: its id; None of the camera.
        said: what was said, or was not.
        true: what is so.
        around: what else happened: somebody in front, trouble with the camera, what the facing read meanwhile.
    """

    verdict: Verdict
    time_s: float
    facing: str | None
    said: str
    true: str
    around: str = ""

    @property
    def line(self) -> str:
        """All of it in one line, such as "0:26.4 left: said out of stock; truly stocked (hand 0:15.0-0:19.0)"."""
        behind = f" ({self.around})" if self.around else ""
        return f"{clock(self.time_s)} {self.facing or _CAMERA}: {self.said}; {self.true}{behind}"

    def to_json(self) -> dict[str, Any]:
        """Plain values for a JSON object."""
        return {
            "verdict": self.verdict.value,
            "time_s": round(self.time_s, 3),
            "facing": self.facing,
            "said": self.said,
            "true": self.true,
            "around": self.around,
        }


def clock(time_s: float) -> str:
    """A media time as people read it.

    >>> clock(75.25), clock(3675)
    ('1:15.2', '1:01:15.0')
    """
    tenths = int(time_s * 10)
    minutes, seconds = divmod(tenths, 600)
    hours, minutes = divmod(minutes, 60)
    lead = f"{hours}:{minutes:02}" if hours else str(minutes)
    return f"{lead}:{seconds // 10:02}.{seconds % 10}"


def in_words(state: FacingStatus) -> str:
    """A state as people write it."""
    return state.value.replace("_", " ")


def findings_of(replayed: Replayed) -> tuple[Finding, ...]:
    """Every wrong, missed and late event of a take, in order of time."""
    truth, rules, score = replayed.take.truth, replayed.take.yardstick, replayed.graded.score
    found = [
        *(_wrong(outcome, truth) for outcome in score.wrong),
        *(_missed(outcome, replayed) for outcome in score.missed),
        *(_late(outcome, truth, rules) for outcome in score.right if outcome.late),
        *_of_camera(replayed),
    ]
    return tuple(sorted(found, key=lambda one: (one.time_s, one.facing or "")))


def _wrong(outcome: Outcome, truth: Truth) -> Finding:
    claim = outcome.claim
    assert claim is not None
    segment = _segment_at(truth, claim.facing, claim.time_s)
    said = in_words(claim.state)
    if claim.kind is TransitionKind.RETRACTED:
        said = "took back what it had said"
    elif segment.state is claim.state and segment.from_s > 0:
        said += " a second time"
    elif segment.state is claim.state:
        said += ", which it had been all along"
    return Finding(
        Verdict.WRONG,
        claim.time_s,
        claim.facing,
        f"said {said}",
        _truly(segment),
        _around(truth, claim.facing, claim.time_s),
    )


def _missed(outcome: Outcome, replayed: Replayed) -> Finding:
    segment, take = outcome.segment, replayed.take
    assert segment is not None
    by_s = due_s(segment, take.truth, take.yardstick)
    read = _read(replayed.recording.stretches.get(segment.facing, ()), segment.from_s, by_s)
    visible_s = f"{segment.visible_s:.0f} s of it to be seen"
    return Finding(
        Verdict.MISSED,
        by_s,
        segment.facing,
        "nothing said",
        _truly(segment),
        "; ".join(filter(None, (visible_s, read))),
    )


def _late(outcome: Outcome, truth: Truth, rules: ShelfRules) -> Finding:
    claim, segment = outcome.claim, outcome.segment
    assert claim is not None
    assert segment is not None
    assert outcome.delay_s is not None
    return Finding(
        Verdict.LATE,
        claim.time_s,
        claim.facing,
        f"said {in_words(claim.state)} after {outcome.delay_s:.1f} visible seconds",
        f"{allowed_s(claim.state, rules):.1f} s were allowed, {_truly(segment)}",
        _around(truth, claim.facing, claim.time_s),
    )


def _of_camera(replayed: Replayed) -> Iterator[Finding]:
    for trouble in replayed.graded.camera.missed:
        yield Finding(
            Verdict.MISSED,
            min(trouble.from_s + FLAG_S, trouble.until_s),
            None,
            f"nothing said within {FLAG_S:.0f} s",
            f"truly {trouble.kind} {_span(trouble.from_s, trouble.until_s)}",
        )
    for claim in replayed.graded.camera.false:
        around = _around(replayed.take.truth, None, claim.time_s)
        yield Finding(Verdict.WRONG, claim.time_s, None, f"said {claim.kind}", "nothing ails it", around)


def _segment_at(truth: Truth, facing: str, time_s: float) -> Segment:
    if facing not in truth.facings:
        return Segment(facing, FacingStatus.UNKNOWN, 0.0, truth.duration_s, 0.0)
    segments = segments_of(truth, facing)
    return next((one for one in reversed(segments) if one.from_s <= time_s), segments[0])


def _truly(segment: Segment) -> str:
    cause = f" ({segment.cause})" if segment.cause else ""
    since = f" since {clock(segment.from_s)}" if segment.from_s else ""
    return f"truly {in_words(segment.state)}{since}{cause}"


def _around(truth: Truth, facing: str | None, time_s: float) -> str:
    """Who or what was there shortly before a moment."""
    hidden = truth.hidden.get(facing, ()) if facing is not None else ()
    spans = [
        *((one.kind, one.from_s, one.until_s) for one in truth.nuisances),
        *((f"camera {one.kind}", one.from_s, one.until_s) for one in truth.camera),
        *(("hidden", from_s, until_s) for from_s, until_s in hidden),
    ]
    near = [span for span in spans if span[1] <= time_s and span[2] >= time_s - _AROUND_S]
    return ", ".join(f"{kind.replace('_', ' ')} {_span(from_s, until_s)}" for kind, from_s, until_s in near)


def _span(from_s: float, until_s: float) -> str:
    return f"{clock(from_s)}-{clock(until_s)}"


def _read(stretches: Sequence[Stretch], from_s: float, until_s: float) -> str:
    """What the facing read meanwhile, such as "read stocked 80 %, unknown (occluded) 20 %"."""
    seconds: dict[str, float] = {}
    for stretch in stretches:
        length_s = min(stretch.until_s, until_s) - max(stretch.from_s, from_s)
        if length_s > 0:
            reason = f" ({stretch.reason.replace('_', ' ')})" if stretch.reason else ""
            name = in_words(stretch.state) + reason
            seconds[name] = seconds.get(name, 0.0) + length_s
    whole = sum(seconds.values())
    shares = sorted(seconds.items(), key=lambda item: -item[1])
    return "read " + ", ".join(f"{name} {length_s / whole:.0%}" for name, length_s in shares) if whole else ""
