"""A comparison as a person reads it in a terminal."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from rich.console import Console, ConsoleOptions, RenderResult
from rich.table import Table
from rich.text import Text

from edgekit_export.compare.comparison import (
    BoxAgreement,
    Comparison,
    LayerDifference,
    LayerWalk,
    OutputDifference,
    TopOneAgreement,
)

__all__ = ["ComparisonView", "headline"]

_SAME_DB: Final = 90.0
"""Two programs that compute one float32 net in another order part by 100 dB and more."""

_LEVELS: Final = " ▁▂▃▄▅▆▇█"
_SILENT_DB, _LOUD_DB = 60.0, 0.0
_BAR_WIDTH: Final = 10


def headline(comparison: Comparison) -> str:
    """What came out, in one sentence."""
    worst = comparison.worst_db
    if worst == math.inf:
        return "A and B are equal to the last bit."
    if worst == -math.inf:
        return "A and B do not compare: one gives inf, nan or nothing but zeros where the other does not."
    decided = _decided(comparison.decisions)
    if worst >= _SAME_DB:
        return f"A and B are the same but for rounding: {_db(worst)} at the worst output{decided}."
    return f"A and B differ: {_db(worst)} at the worst output{decided}."


def _decided(decisions: TopOneAgreement | BoxAgreement | None) -> str:
    if isinstance(decisions, TopOneAgreement):
        return f"; the same best class on {decisions.same} of {decisions.pictures} pictures"
    if isinstance(decisions, BoxAgreement):
        if not decisions.boxes_a and not decisions.boxes_b:
            return "; neither finds a box"
        return f"; {decisions.found_again} of A's {decisions.boxes_a} boxes found again, {decisions.new} new"
    return ""


class ComparisonView:
    """Renders a comparison with rich, to whatever width there is."""

    def __init__(self, comparison: Comparison) -> None:
        self._comparison = comparison

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        comparison, width = self._comparison, options.max_width
        yield from _sides(comparison)
        yield Text()
        yield Text(headline(comparison), style="bold")
        yield Text()
        yield _outputs(comparison.outputs)
        yield from _pictures(comparison)
        if comparison.walk is not None:
            yield Text()
            yield from _walk(comparison.walk, width)
        for note in comparison.notes:
            yield Text(f"Note: {note}", style="dim")


def _sides(comparison: Comparison) -> Iterator[Table]:
    table = Table.grid(padding=(0, 1))
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    same = comparison.a.preprocessing == comparison.b.preprocessing
    for letter, side in (("A", comparison.a), ("B", comparison.b)):
        table.add_row(letter, Text(side.name))
        table.add_row("", Text(side.what, style="dim"))
        if not same:
            table.add_row("", Text(side.preprocessing, style="dim"))
    if same:
        table.add_row("", Text(f"Pictures of both: {comparison.a.preprocessing}", style="dim"))
    yield table


def _outputs(outputs: Sequence[OutputDifference]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("Output", overflow="fold")
    table.add_column("Shape", overflow="fold")
    table.add_column("SQNR", justify="right", no_wrap=True)
    table.add_column("Largest difference", justify="right")
    for output in outputs:
        name = output.name if output.name == output.name_b else f"{output.name} / {output.name_b}"
        most = "–" if not output.max_difference else f"{output.max_difference:.3g} of {output.largest:.3g}"
        table.add_row(Text(name), "x".join(map(str, output.shape)), _db(output.sqnr_db), most)
        for part in output.parts:
            table.add_row(f"  {part.part}", f"{part.channels} channels", _db(part.sqnr_db), "")
    return table


def _pictures(comparison: Comparison) -> Iterator[Text]:
    count = comparison.pictures
    yield Text(f"On {count} picture{'s' if count != 1 else ''}.", style="dim")
    decisions = comparison.decisions
    if isinstance(decisions, TopOneAgreement):
        for name, one, two in decisions.parted:
            yield Text(f"  {Path(name).name}: A says {one}, B says {two}")
    elif isinstance(decisions, BoxAgreement):
        for name, lost, new in decisions.parted:
            yield Text(f"  {Path(name).name}: {lost} boxes of A lost, {new} new")
    worst = comparison.most_parted[:3]
    if len(comparison.most_parted) > 1 and math.isfinite(worst[0].sqnr_db):
        named = ", ".join(f"{Path(one.name).name} ({_db(one.sqnr_db)})" for one in worst)
        yield Text(f"They part most on {named}.")


def _walk(walk: LayerWalk, width: int) -> Iterator[Text | Table]:
    by_place = sum(layer.matched_by == "place" for layer in walk.layers)
    found = f"{len(walk.layers)} results of layers compared on {walk.pictures} picture{'s' * (walk.pictures != 1)}"
    how = f", {by_place} of them matched by place" if by_place else ""
    left = (
        f"; only in A {walk.unmatched_a}, only in B {walk.unmatched_b}" if walk.unmatched_a + walk.unmatched_b else ""
    )
    yield Text(f"{found}{how}{left}.")
    yield Text.assemble(("input ", "dim"), _profile(walk.layers, max(10, min(60, width - 14))), (" output", "dim"))
    yield Text(_first(walk))
    if not walk.worst:
        return
    yield Text()
    yield Text("What parts them most, in graph order", style="bold")
    yield _worst(sorted(walk.worst, key=lambda layer: layer.index), width)
    legend = Table.grid(padding=(0, 1))
    legend.add_column(style="dim", no_wrap=True)
    legend.add_column(style="dim")
    legend.add_row("so far", "B's result against A's, both from the picture")
    legend.add_row("alone", "this layer computed as in B, from A's values")
    legend.add_row("output", "A's outputs with this one layer computed as in B; the bar shows by how much they change")
    yield legend
    if any(layer.rescaled for layer in walk.layers):
        yield Text("Channels that B keeps on another scale (equalization) are compared on A's.", style="dim")


def _first(walk: LayerWalk) -> str:
    first = walk.first_below
    if first is None:
        return f"No layer is below {walk.threshold_db:g} dB."
    own = first.own_sqnr_db
    itself = "" if own is None else "; it loses nothing itself" if own == math.inf else f"; alone {_db(own)}"
    return f"First below {walk.threshold_db:g} dB: {first.layer} ({first.op_type}), {_db(first.sqnr_db)}{itself}."


def _profile(layers: Sequence[LayerDifference], width: int) -> str:
    """The noise from input to output, one character for several layers (the worst of them): blank 60 dB, full 0 dB."""
    marks = []
    for column in range(min(width, len(layers))):
        columns = min(width, len(layers))
        part = layers[column * len(layers) // columns : (column + 1) * len(layers) // columns]
        noise = (_SILENT_DB - min(layer.sqnr_db for layer in part)) / (_SILENT_DB - _LOUD_DB)
        marks.append(_LEVELS[math.ceil(min(max(noise, 0.0), 1.0) * (len(_LEVELS) - 1))])
    return "".join(marks)


def _worst(layers: Sequence[LayerDifference], width: int) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), header_style="dim")
    table.add_column("Layer", no_wrap=True)
    table.add_column("Operator", no_wrap=True)
    for heading in ("so far", "alone", "output"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    operators = max(len("Operator"), *(len(layer.op_type) for layer in layers))
    room = max(12, width - operators - 3 * 8 - _BAR_WIDTH - 7)
    sizes = [0.0 if layer.output_sqnr_db is None else 10 ** (-layer.output_sqnr_db / 20) for layer in layers]
    largest = max(sizes) or 1.0
    for layer, size in zip(layers, sizes, strict=True):
        table.add_row(
            Text(_end_of(layer.layer, room)),
            layer.op_type,
            _db(layer.sqnr_db),
            "–" if layer.own_sqnr_db is None else _db(layer.own_sqnr_db),
            "–" if layer.output_sqnr_db is None else _db(layer.output_sqnr_db),
            Text(_bar(size / largest), style="red"),
        )
    return table


def _bar(share: float) -> str:
    eighths = round(min(share, 1.0) * _BAR_WIDTH * 8)
    full, rest = divmod(eighths, 8)
    return "█" * full + ("", "▏", "▎", "▍", "▌", "▋", "▊", "▉")[rest]


def _end_of(name: str, width: int) -> str:
    """A long name's end, which tells layers apart better than its beginning."""
    return name if len(name) <= width else f"…{name[len(name) - width + 1 :]}"


def _db(value: float) -> str:
    if value == math.inf:
        return "equal"
    return "none" if value == -math.inf else f"{value:.1f} dB"
