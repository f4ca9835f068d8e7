"""The report as a table for the terminal."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from edgekit_export.report.content import Report
from edgekit_export.report.levels import Level
from edgekit_export.report.table import comparison, facts
from edgekit_export.report.words import count

__all__ = ["report_terminal"]

_COLOURS = {Level.SAFE: "green", Level.UNSURE: "yellow", Level.UNSAFE: "red"}
_LEVELS = {"safe": "green", "cannot tell": "yellow", "not safe": "red"}


def report_terminal(report: Report) -> RenderableType:
    """A column for each encoding, then notes, then the verdict; text of files and models is never read as markup."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("", no_wrap=True)
    for encoding in report.encodings:
        table.add_column(Text(encoding.encoding), justify="right", min_width=len(encoding.encoding))
    for name, values in facts(report):
        style = "dim" if name.startswith("  ") else ""
        table.add_row(Text(name, style=style), *(Text(value, style=_LEVELS.get(value, style)) for value in values))
    parts: list[RenderableType] = [table]
    measured = _measured_on(report)
    if measured:
        parts += ["", Text(measured, style="dim")]
    parts += [Text(f"Warning: {warning}", style="yellow") for warning in report.warnings]
    parts += [Text(f"Note: {note}", style="dim") for note in report.notes]
    colour = _COLOURS[Level(report.verdict.level)]
    parts += ["", Text(report.verdict.headline, style=f"bold {colour}"), Text(report.verdict.reason)]
    advice = Table.grid(padding=(0, 1, 0, 0))
    for line in report.verdict.advice:
        advice.add_row("→", Text(line))
    return Group(*parts, advice) if report.verdict.advice else Group(*parts)


def _measured_on(report: Report) -> str:
    floating = report.floating
    lines = []
    if report.metric and floating is not None and floating.scores is not None:
        lines.append(f"Accuracy on {count(floating.scores.images, 'labelled picture')}.")
    if report.compared:
        lines.append(f"Compared with float on {comparison(report)}.")
    return " ".join(lines)
