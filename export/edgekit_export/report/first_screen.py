"""What somebody sees first: safe to deploy, or not, and why, in words that need no knowledge of quantization."""

from __future__ import annotations

from edgekit.page.drawing import sign
from edgekit.page.markup import options, pairs, text
from edgekit_export.evaluate.agreement import AGAIN, Agreement
from edgekit_export.evaluate.scores import METRIC_WORDS
from edgekit_export.report.by_agreement import SAFE_AGREEMENT, SAFE_FRAMING, SERIOUS_AGREEMENT, SERIOUS_FRAMING
from edgekit_export.report.by_labels import SERIOUS_LOSS
from edgekit_export.report.content import EncodingReport, Report
from edgekit_export.report.levels import EncodingVerdict, Level
from edgekit_export.report.plots import Scale, whisker
from edgekit_export.report.words import (
    UNKNOWN,
    between,
    count,
    interval_of,
    lost,
    megabytes,
    metric_text,
    percent,
    place,
    points,
    share,
    times,
)

__all__ = ["first_screen"]

_PILLS = {Level.SAFE: "safe", Level.UNSURE: "cannot tell", Level.UNSAFE: "not safe"}


def first_screen(report: Report) -> str:
    """The verdict, what to do next, warnings, and a card for each encoding."""
    verdict = report.verdict
    level = Level(verdict.level).value
    lines = "".join(f"<li>{options(line)}</li>" for line in verdict.advice)
    advice = f"<ul>{lines}</ul>" if lines else ""
    hero = (
        f'<div class="hero {level}">{sign(level)}<strong>{text(verdict.headline)}</strong>'
        f"<div><p>{text(verdict.reason)}</p>{_compared_with(report)}{advice}</div></div>"
    )
    return hero + _warnings(report) + _cards(report)


def _compared_with(report: Report) -> str:
    """Without labels nobody knows what is right: then the page says what INT8 was held against."""
    if report.metric or not report.compared:
        return ""
    told = "No labels were given: INT8 is held against the original model's answers, not against the truth."
    return f'<p class="small dim">{told}</p>'


def _warnings(report: Report) -> str:
    if not report.warnings:
        return ""
    return f'<div class="warn">{"".join(f"<p>{text(line)}</p>" for line in report.warnings)}</div>'


def _cards(report: Report) -> str:
    judged = {one.encoding: one for one in report.verdict.encodings}
    others = sorted(report.encodings, key=lambda one: not one.encoding.startswith("int8"))  # INT8 first
    cards = [_card(report, one, judged.get(one.encoding)) for one in others if one.encoding != "float"]
    if any(one.encoding.startswith("int8") for one in report.encodings):
        there = {one.encoding for one in report.encodings}
        cards += [_missing(name) for name in ("int8-tensorrt", "int8-cpu") if name not in there]
    return f'<div class="grid">{"".join(cards)}</div>' if cards else ""


def _missing(encoding: str) -> str:
    return (
        f'<article class="card"><header><h3>For {text(place(encoding))}</h3></header>'
        f'<p class="dim">This bundle has no {text(encoding)} graph: the float graph runs there.</p></article>'
    )


def _card(report: Report, encoding: EncodingReport, judged: EncodingVerdict | None) -> str:
    level = Level(judged.level) if judged else Level.UNSURE
    pill = f'<span class="pill">{text(_PILLS[level])}</span>' if judged else ""
    figure, caption, plot = _figure(report, encoding)
    return (
        f'<article class="card {level.value}"><header><h3>For {text(place(encoding.encoding))}'
        f'<br><span class="dim small">{text(encoding.encoding)}</span></h3>{pill}</header>'
        f'<p class="figure">{text(figure)}</p><p>{text(caption)}</p>{plot}{_facts(report, encoding)}</article>'
    )


def _figure(report: Report, encoding: EncodingReport) -> tuple[str, str, str]:
    """The number that matters, what it is, and its interval drawn."""
    name = report.metric
    loss = encoding.losses.get(name) if name else None
    if name and loss is not None and encoding.scores is not None and report.floating and report.floating.scores:
        own, theirs = encoding.scores.metrics[name], report.floating.scores.metrics[name]
        caption = (
            f"{METRIC_WORDS.get(name, name)} {metric_text(name, own)} instead of {metric_text(name, theirs)}, on "
            f"{count(encoding.scores.images, 'labelled picture')}. 95 % sure: {between(loss)}."
        )
        allowed = report.verdict.max_loss
        serious = max(SERIOUS_LOSS, allowed)
        high = min(1.0, max(0.05, serious + 0.02, loss.interval.high + 0.005))
        low = max(-1.0, min(-0.02, loss.interval.low - 0.005))
        scale = Scale(low, high, allowed, serious, _points, "points lost")
        return lost(loss.value), caption, whisker(loss.value, loss.interval, scale)
    return _agreed_figure(report, encoding)


def _agreed_figure(report: Report, encoding: EncodingReport) -> tuple[str, str, str]:
    agreed = encoding.agreement
    if agreed is None or agreed.share is None or report.task not in SAFE_AGREEMENT:
        return UNKNOWN, "no figure to judge it by", ""
    pictures = count(agreed.images, "picture")
    if report.task == "classify":
        shown = f"{percent(agreed.share)} alike"
        caption = f"same answer as the original model, on {pictures} without labels"
    else:
        found = agreed.float_boxes or 0
        again = UNKNOWN if agreed.found_again is None else str(agreed.found_again)
        shown = f"{again} of {found} found"
        added = f", {agreed.added} new" if agreed.added else ""
        caption = (
            "objects of the original model, found again (same class, overlap of half, score over "
            f"{AGAIN:g}){added}, on {pictures} without labels; AP50 {points(agreed.share)} of 100, an area over all "
            "scores that a missed object of low score hardly moves"
        )
    if agreed.interval is None:
        return shown, caption, ""
    caption += f". 95 % sure: {interval_of(agreed.interval)}."
    scale = Scale(
        max(0.0, min(0.75, agreed.interval.low - 0.03)),
        1.0,
        SAFE_AGREEMENT[report.task],
        SERIOUS_AGREEMENT[report.task],
        _whole,
        "",
    )
    return shown, caption, whisker(agreed.share, agreed.interval, scale) + _framing(agreed)


def _framing(agreed: Agreement) -> str:
    """Detectors: the second figure of their verdict, in words and drawn."""
    if agreed.ap is None or agreed.ap_interval is None:
        return ""
    told = (
        f"Framed and ranked alike: mAP {points(agreed.ap)} of 100, which falls when boxes move or scores change "
        f"their order, though every object is found. 95 % sure: {interval_of(agreed.ap_interval)}."
    )
    low = max(0.0, min(SERIOUS_FRAMING - 0.05, agreed.ap_interval.low - 0.01))
    scale = Scale(low, 1.0, SAFE_FRAMING, SERIOUS_FRAMING, _points, "")
    return f'<p class="second">{text(told)}</p>{whisker(agreed.ap, agreed.ap_interval, scale)}'


def _whole(fraction: float) -> str:
    return f"{100 * fraction:.0f}".replace("-", "−")


def _points(fraction: float) -> str:
    """As short as it can be: a limit may be half a point."""
    return f"{round(100 * fraction, 1) + 0.0:g}".replace("-", "−")


def _facts(report: Report, encoding: EncodingReport) -> str:
    whole = report.floating.size_bytes if report.floating else encoding.size_bytes
    smaller = f", {times(whole, encoding.size_bytes)} smaller" if encoding.size_bytes < whole else ""
    facts = [("Size", f"{megabytes(encoding.size_bytes)}{smaller}")]
    if encoding.encoding.startswith("int8"):
        facts.append(("Arithmetic in INT8", share(encoding.planned_int8_macs, encoding.macs)))
    latency = encoding.latency
    time = f"{latency.p50_ms:.1f} ms on a CPU, by {latency.backend}" if latency else "not measured"
    facts.append(("Time for a picture", time))
    return pairs(facts)
