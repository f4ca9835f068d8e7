"""The page's part about layers, repairs and calibration: where the noise comes from, and what was done about it."""

from __future__ import annotations

from edgekit.page.markup import Cell, paragraph, section, table, text
from edgekit_export.report.content import Report
from edgekit_export.report.plots import bar, curve, histogram, short
from edgekit_export.report.quantizing import LayerFindings, LayerInput, RepairGain, worst_layers
from edgekit_export.report.words import UNKNOWN, count, decibel, percent, share

__all__ = ["all_layers", "calibration", "repairs", "worst"]

_WORST = 10
_QUIET_DB = 40.0
"""Noise under a ten-thousandth of the signal is nothing; bars end there."""


def worst(report: Report) -> str:
    """The ten layers that suffer most, with what they read."""
    layers = worst_layers(report.layers, _WORST)
    if not layers:
        return ""
    total = sum(layer.macs for layer in report.layers)
    encodings = [one.encoding for one in report.encodings if any(one.encoding in layer.sqnr_db for layer in layers)]
    about = (
        f"The {count(len(layers), 'layer')} that alone in INT8 would disturb the model's outputs most: the longer the "
        "bar, the more noise. A layer that disturbs too much stays in float, where it does no harm (pale bar)."
    )
    rows = [
        [
            Cell(layer.name, (f"{layer.op_type}, {share(layer.macs, total)} of the arithmetic",)),
            *(_noise(layer, encoding) for encoding in encodings),
        ]
        for layer in layers
    ]
    shown = [(layer, layer.input) for layer in layers if layer.input is not None and layer.input.counts]
    cards = "".join(_input_card(layer, found) for layer, found in shown)
    explained = (
        '<p class="dim">What these layers read: the taller a bar, the more often the value occurs (root scale). The '
        "line below is what INT8 covers, a tick every 16 steps (64 where it is short); values beyond it, in red, are "
        "cut off.</p>"
        if cards
        else ""
    )
    return section(
        "The layers that suffer most",
        paragraph(about, tone="dim"),
        table(["Layer", *encodings], rows, kind="wide layers"),
        f'{explained}<div class="grid">{cards}</div>' if cards else "",
    )


def _noise(layer: LayerFindings, encoding: str) -> Cell:
    value = layer.sqnr_db.get(encoding)
    if value is None:
        return Cell(UNKNOWN)
    quantized = encoding in layer.int8
    steps = ", centred" if layer.centred else ", steps by channel" if layer.by_channel else ""
    state = f"in INT8{steps if encoding == 'int8-tensorrt' else ''}" if quantized else "left in float"
    return Cell(decibel(value), (state,), bar(1 - value / _QUIET_DB, kind="bar" if quantized else "idle"))


def _input_card(layer: LayerFindings, found: LayerInput) -> str:
    parts = []
    for encoding, reach in found.ranges.items():
        line = (
            f"{encoding}: {short(reach.low)} to {short(reach.high)} in {reach.steps} steps of {short(reach.scale)}. "
            f"Half of the values share {count(found.steps_of_half(encoding), 'step')}; "
            f"{percent(found.clipped(encoding))} are cut off."
        )
        parts.append(f'{histogram(found, encoding)}<p class="small dim">{text(line)}</p>')
    return f'<article class="card"><h3>{text(layer.name)}</h3>{"".join(parts)}</article>'


def repairs(report: Report) -> str:
    """What each repair gained."""
    if not report.repairs:
        return ""
    encodings = any(one.encoding for one in report.repairs)
    heads = ["Repair", *(["Measured on"] if encodings else []), "Noise before", "After", "Gained"]
    rows = [
        [
            Cell(one.name, (one.note if one.on else f"off{f': {one.note}' if one.note else ''}",)),
            *([one.encoding or "all"] if encodings else []),
            _db(one.noise_before_db),
            _db(one.noise_after_db),
            _gain(one),
        ]
        for one in report.repairs
    ]
    about = "Noise of the outputs relative to float's, in decibel: −20 dB is a hundredth, and less is better."
    return section("What each repair gained", paragraph(about, tone="dim"), table(heads, rows))


def _db(value: float | None) -> str:
    return "not tried" if value is None else decibel(value)


def _gain(repair: RepairGain) -> Cell:
    gain = repair.gain_db
    if gain is None:
        return Cell(UNKNOWN)
    return Cell(decibel(gain + 0.0), tone="best" if gain >= 0.05 else "worst" if gain <= -0.05 else "")


def calibration(report: Report) -> str:
    """Whether there were enough calibration pictures."""
    found = report.convergence
    if found is None or not found.images:
        return ""
    last = percent(found.change[-1])
    seen = f"over the last {found.total - found.images[-1]} of {found.total} pictures nine of ten ranges moved by"
    told = (
        f"Yes: {seen} less than {last}."
        if found.enough
        else f"Not quite: {seen} up to {last}. More pictures, of other hours and other light, would help."
    )
    return section("Were there enough calibration pictures?", paragraph(told), curve(found))


def all_layers(report: Report) -> str:
    """Every layer, folded away."""
    if not report.layers:
        return ""
    encodings = [one.encoding for one in report.encodings if any(one.encoding in x.sqnr_db for x in report.layers)]
    heads = ["Layer", "Operator", "MACs", "In INT8", *(f"SQNR {encoding}" for encoding in encodings)]
    rows = [
        [
            layer.name,
            layer.op_type,
            f"{layer.macs:,}".replace(",", " "),
            ", ".join(layer.int8) or layer.reason or "none",
            *(decibel(layer.sqnr_db[name]) if name in layer.sqnr_db else UNKNOWN for name in encodings),
        ]
        for layer in report.layers
    ]
    folded = f"<details><summary>All {count(len(rows), 'layer')}</summary>{table(heads, rows)}</details>"
    return section("Layers", folded)
