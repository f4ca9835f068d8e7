"""The comparison of encodings as rows of text, for the terminal: a row a fact, a column an encoding."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from edgekit_export.evaluate.scores import METRIC_WORDS
from edgekit_export.report.content import EncodingReport, Report
from edgekit_export.report.levels import Level
from edgekit_export.report.words import (
    UNKNOWN,
    decibel,
    interval_of,
    megabytes,
    metric_text,
    percent,
    points,
    share,
)

__all__ = ["comparison", "facts"]

_SHORT = {Level.SAFE: "safe", Level.UNSURE: "cannot tell", Level.UNSAFE: "not safe"}


def comparison(report: Report) -> str:
    """Which pictures INT8 was compared with float on, in words."""
    if report.held_out:
        return f"{report.compared} other pictures"
    return f"{report.compared} of the pictures, from which no range comes (which layers stay float was chosen on them)"


def facts(report: Report) -> Iterator[tuple[str, list[str]]]:
    """A fact's name and its value for each encoding, in the report's order; facts that no encoding has are left out."""
    judged = {one.encoding: _SHORT[Level(one.level)] for one in report.verdict.encodings}
    yield from _row(report, "Verdict", lambda one: judged.get(one.encoding))
    if report.metric:
        name = report.metric
        word = METRIC_WORDS.get(name, name)
        yield from _row(report, word, lambda one: one.scores and metric_text(name, one.scores.metrics[name]))
        yield from _row(report, "  points lost", lambda one: name in one.losses and points(one.losses[name].value))
        yield from _row(report, "  95 % sure", lambda one: name in one.losses and interval_of(one.losses[name]))
    yield from _row(report, *_agreed(report.task))
    yield from _row(
        report,
        "  95 % sure",
        lambda one: one.agreement and one.agreement.interval and interval_of(one.agreement.interval),
    )
    if report.task == "detect":
        yield from _row(report, "mAP to float", _framed)
        yield from _row(
            report,
            "  95 % sure",
            lambda one: one.agreement and one.agreement.ap_interval and interval_of(one.agreement.ap_interval),
        )
    yield from _row(report, "Signal to noise", lambda one: one.agreement and decibel(one.agreement.sqnr_db))
    yield from _row(report, "Size", lambda one: megabytes(one.size_bytes))
    yield from _row(report, "INT8 planned", lambda one: _int8(one) and share(one.planned_int8_macs, one.macs))
    yield from _row(
        report,
        "INT8 executed",
        lambda one: _int8(one) and one.executed_int8_macs is not None and share(one.executed_int8_macs, one.macs),
    )
    yield from _row(report, "Reformats", lambda one: None if one.reformats is None else str(one.reformats))
    yield from _row(report, "ms a picture", lambda one: one.latency and f"{one.latency.p50_ms:.2f}")
    yield from _row(report, "  on a CPU by", lambda one: one.latency and one.latency.backend)


def _int8(encoding: EncodingReport) -> bool:
    return encoding.encoding.startswith("int8")


def _agreed(task: str) -> tuple[str, Callable[[EncodingReport], object]]:
    if task == "classify":
        return "Same as float", lambda one: _if_known(percent, one.agreement and one.agreement.top1)
    return "AP50 to float", lambda one: _if_known(points, one.agreement and one.agreement.ap50)


def _framed(encoding: EncodingReport) -> str | None:
    return None if encoding.agreement is None else _if_known(points, encoding.agreement.ap)


def _if_known(words: Callable[[float], str], value: float | None) -> str | None:
    return None if value is None else words(value)


def _row(report: Report, name: str, value: Callable[[EncodingReport], object]) -> Iterator[tuple[str, list[str]]]:
    values = [value(one) for one in report.encodings]
    if any(values):
        yield name, [str(one) if one else UNKNOWN for one in values]
