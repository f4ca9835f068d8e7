"""A graph's tensors by name: who makes each, who reads each, which are constant."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import numpy_helper

__all__ = ["GraphView", "attribute", "fresh_name", "initializer"]


class GraphView:
    """An index over one graph; build a new one after the graph was changed.

    Attributes:
        producers: the node that makes a tensor.
        consumers: the nodes that read a tensor, in graph order, once per input that reads it.
        initializers: constant tensors.
        outputs: names of the graph's outputs.
    """

    def __init__(self, graph: onnx.GraphProto) -> None:
        self.graph = graph
        self.producers: dict[str, onnx.NodeProto] = {}
        self.consumers: dict[str, list[onnx.NodeProto]] = defaultdict(list)
        self.initializers: dict[str, onnx.TensorProto] = {tensor.name: tensor for tensor in graph.initializer}
        self.outputs = {value.name for value in graph.output}
        for node in graph.node:
            for name in node.output:
                self.producers[name] = node
            for name in node.input:
                self.consumers[name].append(node)

    def constant(self, name: str) -> NDArray[Any] | None:
        """The value of a constant tensor, or None."""
        tensor = self.initializers.get(name)
        return None if tensor is None else numpy_helper.to_array(tensor)

    def only_consumer(self, name: str) -> onnx.NodeProto | None:
        """The one node that reads `name`, where exactly one does and it is no output of the graph."""
        nodes = self.consumers.get(name, [])
        return nodes[0] if len(nodes) == 1 and name not in self.outputs else None

    def is_variable(self, name: str) -> bool:
        """Whether `name` is neither constant nor absent."""
        return bool(name) and name not in self.initializers


def attribute(node: onnx.NodeProto, name: str, default: Any = None) -> Any:
    """An attribute's value, or `default` where the node has none of that name."""
    for item in node.attribute:
        if item.name == name:
            return onnx.helper.get_attribute_value(item)
    return default


def fresh_name(graph: onnx.GraphProto, wanted: str) -> str:
    """`wanted`, with a number behind it where the graph has that tensor or node already."""
    taken = {value.name for value in (*graph.input, *graph.output, *graph.initializer)}
    for node in graph.node:
        taken.add(node.name)
        taken.update(node.input)
        taken.update(node.output)
    name, number = wanted, 1
    while name in taken:
        name, number = f"{wanted}_{number}", number + 1
    return name


def initializer(name: str, value: NDArray[Any] | np.generic) -> onnx.TensorProto:
    """A constant tensor from an array."""
    # Not ascontiguousarray, which would make a scalar one-dimensional: QLinearAdd wants scalars.
    return numpy_helper.from_array(np.asarray(value, order="C"), name)
