"""What truly happened in a clip, and when it could be seen."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

STOCKED = "stocked"
LOW = "low"
OUT = "out_of_stock"
MISPLACED = "misplaced"


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the clip during which something of one kind went on."""

    kind: str
    from_s: float
    until_s: float


@dataclass(frozen=True, slots=True)
class Change:
    """The moment at which a facing truly came into a state."""

    facing: str
    time_s: float
    state: str
    cause: str


@dataclass(frozen=True, slots=True)
class Truth:
    """All that a judge needs to know of one clip."""

    scenario: str
    duration_s: float
    facings: tuple[str, ...]
    changes: tuple[Change, ...]
    hidden: Mapping[str, tuple[tuple[float, float], ...]]
    nuisances: tuple[Span, ...]
    camera: tuple[Span, ...]


def state_of(count: int, capacity: int) -> str:
    """The state of a facing that holds `count` units of its own product."""
    if count == 0:
        return OUT
    return LOW if capacity > 1 and 2 * count <= capacity else STOCKED


def spans_of(times_s: Sequence[float], flags: Sequence[bool], step_s: float) -> tuple[tuple[float, float], ...]:
    """Join samples that are true into stretches; gaps of less than 0.35 s are bridged."""
    spans: list[tuple[float, float]] = []
    for time_s, flag in zip(times_s, flags, strict=True):
        if not flag:
            continue
        if spans and time_s - spans[-1][1] < 0.35:
            spans[-1] = (spans[-1][0], time_s + step_s)
        else:
            spans.append((time_s, time_s + step_s))
    return tuple(spans)


def seen_s(from_s: float, until_s: float, unseen: Sequence[tuple[float, float]]) -> float:
    """How much of a stretch lies outside the unseen ones, which may overlap."""
    left, at = 0.0, from_s
    for start, end in sorted((a, b) for a, b in unseen):
        if start > at:
            left += max(0.0, min(start, until_s) - at)
        at = max(at, end)
        if at >= until_s:
            return left
    return left + max(0.0, until_s - at)


def write_truth(truth: Truth, path: Path) -> None:
    """Write the truth as JSON, times in order and to a hundredth of a second."""

    def spans(items: tuple[Span, ...]) -> list[dict[str, object]]:
        ordered = sorted(items, key=lambda item: (item.from_s, item.until_s))
        return [{"kind": s.kind, "from_s": round(s.from_s, 2), "until_s": round(s.until_s, 2)} for s in ordered]

    changes = sorted(truth.changes, key=lambda change: change.time_s)
    document = {
        "version": 1,
        "scenario": truth.scenario,
        "duration_s": truth.duration_s,
        "facings": list(truth.facings),
        "changes": [
            {"facing": c.facing, "time_s": round(c.time_s, 2), "state": c.state, "cause": c.cause} for c in changes
        ],
        "hidden": {
            name: [[round(a, 2), round(min(b, truth.duration_s), 2)] for a, b in spans_]
            for name, spans_ in truth.hidden.items()
            if spans_
        },
        "nuisances": spans(truth.nuisances),
        "camera": spans(truth.camera),
    }
    path.write_text(json.dumps(document, indent=1) + "\n")
