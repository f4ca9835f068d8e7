"""What calibration has to find anew once channels were divided: only the tensors and layers that this changed."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Sequence

import numpy as np
import onnx
from edgekit_calibration import ChosenRange, Scheme, choose_range
from numpy.typing import NDArray

from edgekit_export.graph.view import GraphView
from edgekit_export.progress import Progress
from edgekit_export.quantize.activations import activation_behind
from edgekit_export.quantize.blas import one_blas_thread
from edgekit_export.quantize.layers import Layer, find_layers
from edgekit_export.quantize.measured import Findings, Measured
from edgekit_export.quantize.memory import Arrays, Memory, fingerprint
from edgekit_export.quantize.observe import gathering_for, observe
from edgekit_export.quantize.options import QuantizeOptions
from edgekit_export.quantize.passes import find_passes
from edgekit_export.quantize.weights import MAX_COLUMNS, quantize_weight

__all__ = ["remeasured"]


def remeasured(
    before: Measured,
    model: onnx.ModelProto,
    changed: Collection[str],
    images: Sequence[NDArray[np.uint8]],
    progress: Progress,
    options: QuantizeOptions,
    memory: Memory,
) -> Measured:
    """`before` with what is no longer right found anew.

    Args:
        before: of the graph as it was.
        model: the graph as it is, computing the same.
        changed: its tensors that are new or hold other values than before.
        images: those that ranges come from.
        progress: told what is done.
        options: method and threads.
        memory: where the result is kept.
    """
    known = {layer.name: layer for layer in before.layers}
    layers = tuple(layer for layer in find_layers(model) if layer.name in known)
    # Whoever reads a divided tensor has another weight as well.
    again = [
        layer for layer in layers if (layer.data, layer.weight) != (known[layer.name].data, known[layer.name].weight)
    ]
    usable = {one.name for one in before.passes}
    passes = tuple(one for one in find_passes(model, layers) if one.name in usable)
    between = dict.fromkeys(name for one in passes for name in (*one.inputs, one.result) if name in changed)

    def compute() -> Arrays:
        with one_blas_thread():
            return _found(before, model, again, list(between), changed, images, progress, options).arrays()

    inputs = (model.SerializeToString(deterministic=True), fingerprint(list(images)))
    chosen = fingerprint([options.method.value, sorted(changed), before.weights])
    found = Findings.from_arrays(memory.arrays("measure again", *inputs, chosen, compute=compute))
    return dataclasses.replace(
        before,
        layers=layers,
        passes=passes,
        weights={**before.weights, **found.weights},
        observers={**before.observers, **found.observers},
        chosen={scheme: {**before.chosen[scheme], **found.chosen[scheme]} for scheme in before.chosen},
    )


def _found(
    before: Measured,
    model: onnx.ModelProto,
    layers: Sequence[Layer],
    between: Sequence[str],
    changed: Collection[str],
    images: Sequence[NDArray[np.uint8]],
    progress: Progress,
    options: QuantizeOptions,
) -> Findings:
    view = GraphView(model.graph)
    gathering = gathering_for(model, layers, between, images=len(images), max_columns=MAX_COLUMNS)
    observe(
        model,
        gathering,
        images,
        threads=options.threads,
        progress=lambda done: progress("observing equalized channels", done, len(images)),
    )
    wanted = [name for name in gathering.tensors if name in changed or name not in before.observers]
    chosen: dict[Scheme, dict[str, ChosenRange]] = {scheme: {} for scheme in before.chosen}
    for name in wanted:
        for scheme, found in chosen.items():
            found[name] = choose_range(
                gathering.tensors[name],
                scheme,
                options.method,
                readers=gathering.readers_of(name),
                through=activation_behind(name, view),
            )
    weights = {}
    for layer in layers:
        values = view.constant(layer.weight)
        assert values is not None, "find_layers takes constant weights only"
        weights[layer.name] = quantize_weight(values, layer.channel_axis, gathering.moments.get(layer.name))
    observers = {name: gathering.tensors[name].whole() for name in wanted}
    return Findings(weights, observers, chosen, before.convergence)
