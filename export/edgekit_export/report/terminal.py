"""The report as a table for the terminal."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from edgekit_export.report.content import Report
from edgekit_export.report.table import columns, comparison, rows
from edgekit_export.report.verdict import Level

__all__ = ["report_terminal"]

_COLOURS = {Level.SAFE: "bold green", Level.CHECK: "bold yellow", Level.UNSAFE: "bold red"}


def report_terminal(report: Report) -> RenderableType:
    """The verdict and one row an encoding; text of files and models is never read as markup."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    for index, name in enumerate(columns(report)):
        table.add_column(Text(name), justify="left" if index == 0 else "right")
    for row in rows(report):
        table.add_row(*(Text(cell) for cell in row))
    parts: list[RenderableType] = [table]
    if report.compared:
        parts.append(Text(f"Compared with float on {comparison(report)}.", style="dim"))
    parts += [Text(f"Note: {note}", style="dim") for note in report.notes]
    verdict = Text(f"{report.verdict.headline}: ", style=_COLOURS[report.verdict.level])
    verdict.append(report.verdict.reason, style="default")
    return Group(*parts, verdict)
