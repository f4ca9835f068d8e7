"""Small drawings for the page: SVG as text, colours from the page's sheet, no script and nothing to fetch."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from edgekit.page.drawing import coordinate as _n
from edgekit.page.drawing import label as _label
from edgekit.page.drawing import plot
from edgekit.page.markup import text
from edgekit_export.evaluate.intervals import Interval
from edgekit_export.report.quantizing import Convergence, InputRange, LayerInput

__all__ = ["Scale", "bar", "curve", "histogram", "whisker"]

_WIDTH = 340.0


@dataclass(frozen=True, slots=True)
class Scale:
    """The axis under a whisker.

    Attributes:
        low, high: its ends.
        safe, serious: where harm begins, and where it is serious; the zones between are coloured.
        label: writes a value.
        losses: what is measured where more is worse; "" where less is.
    """

    low: float
    high: float
    safe: float
    serious: float
    label: Callable[[float], str]
    losses: str


def whisker(value: float, interval: Interval, scale: Scale) -> str:
    """A figure with its interval, over zones that are safe, in between and not safe."""
    left, right, top, bottom = 8.0, _WIDTH - 8.0, 6.0, 34.0

    def at(position: float) -> float:
        part = (position - scale.low) / (scale.high - scale.low)
        return left + (right - left) * min(1.0, max(0.0, part))

    ends = (scale.low, *sorted((scale.safe, scale.serious)), scale.high)
    kinds = ("safe", "unsure", "unsafe") if scale.losses else ("unsafe", "unsure", "safe")
    zones = [
        f'<rect class="zone-{kind}" x="{_n(at(start))}" y="{_n(top)}" width="{_n(at(end) - at(start))}" '
        f'height="{_n(bottom - top)}"/>'
        for kind, start, end in zip(kinds, ends, ends[1:], strict=False)
    ]
    middle = (top + bottom) / 2
    marks = sorted({scale.safe, scale.serious, *((0.0,) if scale.losses and scale.low <= 0 else ())})
    ticks = [
        f'<line class="tick" x1="{_n(at(mark))}" x2="{_n(at(mark))}" y1="{_n(bottom)}" y2="{_n(bottom + 4)}"/>'
        for mark in marks
    ]
    labels = [_label(at(mark), bottom + 16, scale.label(mark)) for mark in _apart(marks, at)]
    return plot(
        _WIDTH,
        54,
        f"{scale.label(value)}, between {scale.label(interval.low)} and {scale.label(interval.high)}",
        *zones,
        *ticks,
        *labels,
        _label(right, bottom + 16, scale.losses, "end") if right - at(marks[-1]) > 90 else "",
        f'<line class="whisker" x1="{_n(at(interval.low))}" x2="{_n(at(interval.high))}" '
        f'y1="{_n(middle)}" y2="{_n(middle)}"/>',
        f'<circle class="dot" cx="{_n(at(value))}" cy="{_n(middle)}" r="6"/>',
    )


def _apart(marks: Sequence[float], at: Callable[[float], float]) -> list[float]:
    """Those whose labels have room."""
    shown: list[float] = []
    for mark in marks:
        if not shown or at(mark) - at(shown[-1]) >= 34:
            shown.append(mark)
    return shown


def bar(part: float, *, kind: str = "bar") -> str:
    """A bar filled to `part`, 0-1; `kind` is its CSS class."""
    filled = 100 * min(1.0, max(0.0, part))
    return (
        '<svg class="rule" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'
        '<rect class="rest" width="100" height="10" rx="2"/>'
        f'<rect class="{text(kind)}" width="{_n(filled)}" height="10" rx="2"/></svg>'
    )


def histogram(found: LayerInput, encoding: str) -> str:
    """A layer's input: how often each value occurs (root scale); under it, the range that INT8 covers and its steps."""
    reach = found.ranges[encoding]
    low, high = found.edges[0], found.edges[-1]
    low, high = min(low, max(reach.low, low - (high - low))), max(high, min(reach.high, high + (high - low)))
    left, right, base = 6.0, _WIDTH - 6.0, 92.0

    def at(value: float) -> float:
        part = (value - low) / (high - low) if high > low else 0.5
        return left + (right - left) * min(1.0, max(0.0, part))

    tallest = math.sqrt(max(found.counts, default=1) or 1)
    bars = []
    for number, start, end in zip(found.counts, found.edges, found.edges[1:], strict=False):
        if not number:
            continue
        height = max(1.0, 84.0 * math.sqrt(number) / tallest)
        inside = reach.low - reach.scale / 2 <= (start + end) / 2 <= reach.high + reach.scale / 2
        bars.append(
            f'<rect class="{"bar" if inside else "out"}" x="{_n(at(start) + 0.3)}" y="{_n(base - height)}" '
            f'width="{_n(max(0.8, at(end) - at(start) - 0.6))}" height="{_n(height)}"/>'
        )
    return plot(
        _WIDTH,
        122,
        f"values of {found.tensor} and the range of {encoding}",
        *bars,
        f'<line class="axis" x1="{_n(left)}" x2="{_n(right)}" y1="{_n(base)}" y2="{_n(base)}"/>',
        f'<line class="span" x1="{_n(at(reach.low))}" x2="{_n(at(reach.high))}" y1="{_n(base + 7)}" '
        f'y2="{_n(base + 7)}"/>',
        _steps(reach, at, base + 7),
        _label(left, base + 24, short(low), "start"),
        _label(right, base + 24, short(high), "end"),
        _label(at(0.0), base + 24, "0") if _has_room(at(0.0), left, right) and low < 0 < high else "",
    )


def _has_room(x: float, left: float, right: float) -> bool:
    return left + 45 < x < right - 45


def _steps(reach: InputRange, at: Callable[[float], float], y: float) -> str:
    """A tick every 16 steps, or every 64 where those cannot be told apart."""
    if reach.scale <= 0 or at(reach.high) - at(reach.low) < 4:
        return ""
    every = 16 if (at(reach.high) - at(reach.low)) * 16 >= 3 * reach.steps else 64
    number = int((reach.high - reach.low) / (reach.scale * every)) + 1
    path = "".join(f"M{_n(at(reach.low + index * every * reach.scale))} {_n(y - 3)}v6" for index in range(number))
    return f'<path class="tick" d="{path}"/>'


def short(value: float) -> str:
    """Three figures, with a real minus sign."""
    return f"{value:.3g}".replace("-", "−")


def curve(found: Convergence) -> str:
    """How much the ranges still change with more pictures, and what counts as little."""
    left, right, top, base = 40.0, _WIDTH - 14.0, 10.0, 120.0
    most = max((*found.change, found.small)) * 1.1 or 1.0
    first, last = math.log(found.images[0]), math.log(max(found.total, found.images[0] + 1))

    def x(images: float) -> float:
        return left + (right - left) * (math.log(images) - first) / (last - first)

    def y(change: float) -> float:
        return base - (base - top) * change / most

    # Against the ranges of all pictures these themselves do not differ.
    dots = [*zip(found.images, found.change, strict=True), (found.total, 0.0)]
    path = "".join(f"{'L' if index else 'M'}{_n(x(one))} {_n(y(change))}" for index, (one, change) in enumerate(dots))
    return plot(
        _WIDTH,
        152,
        "change of the ranges over the number of pictures",
        f'<rect class="zone-safe" x="{_n(left)}" width="{_n(right - left)}" y="{_n(y(found.small))}" '
        f'height="{_n(base - y(found.small))}"/>',
        f'<line class="axis" x1="{_n(left)}" x2="{_n(right)}" y1="{_n(base)}" y2="{_n(base)}"/>',
        f'<path class="line" d="{path}"/>',
        *(f'<circle class="bar" cx="{_n(x(one))}" cy="{_n(y(change))}" r="3"/>' for one, change in dots),
        *(_label(x(images), base + 15, str(int(images))) for images in _apart([one for one, _ in dots], x)),
        _label((left + right) / 2, base + 29, "pictures"),
        _label(left - 6, y(found.small) + 4, f"{100 * found.small:.0f} %", "end"),
        _label(left - 6, top + 8, f"{100 * most / 1.1:.0f} %", "end") if most > 1.5 * found.small else "",
    )
