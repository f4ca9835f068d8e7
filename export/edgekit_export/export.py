"""From a model file to a bundle: float graph, both INT8 encodings, golden outputs, checks, report, one atomic write."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from edgekit_export.calibration_images import CalibrationImages, load_calibration
from edgekit_export.evaluate.score import scorer
from edgekit_export.findings import assembled_report, notes_of
from edgekit_export.golden_choice import choose_golden
from edgekit_export.graphs import float_only, quantized
from edgekit_export.latency import latencies
from edgekit_export.measuring import agreements_of, compared_pictures, scores_of
from edgekit_export.models import SourceModel, resolve_model
from edgekit_export.needs import need
from edgekit_export.progress import Progress, silent
from edgekit_export.report.content import Report
from edgekit_export.request import ExportRequest, check_request
from edgekit_export.writing import write

__all__ = ["ExportRequest", "ExportResult", "export"]


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
    from edgekit_export.limits import limits_of

    check_request(request)
    progress("Reading the model", 0, 1)
    source = resolve_model(request.model, request.options)
    progress("Reading the model", 1, 1)
    score = scorer(source.task, request.data, source.class_names) if request.data is not None else None
    images = _calibration(request, source, progress)
    progress("Building the float graph", 0, 1)
    floating = float_graph(source.onnx, source.preprocessing.arithmetic)
    progress("Building the float graph", 1, 1)
    compared = compared_pictures(images) if request.int8 and images else ()
    if request.int8 and images:
        limits = limits_of(request, floating.model, source, compared, score, progress)
        graphs = quantized(request, floating.model, images, source, progress, limits)
    else:
        graphs = float_only(floating.model)
    pictures = images.held_out + images.calibrating if images else ()
    golden = choose_golden(graphs.models, source.preprocessing, source.decoder, pictures, progress)
    agreements = agreements_of(graphs, source, compared, progress)
    scores = scores_of(graphs, source, score, progress)
    progress("Timing float and INT8 on this CPU", 0, 1)
    timed = latencies(graphs.models, golden=golden)
    progress("Timing float and INT8 on this CPU", 1, 1)
    notes = notes_of(request, source, graphs, golden, floating.batch_reason if floating.max_batch == 1 else None)
    report = assembled_report(request, source, images, graphs, golden, compared, agreements, scores, notes, timed)
    progress("Writing the bundle", 0, 1)
    written = write(request, source, images, graphs, golden, report, floating.max_batch)
    progress("Writing the bundle", 1, 1)
    return ExportResult(request.output, written.sha256, report, written.report_html)


def _calibration(request: ExportRequest, source: SourceModel, progress: Progress) -> CalibrationImages | None:
    if not request.calibration:
        return None
    return load_calibration(
        request.calibration,
        source.preprocessing.geometry.to_geometry(),
        max_images=request.max_images,
        progress=progress,
    )
