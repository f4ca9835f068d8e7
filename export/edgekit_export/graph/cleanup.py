"""What a float graph sheds before it is quantized: constants as nodes, identities, dropout, batch normalisation."""

from __future__ import annotations

import numpy as np
import onnx
from onnx import helper, numpy_helper

from edgekit_export.graph.padding import pads_merged
from edgekit_export.graph.running import session
from edgekit_export.graph.view import GraphView, attribute, fresh_name, initializer

__all__ = ["clean", "constants_folded", "identities_removed", "norms_folded", "unused_removed"]

# A folded constant larger than this would only make the file grow.
_MAX_FOLDED_ELEMENTS = 1 << 20


def _replace_nodes(graph: onnx.GraphProto, nodes: list[onnx.NodeProto]) -> None:
    kept = [onnx.NodeProto.FromString(node.SerializeToString()) for node in nodes]
    del graph.node[:]
    graph.node.extend(kept)


def constants_folded(model: onnx.ModelProto) -> None:
    """Turn Constant nodes, and nodes that read constants only, into initializers.

    Shape and its like stay: what looks constant at batch 1 is not once the batch is symbolic.
    """
    graph = model.graph
    constant = {tensor.name for tensor in graph.initializer}
    foldable: list[onnx.NodeProto] = []
    for node in graph.node:
        subgraphs = any(item.type in (onnx.AttributeProto.GRAPH, onnx.AttributeProto.GRAPHS) for item in node.attribute)
        random = node.op_type.startswith(("Random", "Bernoulli", "Multinomial"))
        quantized = node.op_type in ("QuantizeLinear", "DequantizeLinear")
        if subgraphs or random or quantized or not all(name in constant for name in node.input if name):
            continue
        foldable.append(node)
        constant.update(name for name in node.output if name)
    if not foldable:
        return
    wanted = [name for node in foldable for name in node.output if name]
    read = {name for node in foldable for name in node.input}
    part = helper.make_graph(
        foldable,
        "constants",
        [],
        [onnx.ValueInfoProto(name=name) for name in wanted],
        [tensor for tensor in graph.initializer if tensor.name in read],
    )
    values = session(
        helper.make_model(part, opset_imports=model.opset_import, ir_version=model.ir_version), optimise=False
    ).run(None, {})
    by_name = dict(zip(wanted, values, strict=True))
    view = GraphView(graph)
    remaining = []
    folded_names = {name for node in foldable for name in node.output}
    for node in graph.node:
        outputs = [name for name in node.output if name]
        small = all(name in by_name and np.asarray(by_name[name]).size <= _MAX_FOLDED_ELEMENTS for name in outputs)
        is_folded = any(name in folded_names for name in outputs)
        if is_folded and (small or node.op_type == "Constant") and not view.outputs.intersection(outputs):
            graph.initializer.extend(numpy_helper.from_array(np.asarray(by_name[name]), name) for name in outputs)
        else:
            remaining.append(node)
    _replace_nodes(graph, remaining)


def identities_removed(model: onnx.ModelProto) -> None:
    """Remove Identity and Dropout (at inference the same), unless one makes a graph's output of a constant or input."""
    graph = model.graph
    for node in list(graph.node):
        if node.op_type not in ("Identity", "Dropout"):
            continue
        view = GraphView(graph)
        source, target = node.input[0], node.output[0]
        if len(node.output) > 1 and (view.consumers.get(node.output[1]) or node.output[1] in view.outputs):
            continue
        if target in view.outputs:
            maker = view.producers.get(source)
            if maker is None or source in view.outputs:
                continue
            maker.output[list(maker.output).index(source)] = target
            source, target = target, source
        for reader in view.consumers.get(target, []):
            for index, name in enumerate(reader.input):
                if name == target:
                    reader.input[index] = source
        graph.node.remove(node)


def norms_folded(model: onnx.ModelProto) -> None:
    """Merge every BatchNormalization that alone reads a convolution into that one's weight and bias."""
    graph = model.graph
    for norm in [node for node in graph.node if node.op_type == "BatchNormalization"]:
        view = GraphView(graph)
        reader = view.only_consumer(norm.input[0])
        if norm.input[0] not in view.producers or reader is None or reader.output[0] != norm.output[0]:
            continue
        conv = view.producers[norm.input[0]]
        if conv.op_type != "Conv":
            continue
        weight = view.constant(conv.input[1])
        parameters = [view.constant(name) for name in norm.input[1:5]]
        has_bias = len(conv.input) > 2 and conv.input[2]
        bias = view.constant(conv.input[2]) if has_bias else None
        if weight is None or any(value is None for value in parameters) or (has_bias and bias is None):
            continue
        gamma, beta, mean, variance = (np.asarray(value, np.float64) for value in parameters)
        factor = gamma / np.sqrt(variance + attribute(norm, "epsilon", 1e-5))
        shifted = (0.0 if bias is None else bias.astype(np.float64)) - mean
        new_weight = (weight * factor.reshape(-1, *[1] * (weight.ndim - 1))).astype(weight.dtype)
        new_bias = (shifted * factor + beta).astype(weight.dtype)
        names = [fresh_name(graph, f"{norm.output[0]}_folded_{part}") for part in ("weight", "bias")]
        graph.initializer.extend([initializer(names[0], new_weight), initializer(names[1], new_bias)])
        data, output = conv.input[0], norm.output[0]
        del conv.input[:]
        conv.input.extend([data, *names])
        conv.output[0] = output
        graph.node.remove(norm)


def unused_removed(model: onnx.ModelProto) -> None:
    """Remove nodes and initializers that no output needs."""
    graph = model.graph
    needed = {value.name for value in graph.output}
    kept = []
    for node in reversed(graph.node):
        if not needed.intersection(node.output):
            continue
        kept.append(node)
        needed.update(node.input)
        for item in node.attribute:
            for part in [item.g, *item.graphs]:
                needed.update(name for inner in part.node for name in inner.input)
                needed.update(value.name for value in part.output)
    _replace_nodes(graph, kept[::-1])
    tensors = [tensor for tensor in graph.initializer if tensor.name in needed]
    del graph.initializer[:]
    graph.initializer.extend(tensors)


def clean(model: onnx.ModelProto) -> onnx.ModelProto:
    """A copy: constants folded, identities and dropout gone, norms and padding merged, nodes named, nothing unused."""
    cleaned = onnx.ModelProto()
    cleaned.CopyFrom(model)
    constants_folded(cleaned)
    identities_removed(cleaned)
    norms_folded(cleaned)
    pads_merged(cleaned)
    unused_removed(cleaned)
    del cleaned.graph.value_info[:]
    taken: set[str] = set()
    for index, node in enumerate(cleaned.graph.node):
        if not node.name or node.name in taken:
            node.name = f"{node.name or node.op_type}_{index}"
        taken.add(node.name)
    return cleaned
