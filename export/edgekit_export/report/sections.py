"""What comes below the first screen, in the order of importance: accuracy, changed answers, gains, model, words."""

from __future__ import annotations

import base64
from collections.abc import Sequence

from edgekit.page.markup import Cell, bullets, pairs, paragraph, section, table, text, words
from edgekit_export.evaluate.agreement import AGAIN, CONFIDENT
from edgekit_export.evaluate.disagreement import Disagreement, Mark
from edgekit_export.evaluate.scores import METRIC_WORDS
from edgekit_export.report.content import EncodingReport, Report
from edgekit_export.report.table import comparison
from edgekit_export.report.words import (
    UNKNOWN,
    between,
    count,
    decibel,
    interval_of,
    lost,
    megabytes,
    metric_text,
    percent,
    points,
    share,
)

__all__ = ["accuracy", "agreement", "changed_answers", "glossary", "model", "notes", "pictures", "size_and_speed"]

_MOST_LISTED = 20

_FOUND_AGAIN = (
    f"An object is what float finds with a score over {CONFIDENT:g}. It is found again where INT8 has a box of its "
    f"class that overlaps it by half with a score over {AGAIN:g}, and new the other way round. AP50 counts boxes of "
    "any score: one whose score fell below that is not found again and yet hardly moves AP50. mAP asks for overlaps up "
    "to 0.95 as well: it falls when boxes move or scores change their order, though every object is found. The verdict "
    "goes by both."
)


def accuracy(report: Report) -> str:
    """Every metric of every encoding on labelled pictures, with intervals and what is lost."""
    scored = [one for one in report.encodings if one.scores is not None]
    first = scored[0].scores if scored else None
    if first is None:
        return ""
    names = [*first.metrics, *(name for name in first.details if any(name in _all(one) for one in scored))]
    rows = [[METRIC_WORDS.get(name, name), *(_metric(one, name) for one in scored)] for name in names]
    # Few columns, many metrics: metrics are the rows, and a phone shows one metric a block.
    about = (
        f"On {count(first.images, 'labelled picture')} ({'; '.join(first.notes)}). Small under a figure: its 95 % "
        "interval, then what is lost against float on the very same pictures, with its interval. Losses are surer than "
        "the figures themselves, since a hard picture is hard for both."
    )
    return section("Accuracy", paragraph(about, tone="dim"), table(["Metric", *(one.encoding for one in scored)], rows))


def _all(encoding: EncodingReport) -> dict[str, float]:
    scores = encoding.scores
    return {} if scores is None else {**scores.metrics, **scores.details}


def _metric(encoding: EncodingReport, name: str) -> Cell:
    value = _all(encoding).get(name)
    if value is None:
        return Cell(UNKNOWN)
    level, loss = encoding.levels.get(name), encoding.losses.get(name)
    lines = (
        _unbroken(interval_of(level)) if level is not None else "",
        f"{_unbroken(lost(loss.value))} {_unbroken(f'({between(loss)})')}" if loss is not None else "",
    )
    return Cell(metric_text(name, value), lines)


def _unbroken(line: str) -> str:
    return line.replace(" ", "\u00a0")


def agreement(report: Report) -> str:
    """How far each encoding parts from float on pictures without labels."""
    compared = [one for one in report.encodings if one.agreement is not None]
    if not compared:
        return ""
    heads = ["Encoding", *_agreement_heads(report.task), "Signal to noise"]
    rows = [[one.encoding, *_agreement_cells(report.task, one)] for one in compared]
    about = f"Compared with float on {comparison(report)}. No labels are needed: float's own answers are the reference."
    if report.task == "detect":
        about += f" {_FOUND_AGAIN}"
    return section("Agreement with float", paragraph(about, tone="dim"), table(heads, rows))


def _agreement_heads(task: str) -> list[str]:
    if task == "classify":
        return ["Same answer"]
    return ["Objects found again", "New objects", "AP50", "mAP"] if task == "detect" else []


def _agreement_cells(task: str, encoding: EncodingReport) -> list[Cell]:
    found = encoding.agreement
    assert found is not None, "only compared encodings have a row"
    interval, framed = (interval_of(one) if one else "" for one in (found.interval, found.ap_interval))
    cells: list[Cell] = []
    if task == "classify":
        cells = [Cell(UNKNOWN if found.top1 is None else percent(found.top1), (interval,))]
    elif task == "detect":
        again = UNKNOWN if found.found_again is None else f"{found.found_again} of {found.float_boxes}"
        cells = [
            Cell(again),
            Cell(UNKNOWN if found.added is None else str(found.added)),
            Cell(UNKNOWN if found.ap50 is None else points(found.ap50), (interval,)),
            Cell(UNKNOWN if found.ap is None else points(found.ap), (framed,)),
        ]
    return [*cells, Cell(decibel(found.sqnr_db))]


def changed_answers(report: Report) -> str:
    """Classifiers: which classes gained and lost, and what is called what instead."""
    cards = "".join(_confusion(one) for one in report.encodings if one.confusion is not None)
    return section("Which classes gained and lost", f'<div class="grid">{cards}</div>' if cards else "")


def _confusion(encoding: EncodingReport) -> str:
    found = encoding.confusion
    assert found is not None, "only encodings with changes are shown"
    title = f"<h3>{text(encoding.encoding)}</h3>"
    if not found.newly_wrong and not found.newly_right:
        told = paragraph("Not one labelled picture changed between right and wrong.")
        return f'<article class="card">{title}{told}</article>'
    told = paragraph(
        f"Of the pictures that float gets right {found.newly_wrong or 'none'} are now wrong; of those it gets wrong "
        f"{found.newly_right or 'none'} are now right."
    )
    parts = [
        (name, pairs(((one.name, f"{one.float_right} → {one.right} of {one.pictures}") for one in changes), "changes"))
        for name, changes in (("Classes that lost", found.lost), ("Classes that gained", found.gained))
        if changes
    ]
    if found.mixups:
        mixed = pairs(((f"{one.truth} → {one.answer}", str(one.pictures)) for one in found.mixups[:5]), "changes")
        parts.append(("What newly wrong pictures are called", mixed))
    inside = "".join(f"<h4>{text(name)}</h4>{drawn}" for name, drawn in parts)
    return f'<article class="card">{title}{told}{inside}</article>'


def pictures(report: Report) -> str:
    """Pictures on which float and an encoding disagree."""
    if not report.disagreements:
        return ""
    marked = any(one.marks for one in report.disagreements)
    about = "The pictures on which float and INT8 disagree most."
    key = (
        '<p class="small dim"><span class="key"></span> only float finds it &nbsp; '
        '<span class="key new"></span> only INT8 finds it. Pictures in which a person is found are never shown.</p>'
        if marked
        else ""
    )
    cards = "".join(_picture(one) for one in report.disagreements)
    return section(
        "Where they disagree", paragraph(about, tone="dim"), key, f'<div class="grid pictures">{cards}</div>'
    )


def _picture(found: Disagreement) -> str:
    truth = f"<span>Label: <b>{text(found.truth)}</b></span>" if found.truth is not None else ""
    heads = ("Only float", "Only INT8") if found.marks else ("Float", "INT8")
    return (
        f'<figure class="card">{_shot(found)}<figcaption><span>{heads[0]}: <b>{text(found.floating)}</b></span>'
        f"<span>{heads[1]}: <b>{text(found.answer)}</b></span>{truth}"
        f'<span class="dim small">{text(found.encoding)}, {text(found.picture)}</span></figcaption></figure>'
    )


def _shot(found: Disagreement) -> str:
    if found.jpeg is None or found.size_wh is None:
        return '<p class="dim small">The picture is in NAME.report/report.html, beside the bundle.</p>'
    width, height = found.size_wh
    data = base64.b64encode(found.jpeg).decode()
    boxes = "".join(_box(mark, width, height) for mark in found.marks)
    return (
        f'<svg class="shot" viewBox="0 0 {width} {height}" role="img" aria-label="{text(found.picture)}">'
        f'<image width="{width}" height="{height}" href="data:image/jpeg;base64,{data}"/>{boxes}</svg>'
    )


def _box(mark: Mark, width: int, height: int) -> str:
    left, top, right, bottom = mark.box_xyxy
    return (
        f'<rect class="{"lost-box" if mark.lost else "new-box"}" x="{left * width:.1f}" y="{top * height:.1f}" '
        f'width="{(right - left) * width:.1f}" height="{(bottom - top) * height:.1f}"><title>{text(mark.label)}</title>'
        "</rect>"
    )


def size_and_speed(report: Report) -> str:
    """Bytes, arithmetic in INT8, reformats and measured times; nothing stands in for what was not measured."""
    inspected = any(one.reformats is not None for one in report.encodings)
    heads = [
        "Encoding",
        "Size",
        "INT8 planned",
        "INT8 executed",
        *(["Reformats"] if inspected else []),
        "Time a picture",
    ]
    rows: list[list[str | Cell]] = [
        [
            one.encoding,
            megabytes(one.size_bytes),
            *(_arithmetic(one) if one.encoding.startswith("int8") else (Cell(UNKNOWN), Cell(UNKNOWN))),
            *([UNKNOWN if one.reformats is None else str(one.reformats)] if inspected else []),
            _time(one),
        ]
        for one in report.encodings
    ]
    about = (
        "Planned: share of the multiplications that the graph marks for INT8. Executed: what ONNX Runtime really ran "
        "in INT8 on the machine that exported. A time is only ever that of the encoding in its own row, on that "
        "machine's CPU, by the backend that is named: the fastest of those that are installed there."
    )
    return section("Size and speed", paragraph(about, tone="dim"), table(heads, rows), _kept_float(report))


def _arithmetic(encoding: EncodingReport) -> tuple[Cell, Cell]:
    return (
        Cell(share(encoding.planned_int8_macs, encoding.macs)),
        Cell(share(encoding.executed_int8_macs, encoding.macs)),
    )


def _time(encoding: EncodingReport) -> Cell:
    latency = encoding.latency
    if latency is None:
        return Cell("not measured")
    threads = "" if latency.threads is None else f", {count(latency.threads, 'thread')}"
    return Cell(
        f"{latency.p50_ms:.2f} ms",
        (
            f"95 % under {latency.p95_ms:.2f} ms; {latency.runs} runs",
            f"{latency.backend}, {latency.device}{threads}",
        ),
    )


def _kept_float(report: Report) -> str:
    lines = []
    for one in report.encodings:
        if not one.kept_float:
            continue
        shown = ", ".join(one.kept_float[:_MOST_LISTED]) + (" …" if len(one.kept_float) > _MOST_LISTED else "")
        lines.append(
            f"<p><b>{text(one.encoding)}</b> leaves {len(one.kept_float)} of {count(len(report.layers), 'layer')} in "
            f"float, the worst first: <code>{text(shown)}</code></p>"
        )
    return "".join(lines)


def notes(report: Report) -> str:
    """What a person should know besides, and pictures that could not be read."""
    skipped = list(report.skipped)
    for one in report.encodings:
        if one.scores is not None:
            skipped += one.scores.skipped
    unique = list(dict.fromkeys(skipped))
    return section("Notes", bullets(report.notes, _MOST_LISTED)) + section(
        "Pictures that could not be read", bullets(unique, _MOST_LISTED)
    )


def model(report: Report) -> str:
    """Where the model came from."""
    facts = dict(report.model)
    if report.calibrating:
        facts["Calibration"] = f"{count(report.calibrating, 'picture')}; compared with float on {comparison(report)}"
    return section("Model", words(facts.items()))


_GLOSSARY: Sequence[tuple[str, str]] = (
    (
        "INT8",
        "Numbers of eight bits instead of 32: a quarter of the size, and faster where the processor has units for "
        "them. Every number is rounded to one of 256 steps.",
    ),
    ("Float", "The model as it was trained; what INT8 is measured against."),
    (
        "95 % sure",
        "A figure is measured on some pictures only. Of intervals made this way, 95 in 100 hold the true value.",
    ),
    ("Point", "One of 100: from 81 % to 80 % is a loss of one point."),
    ("Top-1, top-5", "Share of pictures whose label is the model's best answer, or among its five best."),
    (
        "Macro F1",
        "Mean over classes of how well each is found and how seldom it is claimed wrongly; rare classes count as much "
        "as frequent ones.",
    ),
    (
        "mAP, AP50",
        "The usual score of detectors, 0 to 100: how many objects are found, how well framed, how few made up. AP50 "
        "asks only for an overlap of one half. INT8 is held against the original model's objects in the same way: an "
        "area over all scores, so that a missed or new object of low score hardly moves AP50, while mAP also falls "
        "when boxes move or scores change their order. Small, medium, "
        "large: areas under 32², between, and over 96² pixels.",
    ),
    (
        "Signal to noise",
        "Power of float's outputs over power of the change, in decibel (SQNR): 10 dB more is a tenth of the noise.",
    ),
    ("Arithmetic, MACs", "Multiply-accumulates: nearly all that a network computes."),
)


def glossary() -> str:
    """The words that cannot be avoided."""
    return section("Words", words(_GLOSSARY))
