"""Collecting as a person sees it: a line that moves while it lasts, and what came of it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from edgekit_calibration.collect import Collected, Progress
from edgekit_calibration.collect_choice import Left
from edgekit_calibration.collect_people import People
from rich.console import Console, ConsoleOptions, RenderResult
from rich.progress import BarColumn, TextColumn
from rich.progress import Progress as Bars
from rich.text import Text

__all__ = ["CollectedView", "collecting", "how_people_are_left_out"]

_ALWAYS_MOVING: Final = 0.8
"""Share of the frames from which on motion is no passing shopper."""


def how_people_are_left_out(people: People, model: Path | None) -> str:
    """What happens to people, in plain words, before anything is kept."""
    if people is People.KEEP:
        return "People are kept as they are."
    if model is None:
        return (
            "Without a model nobody can find people: pictures in which something moves are left out, and somebody who "
            "stands still is kept. A detector's bundle finds them: --model BUNDLE."
        )
    if people is People.SKIP:
        return f"Pictures in which {model.name} finds people are left out."
    return f"People that {model.name} finds are painted over."


@contextlib.contextmanager
def collecting(console: Console, count: int) -> Iterator[Progress]:
    """Yield a Progress that draws one line; nothing where nobody watches (no terminal)."""
    if not console.is_terminal:
        yield lambda kept, looked_at, left_s: None
        return
    columns = (TextColumn("Collecting"), BarColumn(bar_width=20), TextColumn("{task.description}"))
    with Bars(*columns, console=console) as bars:
        task = bars.add_task("", total=count)

        def drawn(kept: int, looked_at: int, left_s: float | None) -> None:
            left = "" if left_s is None else f", {_time(left_s)} left"
            bars.update(task, completed=kept, description=f"{kept} of {count} kept, {looked_at} looked at{left}")

        yield drawn


class CollectedView:
    """Renders what came of it with rich."""

    def __init__(self, found: Collected) -> None:
        self._found = found

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        found = self._found
        yield Text(f"{_counted(found.pictures, 'picture')} in {found.folder}, {found.new} taken now", style="bold")
        if found.lightness is not None:
            low, high = found.lightness
            yield Text(f"Lightness {low:.0f} to {high:.0f} of 100.")
        if len(found.cameras) > 1:
            yield Text("By camera: " + ", ".join(f"{name} {number}" for name, number in sorted(found.cameras.items())))
        yield Text(f"{_counted(found.looked_at, 'frame')} looked at" + (":" if found.left else "."))
        for why, number in sorted(found.left.items(), key=lambda item: -item[1]):
            yield Text(f"  {number} left out: {why.value}")
        if found.left.get(Left.MOVING, 0) > _ALWAYS_MOVING * found.looked_at:
            yield Text(
                "Something moves nearly always, be it a screen or a branch: a model that finds people (--model BUNDLE) "
                "leaves more pictures, and so does --people keep where nobody is in them.",
                style="yellow",
            )
        for name, reason in found.lost.items():
            yield Text(f"{name} could not be read to the end: {reason}", style="yellow")
        if found.pictures:
            yield Text(f"Next   edgekit calibrate {found.folder} --model BUNDLE")


def _time(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}"


def _counted(count: int, word: str) -> str:
    return f"{count} {word}{'' if count == 1 else 's'}"
