"""How long ONNX Runtime takes on a CPU for a choice of INT8 nodes, and the choice that takes the least.

An export has to give the same graph wherever it runs, so the choice is made by the figures of cpu_nodes.py and not by a
stopwatch. Whether INT8 pays on the machine at hand is measured there (`encoding: auto`). Pinned by test_cpu_cost.py.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import onnx

from edgekit_export.graph.batch import shapes_at_batch_one
from edgekit_export.graph.view import GraphView
from edgekit_export.quantize.cpu_nodes import node_costs
from edgekit_export.quantize.plan import Plan, StemPlan

__all__ = ["CpuCost", "cheapest"]

# From ONNX Runtime's blocked floats to bytes and back: reordered, rounded, transposed. Per value, and three calls.
_QUANTIZE, _DEQUANTIZE, _CHANGE = 0.19, 0.26, 4000.0
# Per value: what ONNX Runtime merges into a float convolution, but not into an INT8 one.
_UNMERGED: Mapping[str, float] = {"HardSwish": 0.20, "HardSigmoid": 0.13, "Sigmoid": 0.10, "LeakyRelu": 0.15}


@dataclass(frozen=True, slots=True)
class _Part:
    """One node that can be INT8: its costs, the tensors between which it stands, and what float readers add."""

    in_float: float
    in_int8: float
    inputs: tuple[str, ...]
    result: str | None
    unmerged: float = 0.0


class CpuCost:
    """Nanoseconds of any choice among `plans`; what no choice changes is left out.

    Args:
        model: the float graph.
        plans: the nodes that can be INT8.
    """

    def __init__(self, model: onnx.ModelProto, plans: Sequence[Plan]) -> None:
        view, shapes = GraphView(model.graph), shapes_at_batch_one(model)
        self._sizes = {name: math.prod(shape) for name, shape in shapes.items()}
        self._parts = {plan.node.name: self._part(plan, view) for plan in plans}
        # Who reads what each part makes: names of parts, and None for every other reader or an output of the graph.
        self._readers: dict[str, set[str | None]] = {}
        for part in self._parts.values():
            if part.result is not None:
                reading = view.consumers.get(part.result, [])
                found: set[str | None] = {node.name if node.name in self._parts else None for node in reading}
                self._readers[part.result] = found | ({None} if part.result in view.outputs else set())

    def _part(self, plan: Plan, view: GraphView) -> _Part:
        result, made = plan.node.result, self._sizes.get(plan.node.output, 0)
        floating, int8 = node_costs(plan, view, self._sizes)
        unmerged = made * max(
            (_UNMERGED.get(reader.op_type, 0.0) for reader in view.consumers.get(result, [])), default=0.0
        )
        if isinstance(plan, StemPlan) and plan.steps is not None:
            return _Part(floating, int8 + made * _DEQUANTIZE + _CHANGE, (), None, unmerged)
        return _Part(floating, int8, tuple(plan.inputs), None if plan.result is None else result, unmerged)

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
                total += self._sizes.get(part.result, 0) * _DEQUANTIZE + _CHANGE + part.unmerged
            elif part.result is None:
                total += part.unmerged
        return total + sum(self._sizes.get(tensor, 0) * _QUANTIZE + _CHANGE for tensor in quantized)

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
