"""A check of calibration pictures as a person reads it in a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from edgekit_calibration.convergence import ENOUGH_MOVE, Convergence
from edgekit_calibration.similarity import Similarity
from rich.console import Console, ConsoleOptions, RenderResult
from rich.table import Table
from rich.text import Text

from edgekit_export.calibration_check import CalibrationCheck

__all__ = ["CheckView"]

_LEVELS: Final = " ▁▂▃▄▅▆▇█"
_BAR: Final = 20


class CheckView:
    """Renders a check with rich, to whatever width there is."""

    def __init__(self, check: CalibrationCheck) -> None:
        self._check = check

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        check = self._check
        of = f" of {check.available}, evenly spread" if check.available > check.pictures + len(check.skipped) else ""
        yield Text(f"{_counted(check.pictures, 'picture')}{of}", style="bold")
        yield from _light(check)
        if check.convergence is not None:
            yield Text()
            yield from _convergence(check.convergence)
        if check.similarity is not None:
            yield Text()
            yield from _similarity(check, check.similarity)
        yield Text()
        yield from _verdict(check)


def _light(check: CalibrationCheck) -> Iterator[Text]:
    low, middle, high = check.lightness
    yield Text.assemble(
        ("Light: dark ", "dim"),
        _profile(check.light),
        (" bright", "dim"),
        f"   lightness {low:.0f} to {high:.0f} of 100, half below {middle:.0f}",
    )
    if check.one_light:
        yield Text("All in much the same light. Where the shop's light changes, collect over hours.", style="dim")


def _convergence(convergence: Convergence) -> Iterator[Text | Table]:
    yield Text("Are they enough? How far the ranges still moved, nine of ten by less than", style="bold")
    table = Table.grid(padding=(0, 2))
    table.add_column(justify="right", no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(no_wrap=True)
    for point in convergence.points:
        size = min(1.0, point.p90_move / 0.25)
        style = "green" if point.p90_move < ENOUGH_MOVE else "yellow"
        table.add_row(
            f"  after {point.images}", f"{point.p90_move:.1%}", Text("█" * max(1, round(size * _BAR)), style=style)
        )
    yield table
    if convergence.enough or not convergence.points:
        yield Text(convergence.sentence())
    else:
        yield Text(f"Wanted: less than {ENOUGH_MOVE:.0%} after half of them.", style="dim")


def _similarity(check: CalibrationCheck, similarity: Similarity) -> Iterator[Text | Table]:
    yield Text(f"Do they look like the deployment's {_counted(similarity.deployment, 'picture')}?", style="bold")
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("")
    for heading in ("these", "deployment", "apart (0-1)", "beyond"):
        table.add_column(heading, justify="right")
    for one in similarity.differences:
        table.add_row(
            Text(one.name, style="yellow" if one.differs else ""),
            f"{one.calibration:.1f}",
            f"{one.deployment:.1f}",
            f"{one.apart:.2f}",
            f"{one.outside:.0%}",
        )
    yield table
    yield Text(
        "apart: Kolmogorov-Smirnov distance. beyond: share of the deployment's pictures outside of all these.",
        style="dim",
    )
    if check.coverage is not None and check.coverage.covered:
        odd = "" if similarity.alike else "They look different. "
        yield Text(f"{odd}{check.coverage.sentence()}")


def _verdict(check: CalibrationCheck) -> Iterator[Text | Table]:
    warnings = check.warnings
    if not warnings and not check.skipped:
        yield Text("Nothing speaks against calibrating on them.", style="bold green")
        return
    yield Text("Before calibrating on them", style="bold yellow")
    for line in (*warnings, *(f"Left out: {line}" for line in check.skipped)):
        listed = Table.grid(padding=(0, 1))
        listed.add_column(no_wrap=True)
        listed.add_column(overflow="fold")
        listed.add_row("-", Text(line))
        yield listed


def _profile(counts: Sequence[int]) -> str:
    most = max(counts) or 1
    return "".join(_LEVELS[-(-count * (len(_LEVELS) - 1) // most)] for count in counts)


def _counted(count: int, word: str) -> str:
    return f"{count} {word}{'' if count == 1 else 's'}"
