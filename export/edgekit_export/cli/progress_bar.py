"""A progress bar on standard error; standard output stays with the result."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from edgekit_export.progress import Progress as Report

__all__ = ["progress_bar"]


@contextlib.contextmanager
def progress_bar(console: Console) -> Iterator[Report]:
    """Yield a Progress that draws one line a stage, with the time left, and in the end the time it took.

    Where nobody watches (no terminal) it prints the stages' names.
    """
    if not console.is_terminal:
        seen: set[str] = set()

        def named(stage: str, done: int, total: int) -> None:
            if stage not in seen:
                seen.add(stage)
                console.print(stage, highlight=False, markup=False)

        yield named
        return
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeRemainingColumn(elapsed_when_finished=True),
    )
    with Progress(*columns, console=console) as bar:
        tasks: dict[str, TaskID] = {}

        def drawn(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bar.add_task(stage, total=total or None)
            bar.update(tasks[stage], completed=done, total=total or None)

        yield drawn
