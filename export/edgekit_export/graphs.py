"""The graphs of a bundle, one an encoding, and what is known of each."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from edgekit.bundle.manifest import Encoding, Macs, Task
from edgekit.vision.decoders.protocol import make_decoder
from edgekit_export.calibration_images import CalibrationImages, spread
from edgekit_export.models import SourceModel
from edgekit_export.progress import Progress
from edgekit_export.request import ExportRequest

if TYPE_CHECKING:
    from edgekit_export.quantize import Limits, Measure, Quantized

__all__ = ["INT8", "Graphs", "float_only", "measure_of", "quantized", "serialized"]

INT8 = (Encoding.INT8_TENSORRT, Encoding.INT8_CPU)

# Calibration pictures on which tensors are looked at before they become FP16: it is the largest that matters, and
# that is allowed a quarter of what FP16 holds.
_SEEN_ON = 16


@dataclass(frozen=True, slots=True, eq=False)
class Graphs:
    """Every encoding's graph (onnx.ModelProto) and what is known of it.

    Attributes:
        models, macs, kept_float: by encoding.
        layers: what quantizing decided of each layer, as plain values.
        table: the calibration table as plain values.
        quantized: all that quantizing found, or None.
    """

    models: Mapping[Encoding, Any]
    macs: Mapping[Encoding, Macs]
    kept_float: Mapping[Encoding, tuple[str, ...]]
    layers: tuple[dict[str, Any], ...] = ()
    table: dict[str, Any] | None = None
    quantized: Quantized | None = None


def float_only(model: Any) -> Graphs:
    """The float graph alone."""
    from edgekit_export.graph.macs import total_macs

    return Graphs({Encoding.FLOAT: model}, {Encoding.FLOAT: Macs(total=total_macs(model))}, {})


def quantized(
    request: ExportRequest,
    model: Any,
    images: CalibrationImages,
    source: SourceModel,
    progress: Progress,
    limits: Limits | None = None,
) -> Graphs:
    """The float graph, the same in FP16, and both INT8 graphs, calibrated on `images` and within `limits`."""
    from edgekit_export.quantize import QuantizeOptions, quantize
    from edgekit_export.quantize.tables import read_table

    alone = float_only(model)
    prepared = images.calibrating.pixels
    measure_noise = measure_of(source, model)
    contract = source.preprocessing.geometry.model_dump_json().encode()
    found = quantize(
        model,
        prepared,
        progress=lambda what, done, total: progress(f"Quantizing: {what}", done, total),
        options=QuantizeOptions(
            max_noise=measure_noise.max_noise,
            bad_noise=measure_noise.bad_noise,
            preprocessing_sha256=hashlib.sha256(contract).hexdigest(),
            method=request.method,
            table=None if request.table is None else read_table(request.table),
            equalize=request.equalize,
            correct_bias=request.correct_bias,
            adaround=request.adaround,
            cache=request.cache,
        ),
        limits=limits,
        measure_noise=measure_noise,
    )
    halves = _in_half(
        {Encoding.FP16: model, Encoding.INT8_TENSORRT: found.graphs[Encoding.INT8_TENSORRT]}, prepared, progress
    )
    return Graphs(
        models={**alone.models, Encoding.FP16: model, **found.graphs, **halves},
        macs={**alone.macs, Encoding.FP16: alone.macs[Encoding.FLOAT], **found.macs},
        kept_float=found.kept_float,
        layers=tuple(asdict(layer) for layer in found.layers),
        table=found.table,
        quantized=found,
    )


def measure_of(source: SourceModel, model: Any) -> Measure:
    """What counts as an error in the outputs of `model`, the float graph.

    Of a classifier its probabilities, of a detector what it finds, of an embedder the values.
    """
    from edgekit_export.quantize import ClassificationNoise, DetectionNoise, ValueNoise

    if source.task is Task.CLASSIFY:
        return ClassificationNoise(source.decoder.name)
    if source.task is not Task.DETECT:
        return ValueNoise()
    geometry = source.preprocessing.geometry
    decoder = make_decoder(source.decoder.name, source.decoder.parameters, geometry.size_hw)
    return DetectionNoise(decoder, tuple(output.name for output in model.graph.output))


def _in_half(
    models: Mapping[Encoding, Any], prepared: Sequence[NDArray[np.uint8]], progress: Progress
) -> dict[Encoding, Any]:
    """The graphs for TensorRT with their float parts in FP16: a strongly typed engine runs them as they are written."""
    from edgekit_export.graph.half import to_half
    from edgekit_export.quantize.seen import seen_ranges

    pictures = [prepared[index] for index in spread(len(prepared), _SEEN_ON)]
    halves = {}
    for done, (encoding, model) in enumerate(models.items(), start=1):
        halves[encoding] = to_half(model, ranges=seen_ranges(model, pictures))
        progress("Writing FP16", done, len(models))
    return halves


def serialized(model: Any) -> bytes:
    """A graph's file, always the same bytes for the same graph."""
    content: bytes = model.SerializeToString(deterministic=True)
    return content
