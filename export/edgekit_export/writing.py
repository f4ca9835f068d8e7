"""Writes the bundle and, beside it, its report."""

from __future__ import annotations

import json
from dataclasses import dataclass
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
    Manifest,
    Provenance,
    Task,
    TensorSpecModel,
)
from edgekit.bundle.members import CALIBRATION, REPORT, REPORT_HTML
from edgekit.files import write_whole
from edgekit_export.calibration_images import CalibrationImages
from edgekit_export.golden_choice import GoldenChoice
from edgekit_export.golden_pictures import golden_picture
from edgekit_export.graphs import INT8, Graphs, serialized
from edgekit_export.models import SourceModel
from edgekit_export.report.content import Report, for_bundle, report_json
from edgekit_export.report.html import report_html
from edgekit_export.request import ExportRequest

__all__ = ["Written", "write"]


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: the bundle's manifest hash (hex) and the page beside the bundle."""

    sha256: str
    report_html: Path


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


def _quantization(encoding: Encoding, graphs: Graphs) -> dict[str, str | int | float | list[str]]:
    if encoding not in INT8:
        return {}
    from edgekit_export.graph.half_rounding import has_half

    scheme = "signed symmetric" if encoding is Encoding.INT8_TENSORRT else "unsigned asymmetric"
    return {
        "scheme": scheme,
        "weights": "signed symmetric per channel",
        "float_parts": "fp16" if has_half(graphs.models[encoding]) else "fp32",
        "kept_float": list(graphs.kept_float[encoding]),
    }


def write(
    request: ExportRequest,
    source: SourceModel,
    images: CalibrationImages | None,
    graphs: Graphs,
    golden: GoldenChoice,
    report: Report,
    max_batch: int,
) -> Written:
    """Write the bundle and NAME.report/ beside it, each file whole or not at all.

    Raises:
        OutputError: they cannot be written.
    """
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
        batch=BatchSpec(min=1, opt=min(max_batch, 1 if source.task is Task.DETECT else 4), max=max_batch),
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
    # What is passed on holds no times of this machine and no pictures of the shop; the files beside it do.
    passed_on = for_bundle(report)
    members = {encoding.member: serialized(model) for encoding, model in graphs.models.items()}
    members |= golden_members(golden.inputs, golden.outputs, picture, prepared)
    members |= {REPORT: report_json(passed_on), REPORT_HTML: report_html(passed_on)}
    if graphs.table is not None:
        members[CALIBRATION] = json.dumps(graphs.table, indent=1, sort_keys=True).encode() + b"\n"
    sha256 = write_bundle(request.output, manifest, members)
    folder = request.output.with_suffix(".report")
    write_whole(folder / "report.html", report_html(report))
    write_whole(folder / "report.json", report_json(report))
    return Written(sha256, folder / "report.html")
