"""How long ONNX Runtime takes on a CPU for a choice of INT8 nodes: a model of its costs, the same on every machine.

An export has to give the same graph wherever it runs, so the choice is not made by a stopwatch. The figures are
nanoseconds on one thread of a server CPU with AVX-512 VNNI under ONNX Runtime 1.31, read from profiles of YOLOX-nano,
MobileNetV2, MobileNetV3-Large and ResNet-50; only their ratios matter. Whether INT8 pays on the machine at hand is
measured there (`encoding: auto`). Pinned by test_cpu_cost.py; to be read again with a new ONNX Runtime.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import onnx

from edgekit_export.graph.batch import shapes_at_batch_one
from edgekit_export.graph.view import GraphView, attribute
from edgekit_export.quantize.layers import Layer
from edgekit_export.quantize.passes import Pass
from edgekit_export.quantize.plan import Plan

__all__ = ["CpuCost", "cheapest"]

# A dense convolution or product, per multiply-accumulate.
_FLOAT_MAC, _INT8_MAC = 0.0178, 0.0058
# A depthwise convolution, per value made: at 3x3, and more for each further tap.
_FLOAT_DEPTHWISE, _INT8_DEPTHWISE, _TAP = 0.30, 0.44, 0.006
# INT8 depthwise: the fewer channels the more; channels beyond a multiple of 16 go one by one, per tap.
_PER_CHANNELS, _ODD_CHANNEL_TAP = 6.0, 0.7
# INT8 with input channels that are no multiple of 4 (pixels) takes a generic path, per value made.
_GENERIC = 1.4
# Per value: float to eight bits and back, the reordering between both worlds' layouts in it.
_QUANTIZE, _DEQUANTIZE = 0.33, 0.42
# Per value: what ONNX Runtime merges into a float convolution, but not into an INT8 one.
_UNMERGED: Mapping[str, float] = {"HardSwish": 0.43, "HardSigmoid": 0.2, "Sigmoid": 0.18, "LeakyRelu": 0.3}
# Passes, per value made or, pooled over everything, read. Float Sigmoid and Mul are one operator (QuickGelu).
_FLOAT_PASS: Mapping[str, float] = {
    "Add": 0.18,
    "Mul": 0.20,
    "MaxPool": 2.7,
    "GlobalAveragePool": 0.10,
    "Sigmoid": 0.12,
}
_INT8_PASS: Mapping[str, float] = {"Add": 0.23, "Mul": 0.28, "MaxPool": 1.8, "GlobalAveragePool": 0.10, "Sigmoid": 0.30}
# Every INT8 operator, however small.
_CALL = 4000.0


@dataclass(frozen=True, slots=True)
class _Part:
    """One node that can be INT8: its costs, and the tensors between which it stands."""

    in_float: float
    in_int8: float
    inputs: tuple[str, ...]
    result: str | None


def _layer_costs(layer: Layer, node: onnx.NodeProto, weight: Sequence[int], made: int) -> tuple[float, float]:
    dense = layer.macs * _FLOAT_MAC, layer.macs * _INT8_MAC + _CALL
    if layer.op_type != "Conv":
        return dense
    taps, groups = math.prod(weight[2:]), attribute(node, "group", 1)
    if groups > 1 and groups == weight[0]:
        more = (taps - 9) * _TAP
        odd = groups % 16 / groups * taps * _ODD_CHANNEL_TAP
        int8 = made * (_INT8_DEPTHWISE + _PER_CHANNELS / groups + more + odd) + _CALL
        return made * (_FLOAT_DEPTHWISE + more), int8
    return dense[0], dense[1] + (made * _GENERIC if weight[1] % 4 else 0.0)


class CpuCost:
    """Nanoseconds of any choice among `plans`; what no choice changes is left out.

    Args:
        model: the float graph.
        plans: the nodes that can be INT8.
    """

    def __init__(self, model: onnx.ModelProto, plans: Sequence[Plan]) -> None:
        view, shapes = GraphView(model.graph), shapes_at_batch_one(model)
        nodes = {node.name: node for node in model.graph.node}
        self._sizes = {name: math.prod(shape) for name, shape in shapes.items()}
        self._parts: dict[str, _Part] = {}
        for plan in plans:
            target = plan.node
            made = self._sizes.get(target.output, 0)
            if isinstance(target, Pass):
                values = self._sizes.get(target.inputs[0], 0) if target.op_type == "GlobalAveragePool" else made
                costs = values * _FLOAT_PASS[target.op_type], values * _INT8_PASS[target.op_type] + _CALL
            else:
                weight = list(view.initializers[target.weight].dims)
                costs = _layer_costs(target, nodes[target.name], weight, made)
            readers = view.consumers.get(target.result, [])
            unmerged = max((_UNMERGED.get(reader.op_type, 0.0) for reader in readers), default=0.0)
            result = target.result if plan.result is not None else None
            self._parts[target.name] = _Part(costs[0], costs[1] + made * unmerged, tuple(plan.inputs), result)
        # Who reads what each part makes: names of parts, and None for every other reader or an output of the graph.
        self._readers: dict[str, set[str | None]] = {}
        for part in self._parts.values():
            if part.result is not None:
                reading = view.consumers.get(part.result, [])
                found: set[str | None] = {node.name if node.name in self._parts else None for node in reading}
                self._readers[part.result] = found | ({None} if part.result in view.outputs else set())

    @property
    def names(self) -> tuple[str, ...]:
        """The nodes that can be INT8, in graph order."""
        return tuple(self._parts)

    def nanoseconds(self, int8: Collection[str]) -> float:
        """Of one picture with those nodes in INT8 and all others in float."""
        total, int8 = 0.0, frozenset(int8)
        made = {self._parts[name].result for name in int8}
        quantized: set[str] = set()
        for name, part in self._parts.items():
            if name not in int8:
                total += part.in_float
                continue
            total += part.in_int8
            quantized.update(tensor for tensor in part.inputs if tensor not in made)
            if part.result is not None and not self._readers[part.result] <= int8:
                total += self._sizes.get(part.result, 0) * _DEQUANTIZE
        return total + sum(self._sizes.get(tensor, 0) for tensor in quantized) * _QUANTIZE

    def neighbours(self, name: str) -> tuple[str, ...]:
        """The nodes that make what `name` reads or read what it makes."""
        part = self._parts[name]
        return tuple(
            other
            for other, found in self._parts.items()
            if other != name
            and (found.result in part.inputs or (part.result is not None and part.result in found.inputs))
        )


def cheapest(cost: CpuCost, allowed: Collection[str], start: Collection[str]) -> frozenset[str]:
    """A choice among `allowed` that no change of one node, or of one and a neighbour, makes cheaper.

    Args:
        cost: what a choice costs.
        allowed: nodes that may be INT8.
        start: where to begin; those of it that are not allowed are float.
    """
    chosen = frozenset(start) & frozenset(allowed)
    best = cost.nanoseconds(chosen)
    usable = [name for name in cost.names if name in allowed]
    moves = [frozenset({name}) for name in usable]
    moves += [frozenset({name, other}) for name in usable for other in cost.neighbours(name) if other in allowed]
    improved = True
    while improved:
        improved = False
        for move in moves:
            tried = chosen ^ move if len(move) == 1 else (chosen - move if move <= chosen else chosen | move)
            price = cost.nanoseconds(tried)
            if price < best - 1e-6:
                chosen, best, improved = tried, price, True
    return chosen
