"""What the calibration images say of every layer: ranges per encoding, rounded weights, and the table of it all."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, overload

import numpy as np
import onnx
from edgekit_calibration import (
    CalibrationTable,
    ChosenRange,
    Convergence,
    HistogramObserver,
    Range,
    Scheme,
    TableKey,
    TensorRange,
    TensorRanges,
    choose_range,
)
from numpy.typing import NDArray

from edgekit.bundle.manifest import Encoding
from edgekit.errors import CalibrationError
from edgekit_export.graph.view import GraphView
from edgekit_export.progress import Progress
from edgekit_export.quantize.layers import Layer, find_layers
from edgekit_export.quantize.observe import gathering_for, observe
from edgekit_export.quantize.options import QuantizeOptions
from edgekit_export.quantize.passes import Pass, find_passes
from edgekit_export.quantize.placement import observable
from edgekit_export.quantize.weights import MAX_COLUMNS, QuantizedWeight, quantize_weight

__all__ = ["SCHEMES", "Measured", "Subset", "check_images", "held_back", "key_of", "measure", "table_of"]

SCHEMES: Mapping[Encoding, Scheme] = {
    Encoding.INT8_TENSORRT: Scheme.SIGNED_SYMMETRIC,
    Encoding.INT8_CPU: Scheme.UNSIGNED_ASYMMETRIC,
}


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """What calibration found, for both encodings.

    Attributes:
        layers: those that can be INT8.
        passes: nodes without weights between them that can be INT8 too.
        weights: by layer.
        observers: by tensor, over all images that ranges come from.
        chosen: by scheme and tensor, its range and how it was found.
        convergence: how ranges came to rest over these images.
    """

    layers: tuple[Layer, ...]
    passes: tuple[Pass, ...]
    weights: Mapping[str, QuantizedWeight]
    observers: Mapping[str, HistogramObserver]
    chosen: Mapping[Scheme, Mapping[str, ChosenRange]]
    convergence: Convergence

    @property
    def ranges(self) -> Mapping[Scheme, Mapping[str, Range]]:
        """By scheme and tensor."""
        return {scheme: {name: one.span for name, one in found.items()} for scheme, found in self.chosen.items()}


def check_images(images: Sequence[NDArray[np.uint8]], model: onnx.ModelProto) -> None:
    """Raises CalibrationError where there is no image or one that the graph does not take."""
    if not images:
        raise CalibrationError("There is no calibration image.", hint="Give a folder, a list or a video of pictures.")
    dims = model.graph.input[0].type.tensor_type.shape.dim
    expected = tuple(dim.dim_value for dim in list(dims)[1:])
    for index, image in enumerate(images):
        if image.dtype != np.uint8 or image.shape != expected:
            raise CalibrationError(
                f"Calibration image {index} is {image.dtype} {image.shape}; the graph takes uint8 {expected}."
            )


def held_back(count: int, at_most: int) -> list[int]:
    """Indices of the images that the ranges never see: every fourth, evenly spread; none of fewer than four.

    Evenly spread, since images often come grouped by where they were taken.
    """
    number = min(count // 4, at_most)
    return [int((index + 0.5) * count / number) for index in range(number)]


class Subset(Sequence[NDArray[np.uint8]]):
    """Some of a sequence's images, each taken from it when it is asked for."""

    def __init__(self, images: Sequence[NDArray[np.uint8]], indices: Sequence[int]) -> None:
        self._images, self._indices = images, tuple(indices)

    def __len__(self) -> int:
        return len(self._indices)

    @overload
    def __getitem__(self, index: int) -> NDArray[np.uint8]: ...
    @overload
    def __getitem__(self, index: slice) -> Subset: ...
    def __getitem__(self, index: int | slice) -> NDArray[np.uint8] | Subset:
        if isinstance(index, slice):
            return Subset(self._images, self._indices[index])
        return self._images[self._indices[index]]


def _images_sha256(images: Sequence[NDArray[np.uint8]]) -> str:
    digest = hashlib.sha256()
    for image in images:
        digest.update(str(image.shape).encode())
        digest.update(np.ascontiguousarray(image).tobytes())
    return digest.hexdigest()


def measure(
    model: onnx.ModelProto, images: Sequence[NDArray[np.uint8]], progress: Progress, options: QuantizeOptions
) -> tuple[Measured, dict[str, str]]:
    """Ranges and weights of every layer that can be INT8, and by name why the others cannot."""
    view = GraphView(model.graph)
    layers = find_layers(model)
    passes = find_passes(model, layers)
    between = [name for one in passes for name in (*one.inputs, one.result)]
    gathering = gathering_for(model, layers, between, images=len(images), max_columns=MAX_COLUMNS)
    observe(
        model,
        gathering,
        images,
        threads=options.threads,
        progress=lambda done: progress("observing ranges", done, len(images)),
    )
    observers = {name: tensor.whole() for name, tensor in gathering.tensors.items()}
    reasons = {layer.name: observable(layer, observers) for layer in layers}
    usable = tuple(layer for layer in layers if reasons[layer.name] is None)
    varying = {name for name, observer in observers.items() if not observer.is_constant}
    passes = tuple(one for one in passes if varying.issuperset((*one.inputs, one.result)))
    wanted = dict.fromkeys((*(name for layer in usable for name in (layer.data, layer.result)), *between))
    chosen = {
        scheme: {
            name: choose_range(gathering.tensors[name], scheme, options.method, readers=gathering.readers_of(name))
            for name in wanted
        }
        for scheme in SCHEMES.values()
    }
    weights = {}
    for layer in usable:
        values = view.constant(layer.weight)
        assert values is not None, "find_layers takes constant weights only"
        weights[layer.name] = quantize_weight(values, layer.channel_axis, gathering.moments.get(layer.name))
    seen = {name: observer for name, observer in observers.items() if observer.count}
    unusable = {name: why for name, why in reasons.items() if why is not None}
    return Measured(usable, passes, weights, seen, chosen, gathering.convergence()), unusable


def key_of(model: onnx.ModelProto, images: Sequence[NDArray[np.uint8]], options: QuantizeOptions) -> TableKey:
    """What a calibration table of this graph and all of these images is valid for."""
    return TableKey(
        graph_sha256=hashlib.sha256(model.SerializeToString(deterministic=True)).hexdigest(),
        images_sha256=_images_sha256(images),
        images=len(images),
        preprocessing_sha256=options.preprocessing_sha256,
        method=options.method,
    )


def table_of(
    model: onnx.ModelProto,
    images: Sequence[NDArray[np.uint8]],
    held_back_count: int,
    measured: Measured,
    options: QuantizeOptions,
) -> dict[str, Any]:
    """The calibration table (edgekit_calibration.CalibrationTable) as plain values."""
    tensors = {}
    for name, observer in measured.observers.items():
        found = {encoding.value: measured.chosen[scheme].get(name) for encoding, scheme in SCHEMES.items()}
        tensors[name] = TensorRanges(
            minimum=observer.minimum,
            maximum=observer.maximum,
            count=observer.count,
            ranges={
                encoding: TensorRange(low=one.span.low, high=one.span.high, method=one.method)
                for encoding, one in found.items()
                if one is not None
            },
        )
    table = CalibrationTable(key=key_of(model, images, options), held_back=held_back_count, tensors=tensors)
    result: dict[str, Any] = table.model_dump(mode="json")
    return result
