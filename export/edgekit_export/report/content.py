"""report.json: everything that export found out, as plain values; HTML and terminal are views of it."""

from __future__ import annotations

import json
import math
from dataclasses import asdict, dataclass, replace
from typing import Any

from edgekit_export.evaluate.agreement import Agreement
from edgekit_export.evaluate.scores import Scores
from edgekit_export.report.verdict import Verdict

__all__ = ["REPORT_VERSION", "EncodingReport", "Report", "report_json"]

REPORT_VERSION = 1


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
        layers: what quantization decided of each layer.
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
    layers: tuple[dict[str, Any], ...] = ()


def report_json(report: Report) -> bytes:
    """The report as JSON, always the same bytes for the same report."""
    content: dict[str, Any] = {"version": REPORT_VERSION, **asdict(_summed_up(report))}
    for encoding in content["encodings"]:
        (encoding["scores"] or {}).pop("answers", None)
    content["verdict"]["headline"] = report.verdict.headline
    return json.dumps(_plain(content), indent=1, ensure_ascii=False).encode() + b"\n"


def _summed_up(report: Report) -> Report:
    """Without the answers to single pictures."""
    encodings = (
        replace(encoding, scores=encoding.scores and replace(encoding.scores, answers=None))
        for encoding in report.encodings
    )
    return replace(report, encodings=tuple(encodings))


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    if isinstance(value, float):
        # JSON has no infinity; equal outputs have no finite ratio.
        return round(value, 6) if math.isfinite(value) else None
    return getattr(value, "value", value)
