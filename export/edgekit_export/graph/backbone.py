"""A classifier without its last layer: what it pooled of a picture before it named a class, as an embedding."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import onnx
from onnx import TensorProto, helper

from edgekit.errors import ModelError
from edgekit_export.graph.running import random_inputs, run
from edgekit_export.graph.view import GraphView

__all__ = ["EMBEDDING", "Backbone", "without_classifier"]

EMBEDDING: Final = "embedding"
"""Name of the output."""

# What may stand between the last layer and the graph's output.
_AFTER: Final = frozenset(
    {"Add", "Flatten", "Identity", "LogSoftmax", "Reshape", "Sigmoid", "Softmax", "Squeeze", "Unsqueeze"}
)
_LAYERS: Final = frozenset({"Gemm", "MatMul", "Conv"})


@dataclass(frozen=True, slots=True)
class Backbone:
    """A graph that gives an embedding.

    Attributes:
        model: one output, (batch, n) or (batch, n, 1, 1).
        note: where it was cut, in one line; None where nothing was.
    """

    model: onnx.ModelProto
    note: str | None


def without_classifier(model: onnx.ModelProto, where: str) -> Backbone:
    """Cut a classifier before its last layer; a model that gives an embedding already is left as it is.

    A graph counts as a classifier if it ends in a layer with constant weights, but for a bias, a softmax and changes
    of shape. One that ends in anything else (a normalisation, say), or whose output is called `embedding`, is taken
    for a model that was trained to embed.

    Args:
        model: batch 1 or symbolic; its other sizes are fixed.
        where: its name for messages.

    Raises:
        ModelError: what comes before the last layer is no vector, so that there is nothing to cut out.
    """
    view = GraphView(model.graph)
    layer = _last_layer(model.graph, view)
    if layer is None:
        return Backbone(model, None)
    features = layer.input[0]
    cut = onnx.ModelProto()
    cut.CopyFrom(model)
    _end_at(cut.graph, features)
    shape = _shape(cut)
    if len(shape) < 2 or any(size != 1 for size in shape[2:]):
        raise ModelError(
            f"{where} cannot be cut before its last layer {layer.name or features}: what comes there is "
            f"{'x'.join(map(str, shape))} and no vector.",
            hint="Export the model to ONNX with the pooled features as its one output, called embedding.",
        )
    _name_output(cut.graph, features, shape)
    return Backbone(cut, f"The embedding is the {shape[1]} values before the last layer ({layer.name or 'unnamed'}).")


def _last_layer(graph: onnx.GraphProto, view: GraphView) -> onnx.NodeProto | None:
    if len(graph.output) != 1 or graph.output[0].name == EMBEDDING:
        return None
    node = view.producers.get(graph.output[0].name)
    while node is not None and node.op_type in _AFTER:
        read = [name for name in node.input if name in view.producers and view.producers[name].op_type != "Constant"]
        node = view.producers[read[0]] if len(read) == 1 else None
    if node is None or node.op_type not in _LAYERS or not _constant(view, node.input[1]):
        return None
    return node if node.input[0] in view.producers else None


def _constant(view: GraphView, name: str) -> bool:
    made_by = view.producers.get(name)
    return name in view.initializers or (made_by is not None and made_by.op_type in ("Constant", "Identity"))


def _end_at(graph: onnx.GraphProto, name: str) -> None:
    """Make `name` the only output, and drop what it does not need."""
    producers = GraphView(graph).producers
    needed, names = set[int](), [name]
    seen = set(names)
    while names:
        node = producers.get(names.pop())
        if node is None or id(node) in needed:
            continue
        needed.add(id(node))
        names.extend(read for read in node.input if read not in seen)
        seen.update(node.input)
    nodes = [node for node in graph.node if id(node) in needed]
    constants = [tensor for tensor in graph.initializer if tensor.name in seen]
    for field, kept in ((graph.node, nodes), (graph.initializer, constants)):
        copies = [type(one).FromString(one.SerializeToString()) for one in kept]
        del field[:]
        field.extend(copies)
    del graph.output[:]
    del graph.value_info[:]
    graph.output.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, None))


def _shape(model: onnx.ModelProto) -> tuple[int, ...]:
    return tuple(run(model, random_inputs(model, batch=1))[0].shape)


def _name_output(graph: onnx.GraphProto, name: str, shape: tuple[int, ...]) -> None:
    for node in graph.node:
        for names in (node.input, node.output):
            for index, one in enumerate(names):
                if one == name:
                    names[index] = EMBEDDING
    first = graph.input[0].type.tensor_type.shape.dim[0]
    batch: int | str = first.dim_value if first.HasField("dim_value") else first.dim_param or "batch"
    del graph.output[:]
    graph.output.append(helper.make_tensor_value_info(EMBEDDING, TensorProto.FLOAT, [batch, *shape[1:]]))
