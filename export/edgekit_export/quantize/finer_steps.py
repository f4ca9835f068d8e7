"""Layers of int8-tensorrt whose one scale with zero point 0 is too coarse: two ways to finer steps, where noise asks.

TensorRT takes one scale for all channels of an activation, and zero point 0. Half of the steps are lost where a range
lies on one side of zero: its middle is subtracted first (see placement.can_be_centred). And channels of a hundredth of
the widest one's range drown: of a depthwise convolution, whose channels never meet, each is multiplied by a factor of
its own first, which its weight takes back exactly (the case of Xiao et al., "SmoothQuant", 2022, in which nothing is
moved into the weights' error). Either costs an operation on every value, which TensorRT merges with what made them.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import onnx
from edgekit_calibration import Quantizer, Scheme, quantizer
from numpy.typing import NDArray

from edgekit_export.quantize.fallback import fewest
from edgekit_export.quantize.judge import Judge, Panel
from edgekit_export.quantize.memory import Arrays, fingerprint
from edgekit_export.quantize.options import QuantizeOptions
from edgekit_export.quantize.placement import can_be_centred, is_depthwise
from edgekit_export.quantize.plan import LayerPlan
from edgekit_export.quantize.repairing import Base
from edgekit_export.quantize.repairs.spans import channel_spans
from edgekit_export.quantize.scales import half_exact

__all__ = ["by_channel", "with_finer_steps"]

_LEAVES: Final = 0.8
"""A layer is given finer steps where that leaves at most this share of the noise that it makes alone."""

_BEYOND: Final = 1.1
"""Room above what was seen of a channel, of which few pictures show the largest value."""

_SPAN_IMAGES: Final = 64


def with_finer_steps(
    base: Base, plans: Sequence[LayerPlan], sensitivities: Mapping[str, float], options: QuantizeOptions
) -> tuple[list[LayerPlan], dict[str, float]]:
    """The plans with finer steps for the layers that need and gain by them, and their new sensitivities.

    Args:
        base: what the plans are of.
        plans: of all layers, signed and symmetric.
        sensitivities: the noise that each makes alone.
        options: the noise budget: no more layers are changed than it asks for.
    """
    floor = options.min_relief * options.max_noise
    noisy = [plan for plan in plans if sensitivities[plan.layer.name] >= floor]
    best: dict[str, tuple[float, LayerPlan]] = {}
    for ways in (_about_the_middle(base, noisy), _channel_by_channel(base, noisy, options.threads)):
        after = Judge(base.panel, ways).ranking(lambda: None) if ways else {}
        for plan in ways:
            name = plan.layer.name
            if after[name] <= _LEAVES * sensitivities[name] and (name not in best or after[name] < best[name][0]):
                best[name] = after[name], plan
    order = sorted(best, key=lambda name: (-sensitivities[name], name))

    def with_first(count: int) -> list[LayerPlan]:
        chosen = {name: best[name][1] for name in order[:count]}
        return [chosen.get(plan.layer.name, plan) for plan in plans]

    count = fewest(len(order), lambda one: max(_noise_of_all(base.panel, with_first(one))) <= options.max_noise)
    return with_first(count), {**sensitivities, **{name: best[name][0] for name in order[:count]}}


def _noise_of_all(panel: Panel, plans: Sequence[LayerPlan]) -> NDArray[np.float64]:
    judge = Judge(panel, plans)
    return judge.noise(judge.plans)


def _about_the_middle(base: Base, plans: Sequence[LayerPlan]) -> list[LayerPlan]:
    nodes, scheme = _nodes(base.model), Scheme.UNSIGNED_ASYMMETRIC
    return [
        dataclasses.replace(plan, data=quantizer(base.measured.ranges[scheme][plan.layer.data], scheme), centred=True)
        for plan in plans
        if can_be_centred(plan.layer, nodes[plan.layer.name])
    ]


def _channel_by_channel(base: Base, plans: Sequence[LayerPlan], threads: int) -> list[LayerPlan]:
    nodes = _nodes(base.model)
    able = [plan for plan in plans if is_depthwise(plan.layer, nodes[plan.layer.name], plan.weight.values.shape)]
    spans = _spans(base, sorted({plan.layer.data for plan in able}), threads)
    return [by_channel(plan, spans[plan.layer.data]) for plan in able]


def _nodes(model: onnx.ModelProto) -> dict[str, onnx.NodeProto]:
    return {node.name: node for node in model.graph.node}


def _spans(base: Base, tensors: Sequence[str], threads: int) -> dict[str, NDArray[np.float64]]:
    """The largest magnitude per channel of the named tensors."""
    chosen = np.unique(np.linspace(0, len(base.images) - 1, min(_SPAN_IMAGES, len(base.images))).astype(int))
    images = [base.images[index] for index in chosen]

    def compute() -> Arrays:
        found = channel_spans(base.model, tensors, images, threads=threads)
        return {name: span.reach for name, span in found.items()}

    inputs = (base.model.SerializeToString(deterministic=True), fingerprint(images), fingerprint(tensors))
    return dict(base.panel.memory.arrays("channel spans", *inputs, compute=compute))


def by_channel(plan: LayerPlan, reach: NDArray[np.float64]) -> LayerPlan:
    """The plan of a depthwise convolution with steps for each channel: the middle one's stay, factors bring the others
    to them, and the weight keeps its eight bits and divides its scales.

    Args:
        plan: signed and symmetric.
        reach: (channels,), the largest magnitude seen; a channel that was always 0 keeps the plan's steps.
    """
    wanted = np.where(reach > 0, _BEYOND * reach / 127.0, plan.data.scale)
    scale = float(half_exact(np.array([np.median(wanted)]))[0])
    # FP16 holds the weights' scales exactly: what that takes from them the factors give back.
    scales = half_exact(plan.weight.scales * (wanted / scale))
    factors = (plan.weight.scales / scales).astype(np.float32)
    weight = dataclasses.replace(plan.weight, scales=scales.astype(np.float32))
    return dataclasses.replace(plan, weight=weight, data=Quantizer(scale, 0, -128, 127), factors=factors)
