"""What the calibration images say of every layer: ranges per encoding and rounded weights."""

from __future__ import annotations

from collections.abc import Sequence
from typing import overload

import numpy as np
import onnx
from edgekit_calibration import ChosenRange, Gathering, Scheme, choose_range
from numpy.typing import NDArray

from edgekit.errors import CalibrationError
from edgekit_export.graph.view import GraphView
from edgekit_export.progress import Progress
from edgekit_export.quantize.activations import activation_behind
from edgekit_export.quantize.blas import one_blas_thread
from edgekit_export.quantize.interrupted import Interrupted
from edgekit_export.quantize.layers import Layer, find_layers
from edgekit_export.quantize.measured import Findings, Measured
from edgekit_export.quantize.memory import Arrays, Memory
from edgekit_export.quantize.observe import gathering_for, observe
from edgekit_export.quantize.options import QuantizeOptions
from edgekit_export.quantize.passes import find_passes
from edgekit_export.quantize.placement import observable
from edgekit_export.quantize.tables import SCHEMES, key_of, range_from
from edgekit_export.quantize.weights import MAX_COLUMNS, quantize_weight

__all__ = ["Measured", "Subset", "check_images", "held_back", "measure", "memory_of"]


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


def _gathered(
    model: onnx.ModelProto,
    layers: Sequence[Layer],
    between: Sequence[str],
    images: Sequence[NDArray[np.uint8]],
    progress: Progress,
    options: QuantizeOptions,
    kept: Interrupted,
) -> Gathering:
    """What all the images show; goes on where an interrupted run of the same work stopped."""
    gathering, told = kept.taken_up(
        lambda: gathering_for(model, layers, between, images=len(images), max_columns=MAX_COLUMNS)
    )
    if told is not None:
        progress(told, 1, 1)
    observe(
        model,
        gathering,
        images,
        threads=options.threads,
        progress=lambda done: progress("observing ranges", done, len(images)),
        kept=kept,
    )
    return gathering


def memory_of(options: QuantizeOptions) -> Memory:
    """Where the results of steps are kept."""
    return Memory(None if options.cache is None else options.cache / "quantizing")


def measure(
    model: onnx.ModelProto, images: Sequence[NDArray[np.uint8]], progress: Progress, options: QuantizeOptions
) -> tuple[Measured, dict[str, str]]:
    """Ranges and weights of every layer that can be INT8, and by name why the others cannot."""
    layers = find_layers(model)
    passes = find_passes(model, layers)
    between = tuple(dict.fromkeys(name for one in passes for name in (*one.inputs, one.result)))
    key = key_of(model, images, options)
    given = b"" if options.table is None else options.table.to_json().encode()
    memory = memory_of(options)
    inputs = (key.model_dump_json().encode(), given, " ".join(between).encode())
    kept = Interrupted(memory, key, *inputs)

    def compute() -> Arrays:
        with one_blas_thread():
            return _findings(model, layers, between, images, progress, options, kept).arrays()

    found = Findings.from_arrays(memory.arrays("measure", *inputs, compute=compute))
    kept.done()
    reasons = {layer.name: observable(layer, found.observers) for layer in layers}
    usable = tuple(layer for layer in layers if reasons[layer.name] is None)
    varying = {name for name, observer in found.observers.items() if not observer.is_constant}
    passes = tuple(one for one in passes if varying.issuperset((*one.inputs, one.result)))
    unusable = {name: why for name, why in reasons.items() if why is not None}
    return Measured(usable, passes, found.weights, found.observers, found.chosen, found.convergence), unusable


def _findings(
    model: onnx.ModelProto,
    layers: Sequence[Layer],
    between: Sequence[str],
    images: Sequence[NDArray[np.uint8]],
    progress: Progress,
    options: QuantizeOptions,
    kept: Interrupted,
) -> Findings:
    view = GraphView(model.graph)
    gathering = _gathered(model, layers, between, images, progress, options, kept)
    observers = {name: tensor.whole() for name, tensor in gathering.tensors.items()}
    usable = [layer for layer in layers if observable(layer, observers) is None]
    wanted = dict.fromkeys((*(name for layer in usable for name in (layer.data, layer.result)), *between))
    chosen: dict[Scheme, dict[str, ChosenRange]] = {scheme: {} for scheme in SCHEMES.values()}
    for done, name in enumerate(wanted, start=1):
        readers, through = gathering.readers_of(name), activation_behind(name, view)
        for encoding, scheme in SCHEMES.items():
            if options.table is not None:
                chosen[scheme][name] = range_from(options.table, encoding, name)
            else:
                chosen[scheme][name] = choose_range(
                    gathering.tensors[name], scheme, options.method, readers=readers, through=through
                )
        progress("choosing ranges", done, len(wanted))
    weights = {}
    for done, layer in enumerate(usable, start=1):
        values = view.constant(layer.weight)
        assert values is not None, "find_layers takes constant weights only"
        weights[layer.name] = quantize_weight(values, layer.channel_axis, gathering.moments.get(layer.name))
        progress("rounding weights", done, len(usable))
    seen = {name: observer for name, observer in observers.items() if observer.count}
    return Findings(weights, seen, chosen, gathering.convergence())
