"""Adaptive rounding, block by block: each weight rounded for what the INT8 layers before it really give, and kept
only where the block's results on other images come closer to float's.

Nagel et al. ("Up or Down? Adaptive Rounding for Post-Training Quantization", 2020) choose each rounding by the error
of the layer's output, with the float output as target and the quantized net's activations as input; Li et al.
("BRECQ", 2021) by the error of a whole block's, by gradient descent through it. Here is no framework that gives
gradients, so the block's error is not descended: what is done is in closed form, and judged by it. Within a block each
layer takes the best real weight for its inputs (ridge regression about the trained weight; Li et al., "GPTAQ", 2025,
show that it pays), which is rounded with compensation (see weights) and by single flips (see flips); the layer that
closes a residual sum is aimed at what the sum lacks, the error of its skip included; biases keep the means. Then the
block as it was, the block with corrected biases alone and the block rounded anew are compared on images that none of
them was made on, and the one whose results are nearest to float's is what the blocks after it are given.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import onnx
from numpy.typing import NDArray

from edgekit_export.graph.view import GraphView
from edgekit_export.quantize.biases import bias_of, takes_bias
from edgekit_export.quantize.insert import with_int8
from edgekit_export.quantize.plan import LayerPlan, Plan
from edgekit_export.quantize.repairs.bias import image_means, sure_shift
from edgekit_export.quantize.repairs.blocks import Block, blocks_of
from edgekit_export.quantize.repairs.products import Products, products_of
from edgekit_export.quantize.repairs.walk import Walk
from edgekit_export.quantize.weights import QuantizedWeight, round_rows

__all__ = ["adaptively_rounded"]

# Pulls the real weight towards the trained one, as a share of the mean variance of the inputs for as many patches as
# columns: few patches must not teach a layer of a thousand columns.
_RIDGE: Final = 1.0
_LEAST_RIDGE: Final = 0.01

# Of so many images one is kept for judging.
_JUDGED_OF: Final = 4

Values = Sequence[NDArray[Any]]


@dataclass(slots=True, eq=False)
class _Way:
    """One way to make a block: where it has come to, and the plans that it changed."""

    walk: Walk
    changed: dict[str, LayerPlan]


class _Rounder:
    """The steps of one layer, in each of the ways."""

    def __init__(self, model: onnx.ModelProto, plans: Sequence[Plan], images: int) -> None:
        self.chosen = {one.layer.name: one for one in plans if isinstance(one, LayerPlan)}
        self.view, self.nodes = GraphView(model.graph), {node.name: node for node in model.graph.node}
        self.quantized = with_int8(model, plans)
        self.quantized_view = GraphView(self.quantized.graph)
        judged = set(range(_JUDGED_OF - 1, images, _JUDGED_OF))
        self.fitted = [index for index in range(images) if index not in judged]
        # Too few to spare one are judged by themselves.
        self.judged = sorted(judged) or self.fitted

    def with_bias(self, way: _Way, plan: LayerPlan, wanted: Values) -> None:
        """The layer with its weight as it is, and the bias that its inputs ask for."""
        if not takes_bias(plan.layer):
            way.walk.advance()
            return
        shift = self._shift(plan, wanted, way.walk.result()) + plan.weight.bias_change
        self._advance(way, plan, dataclasses.replace(plan.weight, bias_change=shift.astype(np.float32)))

    def with_weight(self, way: _Way, plan: LayerPlan, node: onnx.NodeProto, wanted: Values, aim: Values) -> None:
        """The layer with its weight rounded anew, and the bias that this asks for.

        Args:
            way: halted at the layer.
            plan: as given.
            node: of the INT8 graph.
            wanted: the float layer's results, per image.
            aim: what the fit aims at.
        """
        data, values = way.walk.data(), self.view.constant(plan.layer.weight)
        few = ([data[index] for index in self.fitted], [aim[index] for index in self.fitted])
        products = products_of(plan.layer, node, self.view, *few)
        if products is None or values is None or not takes_bias(plan.layer):
            self.with_bias(way, plan, wanted)
            return
        weight = _rounded(plan.floating(values), plan.layer.channel_axis, products)
        # What the node adds now is part of what it gives.
        shift = self._shift(plan, aim, way.walk.result(weight.dequantized())) + plan.weight.bias_change
        if plan.centred:
            shift = shift + _centre_change(plan, weight, self.nodes[plan.layer.name], self.view)
        self._advance(way, plan, dataclasses.replace(weight, bias_change=shift.astype(np.float32)))

    def _shift(self, plan: LayerPlan, wanted: Values, got: Values) -> NDArray[np.float64]:
        expected, found = (
            image_means([values[index] for index in self.fitted], plan.layer) for values in (wanted, got)
        )
        return sure_shift(expected, found)

    def _advance(self, way: _Way, plan: LayerPlan, weight: QuantizedWeight) -> None:
        new = dataclasses.replace(plan, weight=weight)
        bias = bias_of(new, self.nodes[plan.layer.name], self.view, centred=new.centred)
        way.walk.advance(weight=weight.dequantized(), bias=bias)
        way.changed[plan.layer.name] = new

    def aim(self, plan: LayerPlan, floating: Walk, way: _Way, wanted: Values) -> Values:
        """What the layer should make so that the sum that it closes is float's: its result, and what the skip lacks."""
        name = plan.layer.output
        add, made = self.view.only_consumer(name), self.quantized_view.only_consumer(name)
        if add is None or made is None or add.op_type != "Add" or made.name != add.name or add.input[0] == add.input[1]:
            return wanted
        side = 1 - list(add.input).index(name)
        skip, other = floating.value(add.input[side]), way.walk.value(made.input[side])
        if skip is None or other is None or skip[0].shape != wanted[0].shape:
            return wanted
        return [one + (two - three) for one, two, three in zip(wanted, skip, other, strict=True)]

    def error(self, expected: Mapping[str, Values], got: Mapping[str, Values]) -> float:
        """Squared error over energy of a block's results on the images to judge on, summed over the results."""
        total = 0.0
        for name, values in expected.items():
            pairs = [(values[index].astype(np.float64), got[name][index]) for index in self.judged]
            energy = sum(float(np.square(one).sum()) for one, _ in pairs)
            total += sum(float(np.square(other - one).sum()) for one, other in pairs) / max(energy, 1e-30)
        return total


def adaptively_rounded(
    model: onnx.ModelProto,
    plans: Sequence[Plan],
    images: Sequence[NDArray[np.uint8]],
    *,
    threads: int = 2,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> list[Plan]:
    """The plans with weights rounded anew, or biases corrected, in the blocks where that helps.

    Args:
        model: the float graph.
        plans: of everything that is to be INT8, as it will be written.
        images: prepared, uint8 (height, width, 3) each; not those on which the gain is judged. All are held at once,
            in float and in INT8, with the tensors that wait for a reader.
        threads: CPU threads.
        progress: told how many layers are done, and of how many.
    """
    rounder = _Rounder(model, plans, len(images))
    if not rounder.chosen or not images:
        return list(plans)
    blocks = blocks_of(model, list(rounder.chosen))
    kept = {name for block in blocks for name in block.results}
    floating = Walk(model, images, list(rounder.chosen), kept=kept, threads=threads)
    quantized = Walk(rounder.quantized, images, list(rounder.chosen), kept=kept, threads=threads)
    floating.advance()
    quantized.advance()
    changed: dict[str, LayerPlan] = {}
    done = 0

    def one_more() -> None:
        nonlocal done
        done += 1
        progress(done, len(rounder.chosen))

    for block in blocks:
        best = _best_way(rounder, block, floating, quantized, one_more)
        quantized = best.walk
        changed |= best.changed
    return [changed.get(plan.node.name, plan) for plan in plans]


def _best_way(rounder: _Rounder, block: Block, floating: Walk, start: Walk, one_more: Callable[[], None]) -> _Way:
    given, biased, rounded = (_Way(start.fork(), {}) for _ in range(3))
    nodes = {node.name: node for node in rounder.quantized.graph.node}
    for name in block.layers:
        plan, wanted = rounder.chosen[name], floating.result()
        given.walk.advance()
        rounder.with_bias(biased, plan, wanted)
        rounder.with_weight(rounded, plan, nodes[name], wanted, rounder.aim(plan, floating, rounded, wanted))
        floating.advance()
        one_more()
    expected = {name: floating.take(name) for name in block.results}
    errors = []
    for way in (given, biased, rounded):
        errors.append(rounder.error(expected, {name: way.walk.take(name) for name in block.results}))
    return (given, biased, rounded)[int(np.argmin(errors))]


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
    ridge = max(_RIDGE * columns / products.count, _LEAST_RIDGE)
    share = ridge * np.einsum("gkk->gk", products.covariance).mean(axis=1)[:, None, None] + 1e-12
    ridged = products.covariance + share * np.eye(columns)
    best = np.linalg.solve(ridged, (products.cross + share * rows).transpose(0, 2, 1)).transpose(0, 2, 1)
    steps, scales = round_rows(best, ridged)
    shaped = np.moveaxis(steps.reshape(moved.shape).astype(np.int8), 0, axis)
    return QuantizedWeight(
        np.ascontiguousarray(shaped), scales.ravel().astype(np.float32), axis, np.zeros(len(moved), np.float32)
    )
