"""Biases that bring every layer's mean output back to float's, one layer after the other.

Rounding shifts the mean of a channel, and the shift adds up from layer to layer (Nagel et al., "Data-Free Quantization
Through Weight Equalization and Bias Correction", 2019, the variant that measures). Correcting all layers from one
pass would correct the same shift again in each layer that it passes through and destroys the net (EfficientNet-Lite0:
top-1 from 81 % to 3 %); so each layer is measured on what the corrected ones before it give. And a shift is corrected
only as far as the images agree on it: what a few of them show by chance would add up over the layers as well.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray

from edgekit_export.graph.running import session
from edgekit_export.graph.view import GraphView
from edgekit_export.quantize.biases import bias_of, takes_bias
from edgekit_export.quantize.insert import with_int8
from edgekit_export.quantize.layers import Layer
from edgekit_export.quantize.observe import with_outputs
from edgekit_export.quantize.plan import LayerPlan, Plan
from edgekit_export.quantize.repairs.walk import Walk

__all__ = ["bias_corrected", "image_means", "sure_shift"]


def image_means(values: Sequence[NDArray[Any]], layer: Layer) -> NDArray[np.float64]:
    """Mean (images, channels) of each image's results of a layer per output channel."""
    axis = 1 if layer.op_type == "Conv" else -1
    rows = [np.moveaxis(one, axis, 0).reshape(one.shape[axis], -1).mean(axis=1, dtype=np.float64) for one in values]
    return np.array(rows)


def sure_shift(expected: NDArray[np.float64], got: NDArray[np.float64]) -> NDArray[np.float64]:
    """What is to be added to every channel (channels,), from the means (images, channels) of both.

    The mean difference, less the more the images disagree: a share of its own variance over its square is taken off
    (James and Stein, 1961, the positive part). One image has nobody to disagree with.
    """
    differences = expected - got
    shift: NDArray[np.float64] = differences.mean(axis=0)
    if len(differences) == 1:
        return shift
    variance = differences.var(axis=0, ddof=1) / len(differences)
    share: NDArray[np.float64] = 1.0 - variance / np.maximum(np.square(shift), 1e-300)
    return shift * np.maximum(share, 0.0)


def _float_means(
    model: onnx.ModelProto, layers: Sequence[Layer], images: Sequence[NDArray[np.uint8]], threads: int
) -> dict[str, NDArray[np.float64]]:
    runner = session(with_outputs(model, [layer.output for layer in layers]), threads=threads)
    feed = model.graph.input[0].name
    rows: dict[str, list[NDArray[np.float64]]] = {layer.name: [] for layer in layers}
    for image in images:
        for layer, values in zip(layers, runner.run(None, {feed: image[None]}), strict=True):
            rows[layer.name].append(image_means([values], layer)[0])
    return {name: np.array(means) for name, means in rows.items()}


def bias_corrected(
    model: onnx.ModelProto,
    plans: Sequence[Plan],
    images: Sequence[NDArray[np.uint8]],
    *,
    threads: int = 2,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> list[Plan]:
    """The plans with biases that keep the mean of every channel on these images.

    Args:
        model: the float graph.
        plans: of everything that is to be INT8, as it will be written.
        images: prepared, uint8 (height, width, 3) each; not those on which the gain is judged. All are held at once
            with the tensors that wait for a reader: some 10 to 20 MB each.
        threads: CPU threads.
        progress: told how many layers are done, and of how many.
    """
    correctable = {one.layer.name: one for one in plans if isinstance(one, LayerPlan) and takes_bias(one.layer)}
    if not correctable or not images:
        return list(plans)
    view, nodes = GraphView(model.graph), {node.name: node for node in model.graph.node}
    expected = _float_means(model, [plan.layer for plan in correctable.values()], images, threads)
    walk = Walk(with_int8(model, plans), images, list(correctable), threads=threads)
    changed: dict[str, LayerPlan] = {}
    for halted in walk:
        plan = correctable[halted.name]
        shift = sure_shift(expected[halted.name], image_means(walk.result(), plan.layer))
        change = (plan.weight.bias_change + shift).astype(np.float32)
        new = dataclasses.replace(plan, weight=dataclasses.replace(plan.weight, bias_change=change))
        changed[halted.name] = new
        walk.advance(bias=bias_of(new, nodes[halted.name], view, centred=new.centred))
        progress(len(changed), len(correctable))
    return [changed.get(plan.node.name, plan) for plan in plans]
