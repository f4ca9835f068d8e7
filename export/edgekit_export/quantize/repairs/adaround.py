"""Adaptive rounding: every layer's weight rounded for what the INT8 layers before it really give, not for float's.

Nagel et al. ("Up or Down? Adaptive Rounding for Post-Training Quantization", 2020) choose each rounding by the error
of the layer's output, with the float output as target and the quantized net's activations as input. Both are known
here by walking the float and the INT8 graph side by side. The best real weight for those inputs comes first, in
closed form (ridge regression about the trained weight; Li et al., "GPTAQ", 2025, show that it pays); rounding with
compensation (see weights) and single flips (see flips) follow; the bias keeps the mean.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence

import numpy as np
import onnx
from numpy.typing import NDArray

from edgekit_export.graph.view import GraphView
from edgekit_export.quantize.biases import bias_of, takes_bias
from edgekit_export.quantize.insert import with_int8
from edgekit_export.quantize.plan import LayerPlan, Plan
from edgekit_export.quantize.repairs.bias import channel_means
from edgekit_export.quantize.repairs.products import Products, products_of
from edgekit_export.quantize.repairs.walk import Walk
from edgekit_export.quantize.weights import QuantizedWeight, round_rows

__all__ = ["adaptively_rounded"]

# Pulls the real weight towards the trained one, as a share of the mean variance of the inputs: few images must not
# teach a layer of a thousand columns (EfficientNet-Lite0, 16 images: 20.5 dB with a twentieth of it, 23.8 with this).
_RIDGE = 1.0


def adaptively_rounded(
    model: onnx.ModelProto,
    plans: Sequence[Plan],
    images: Sequence[NDArray[np.uint8]],
    *,
    threads: int = 2,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> list[Plan]:
    """The plans with every weight rounded anew, in graph order, each on what the ones before it give.

    Args:
        model: the float graph.
        plans: of everything that is to be INT8, as it will be written.
        images: prepared, uint8 (height, width, 3) each; not those on which the gain is judged. All are held at once,
            in float and in INT8, with the tensors that wait for a reader.
        threads: CPU threads.
        progress: told how many layers are done, and of how many.
    """
    chosen = {one.layer.name: one for one in plans if isinstance(one, LayerPlan)}
    if not chosen or not images:
        return list(plans)
    view, nodes = GraphView(model.graph), {node.name: node for node in model.graph.node}
    floating = Walk(model, images, list(chosen), threads=threads)
    quantized = Walk(with_int8(model, plans), images, list(chosen), threads=threads)
    changed: dict[str, LayerPlan] = {}
    for node, halted in zip(floating, quantized, strict=True):
        plan = chosen[halted.name]
        wanted = floating.result()
        products = products_of(plan.layer, halted, view, quantized.data(), wanted)
        values = view.constant(plan.layer.weight)
        if products is None or values is None or not takes_bias(plan.layer):
            new = plan
            quantized.advance()
        else:
            weight = _rounded(values, plan.layer.channel_axis, products)
            got = channel_means(quantized.result(weight.dequantized()), plan.layer)
            # What the node adds now is part of `got`.
            shift = channel_means(wanted, plan.layer) - got + plan.weight.bias_change
            if plan.centred:
                shift = shift + _centre_change(plan, weight, nodes[node.name], view)
            weight = dataclasses.replace(weight, bias_change=shift.astype(np.float32))
            new = dataclasses.replace(plan, weight=weight)
            bias = bias_of(new, nodes[node.name], view, centred=new.centred)
            quantized.advance(weight=weight.dequantized(), bias=bias)
        floating.advance()
        changed[node.name] = new
        progress(len(changed), len(chosen))
    return [changed.get(plan.node.name, plan) for plan in plans]


def _centre_change(
    plan: LayerPlan, weight: QuantizedWeight, node: onnx.NodeProto, view: GraphView
) -> NDArray[np.float64]:
    """What bias_of will add less for the new weight's share of the centre than it did for the old one's."""
    before = bias_of(plan, node, view, centred=True).astype(np.float64)
    kept = dataclasses.replace(weight, bias_change=plan.weight.bias_change)
    after = bias_of(dataclasses.replace(plan, weight=kept), node, view, centred=True).astype(np.float64)
    difference: NDArray[np.float64] = before - after
    return difference


def _rounded(values: NDArray[np.float32], axis: int, products: Products) -> QuantizedWeight:
    moved = np.moveaxis(values, axis, 0)
    groups, columns = products.covariance.shape[:2]
    rows = moved.reshape(groups, -1, columns).astype(np.float64)
    share = _RIDGE * np.einsum("gkk->gk", products.covariance).mean(axis=1)[:, None, None] + 1e-12
    ridged = products.covariance + share * np.eye(columns)
    best = np.linalg.solve(ridged, (products.cross + share * rows).transpose(0, 2, 1)).transpose(0, 2, 1)
    steps, scales = round_rows(best, ridged)
    shaped = np.moveaxis(steps.reshape(moved.shape).astype(np.int8), 0, axis)
    return QuantizedWeight(
        np.ascontiguousarray(shaped), scales.ravel().astype(np.float32), axis, np.zeros(len(moved), np.float32)
    )
