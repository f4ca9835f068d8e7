"""The report of an export, put together from what its steps found out."""

from __future__ import annotations

import math
import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from edgekit.bundle.manifest import Encoding, Task
from edgekit_export.calibration_images import CalibrationImages, PreparedPicture
from edgekit_export.evaluate.answers import ClassAnswers
from edgekit_export.evaluate.confusion import ConfusionChanges, confusion_changes
from edgekit_export.evaluate.intervals import Estimate
from edgekit_export.evaluate.losses import levels, losses
from edgekit_export.evaluate.scores import MAIN_METRIC, Scores
from edgekit_export.golden_choice import MUST_FAIL_BY_DB, GoldenChoice
from edgekit_export.graphs import Graphs, serialized
from edgekit_export.measuring import AgainstFloat, disagreements_on_labels
from edgekit_export.models import SourceModel
from edgekit_export.models.presets import describe
from edgekit_export.report.by_labels import MAX_LOSS
from edgekit_export.report.content import EncodingReport, Latency, Report
from edgekit_export.report.quantizing import LayerFindings, RepairGain, convergence_from, input_of, worst_layers
from edgekit_export.report.verdict import EncodingFindings, LabelledFindings, verdict_of
from edgekit_export.request import ExportRequest

__all__ = ["assembled_report", "notes_of", "warnings_of"]

_MOST_NAMED: Final = 3

# Operators that multiply with weights, as Conv, ConvTranspose, Gemm and MatMul do, and are no layers to the quantizer.
_NOT_QUANTIZED: Final = frozenset({"DeformConv", "Einsum", "GRU", "LSTM", "RNN"})


def warnings_of(images: CalibrationImages | None, graphs: Graphs) -> tuple[str, ...]:
    """What speaks against the calibration pictures, on which all INT8 rests, one line each."""
    if images is None:
        return ()
    found = list(images.notes)
    if images.skipped:
        pictures = (
            "picture could not be read and was" if len(images.skipped) == 1 else "pictures could not be read and were"
        )
        found.append(f"{len(images.skipped)} calibration {pictures} left out.")
    convergence = graphs.quantized.convergence if graphs.quantized is not None else None
    if convergence is not None and convergence.points and not convergence.enough:
        found.append(convergence.sentence())
    return tuple(found)


def notes_of(
    request: ExportRequest,
    source: SourceModel,
    graphs: Graphs,
    golden: GoldenChoice,
    batch_reason: str | None,
) -> tuple[str, ...]:
    """What a person should know besides, one line each."""
    notes = list(source.notes)
    if batch_reason is not None:
        notes.append(f"The graph takes one picture at a time: {batch_reason}.")
    notes.extend(_left_float(graphs))
    if request.max_drop is not None and request.data is not None:
        notes.append(
            "Which layers are INT8 was decided on the labelled pictures (--max-drop): on other pictures the loss may "
            "be larger."
        )
    if not golden.tells:
        notes.append(
            f"No picture was found with which swapped colours or another padding fail by {MUST_FAIL_BY_DB:g} dB "
            f"(best: {golden.margin_db:.1f} dB): the golden check on a device may not notice them."
        )
    return tuple(notes)


def _left_float(graphs: Graphs) -> Iterator[str]:
    """What could be INT8 nowhere, whatever it would cost."""
    odd = [f"{layer['name']} ({layer['reason']})" for layer in graphs.layers if layer["reason"] is not None]
    if odd:
        more = f" and {len(odd) - _MOST_NAMED} more" if len(odd) > _MOST_NAMED else ""
        yield f"No INT8 encoding can hold these layers; they stay float: {', '.join(odd[:_MOST_NAMED])}{more}."
    found = Counter(node.op_type for node in graphs.models[Encoding.FLOAT].graph.node if node.op_type in _NOT_QUANTIZED)
    if found and graphs.quantized is not None:
        named = ", ".join(f"{operator} ({times})" for operator, times in sorted(found.items()))
        yield f"No backend runs these operators in INT8; they stay float: {named}."


def assembled_report(
    request: ExportRequest,
    source: SourceModel,
    images: CalibrationImages | None,
    graphs: Graphs,
    golden: GoldenChoice,
    compared: Sequence[PreparedPicture],
    against_float: AgainstFloat,
    scores: Mapping[Encoding, Scores],
    notes: tuple[str, ...],
    timed: Mapping[Encoding, Latency],
) -> Report:
    """The report, whole."""
    metric = MAIN_METRIC.get(source.task.value) if scores else None
    agreements, floating = against_float.agreements, scores.get(Encoding.FLOAT)
    lost: dict[Encoding, dict[str, Estimate]] = {
        encoding: losses(floating, found, np.random.default_rng(0))
        for encoding, found in scores.items()
        if floating is not None and encoding is not Encoding.FLOAT
    }
    findings = [
        EncodingFindings(
            encoding.value,
            agreements.get(encoding),
            scores[encoding].metrics[metric] if metric and encoding in scores else None,
            lost.get(encoding, {}).get(metric or ""),
        )
        for encoding in graphs.models
        if encoding is not Encoding.FLOAT
    ]
    return Report(
        name=request.output.stem,
        task=source.task.value,
        verdict=verdict_of(source.task.value, _labelled(floating, metric), findings, max_loss=_allowed(request)),
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
                levels=levels(scores[encoding], np.random.default_rng(0)) if encoding in scores else {},
                losses=lost.get(encoding, {}),
                latency=timed.get(encoding),
                confusion=_confusion(floating, scores.get(encoding), source.class_names),
            )
            for encoding, model in graphs.models.items()
        ),
        calibrating=len(images.calibrating) if images else 0,
        compared=len(compared),
        held_out=bool(images and images.held_out) and (request.max_drop is None or request.data is not None),
        skipped=tuple(_shortened(line, request.calibration) for line in images.skipped) if images else (),
        metric=metric,
        notes=notes,
        layers=_layers(graphs),
        warnings=warnings_of(images, graphs),
        repairs=_repairs(graphs, request),
        convergence=convergence_from(graphs.quantized.convergence) if graphs.quantized is not None else None,
        disagreements=disagreements_on_labels(scores, source.class_names) or against_float.disagreements,
    )


def _allowed(request: ExportRequest) -> float:
    """What an encoding may lose on labelled pictures, a fraction: as was asked for, else a point."""
    return MAX_LOSS if request.max_drop is None else request.max_drop / 100.0


def _labelled(floating: Scores | None, metric: str | None) -> LabelledFindings | None:
    if floating is None or metric is None:
        return None
    guessing, named, answers = None, None, floating.answers
    if isinstance(answers, ClassAnswers) and answers.truth is not None:
        guessing = float(np.bincount(answers.truth).max() / len(answers))
        named = len(np.unique(answers.first))
    return LabelledFindings(metric, floating.metrics[metric], floating.images, guessing, named)


def _confusion(floating: Scores | None, other: Scores | None, class_names: tuple[str, ...]) -> ConfusionChanges | None:
    if floating is None or other is None or floating is other:
        return None
    one, two = floating.answers, other.answers
    if not isinstance(one, ClassAnswers) or not isinstance(two, ClassAnswers):
        return None
    return confusion_changes(one, two, class_names)


def _repairs(graphs: Graphs, request: ExportRequest) -> tuple[RepairGain, ...]:
    """What each repair did to the noise; those that were not tried are named too."""
    if graphs.quantized is None:
        return ()
    from edgekit_export.quantize.repairing import ADAROUND, BIAS_CORRECTION, EQUALIZATION

    asked = {EQUALIZATION: request.equalize, BIAS_CORRECTION: request.correct_bias, ADAROUND: request.adaround}
    found = [
        RepairGain(one.name, one.applied, _decibels(one.noise_before), _decibels(one.noise_after), encoding, one.detail)
        for encoding, gains in graphs.quantized.repairs.items()
        for one in gains
    ]
    named = {one.name for one in found}
    notes = {name: "little noise to mend" if wanted is None else "not asked for" for name, wanted in asked.items()}
    return (*found, *(RepairGain(name, False, note=note) for name, note in notes.items() if name not in named))


def _decibels(noise: float) -> float:
    return 10 * math.log10(max(noise, 1e-30))


def _layers(graphs: Graphs) -> tuple[LayerFindings, ...]:
    """What quantizing said of every layer, noise as signal to noise; the worst with what they read."""
    layers = tuple(_layer(layer) for layer in graphs.layers)
    if graphs.quantized is None:
        return layers
    worst = {layer.name for layer in worst_layers(layers)}
    inputs = graphs.quantized.inputs
    return tuple(
        replace(layer, input=input_of(*inputs[layer.name])) if layer.name in worst and layer.name in inputs else layer
        for layer in layers
    )


def _layer(found: Mapping[str, Any]) -> LayerFindings:
    return LayerFindings(
        name=found["name"],
        op_type=found["op_type"],
        macs=found["macs"],
        int8=tuple(found["int8"]),
        sqnr_db={
            encoding: -10 * math.log10(noise) if noise > 0 else math.inf
            for encoding, noise in found["sensitivity"].items()
        },
        centred=found["centred"],
        by_channel=found["by_channel"],
        reason=found["reason"],
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
