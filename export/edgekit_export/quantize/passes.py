"""Nodes without weights that ONNX Runtime can run on eight bits, so that values stay there between convolutions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import onnx

from edgekit_export.graph.view import GraphView
from edgekit_export.quantize.gates import Gate, gate_of
from edgekit_export.quantize.layers import ACTIVATIONS, Layer

__all__ = ["Pass", "find_passes"]

# QLinearAdd, QLinearMul, QLinearSigmoid, QLinearGlobalAveragePool and MaxPool on uint8; HardSigmoid and HardSwish as
# gates.py makes them of those. Concat and Resize have such forms too, but their integer kernels are slower than the
# float ones (YOLOX-nano, one thread: 1.01 and 0.24 ms against 0.58 and 0.03).
_OPERATORS = frozenset({"Add", "GlobalAveragePool", "HardSigmoid", "HardSwish", "MaxPool", "Mul", "Sigmoid"})
_GATED = frozenset({"HardSigmoid", "HardSwish"})


@dataclass(frozen=True, slots=True)
class Pass:
    """A node whose inputs are all variable and whose result leads to a layer.

    Attributes:
        name: the node's name.
        op_type: Add, GlobalAveragePool, HardSigmoid, HardSwish, MaxPool, Mul or Sigmoid.
        inputs: the tensors it reads.
        output: the tensor it makes.
        activation: name of the Relu or Clip that alone reads the output, or None.
        result: the tensor after the activation; `output` where there is none.
        gate: of a HardSigmoid or HardSwish.
    """

    name: str
    op_type: str
    inputs: tuple[str, ...]
    output: str
    activation: str | None
    result: str
    gate: Gate | None = None

    @property
    def macs(self) -> int:
        """None of its own."""
        return 0


def _leading_to(layers: Sequence[Layer], view: GraphView) -> frozenset[str]:
    """The tensors that some layer's input depends on."""
    found: set[str] = set()
    left = [layer.data for layer in layers]
    while left:
        name = left.pop()
        if name in found:
            continue
        found.add(name)
        maker = view.producers.get(name)
        left.extend(maker.input if maker is not None else ())
    return frozenset(found)


def _of_layers(layers: Sequence[Layer], view: GraphView) -> frozenset[str]:
    """The tensors that depend on some layer's result: float32, and no longer pixels or shapes of the input."""
    found: set[str] = {layer.output for layer in layers}
    for node in view.graph.node:
        if node.op_type not in ("Shape", "Size") and found.intersection(node.input):
            found.update(node.output)
    return frozenset(found)


def find_passes(model: onnx.ModelProto, layers: Sequence[Layer]) -> tuple[Pass, ...]:
    """Every such node between two layers, in graph order; what follows the last layer (heads, boxes) stays float."""
    view = GraphView(model.graph)
    before, after = _leading_to(layers, view), _of_layers(layers, view)
    passes = []
    for node in model.graph.node:
        usable = node.op_type in _OPERATORS and len([name for name in node.output if name]) == 1
        gate = gate_of(node)
        if not usable or not all(name in after for name in node.input) or (gate is None and node.op_type in _GATED):
            continue
        reader = view.only_consumer(node.output[0])
        bounded = (
            reader is not None
            and reader.op_type in ACTIVATIONS
            and not any(view.is_variable(name) for name in reader.input[1:])
        )
        result = reader.output[0] if bounded and reader is not None else node.output[0]
        if result in before:
            name = reader.name if bounded and reader is not None else None
            passes.append(Pass(node.name, node.op_type, tuple(node.input), node.output[0], name, result, gate))
    return tuple(passes)
