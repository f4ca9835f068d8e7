"""Shares of a graph's MACs in INT8, for graphs of any tool.

Counted as edgekit_export.graph.macs does, but with shapes measured by running the graph once: other tools leave
graphs whose shapes ONNX cannot infer (padding that is computed from constants).
"""

from __future__ import annotations

import math
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import onnx
from edgekit_export.graph.macs import MAC_OPERATORS
from edgekit_export.graph.running import session
from edgekit_export.graph.view import GraphView, attribute
from numpy.typing import NDArray
from onnx import helper

__all__ = ["Shares", "shares"]

_INTEGER: Final = frozenset({"QLinearConv", "QLinearMatMul", "QGemm", "ConvInteger", "MatMulInteger"})


@dataclass(frozen=True, slots=True)
class Shares:
    """Of all MACs, 0 to 1.

    Attributes:
        planned: data and weight both come from DequantizeLinear.
        executed: ONNX Runtime turns the node into an integer operator here.
    """

    planned: float
    executed: float


def shares(model: onnx.ModelProto, picture: NDArray[np.float32]) -> Shares:
    """Count.

    Args:
        model: float32 picture in, batch 1.
        picture: (1, 3, height, width).
    """
    # Integers keep their names in the optimised graph: a node's MACs are found by the weight that it reads.
    macs, view = _macs(model, picture), GraphView(model.graph)
    planned, by_weight = 0, dict[str, list[int]]()
    for node in model.graph.node:
        if node.op_type in MAC_OPERATORS:
            data, weight = (view.producers.get(name) for name in node.input[:2])
            if weight is not None and weight.op_type == "DequantizeLinear":
                by_weight.setdefault(weight.input[0], []).append(macs[node.output[0]])
                planned += macs[node.output[0]] if data is not None and data.op_type == "DequantizeLinear" else 0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "optimised.onnx"
        session(model, threads=1, optimised_to=path)
        optimised = onnx.load(str(path))
    integer = [node for node in optimised.graph.node if node.op_type in _INTEGER]
    executed = sum(next((by_weight[name].pop(0) for name in node.input if by_weight.get(name)), 0) for node in integer)
    total = sum(macs.values())
    return Shares(planned / total, executed / total)


def _macs(model: onnx.ModelProto, picture: NDArray[np.float32]) -> dict[str, int]:
    """MACs by the output of each convolution and matrix product."""
    nodes = [node for node in model.graph.node if node.op_type in MAC_OPERATORS]
    wanted = list(dict.fromkeys(name for node in nodes for name in (*node.input[:2], node.output[0])))
    shown = onnx.ModelProto()
    shown.CopyFrom(model)
    del shown.graph.output[:]
    shown.graph.output.extend(helper.make_empty_tensor_value_info(name) for name in wanted)
    loaded = session(shown, optimise=False)
    values = loaded.run(wanted, {loaded.get_inputs()[0].name: picture})
    shapes = {name: value.shape for name, value in zip(wanted, values, strict=True)}
    return {node.output[0]: _of_node(node, shapes) for node in nodes}


def _of_node(node: onnx.NodeProto, shapes: dict[str, tuple[int, ...]]) -> int:
    data, weight, output = (shapes[name] for name in (*node.input[:2], node.output[0]))
    if node.op_type == "Conv":
        return math.prod(output) * math.prod(weight[1:])
    if node.op_type == "ConvTranspose":
        return math.prod(data) * math.prod(weight[1:])
    inner = data[0] if node.op_type == "Gemm" and attribute(node, "transA", 0) else data[-1]
    return math.prod(output) * int(inner)
