"""Multiply-accumulates of a graph: all of them, those planned in INT8, and those ONNX Runtime really ran in INT8."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Mapping
from pathlib import Path

import onnx

from edgekit_export.graph.batch import shapes_at_batch_one
from edgekit_export.graph.running import session
from edgekit_export.graph.view import GraphView, attribute

__all__ = ["MAC_OPERATORS", "executed_int8_macs", "macs_of_nodes", "planned_int8_macs", "total_macs"]

MAC_OPERATORS = frozenset({"Conv", "ConvTranspose", "Gemm", "MatMul"})

# ONNX Runtime's integer operators.
_INTEGER_OPERATORS = frozenset({"QLinearConv", "QLinearMatMul", "QGemm", "ConvInteger", "MatMulInteger"})

Shapes = Mapping[str, tuple[int, ...]]


def _macs(node: onnx.NodeProto, shapes: Shapes) -> int:
    """Of one node for one picture; 0 where a shape is not known."""
    data, weight = shapes.get(node.input[0]), shapes.get(node.input[1])
    output = shapes.get(node.output[0])
    if data is None or weight is None or output is None:
        return 0
    if node.op_type == "Conv":
        return math.prod(output) * math.prod(weight[1:])
    if node.op_type == "ConvTranspose":
        return math.prod(data) * math.prod(weight[1:])
    inner = data[0] if node.op_type == "Gemm" and attribute(node, "transA", 0) else data[-1]
    return math.prod(output) * inner


def macs_of_nodes(model: onnx.ModelProto) -> dict[str, int]:
    """MACs of one picture by the output name of each convolution and matrix product."""
    shapes = shapes_at_batch_one(model)
    return {node.output[0]: _macs(node, shapes) for node in model.graph.node if node.op_type in MAC_OPERATORS}


def total_macs(model: onnx.ModelProto) -> int:
    """MACs of one picture."""
    return sum(macs_of_nodes(model).values())


def _by_name(model: onnx.ModelProto, floating: onnx.ModelProto | None) -> dict[str, int]:
    """MACs by node name, as the float graph has them."""
    counted = floating or model
    macs = macs_of_nodes(counted)
    return {node.name: macs[node.output[0]] for node in counted.graph.node if node.op_type in MAC_OPERATORS}


def planned_int8_macs(model: onnx.ModelProto, floating: onnx.ModelProto | None = None) -> int:
    """MACs of those nodes whose data and weight both come from DequantizeLinear, a Transpose or Cast between or not.

    Args:
        model: the INT8 graph; unique node names.
        floating: the float graph, for a node's MACs are those that it has there; None counts in `model`.
    """
    view, macs = GraphView(model.graph), _by_name(model, floating)

    def dequantized(name: str) -> bool:
        maker = view.producers.get(name)
        while maker is not None and maker.op_type in ("Transpose", "Cast"):
            maker = view.producers.get(maker.input[0])
        return maker is not None and maker.op_type == "DequantizeLinear"

    return sum(
        macs[node.name]
        for node in model.graph.node
        if node.op_type in MAC_OPERATORS and dequantized(node.input[0]) and dequantized(node.input[1])
    )


def _taken(node: onnx.NodeProto, planned: Mapping[str, list[int]]) -> int:
    """The MACs behind the quantized weight that `node` reads; each use of a shared weight counts once."""
    return next((planned[name].pop(0) for name in node.input if planned.get(name)), 0)


def executed_int8_macs(model: onnx.ModelProto, floating: onnx.ModelProto | None = None) -> int:
    """MACs of those nodes that ONNX Runtime turns into integer operators on this CPU, read from its optimised graph.

    Weights keep their names there: a node's MACs are found by the quantized weight that it reads.

    Args:
        model: the INT8 graph; unique node names.
        floating: the float graph, for a node's MACs are those that it has there; None counts in `model`.

    Raises:
        ModelError: ONNX Runtime refuses the graph.
    """
    view, macs = GraphView(model.graph), _by_name(model, floating)
    by_weight: dict[str, list[int]] = {}
    for node in model.graph.node:
        maker = view.producers.get(node.input[1]) if node.op_type in MAC_OPERATORS else None
        if maker is not None and maker.op_type == "DequantizeLinear":
            by_weight.setdefault(maker.input[0], []).append(macs[node.name])
    if not by_weight:
        return 0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "optimised.onnx"
        session(model, threads=1, optimised_to=path)
        optimised = onnx.load(str(path))
    return sum(_taken(node, by_weight) for node in optimised.graph.node if node.op_type in _INTEGER_OPERATORS)
