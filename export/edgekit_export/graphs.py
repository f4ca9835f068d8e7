"""The graphs of a bundle, one an encoding, and what is known of each."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from edgekit.bundle.manifest import Encoding, Macs
from edgekit_export.calibration_images import CalibrationImages
from edgekit_export.models import SourceModel
from edgekit_export.progress import Progress

__all__ = ["INT8", "Graphs", "float_only", "quantized", "serialized"]

INT8 = (Encoding.INT8_TENSORRT, Encoding.INT8_CPU)


@dataclass(frozen=True, slots=True, eq=False)
class Graphs:
    """Every encoding's graph (onnx.ModelProto) and what is known of it."""

    models: Mapping[Encoding, Any]
    macs: Mapping[Encoding, Macs]
    kept_float: Mapping[Encoding, tuple[str, ...]]
    layers: tuple[dict[str, Any], ...] = ()
    table: dict[str, Any] | None = None


def float_only(model: Any) -> Graphs:
    """The float graph alone."""
    from edgekit_export.graph.macs import total_macs

    return Graphs({Encoding.FLOAT: model}, {Encoding.FLOAT: Macs(total=total_macs(model))}, {})


def quantized(model: Any, images: CalibrationImages, source: SourceModel, progress: Progress) -> Graphs:
    """The float graph and both INT8 graphs, calibrated on `images`."""
    from edgekit_export.quantize import QuantizeOptions, quantize

    alone = float_only(model)
    contract = source.preprocessing.geometry.model_dump_json().encode()
    found = quantize(
        model,
        [picture.prepared for picture in images.calibrating],
        progress=lambda what, done, total: progress(f"Quantizing: {what}", done, total),
        options=QuantizeOptions(preprocessing_sha256=hashlib.sha256(contract).hexdigest()),
    )
    return Graphs(
        models={**alone.models, **found.graphs},
        macs={**alone.macs, **found.macs},
        kept_float=found.kept_float,
        layers=tuple(asdict(layer) for layer in found.layers),
        table=found.table,
    )


def serialized(model: Any) -> bytes:
    """A graph's file, always the same bytes for the same graph."""
    content: bytes = model.SerializeToString(deterministic=True)
    return content
