"""replay.html: how right the events were, a picture for every fault, and the timeline of every facing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from edgekit.page.drawing import sign
from edgekit.page.markup import Cell, bullets, page, paragraph, section, table, text
from edgekit.replay.bench import Replayed
from edgekit.replay.figures import Figures, figures_of
from edgekit.replay.findings import Finding, Verdict, findings_of
from edgekit.replay.outcome import Against, Bench, Tried
from edgekit.replay.report.curves import curves
from edgekit.replay.report.pictures import views_of
from edgekit.replay.report.style import STYLE
from edgekit.replay.report.timeline import HATCH, legend, timeline
from edgekit.replay.table import HEADS, by_scenario, cells
from edgekit.shelf.planogram import Planogram, load_planogram

__all__ = ["replay_html"]

_MOST_PICTURES: Final = 60
"""About 40 KB each: a page that a mail still carries."""
_MOST_LINES: Final = 500
_OPEN_UP_TO: Final = 3
"""So few takes are shown without asking; of more, those with faults."""
_TONES: Final = {Verdict.WRONG: "unsafe", Verdict.MISSED: "unsafe", Verdict.LATE: "unsure"}


def replay_html(bench: Bench) -> bytes:
    """The page, UTF-8, with everything in it."""
    found = {index: findings_of(one) for index, one in enumerate(bench.replayed)}
    several = len(bench.replayed) > 1
    name = f"{len(bench.replayed)} takes" if several else bench.replayed[0].take.name
    return page(
        f"Replay of {name}",
        STYLE,
        HATCH,
        f'<div class="kicker"><h1>Replay of {text(name)}</h1><span>{text(_settings(bench.replayed[0]))}</span></div>',
        _first_screen([one for each in found.values() for one in each], bench.replayed),
        section("Figures", _figures(by_scenario(bench.replayed), "scenario"), paragraph(_COUNTED, tone="small")),
        _sweep(bench.sweep),
        _against(bench),
        _faults(bench.replayed, found),
        _timelines(bench.replayed, found),
    )


_COUNTED: Final = (
    "Precision: share of the events that are true. Recall: share of the changes for the worse that had to be told, and "
    "were; resolved: the same of restockings. Delays are seconds in which the facing could be seen."
)


def _settings(one: Replayed) -> str:
    rules, site = one.take.site.shelf, one.take.site
    seen_by = ", ".join(path.name for path in site.models.values()) or "no model"
    return f"holds {rules.hold_out_of_stock_s:g} s and {rules.hold_restocked_s:g} s, {seen_by}"


def _first_screen(findings: Sequence[Finding], replayed: Sequence[Replayed]) -> str:
    figures = figures_of([one.graded for one in replayed])
    counts = [(sum(one.verdict is verdict for one in findings), verdict.value) for verdict in Verdict]
    headline = ", ".join(f"{count} {name}" for count, name in counts if count)
    grave = any(one.verdict is not Verdict.LATE for one in findings)
    level = "unsafe" if grave else "unsure" if findings else "safe"
    if not findings:
        headline = "Every event right" if figures.raised else "Nothing to tell, nothing told"
    minutes = figures.camera_s / 60
    length = f"{minutes / 60:.1f} hours" if minutes > 90 else f"{minutes:.1f} minutes"
    facts = (
        f"{_count(figures.raised, 'event')}, {figures.right} of them right; "
        f"{_count(figures.due + figures.resolutions_due, 'change')} that had to be told; {length} of one camera."
    )
    return (
        f'<div class="hero {level}">{sign(level)}<strong>{text(headline)}</strong><div>{paragraph(facts)}</div></div>'
    )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _figures(rows: Sequence[tuple[str, Figures]], first: str) -> str:
    return table((first, *HEADS), [(name, *_cells(figures)) for name, figures in rows])


def _cells(figures: Figures) -> list[Cell]:
    return [Cell(one.value, (one.counted,)) for one in cells(figures)]


def _sweep(sweep: Sequence[Tried]) -> str:
    if not sweep:
        return ""
    rows = [
        (f"{number}. {one.variant.name}" + (" *" if one.unbeaten else ""), *_cells(one.figures))
        for number, one in enumerate(sweep)
    ]
    note = (
        "* No other setting is as good in precision, recall of problems and of restockings, false alarms and delay, "
        "and better in one of them (full dots). What is due, and by when, goes by the configured holds for all."
    )
    return section("Settings tried", curves(sweep), table(("setting", *HEADS), rows), paragraph(note, tone="small"))


def _against(bench: Bench) -> str:
    other: Against | None = bench.against
    if other is None:
        return ""
    rows = [
        ("A: as configured", figures_of([one.graded for one in bench.replayed])),
        ("B: the other", figures_of([one.graded for one in other.replayed])),
    ]
    pair = other.paired
    lists = [
        f"<h3>Only {name} right: {len(lines)}</h3>{bullets([one.line for one in lines], _MOST_LINES)}"
        for name, lines in (("A", pair.only_a), ("B", pair.only_b))
    ]
    chance = f"Both right: {pair.both}. A split as uneven as this or more has chance {pair.chance:.2g} (sign test)."
    return section("Two configurations", _figures(rows, ""), paragraph(chance), *lists)


def _faults(replayed: Sequence[Replayed], found: dict[int, tuple[Finding, ...]]) -> str:
    figures, left = list[str](), list[str]()
    for index, one in enumerate(replayed):
        planogram = load_planogram(one.take.site.cameras[0].planogram) if found[index] else None
        for finding in found[index]:
            take = one.take.name if len(replayed) > 1 else ""
            if planogram is not None and len(figures) < _MOST_PICTURES:
                figures.append(_fault(one, finding, planogram, take))
            else:
                left.append(f"{take} {finding.verdict.value} {finding.line}".strip())
    more = f"<h3>Without a picture here</h3>{bullets(left, _MOST_LINES)}" if left else ""
    return section(
        "Wrong, missed and late", f'<div class="grid faults">{"".join(figures)}</div>' if figures else "", more
    )


def _fault(one: Replayed, finding: Finding, planogram: Planogram, take: str) -> str:
    jpeg = one.recording.picture_at(finding.time_s)
    views = views_of(jpeg, planogram, finding.facing) if jpeg is not None else None
    drawn = ""
    if views is not None:
        close = f'<img src="{views.close}" alt="the facing and what is around it">' if views.close else ""
        drawn = f'<div class="views">{close}<img src="{views.whole}" alt="the whole frame"></div>'
    head, _, _ = finding.line.partition(": ")
    around = f"<br>{text(finding.around)}" if finding.around else ""
    return (
        f'<figure class="card">{drawn}<figcaption>'
        f'<i class="pill {_TONES[finding.verdict]}">{finding.verdict.value}</i>'
        f"<b>{text(f'{take} {head}'.strip())}</b>{text(finding.said)}; {text(finding.true)}{around}"
        "</figcaption></figure>"
    )


def _timelines(replayed: Sequence[Replayed], found: dict[int, tuple[Finding, ...]]) -> str:
    if len(replayed) == 1:
        return section("Timeline", legend(), timeline(replayed[0]))
    takes = "".join(_folded(one, len(found[at]), len(replayed)) for at, one in enumerate(replayed))
    return section("Timelines", legend(), takes)


def _folded(one: Replayed, faults: int, takes: int) -> str:
    is_open = " open" if faults or takes <= _OPEN_UP_TO else ""
    return (
        f'<details class="take"{is_open}><summary>{text(one.take.name)}<small>{text(_count(faults, "fault"))}</small>'
        f"</summary>{timeline(one)}</details>"
    )
