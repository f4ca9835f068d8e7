"""What each swept setting does, as curves: a panel for precision and recall, one for false alarms, one for delay."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from edgekit.page.drawing import coordinate, label, plot
from edgekit.page.markup import text
from edgekit.replay.outcome import Tried

__all__ = ["curves"]

_WIDTH: Final = 340.0
_LEFT, _RIGHT, _TOP, _BASE = 36.0, 326.0, 12.0, 130.0
_MOST_LABELS: Final = 9


@dataclass(frozen=True, slots=True)
class _Series:
    name: str
    values: Sequence[float | None]
    kind: str = ""


def curves(sweep: Sequence[Tried]) -> str:
    """Three panels over the settings, in the order in which they were named; full dots are those that none beats."""
    figures = [one.figures for one in sweep]
    panels = [
        _panel(
            sweep,
            1.0,
            _Series("precision", [one.precision for one in figures]),
            _Series("recall", [one.recall for one in figures], "second"),
        ),
        _panel(sweep, None, _Series("false alarms a camera-day", [one.false_alarms_per_day for one in figures])),
        _panel(sweep, None, _Series("delay p95, visible seconds", [one.delay_p95_s for one in figures])),
    ]
    return f'<div class="grid curves">{"".join(panels)}</div>'


def _panel(sweep: Sequence[Tried], top: float | None, *series: _Series) -> str:
    known = [value for one in series for value in one.values if value is not None]
    highest = top or max(known, default=0.0) or 1.0
    lines = "".join(_line(one, highest, [tried.unbeaten for tried in sweep]) for one in series)
    heads = " and ".join(f'<i class="{one.kind}">{text(one.name)}</i>' for one in series)
    drawn = plot(
        _WIDTH,
        170,
        ", ".join(one.name for one in series),
        f'<path class="axis" fill="none" d="M{_LEFT} {_TOP}V{_BASE}H{_RIGHT}"/>',
        label(_LEFT - 5, _TOP + 5, _short(highest), "end"),
        label(_LEFT - 5, _BASE + 3, "0", "end"),
        lines,
        *_labels(sweep),
    )
    return f'<div class="card"><h3>{heads}</h3>{drawn}</div>'


def _x(index: int, count: int) -> float:
    return _LEFT + 12 + (_RIGHT - _LEFT - 24) * (index / (count - 1) if count > 1 else 0.5)


def _line(series: _Series, highest: float, unbeaten: Sequence[bool]) -> str:
    points = [
        (_x(index, len(series.values)), _BASE - (_BASE - _TOP) * min(1.0, value / highest), index)
        for index, value in enumerate(series.values)
        if value is not None
    ]
    # The configured setting stands first and is no step of the curve.
    path = "".join(
        f"{'L' if number else 'M'}{coordinate(x)} {coordinate(y)}"
        for number, (x, y, _) in enumerate(one for one in points if one[2] > 0)
    )
    dots = "".join(
        f'<circle class="dot {series.kind}{"" if unbeaten[index] else " hollow"}" cx="{coordinate(x)}" '
        f'cy="{coordinate(y)}" r="4"/>'
        for x, y, index in points
    )
    return f'<path class="line {series.kind}" d="{path}"/>{dots}' if path else dots


def _labels(sweep: Sequence[Tried]) -> list[str]:
    """Where one setting was swept its values, else numbers of the table's rows."""
    one_key = {key for tried in sweep for key in tried.variant.changes}
    names = [", ".join(tried.variant.changes.values()) or "now" for tried in sweep]
    if len(one_key) != 1:
        names = [str(index) for index in range(len(sweep))]
    every = -(-len(sweep) // _MOST_LABELS)
    labels = [label(_x(index, len(sweep)), _BASE + 15, name) for index, name in enumerate(names) if index % every == 0]
    axis = next(iter(one_key)) if len(one_key) == 1 else "row of the table"
    return [*labels, label((_LEFT + _RIGHT) / 2, _BASE + 32, axis)]


def _short(value: float) -> str:
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}"
