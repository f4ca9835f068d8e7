"""`edgekit doctor`: what this machine has, and what is missing for what."""

from __future__ import annotations

import json
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from edgekit.doctor import Diagnosis

_MARKS = {"ok": "[green]✓[/]", "absent": "[dim]·[/]", "warning": "[yellow]![/]"}


def doctor(
    bundle: Annotated[
        list[Path] | None, typer.Argument(help="Bundles to load, to say which graph `auto` takes here and why.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object instead of tables.")] = False,
) -> None:
    """Print what this machine has, what is missing for what, and what to type about it.

    Example: edgekit doctor products.edgekit
    """
    from edgekit.doctor import diagnose

    diagnosis = diagnose(*(bundle or ()))
    if as_json:
        typer.echo(json.dumps(diagnosis.to_json(), indent=1, ensure_ascii=False))
        return
    from rich.console import Console

    show(diagnosis, Console(highlight=False))


def show(diagnosis: Diagnosis, console: Console) -> None:
    """Print a diagnosis: findings by section, then abilities; advice stands below what it mends."""
    from rich.markup import escape
    from rich.table import Table

    for section, findings in groupby(diagnosis.findings, key=lambda finding: finding.section):
        console.print(f"[bold]{section}[/]")
        table = Table.grid(padding=(0, 1))
        table.add_column(width=1)
        table.add_column(min_width=12, max_width=22, overflow="fold")
        table.add_column(overflow="fold")
        for finding in findings:
            advice = f"\n[cyan]→ {escape(finding.advice)}[/]" if finding.advice else ""
            value = escape(finding.value)
            value = value if finding.status.value != "absent" else f"[dim]{value}[/]"
            table.add_row(_MARKS[finding.status.value], escape(finding.name), value + advice)
        console.print(table)
        console.print()
    console.print("[bold]What works here[/]")
    table = Table.grid(padding=(0, 1))
    table.add_column(width=1)
    table.add_column(min_width=12, max_width=32, overflow="fold")
    table.add_column(overflow="fold")
    for ability in diagnosis.abilities:
        advice = f"\n[cyan]→ {escape(ability.remedy)}[/]" if ability.remedy and not ability.usable else ""
        mark = _MARKS["ok"] if ability.usable else "[red]✗[/]"
        table.add_row(mark, escape(ability.name), escape(ability.reason) + advice)
    console.print(table)
