"""The timeline of a take: for each facing what is true, what it read and what was said, one under the other.

Lengths along time are percentages of the drawing, everything else is pixels: the same markup fits a phone and a wide
screen without its text growing or shrinking.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from edgekit.page.markup import text
from edgekit.replay.bench import Replayed
from edgekit.replay.claims import Claim
from edgekit.replay.findings import Finding, clock, findings_of, in_words
from edgekit.replay.recording import Stretch
from edgekit.replay.scoring import Segment, segments_of
from edgekit.replay.truth import Truth

__all__ = ["HATCH", "legend", "timeline"]

HATCH: Final = (
    '<svg width="0" height="0" style="position:absolute" aria-hidden="true"><defs>'
    '<pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<rect class="hatch-ground" width="6" height="6"/><line class="hatch-line" x1="0" x2="0" y1="0" y2="6"/>'
    "</pattern></defs></svg>"
)
"""The pattern of `unknown`; stands in the page once, before the first timeline."""

_PX_A_SECOND: Final = 0.5
_TICK_PX: Final = 66.0
_TICKS_S: Final = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400)
_FINEST: Final = 2000
"""A stretch shorter than this part of the clip is less than a pixel: it is drawn as what came before it."""
_NAMED_FROM: Final = 0.08
"""Part of the clip from which a band has room for its name."""

_MARKS: Final = {
    "right": '<path class="mark-right" d="M0 -5L5.5 5H-5.5Z"/>',
    "late": '<path class="mark-late" d="M0 -5L5.5 5H-5.5Z"/>',
    "wrong": '<path class="mark-wrong" d="M-4.5 -4.5L4.5 4.5M4.5 -4.5L-4.5 4.5"/>',
    "missed": '<circle class="mark-missed" r="5"/>',
}


def timeline(replayed: Replayed) -> str:
    """The whole take; facings with which nothing happened, truly or allegedly, stand folded away."""
    truth = replayed.take.truth
    findings = findings_of(replayed)
    eventful = {change.facing for change in truth.changes} | {one.facing for one in findings}
    tracks = {facing: _facing(replayed, facing, findings) for facing in truth.facings}
    shown = [track for facing, track in tracks.items() if facing in eventful]
    quiet = [track for facing, track in tracks.items() if facing not in eventful]
    count = f"{len(quiet)} facing{'s' if len(quiet) > 1 else ''}"
    folded = (
        f"<details><summary>{count} where nothing was to be told, and nothing was</summary>{''.join(quiet)}</details>"
    )
    least_px = truth.duration_s * _PX_A_SECOND
    return (
        f'<div class="scroll" tabindex="0" style="--least:{_px(min(least_px, 8000) if least_px > 300 else 0)}px">'
        f"{_axis(truth.duration_s, max(330.0, least_px))}{''.join(_happenings(truth))}{''.join(shown)}"
        f"{folded if quiet else ''}</div>"
    )


def legend() -> str:
    """What the colours and marks mean."""
    bands = ("stocked", "low", "out_of_stock", "misplaced", "unknown", "hidden", "nuisance", "camera")
    names = {"hidden": "hidden", "nuisance": "somebody or something else", "camera": "camera trouble"}
    items = [
        f'<span><svg><rect class="band-{name}" width="100%" height="100%" rx="2"/></svg>'
        f"{text(names.get(name, name.replace('_', ' ')))}</span>"
        for name in bands
    ]
    items += [
        f'<span><svg viewBox="-8 -7 16 14">{mark}</svg>{text(name)}{" event" if name != "missed" else ""}</span>'
        for name, mark in _MARKS.items()
    ]
    return (
        f'<p class="legend">{"".join(items)}</p>'
        '<p class="small">Of each facing: what was so (upper band; thin above it: when it was hidden), '
        "what it read (lower band), and what was said (marks).</p>"
    )


def _axis(duration_s: float, width_px: float) -> str:
    most = max(2, int(width_px / _TICK_PX))
    step_s = next((step for step in _TICKS_S if duration_s / step <= most), _TICKS_S[-1])
    times_s = [index * step_s for index in range(int(duration_s / step_s) + 1)]
    labels = []
    for time_s in times_s:
        part = time_s / duration_s
        anchor = "start" if part < 0.03 else "end" if part > 0.97 else "middle"
        labels.append(
            f'<text class="axis-label" x="{_percent(part)}" y="11" text-anchor="{anchor}">'
            f"{text(clock(time_s).removesuffix('.0'))}</text>"
            f'<line class="tick" x1="{_percent(part)}" x2="{_percent(part)}" y1="14" y2="18"/>'
        )
    return f'<div class="track"><svg height="18" aria-hidden="true">{"".join(labels)}</svg></div>'


def _happenings(truth: Truth) -> Iterator[str]:
    """A thin track for each kind of thing that happened, the camera's trouble first."""
    spans: list[tuple[str, str, float, float]] = [("camera", one.kind, one.from_s, one.until_s) for one in truth.camera]
    spans += [("nuisance", one.kind, one.from_s, one.until_s) for one in truth.nuisances]
    for kind, name in dict.fromkeys((kind, name) for kind, name, _, _ in spans):
        bands = "".join(
            _band(f"band-{kind}", (from_s, until_s), truth.duration_s, (0, 9), f"{name}")
            for one, other, from_s, until_s in spans
            if (one, other) == (kind, name)
        )
        said = f"camera {name}" if kind == "camera" else name.replace("_", " ")
        yield f'<div class="track"><span class="tag">{text(said)}</span><svg height="9">{bands}</svg></div>'


def _facing(replayed: Replayed, facing: str, findings: Sequence[Finding]) -> str:
    truth, duration_s = replayed.take.truth, replayed.take.truth.duration_s
    parts = [
        *(_band("band-hidden", span, duration_s, (0, 4), "hidden") for span in truth.hidden.get(facing, ())),
        *(_true_band(one, duration_s) for one in segments_of(truth, facing)),
        *(_read_band(one, duration_s) for one in _drawable(replayed.recording.stretches.get(facing, ()), duration_s)),
        *_marks(replayed, facing, findings),
    ]
    mine = [one.verdict.value for one in findings if one.facing == facing]
    faults = ", ".join(f"{mine.count(name)} {name}" for name in dict.fromkeys(mine))
    tag = f' <span class="tag unsafe">{text(faults)}</span>' if faults else ""
    name = f"<span><b>{text(facing)}</b>{tag}</span>"
    return (
        f'<div class="track">{name}<svg height="52" role="img" aria-label="{text(facing)}">{"".join(parts)}</svg></div>'
    )


def _true_band(segment: Segment, duration_s: float) -> str:
    said = in_words(segment.state)
    span_s = (segment.from_s, segment.until_s)
    return _band(f"band-{segment.state.value}", span_s, duration_s, (6, 14), f"truly {said}", said)


def _read_band(stretch: Stretch, duration_s: float) -> str:
    why = (stretch.reason or "").replace("_", " ")
    said = f"read {in_words(stretch.state)}{f' ({why})' if why else ''}"
    return _band(
        f"band-{stretch.state.value}",
        (stretch.from_s, stretch.until_s),
        duration_s,
        (22, 14),
        said,
        why or in_words(stretch.state),
    )


def _drawable(stretches: Sequence[Stretch], duration_s: float) -> Iterator[Stretch]:
    """Without what would be narrower than a pixel."""
    kept: list[Stretch] = []
    for stretch in stretches:
        brief = stretch.until_s - stretch.from_s < duration_s / _FINEST
        alike = kept and (kept[-1].state, kept[-1].reason) == (stretch.state, stretch.reason)
        if kept and (brief or alike):
            kept[-1] = Stretch(kept[-1].from_s, stretch.until_s, kept[-1].state, kept[-1].reason)
        else:
            kept.append(stretch)
    yield from kept


def _band(
    kind: str, span_s: tuple[float, float], duration_s: float, place_px: tuple[int, int], title: str, name: str = ""
) -> str:
    """A stretch of time; `place_px`: its top and height, `name`: written in it where there is room."""
    from_s, until_s = max(0.0, span_s[0]), min(duration_s, span_s[1])
    part, (top, height) = max(0.0, until_s - from_s) / duration_s, place_px
    where = f'x="{_percent(from_s / duration_s)}" y="{top}" width="{_percent(part)}" height="{height}"'
    hint = f"<title>{text(f'{title} {clock(from_s)}-{clock(until_s)}')}</title>"
    drawn = f'<rect class="{text(kind)}" {where}>{hint}</rect>'
    if not name or part < _NAMED_FROM:
        return drawn
    return f'{drawn}<svg {where}><text class="{text(kind)}" x="4" y="{height - 3.5:g}">{text(name)}</text></svg>'


def _marks(replayed: Replayed, facing: str, findings: Iterable[Finding]) -> Iterator[str]:
    duration_s = replayed.take.truth.duration_s
    for outcome in replayed.graded.score.right:
        if outcome.claim is not None and outcome.claim.facing == facing and not outcome.late:
            yield _mark("right", outcome.claim.time_s, duration_s, f"{_claim(outcome.claim)}, rightly")
    for finding in findings:
        if finding.facing == facing:
            said = f"{finding.said}; {finding.true}"
            yield _mark(finding.verdict.value, finding.time_s, duration_s, said)


def _claim(claim: Claim) -> str:
    return f"said {in_words(claim.state)}"


def _mark(kind: str, time_s: float, duration_s: float, title: str) -> str:
    where = f'x="{_percent(min(1.0, time_s / duration_s))}" y="45"'
    hint = f"<title>{text(f'{clock(time_s)} {title}')}</title>"
    return f'<svg class="mark" {where}><g>{hint}{_MARKS[kind]}</g></svg>'


def _percent(part: float) -> str:
    return f"{100 * part:.3f}%"


def _px(value: float) -> str:
    return f"{value:.0f}"
