"""From a model file to a bundle: float graph, both INT8 encodings, golden outputs, checks, report, one atomic write."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from edgekit import __version__
from edgekit.bundle.archive import write_bundle
from edgekit.bundle.golden import golden_members
from edgekit.bundle.manifest import (
    BatchSpec,
    Encoding,
    GoldenSpec,
    GraphSpec,
    Macs,
    Manifest,
    Provenance,
    Task,
    TensorSpecModel,
)
from edgekit.bundle.members import CALIBRATION, REPORT, REPORT_HTML
from edgekit.errors import OutputError, UsageError
from edgekit.files import write_whole
from edgekit_export.calibration_images import (
    DEFAULT_MAX_IMAGES,
    MIN_IMAGES,
    CalibrationImages,
    PreparedPicture,
    load_calibration,
)
from edgekit_export.evaluate.agreement import Agreement, agreement
from edgekit_export.evaluate.score import Scorer, scorer
from edgekit_export.evaluate.scores import MAIN_METRIC, Scores
from edgekit_export.golden_choice import MUST_FAIL_BY_DB, GoldenChoice, choose_golden
from edgekit_export.golden_pictures import golden_picture
from edgekit_export.models import ModelOptions, SourceModel, resolve_model
from edgekit_export.models.presets import describe
from edgekit_export.needs import need
from edgekit_export.progress import Progress, silent
from edgekit_export.report.content import EncodingReport, Report, report_json
from edgekit_export.report.html import report_html
from edgekit_export.report.verdict import EncodingFindings, verdict_of

__all__ = ["ExportRequest", "ExportResult", "export"]

_INT8 = (Encoding.INT8_TENSORRT, Encoding.INT8_CPU)


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """What to export, and how.

    Attributes:
        model: an ONNX file, an architecture's name, or package.module:factory.
        output: the bundle to write, NAME.edgekit.
        options: what the model is.
        int8: write both INT8 encodings too; needs `calibration`.
        calibration: folders, videos or lists of pictures.
        max_images: at most so many calibration pictures.
        data: labelled pictures to measure every encoding on.
        licence: the model's, for the manifest.
    """

    model: str
    output: Path
    options: ModelOptions = field(default_factory=ModelOptions)
    int8: bool = False
    calibration: tuple[Path, ...] = ()
    max_images: int = DEFAULT_MAX_IMAGES
    data: Path | None = None
    licence: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class ExportResult:
    """What came out.

    Attributes:
        bundle: the file.
        sha256: of its manifest, hex.
        report: what was found out.
        report_html: the report beside the bundle.
    """

    bundle: Path
    sha256: str
    report: Report
    report_html: Path


@dataclass(frozen=True, slots=True, eq=False)
class _Graphs:
    """Every encoding's graph (onnx.ModelProto) and what is known of it."""

    models: Mapping[Encoding, Any]
    macs: Mapping[Encoding, Macs]
    kept_float: Mapping[Encoding, tuple[str, ...]]
    layers: tuple[dict[str, Any], ...] = ()
    table: dict[str, Any] | None = None


def export(request: ExportRequest, *, progress: Progress = silent) -> ExportResult:
    """Export a model; the same request over the same files gives the same bytes.

    Everything that can be wrong with what was asked for is checked before the long work begins. Nothing is written
    before everything is done.

    Raises:
        UsageError: options that are missing or do not go together.
        ModelError, CalibrationError, DataError: an input that cannot be used.
        OutputError: the bundle cannot be written.
        MissingExtra: an optional dependency is missing.
    """
    need("onnx", "export", needed_for="edgekit export")
    from edgekit_export.graph import float_graph

    _check_request(request)
    progress("Reading the model", 0, 1)
    source = resolve_model(request.model, request.options)
    progress("Reading the model", 1, 1)
    score = scorer(source.task, request.data, source.class_names) if request.data is not None else None
    images = _calibration(request, source, progress)
    progress("Building the float graph", 0, 1)
    floating = float_graph(source.onnx, source.preprocessing.arithmetic)
    progress("Building the float graph", 1, 1)
    graphs = _quantized(floating.model, images, source, progress) if request.int8 and images else _only(floating.model)
    pictures = (*images.held_out, *images.calibrating) if images else ()
    golden = choose_golden(graphs.models, source.preprocessing, source.decoder, pictures, progress)
    compared = _compared(images) if graphs.table is not None and images else ()
    agreements = _agreements(graphs, source, compared, progress)
    scores = _scores(graphs, source, score, progress)
    notes = _notes(source, images, golden, floating.batch_reason if floating.max_batch == 1 else None)
    report = _report(request, source, images, graphs, golden, compared, agreements, scores, notes)
    progress("Writing the bundle", 0, 1)
    result = _write(request, source, images, graphs, golden, report, floating.max_batch)
    progress("Writing the bundle", 1, 1)
    return result


def _check_request(request: ExportRequest) -> None:
    if request.output.suffix != ".edgekit":
        raise UsageError(f"-o {request.output}: a bundle's name ends in .edgekit.")
    if request.int8 and not request.calibration:
        raise UsageError(
            "--int8 needs calibration pictures: --calibration is missing.",
            hint="Give a folder of pictures or a video of the shop: --calibration DIR",
        )
    if request.max_images < 1:
        raise UsageError(f"--calibration-images {request.max_images} is not a number of pictures.")
    if request.calibration and request.max_images < MIN_IMAGES:
        raise UsageError(f"--calibration-images {request.max_images} is too few: at least {MIN_IMAGES} are needed.")
    if request.output.is_dir():
        raise OutputError(f"{request.output} is a folder.", hint="Give a file name: -o NAME.edgekit")
    folder = request.output.absolute().parent
    while not folder.exists():
        folder = folder.parent
    if not folder.is_dir() or not os.access(folder, os.W_OK):
        raise OutputError(f"Cannot write {request.output}: {folder} is not a folder that can be written to.")


def _calibration(request: ExportRequest, source: SourceModel, progress: Progress) -> CalibrationImages | None:
    if not request.calibration:
        return None
    return load_calibration(
        request.calibration,
        source.preprocessing.geometry.to_geometry(),
        max_images=request.max_images,
        progress=progress,
    )


def _only(model: Any) -> _Graphs:
    from edgekit_export.graph.macs import total_macs

    return _Graphs({Encoding.FLOAT: model}, {Encoding.FLOAT: Macs(total=total_macs(model))}, {})


def _quantized(model: Any, images: CalibrationImages, source: SourceModel, progress: Progress) -> _Graphs:
    from edgekit_export.quantize import QuantizeOptions, quantize

    alone = _only(model)
    contract = source.preprocessing.geometry.model_dump_json().encode()
    quantized = quantize(
        model,
        [picture.prepared for picture in images.calibrating],
        progress=lambda what, done, total: progress(f"Quantizing: {what}", done, total),
        options=QuantizeOptions(preprocessing_sha256=hashlib.sha256(contract).hexdigest()),
    )
    return _Graphs(
        models={**alone.models, **quantized.graphs},
        macs={**alone.macs, **quantized.macs},
        kept_float=quantized.kept_float,
        layers=tuple(asdict(layer) for layer in quantized.layers),
        table=quantized.table,
    )


def _compared(images: CalibrationImages) -> tuple[PreparedPicture, ...]:
    """Pictures that no range comes from: those held out, or, of few, those that quantizing held back for ranking."""
    from edgekit_export.quantize import QuantizeOptions
    from edgekit_export.quantize.quantize import held_back

    if images.held_out:
        return images.held_out
    return tuple(
        images.calibrating[index] for index in held_back(len(images.calibrating), QuantizeOptions().max_held_back)
    )


def _agreements(
    graphs: _Graphs, source: SourceModel, compared: Sequence[PreparedPicture], progress: Progress
) -> dict[Encoding, Agreement]:
    others = [encoding for encoding in graphs.models if encoding is not Encoding.FLOAT]
    if not compared or not others:
        return {}
    from edgekit_export.graph_predictor import GraphPredictor

    stage, total = "Comparing INT8 with float", len(compared) * (len(others) + 1)
    outputs: dict[Encoding, dict[str, Any]] = {}
    for number, (encoding, model) in enumerate(graphs.models.items()):
        predictor = GraphPredictor(model, source.preprocessing, source.decoder, optimise=_optimised(encoding))
        rows = []
        for done, picture in enumerate(compared, start=1):
            rows.append(predictor.run(picture.prepared[None]))
            progress(stage, number * len(compared) + done, total)
        outputs[encoding] = {name: np.concatenate([row[name] for row in rows]) for name in predictor.output_names}
    size_hw, classes = source.preprocessing.geometry.size_hw, len(source.class_names)
    return {
        encoding: agreement(source.task, source.decoder, size_hw, classes, outputs[Encoding.FLOAT], outputs[encoding])
        for encoding in others
    }


def _optimised(encoding: Encoding) -> bool:
    """ONNX Runtime runs the TensorRT encoding as a reference only, exactly as it is written."""
    return encoding is not Encoding.INT8_TENSORRT


def _scores(graphs: _Graphs, source: SourceModel, score: Scorer | None, progress: Progress) -> dict[Encoding, Scores]:
    if score is None:
        return {}
    from edgekit_export.graph_predictor import GraphPredictor

    return {
        encoding: score(
            GraphPredictor(model, source.preprocessing, source.decoder, optimise=_optimised(encoding)),
            f"Evaluating {encoding.value}",
            progress,
        )
        for encoding, model in graphs.models.items()
    }


def _notes(
    source: SourceModel, images: CalibrationImages | None, golden: GoldenChoice, batch_reason: str | None
) -> tuple[str, ...]:
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


def _report(
    request: ExportRequest,
    source: SourceModel,
    images: CalibrationImages | None,
    graphs: _Graphs,
    golden: GoldenChoice,
    compared: Sequence[PreparedPicture],
    agreements: Mapping[Encoding, Agreement],
    scores: Mapping[Encoding, Scores],
    notes: tuple[str, ...],
) -> Report:
    metric = MAIN_METRIC.get(source.task.value) if scores else None
    main = {encoding: found.metrics[metric] for encoding, found in scores.items()} if metric else {}
    findings = [
        EncodingFindings(encoding.value, found, main.get(encoding))
        for encoding, found in agreements.items()
        if encoding in _INT8
    ]
    return Report(
        name=request.output.stem,
        task=source.task.value,
        verdict=verdict_of(source.task.value, metric, main.get(Encoding.FLOAT), findings),
        model=_model_facts(source),
        encodings=tuple(
            EncodingReport(
                encoding=encoding.value,
                size_bytes=len(_serialized(model)),
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


def _serialized(model: Any) -> bytes:
    content: bytes = model.SerializeToString(deterministic=True)
    return content


def _tensor_specs(values: Any) -> tuple[TensorSpecModel, ...]:
    from onnx import helper

    return tuple(
        TensorSpecModel(
            name=value.name,
            dtype=np.dtype(helper.tensor_dtype_to_np_dtype(value.type.tensor_type.elem_type)).name,
            shape=tuple(
                dim.dim_value if dim.HasField("dim_value") else None for dim in value.type.tensor_type.shape.dim
            ),
        )
        for value in values
    )


def _quantization(encoding: Encoding, graphs: _Graphs) -> dict[str, str | int | float | list[str]]:
    if encoding not in _INT8:
        return {}
    scheme = "signed symmetric" if encoding is Encoding.INT8_TENSORRT else "unsigned asymmetric"
    return {
        "scheme": scheme,
        "weights": "signed symmetric per channel",
        "kept_float": list(graphs.kept_float[encoding]),
    }


def _write(
    request: ExportRequest,
    source: SourceModel,
    images: CalibrationImages | None,
    graphs: _Graphs,
    golden: GoldenChoice,
    report: Report,
    max_batch: int,
) -> ExportResult:
    floating = graphs.models[Encoding.FLOAT]
    manifest = Manifest(
        name=request.output.stem,
        task=source.task,
        class_names=source.class_names,
        preprocessing=source.preprocessing,
        decoder=source.decoder,
        inputs=_tensor_specs(floating.graph.input),
        outputs=_tensor_specs(floating.graph.output),
        # One picture is what a camera gives; batches are several cameras, or the facings of one picture.
        batch=BatchSpec(min=1, opt=min(max_batch, 4 if source.task is Task.CLASSIFY else 1), max=max_batch),
        graphs={
            encoding: GraphSpec(
                opset=next(entry.version for entry in model.opset_import if entry.domain in ("", "ai.onnx")),
                ir_version=model.ir_version,
                macs=graphs.macs[encoding],
                golden_sqnr_db=golden.min_sqnr_db[encoding],
                quantization=_quantization(encoding, graphs),
            )
            for encoding, model in graphs.models.items()
        },
        golden=GoldenSpec(inputs=len(golden.inputs), outputs=golden.output_names),
        provenance=Provenance(
            source=source.source,
            source_sha256=source.source_sha256,
            architecture=source.architecture,
            calibration=f"{len(images.calibrating)} pictures of {', '.join(images.sources)}" if images else None,
            edgekit_version=__version__,
            classes_from=source.classes_from,
            preprocessing_from=source.preprocessing_from,
        ),
        licence=request.licence,
    )
    picture, prepared = golden_picture(images.original if images else None, source.preprocessing.geometry.to_geometry())
    found, page = report_json(report), report_html(report)
    members = {encoding.member: _serialized(model) for encoding, model in graphs.models.items()}
    members |= golden_members(golden.inputs, golden.outputs, picture, prepared)
    members |= {REPORT: found, REPORT_HTML: page}
    if graphs.table is not None:
        members[CALIBRATION] = json.dumps(graphs.table, indent=1, sort_keys=True).encode() + b"\n"
    sha256 = write_bundle(request.output, manifest, members)
    folder = request.output.with_suffix(".report")
    write_whole(folder / "report.html", page)
    write_whole(folder / "report.json", found)
    return ExportResult(request.output, sha256, report, folder / "report.html")
