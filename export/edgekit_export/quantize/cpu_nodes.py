"""How long ONNX Runtime takes on a CPU for one node, in float and in INT8: figures, the same on every machine.

An export has to give the same graph wherever it runs, so the choice is not made by a stopwatch. The figures are
nanoseconds on two threads of a server CPU with AVX-512 VNNI under ONNX Runtime 1.31, read from profiles of YOLOX-nano,
MobileNetV2, MobileNetV3-Large, EfficientNet-Lite0 and EfficientNet-B0; only their ratios matter. Two threads halve the
time of convolutions, but not that of what carries values between the two worlds. Whether INT8 pays on the machine at
hand is measured there (`encoding: auto`). Pinned by test_cpu_cost.py; to be read again with a new ONNX Runtime.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import onnx

from edgekit_export.graph.view import GraphView, attribute
from edgekit_export.quantize.layers import Layer
from edgekit_export.quantize.passes import Pass
from edgekit_export.quantize.plan import PassPlan, Plan, StemPlan

__all__ = ["node_costs"]

# An operator however small. What a profile says of small ones is mostly the profiler's own time: these, those of passes
# and of changes between the worlds (cpu_cost.py) were fitted to times of whole graphs, seven networks with nine choices
# of INT8 nodes each, two of them at 96x96. A float convolution's has a part of what reorders its inputs.
_FLOAT_CALL, _INT8_CALL = 8000.0, 5000.0
# A dense convolution: per multiply-accumulate, per value made, per value read.
_FLOAT_MAC, _INT8_MAC = 0.00915, 0.00244
_FLOAT_MADE, _INT8_MADE, _INT8_READ = 0.0055, 0.038, 0.0067
# A product with a matrix is read from memory once and no more: per multiply-accumulate.
_FLOAT_PRODUCT, _INT8_PRODUCT = 0.12, 0.02
# A depthwise convolution: per tap of each value made, and per value read. Both go by sixteen channels: what is over a
# multiple costs more, in INT8 per tap, and few channels are slow there.
_FLOAT_TAP, _INT8_TAP = 0.013, 0.0167
_FLOAT_ODD_TAP, _INT8_ODD_TAP = 0.15, 0.22
_FLOAT_DEPTHWISE_READ, _INT8_DEPTHWISE_READ, _INT8_FEW_CHANNELS = 0.0154, 0.0043, 4.0
# INT8 with input channels that are no multiple of 4 takes a generic path, per value made.
_GENERIC = 0.7
# Passes, per value made or, pooled over everything, read. Float Sigmoid and Mul are one operator (QuickGelu); float Add
# and HardSwish are merged into the convolution before them, which takes the longer for it.
_FLOAT_PASS: Mapping[str, float] = {
    "Add": 0.04,
    "Mul": 0.09,
    "MaxPool": 0.86,
    "GlobalAveragePool": 0.05,
    "Sigmoid": 0.08,
    "HardSigmoid": 0.0,
    "HardSwish": 0.11,
}
_INT8_PASS: Mapping[str, float] = {
    "Add": 0.09,
    "Mul": 0.14,
    "MaxPool": 1.1,
    "GlobalAveragePool": 0.05,
    "Sigmoid": 0.16,
    "HardSigmoid": 0.09,
    "HardSwish": 0.23,
}
_PASS_CALL = 3000.0
_APART = frozenset({"GlobalAveragePool", "MaxPool", "Mul"})  # float ones that nothing merges
# A float product with one value a channel, the gate of squeeze-and-excite, has no blocked form: both inputs are
# reordered to plain floats and the result back to blocks. Per value made, and three calls.
_REORDERED, _REORDERED_CALLS = 0.19, 9000.0
# What lies between the picture and a first convolution that does not read its bytes, per value made.
_WAY: Mapping[str, float] = {"Slice": 0.6, "Concat": 0.4}
_WAY_ELSE = 0.15


def node_costs(plan: Plan, view: GraphView, sizes: Mapping[str, int]) -> tuple[float, float]:
    """Nanoseconds in float and in INT8, without what brings values from one world into the other.

    Args:
        plan: of the node.
        view: the float graph.
        sizes: values of each tensor for one picture.
    """
    if isinstance(plan, PassPlan):
        return _pass_costs(plan.node, sizes)
    floating, int8 = _layer_costs(plan.layer, view, sizes)
    if not isinstance(plan, StemPlan):
        return floating, int8
    return floating + _way(plan.layer.data, view, sizes), _stem_cost(plan, sizes.get(plan.layer.output, 0))


def _pass_costs(node: Pass, sizes: Mapping[str, int]) -> tuple[float, float]:
    values = sizes.get(node.inputs[0] if node.op_type == "GlobalAveragePool" else node.output, 0)
    call = _PASS_CALL if node.op_type in _APART else 0.0
    if node.op_type == "Mul" and len({sizes.get(name) for name in node.inputs}) > 1:
        call += values * _REORDERED + _REORDERED_CALLS
    return values * _FLOAT_PASS[node.op_type] + call, values * _INT8_PASS[node.op_type] + _PASS_CALL


def _layer_costs(layer: Layer, view: GraphView, sizes: Mapping[str, int]) -> tuple[float, float]:
    if layer.op_type != "Conv":
        return layer.macs * _FLOAT_PRODUCT + _FLOAT_CALL, layer.macs * _INT8_PRODUCT + _INT8_CALL
    made, read = sizes.get(layer.output, 0), sizes.get(layer.data, 0)
    weight = view.initializers[layer.weight].dims
    taps, groups = math.prod(weight[2:]), attribute(view.producers[layer.output], "group", 1)
    if groups > 1 and groups == weight[0]:
        over = groups % 16 / groups
        floating = made * taps * (_FLOAT_TAP + over * _FLOAT_ODD_TAP) + read * _FLOAT_DEPTHWISE_READ
        int8 = made * taps * (_INT8_TAP + over * _INT8_ODD_TAP) + read * _INT8_DEPTHWISE_READ
        return floating + _FLOAT_CALL, int8 + made / groups * _INT8_FEW_CHANNELS + _INT8_CALL
    generic = made * _GENERIC if weight[1] % 4 else 0.0
    return layer.macs * _FLOAT_MAC + made * _FLOAT_MADE + _FLOAT_CALL, _dense(layer.macs, made, read) + generic


def _dense(macs: int, made: int, read: int) -> float:
    return macs * _INT8_MAC + made * _INT8_MADE + read * _INT8_READ + _INT8_CALL


def _stem_cost(plan: StemPlan, made: int) -> float:
    products = math.prod(plan.stem.made_hwc[:2]) // plan.stem.phases * plan.weight.values.size
    return _dense(products, made, math.prod(plan.stem.read_hwc)) + _PASS_CALL


def _way(tensor: str, view: GraphView, sizes: Mapping[str, int]) -> float:
    """What lies between the picture and `tensor`."""
    waiting, makers = [tensor], dict[str, onnx.NodeProto]()
    while waiting:
        maker = view.producers.get(waiting.pop())
        if maker is not None and maker.output[0] not in makers:
            makers[maker.output[0]] = maker
            waiting.extend(maker.input)
    return sum(sizes.get(name, 0) * _WAY.get(maker.op_type, _WAY_ELSE) for name, maker in makers.items())
