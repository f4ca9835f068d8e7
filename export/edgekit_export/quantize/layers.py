"""Which nodes of a float graph can run in INT8 at all, and what belongs to each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import onnx

from edgekit_export.graph.macs import macs_of_nodes
from edgekit_export.graph.view import GraphView, attribute

__all__ = ["ACTIVATIONS", "Layer", "find_layers", "layer_of", "unquantizable"]

ACTIVATIONS = frozenset({"Relu", "Clip"})
"""What ONNX Runtime and TensorRT merge into an INT8 convolution without another quantization between."""


@dataclass(frozen=True, slots=True)
class Layer:
    """A convolution or matrix product with a constant weight.

    Attributes:
        name: the node's name.
        op_type: Conv, Gemm or MatMul.
        data: the tensor it reads.
        weight: its constant weight.
        output: the tensor it makes.
        activation: name of the Relu or Clip that alone reads the output, or None.
        result: the tensor after the activation; `output` where there is none.
        channel_axis: the weight's axis of output channels.
        macs: of one picture.
    """

    name: str
    op_type: str
    data: str
    weight: str
    output: str
    activation: str | None
    result: str
    channel_axis: int
    macs: int


def _channel_axis(node: onnx.NodeProto, weight: onnx.TensorProto) -> int | None:
    """The output channels' axis of the weight; None where the node has a form that no backend runs in INT8."""
    if node.op_type == "Conv":
        return 0
    if node.op_type == "Gemm":
        plain = attribute(node, "alpha", 1.0) == 1.0 and attribute(node, "beta", 1.0) == 1.0
        return (0 if attribute(node, "transB", 0) else 1) if plain and not attribute(node, "transA", 0) else None
    if node.op_type == "MatMul" and len(weight.dims) == 2:
        return 1
    return None


def layer_of(node: onnx.NodeProto, view: GraphView, macs: int) -> Layer | None:
    """The layer that `node` is, or None where it cannot run in INT8."""
    if node.op_type not in ("Conv", "Gemm", "MatMul") or not view.is_variable(node.input[0]):
        return None
    weight = view.initializers.get(node.input[1])
    if weight is None or weight.data_type != onnx.TensorProto.FLOAT:
        return None
    if len(node.input) > 2 and node.input[2] and node.input[2] not in view.initializers:
        return None
    axis = _channel_axis(node, weight)
    values = view.constant(weight.name)
    if axis is None or values is None or not np.all(np.isfinite(values)) or not np.any(values):
        return None
    reader = view.only_consumer(node.output[0])
    bounded = reader is not None and reader.op_type in ACTIVATIONS and reader.input[0] == node.output[0]
    constant_bounds = bounded and reader is not None and all(not view.is_variable(n) for n in reader.input[1:] if n)
    activation = reader if constant_bounds else None
    return Layer(
        name=node.name,
        op_type=node.op_type,
        data=node.input[0],
        weight=weight.name,
        output=node.output[0],
        activation=None if activation is None else activation.name,
        result=node.output[0] if activation is None else activation.output[0],
        channel_axis=axis,
        macs=macs,
    )


def find_layers(model: onnx.ModelProto) -> tuple[Layer, ...]:
    """Every node that can run in INT8, in graph order; node names must be unique, as graph.cleanup.clean makes them."""
    view, macs = GraphView(model.graph), macs_of_nodes(model)
    found = (layer_of(node, view, macs.get(node.output[0], 0)) for node in model.graph.node)
    return tuple(layer for layer in found if layer is not None)


def unquantizable(model: onnx.ModelProto) -> dict[str, int]:
    """MACs by name of the convolutions and products that are no layers: computed weight, or an unusual form."""
    names = {layer.output for layer in find_layers(model)}
    macs = macs_of_nodes(model)
    return {
        node.name: macs[node.output[0]]
        for node in model.graph.node
        if node.output[0] in macs and node.output[0] not in names
    }
