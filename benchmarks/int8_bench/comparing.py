"""One network through every method: rows for the table, and what they were made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import onnx
from edgekit_export.models import SourceModel, resolve_model

from edgekit.bundle.bundle import Bundle
from edgekit.bundle.manifest import Encoding
from edgekit.errors import EdgekitError
from int8_bench.cases import Case
from int8_bench.latency import Candidate, Speed, speeds
from int8_bench.methods import Method, Tool
from int8_bench.pictures import Judging, calibration_input, judging_pictures, model_inputs
from int8_bench.process import Cost, Failed
from int8_bench.quantizing import Quantized, export_case, quantized_by
from int8_bench.rows import Row
from int8_bench.running import Outputs, outputs_of_bundle, outputs_of_graph
from int8_bench.scoring import Judged, judge, metric_difference

__all__ = ["Compared", "Settings", "compare"]


@dataclass(frozen=True, slots=True)
class Settings:
    """How a comparison is run.

    Attributes:
        work: folder for what is made.
        modelopt: folder of that tool's environment.
        rounds: of the latency measurement; 0 leaves it out.
        threads: of one operator while time is measured.
        limit_mb: memory that another tool may have, 0 for any amount.
    """

    work: Path
    modelopt: Path
    rounds: int
    threads: int
    limit_mb: float


@dataclass(frozen=True, slots=True, eq=False)
class Compared:
    """Every method on one network.

    Attributes:
        case: the network.
        rows: float first, then the methods in order.
        judged: of those that could be judged, by the row's method.
    """

    case: Case
    rows: tuple[Row, ...]
    judged: Mapping[str, Judged]


@dataclass(frozen=True, slots=True, eq=False)
class _Stage:
    """What all methods of a case share."""

    case: Case
    source: SourceModel
    judging: Judging | None
    reference: Outputs
    exported: tuple[Path, Cost] | None


def compare(case: Case, methods: Sequence[Method], settings: Settings, say: Callable[[str], None]) -> Compared:
    """Quantize, judge and time `case` by every method; a method that fails gets a row that says why."""
    source = resolve_model(str(case.model), case.options)
    calibration = settings.work / f"{case.name}.npy"
    pictures = calibration_input(case, source)
    np.save(calibration, pictures)
    judging = None if case.data is None else judging_pictures(case, source)
    say(f"{case.name}: {len(pictures)} pictures calibrate, {len(judging.prepared) if judging else 0} judge")
    reference: Outputs = {}
    if judging is not None:
        reference = outputs_of_graph(source.onnx, model_inputs(judging.prepared, source), optimise=False)
    exported = _exported(case, methods, settings.work, say)
    stage = _Stage(case, source, judging, reference, exported)
    rows, judged, made = [], {}, {}
    first = Row(case.name, "float", calibrated_on=len(pictures))
    if judging is not None:
        floating = judge(source, judging, stage.reference, stage.reference)
        judged["float"] = floating
        first = replace(
            first, metric=floating.metric, value=floating.value, pictures=floating.pictures, points=0.0, agreement=100.0
        )
    rows.append(first)
    for method in methods:
        row = replace(Row(case.name, method.name), calibrated_on=len(pictures))
        try:
            quantized = quantized_by(
                method,
                case,
                calibration,
                exported,
                {"work": settings.work, "modelopt": settings.modelopt},
                settings.limit_mb,
            )
            made[method.name] = quantized
            row = _made_row(row, quantized)
            if judging is not None:
                judged[method.name] = _judged(stage, method, quantized)
                row = _judged_row(row, judged[method.name], judged["float"])
        except (Failed, EdgekitError) as error:
            row = replace(row, note=str(error))
        rows.append(row)
        say(f"{case.name}: {method.name} done" + (f" ({row.note})" if row.note else ""))
    return Compared(case, tuple(_timed(rows, methods, made, stage, settings)), judged)


def _exported(
    case: Case, methods: Sequence[Method], work: Path, say: Callable[[str], None]
) -> tuple[Path, Cost] | None:
    if not any(method.tool is Tool.EDGEKIT for method in methods):
        return None
    try:
        return export_case(case, work)
    except Failed as error:
        say(f"{case.name}: edgekit export failed: {error}")
        return None


def _judged(stage: _Stage, method: Method, quantized: Quantized) -> Judged:
    assert stage.judging is not None
    prepared = stage.judging.prepared
    if quantized.encoding is not None and method.tool is not Tool.EDGEKIT:
        outputs = outputs_of_graph(quantized.model, (row[None] for row in prepared), optimise=False)
    elif quantized.encoding is not None and stage.exported is not None:
        outputs = outputs_of_bundle(stage.exported[0], quantized.encoding.value, prepared)
    else:
        inputs = model_inputs(prepared, stage.source)
        outputs = outputs_of_graph(quantized.model, inputs, optimise=not method.for_tensorrt)
    return judge(stage.source, stage.judging, stage.reference, outputs)


def _made_row(row: Row, quantized: Quantized) -> Row:
    return replace(
        row,
        planned=100 * quantized.planned,
        executed=None if quantized.executed is None else 100 * quantized.executed,
        seconds=quantized.cost.seconds,
        peak_mb=quantized.cost.peak_mb,
    )


def _judged_row(row: Row, found: Judged, floating: Judged) -> Row:
    change = metric_difference(found, floating)
    return replace(
        row,
        metric=found.metric,
        pictures=found.pictures,
        value=found.value,
        points=100 * change.value,
        points_low=100 * change.interval.low,
        points_high=100 * change.interval.high,
        agreement=100 * found.agreement,
        sqnr_db=found.sqnr_db,
    )


def _timed(
    rows: Sequence[Row], methods: Sequence[Method], made: Mapping[str, Quantized], stage: _Stage, settings: Settings
) -> list[Row]:
    """The rows with their times; ONNX Runtime has none of int8-tensorrt, which it runs as a reference only."""
    timed = {method.name: made[method.name] for method in methods if method.name in made}
    if not settings.rounds or not timed:
        return list(rows)
    # edgekit's graphs do the arithmetic on pixels themselves, so they are timed against the bundle's float graph.
    own = None if stage.exported is None else Bundle.open(stage.exported[0]).graph(Encoding.FLOAT)
    pixel_float = None if own is None else onnx.load_from_string(own.onnx)
    candidates = {}
    for name, each in timed.items():
        floating = pixel_float if each.encoding and pixel_float is not None else stage.source.onnx
        candidates[name] = Candidate(each.model, floating, each.encoding or Encoding.INT8_CPU)
    floating = next(iter(candidates.values())).floating
    candidates["float"] = Candidate(floating, floating, Encoding.FLOAT)
    found = speeds(candidates, rounds=settings.rounds, threads=settings.threads)
    return [_timed_row(row, found[row.method]) if row.method in found else row for row in rows]


def _timed_row(row: Row, speed: Speed) -> Row:
    return replace(
        row,
        speedup=speed.ratio,
        milliseconds=speed.milliseconds,
        openvino_speedup=speed.openvino_ratio,
        openvino_ms=speed.openvino_ms,
    )
