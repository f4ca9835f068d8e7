"""report.json: everything that export found out, as plain values; HTML and terminal are views of it."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass, replace
from typing import Any

from edgekit_export.evaluate.agreement import Agreement
from edgekit_export.evaluate.confusion import ConfusionChanges
from edgekit_export.evaluate.disagreement import Disagreement
from edgekit_export.evaluate.intervals import Estimate
from edgekit_export.evaluate.scores import Scores
from edgekit_export.report.quantizing import Convergence, LayerFindings, RepairGain
from edgekit_export.report.verdict import Verdict

__all__ = ["REPORT_VERSION", "EncodingReport", "Latency", "Report", "for_bundle", "report_json"]

REPORT_VERSION = 2


@dataclass(frozen=True, slots=True)
class Latency:
    """How long one picture took, measured with this encoding and no other.

    Attributes:
        p50_ms, p95_ms: median, and what 95 in 100 runs stay under.
        backend: what ran it.
        device: the processor, in words.
        runs: how many were timed.
        threads: CPU threads, or None where that has no meaning.
    """

    p50_ms: float
    p95_ms: float
    backend: str
    device: str
    runs: int
    threads: int | None = None


@dataclass(frozen=True, slots=True)
class EncodingReport:
    """One graph of the bundle.

    Attributes:
        encoding: its name.
        size_bytes: of the graph.
        macs: total multiply-accumulates of one picture.
        planned_int8_macs: of those planned in INT8.
        executed_int8_macs: of those that ONNX Runtime ran in INT8 at export; None where not known.
        agreement: with float on held-out pictures; None for float itself and without calibration pictures.
        scores: on labelled data, or None.
        kept_float: nodes that quantization left in float, the worst first.
        golden_sqnr_db: what a loaded graph must reach.
        levels: metrics on labelled data with their intervals (evaluate.losses.levels).
        losses: float's metrics minus these, on the same pictures (evaluate.losses.losses).
        confusion: classifiers: which classes gained and lost on labelled data.
        latency: measured with this encoding, or None.
        reformats: copies between data layouts that an engine inspector counted, or None where there was none.
    """

    encoding: str
    size_bytes: int
    macs: int
    planned_int8_macs: int
    executed_int8_macs: int | None
    agreement: Agreement | None
    scores: Scores | None
    kept_float: tuple[str, ...]
    golden_sqnr_db: float
    levels: Mapping[str, Estimate] = field(default_factory=dict)
    losses: Mapping[str, Estimate] = field(default_factory=dict)
    confusion: ConfusionChanges | None = None
    latency: Latency | None = None
    reformats: int | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """What export found out.

    Attributes:
        name: the bundle's.
        task: "classify", "detect" or "embed".
        verdict: safe or not.
        model: facts about where the model came from, in words, in the order to show them.
        encodings: every graph, float first.
        calibrating: pictures that ranges came from.
        compared: pictures that INT8 was compared with float on; no range comes from them.
        held_out: quantizing saw nothing of them; else it chose on them which layers stay float.
        skipped: pictures that could not be read, with the reason.
        metric: main metric on labelled data, or None.
        notes: what a person should know besides, one line each.
        layers: what quantization found out of each layer, in graph order.
        warnings: what may be wrong with pictures or model, one line each; shown before everything but the verdict.
        repairs: what each repair gained, in the order in which they were done.
        convergence: whether there were enough calibration pictures, or None.
        disagreements: pictures on which float and an encoding disagree.
    """

    name: str
    task: str
    verdict: Verdict
    model: dict[str, str]
    encodings: tuple[EncodingReport, ...]
    calibrating: int = 0
    compared: int = 0
    held_out: bool = False
    skipped: tuple[str, ...] = ()
    metric: str | None = None
    notes: tuple[str, ...] = ()
    layers: tuple[LayerFindings, ...] = ()
    warnings: tuple[str, ...] = ()
    repairs: tuple[RepairGain, ...] = ()
    convergence: Convergence | None = None
    disagreements: tuple[Disagreement, ...] = ()

    @property
    def floating(self) -> EncodingReport | None:
        """The float graph, or None where it is missing."""
        return next((one for one in self.encodings if one.encoding == "float"), None)


def for_bundle(report: Report) -> Report:
    """Without what a bundle must not hold: times of this machine, and pictures of the shop."""
    return replace(
        report,
        encodings=tuple(replace(one, latency=None) for one in report.encodings),
        disagreements=tuple(replace(one, jpeg=None) for one in report.disagreements),
    )


def report_json(report: Report) -> bytes:
    """The report as JSON, always the same bytes for the same report; pictures and single answers are left out."""
    content: dict[str, Any] = {"version": REPORT_VERSION, **_plain(report)}
    content["verdict"]["headline"] = report.verdict.headline
    return json.dumps(content, indent=1, ensure_ascii=False).encode() + b"\n"


_LEFT_OUT = frozenset({"answers", "jpeg", "size_wh"})


def _plain(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        names = [one.name for one in fields(value)]
        if isinstance(value, (Scores, Disagreement)):
            names = [name for name in names if name not in _LEFT_OUT]
        return {name: _plain(getattr(value, name)) for name in names}
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    if isinstance(value, float):
        # JSON has no infinity; equal outputs have no finite ratio.
        return round(value, 6) if math.isfinite(value) else None
    return getattr(value, "value", value)
