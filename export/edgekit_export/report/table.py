"""The comparison of encodings as rows of text: one source for the HTML page and the terminal."""

from __future__ import annotations

from typing import Final

from edgekit_export.evaluate.scores import METRIC_WORDS
from edgekit_export.report.content import EncodingReport, Report

__all__ = ["columns", "comparison", "megabytes", "rows", "share"]

UNKNOWN: Final = "–"


def megabytes(size_bytes: int) -> str:
    """Decimal megabytes, one figure behind the point."""
    return f"{size_bytes / 1e6:.1f} MB"


def share(part: int | None, whole: int) -> str:
    """Percent, or a dash where not known."""
    return UNKNOWN if part is None or not whole else f"{100 * part / whole:.1f} %"


def comparison(report: Report) -> str:
    """Which pictures INT8 was compared with float on, in words."""
    if report.held_out:
        return f"{report.compared} other pictures"
    return f"{report.compared} of the pictures, from which no range comes (which layers stay float was chosen on them)"


def columns(report: Report) -> list[str]:
    """Headings, in the order of `rows`."""
    heads = ["Encoding", "Size", "INT8 MACs planned", "Executed here"]
    if any(encoding.agreement for encoding in report.encodings):
        heads += [_agreement_head(report), "SQNR"]
    return heads + ([METRIC_WORDS.get(report.metric, report.metric)] if report.metric else [])


def _agreement_head(report: Report) -> str:
    return {"classify": "Same class as float", "detect": "AP50 against float's boxes"}.get(report.task, "Agreement")


def rows(report: Report) -> list[list[str]]:
    """One row an encoding."""
    agreed = any(encoding.agreement for encoding in report.encodings)
    return [_row(report, encoding, agreed=agreed) for encoding in report.encodings]


def _row(report: Report, encoding: EncodingReport, *, agreed: bool) -> list[str]:
    int8 = encoding.encoding.startswith("int8")
    cells = [
        encoding.encoding,
        megabytes(encoding.size_bytes),
        share(encoding.planned_int8_macs, encoding.macs) if int8 else UNKNOWN,
        share(encoding.executed_int8_macs, encoding.macs) if int8 else UNKNOWN,
    ]
    if agreed:
        cells += _agreement_cells(report, encoding)
    if report.metric:
        value = encoding.scores.metrics[report.metric] if encoding.scores else None
        cells.append(UNKNOWN if value is None else f"{value:.3f}")
    return cells


def _agreement_cells(report: Report, encoding: EncodingReport) -> list[str]:
    found = encoding.agreement
    if found is None:
        return [UNKNOWN, UNKNOWN]
    value = found.share
    shown = UNKNOWN if value is None else f"{100 * value:.1f} %" if report.task == "classify" else f"{value:.3f}"
    return [shown, f"{found.sqnr_db:.1f} dB"]
