"""The report of an export, put together from what its steps found out."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from edgekit.bundle.manifest import Encoding, Task
from edgekit_export.calibration_images import CalibrationImages, PreparedPicture
from edgekit_export.evaluate.agreement import Agreement
from edgekit_export.evaluate.scores import MAIN_METRIC, Scores
from edgekit_export.golden_choice import MUST_FAIL_BY_DB, GoldenChoice
from edgekit_export.graphs import INT8, Graphs, serialized
from edgekit_export.models import SourceModel
from edgekit_export.models.presets import describe
from edgekit_export.report.content import EncodingReport, Report
from edgekit_export.report.verdict import EncodingFindings, verdict_of
from edgekit_export.request import ExportRequest

__all__ = ["assembled_report", "notes_of"]


def notes_of(
    source: SourceModel, images: CalibrationImages | None, golden: GoldenChoice, batch_reason: str | None
) -> tuple[str, ...]:
    """What a person should know besides, one line each."""
    notes = list(source.notes)
    if batch_reason is not None:
        notes.append(f"The graph takes one picture at a time: {batch_reason}.")
    if images is not None and images.skipped:
        notes.append(f"{len(images.skipped)} calibration pictures could not be read and were left out.")
    if not golden.tells:
        notes.append(
            f"No picture was found with which swapped colours or another padding fail by {MUST_FAIL_BY_DB:g} dB "
            f"(best: {golden.margin_db:.1f} dB): the golden check on a device may not notice them."
        )
    return tuple(notes)


def assembled_report(
    request: ExportRequest,
    source: SourceModel,
    images: CalibrationImages | None,
    graphs: Graphs,
    golden: GoldenChoice,
    compared: Sequence[PreparedPicture],
    agreements: Mapping[Encoding, Agreement],
    scores: Mapping[Encoding, Scores],
    notes: tuple[str, ...],
) -> Report:
    """The report, whole."""
    metric = MAIN_METRIC.get(source.task.value) if scores else None
    main = {encoding: found.metrics[metric] for encoding, found in scores.items()} if metric else {}
    findings = [
        EncodingFindings(encoding.value, found, main.get(encoding))
        for encoding, found in agreements.items()
        if encoding in INT8
    ]
    return Report(
        name=request.output.stem,
        task=source.task.value,
        verdict=verdict_of(source.task.value, metric, main.get(Encoding.FLOAT), findings),
        model=_model_facts(source),
        encodings=tuple(
            EncodingReport(
                encoding=encoding.value,
                size_bytes=len(serialized(model)),
                macs=graphs.macs[encoding].total,
                planned_int8_macs=graphs.macs[encoding].planned_int8,
                executed_int8_macs=graphs.macs[encoding].executed_int8,
                agreement=agreements.get(encoding),
                scores=_without_paths(scores.get(encoding), request.data),
                kept_float=graphs.kept_float.get(encoding, ()),
                golden_sqnr_db=golden.min_sqnr_db[encoding],
            )
            for encoding, model in graphs.models.items()
        ),
        calibrating=len(images.calibrating) if images else 0,
        compared=len(compared),
        held_out=bool(images and images.held_out),
        skipped=tuple(_shortened(line, request.calibration) for line in images.skipped) if images else (),
        metric=metric,
        notes=notes,
        layers=graphs.layers,
    )


def _model_facts(source: SourceModel) -> dict[str, str]:
    facts = {"Model": source.source}
    if source.architecture and source.architecture != source.source:
        facts["Architecture"] = source.architecture
    facts["Task"] = source.task.value
    facts["Preprocessing"] = f"{describe(source.preprocessing)} ({source.preprocessing_from})"
    facts["Decoder"] = source.decoder.name
    if source.task is not Task.EMBED:
        facts["Classes"] = f"{len(source.class_names)}: {source.classes_from}"
    return facts


def _shortened(line: str, roots: tuple[Path, ...]) -> str:
    """A file's path without the folders above what was given: a bundle holds nothing of this machine."""
    for root in roots:
        base = root if root.is_dir() else root.parent
        if line.startswith(f"{base}{os.sep}"):
            return line[len(str(base)) + 1 :]
    return line


def _without_paths(scores: Scores | None, data: Path | None) -> Scores | None:
    if scores is None or data is None:
        return scores
    return replace(scores, skipped=tuple(_shortened(line, (data,)) for line in scores.skipped))
