"""What a person sees of a replay: a progress bar, a table, a line for every fault."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from edgekit.replay.figures import Figures, figures_of
from edgekit.replay.findings import Verdict, findings_of
from edgekit.replay.outcome import Bench, as_json_lines
from edgekit.replay.table import FEW_HEADS, HEADS, by_scenario, cells, few_cells

if TYPE_CHECKING:
    from edgekit.replay.grading import Take

__all__ = ["ReplayView"]

_STYLES: Final = {Verdict.WRONG: "bold red", Verdict.MISSED: "red", Verdict.LATE: "yellow"}
_MARKS: Final = {Verdict.WRONG: "x", Verdict.MISSED: "-", Verdict.LATE: "~"}
_WIDE: Final = 130
"""Columns from which a table with every figure in a column has room."""


class ReplayView:
    """The terminal of one replay."""

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json
        self._console = Console(stderr=as_json, highlight=False)

    def watch(self, takes: Sequence[Take], run: Callable[[Callable[[float, float], object]], Bench]) -> Bench:
        """Run with a progress bar and the time left."""
        progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            TextColumn("{task.percentage:.0f} %"),
            TimeRemainingColumn(),
            console=self._console,
            disable=not self._console.is_terminal,
            transient=True,
        )
        name = takes[0].name if len(takes) == 1 else f"{len(takes)} takes"
        task = progress.add_task(f"replay {name}", total=None)
        with progress:
            return run(lambda done_s, whole_s: progress.update(task, completed=done_s, total=whole_s))

    def show(self, bench: Bench) -> None:
        """Print all of it; with --json a line a take and one for all on standard output."""
        if self._as_json:
            for line in as_json_lines(bench):
                sys.stdout.write(json.dumps(line, ensure_ascii=False) + "\n")
            sys.stdout.flush()
            return
        self._findings(bench)
        if bench.against is not None:
            self._against(bench)
        elif bench.sweep:
            self._table([(_swept(one.variant.name, one.unbeaten), one.figures) for one in bench.sweep], "setting")
            self._say("* no other setting is as good in everything and better in something", "dim")
        else:
            self._table(by_scenario(bench.replayed), "scenario")

    def wrote(self, path: Path) -> None:
        """Say that a file was written."""
        self._say(f"wrote {path}")

    def _findings(self, bench: Bench) -> None:
        several = len(bench.replayed) > 1
        for one in bench.replayed:
            found = findings_of(one)
            if found and several:
                self._say(one.take.name, "bold")
            for finding in found:
                # Events are ASCII-marked as in `edgekit run`, so that a log keeps them apart without colour.
                line = f"{_MARKS[finding.verdict]} {finding.verdict.value:6} {finding.line}"
                self._say(("  " if several else "") + line, _STYLES[finding.verdict])
        if not any(findings_of(one) for one in bench.replayed):
            self._say("no wrong, missed or late event", "green")
        self._console.print()

    def _against(self, bench: Bench) -> None:
        assert bench.against is not None
        rows = [
            ("A: as configured", figures_of([one.graded for one in bench.replayed])),
            ("B: the other", figures_of([one.graded for one in bench.against.replayed])),
        ]
        self._table(rows, "", upright=True)
        pair = bench.against.paired
        for title, differences in (("only A right", pair.only_a), ("only B right", pair.only_b)):
            self._say(f"{title}: {len(differences)}", "bold")
            for difference in differences:
                self._say(f"  {difference.line}")
        self._say(
            f"both right: {pair.both}; so uneven a split or a more uneven one has chance {pair.chance:.2g} (sign test)"
        )

    def _table(self, rows: Sequence[tuple[str, Figures]], first: str, *, upright: bool = False) -> None:
        """A row a scenario where there is room; else, or `upright`, a row a figure for few, fewer figures for many."""
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
        if not upright and self._console.width >= _WIDE:
            table.add_column(first)
            for head in HEADS:
                table.add_column(head, justify="right")
            for name, figures in rows:
                table.add_row(Text(name), *map(str, cells(figures)), style="bold" if name == "in all" else "")
            self._console.print(table)
        elif len(rows) * 18 + 16 <= self._console.width:
            table.add_column("", no_wrap=True)
            for name, _ in rows:
                table.add_column(Text(name), justify="right")
            for head, values in zip(HEADS, zip(*(cells(figures) for _, figures in rows), strict=True), strict=True):
                table.add_row(head, *map(str, values))
            self._console.print(table)
        else:
            table.add_column(first, overflow="fold")
            for head in FEW_HEADS:
                table.add_column(head, justify="right", no_wrap=True)
            for name, figures in rows:
                table.add_row(Text(name), *few_cells(figures), style="bold" if name == "in all" else "")
            self._console.print(table)

    def _say(self, line: str, style: str = "") -> None:
        self._console.print(line, style=style, markup=False, soft_wrap=True)


def _swept(name: str, is_unbeaten: bool) -> str:
    return f"{name} *" if is_unbeaten else name
