"""A net with everything that renames tensors, and ways to spoil it."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from edgekit_export.export import ExportRequest, export
from edgekit_export.models import ModelOptions
from onnx import TensorProto, helper, numpy_helper

from edgekit.bundle.manifest import Task

SIDE = 16


def constant(name, values, dtype=np.float32):
    return numpy_helper.from_array(np.asarray(values, dtype), name)


def graph_of(nodes, initializers, *, output=("y", [1, 4])):
    """A model on uint8 pixels (1, 16, 16, 3)."""
    head = [
        helper.make_node("Cast", ["images"], ["cast"], to=TensorProto.FLOAT),
        helper.make_node("Transpose", ["cast"], ["x"], perm=[0, 3, 1, 2]),
    ]
    graph = helper.make_graph(
        [*head, *nodes],
        "net",
        [helper.make_tensor_value_info("images", TensorProto.UINT8, [1, SIDE, SIDE, 3])],
        [helper.make_tensor_value_info(output[0], TensorProto.FLOAT, output[1])],
        initializers,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
    onnx.checker.check_model(model)
    return model


@pytest.fixture
def net():
    """Two branches of equal shape on one tensor, a residual sum, a head: uint8 pixels to (1, 4)."""
    rng = np.random.default_rng(3)

    def weights(name, *shape):
        return constant(name, rng.standard_normal(shape) / np.sqrt(np.prod(shape[1:])))

    nodes = [
        helper.make_node("Conv", ["x", "w0", "b0"], ["c0"], name="stem", pads=[1, 1, 1, 1]),
        helper.make_node("Relu", ["c0"], ["r0"], name="stem_relu"),
        helper.make_node("Conv", ["r0", "w1"], ["c1"], name="left", pads=[1, 1, 1, 1]),
        helper.make_node("Conv", ["r0", "w2"], ["c2"], name="right", pads=[1, 1, 1, 1]),
        helper.make_node("Sigmoid", ["c2"], ["s2"], name="gate"),
        helper.make_node("Mul", ["c1", "s2"], ["m"], name="gated"),
        helper.make_node("Add", ["m", "r0"], ["a"], name="sum"),
        helper.make_node("GlobalAveragePool", ["a"], ["p"], name="pool"),
        helper.make_node("Flatten", ["p"], ["f"], name="flat"),
        helper.make_node("Gemm", ["f", "w3", "b3"], ["y"], name="head", transB=1),
    ]
    initializers = [
        constant("w0", rng.standard_normal((8, 3, 3, 3)) / 500),
        weights("b0", 8),
        weights("w1", 8, 8, 3, 3),
        weights("w2", 8, 8, 3, 3),
        weights("w3", 4, 8),
        weights("b3", 4),
    ]
    return graph_of(nodes, initializers)


@pytest.fixture
def renamed():
    """(model): a copy in which every tensor but inputs, outputs and constants, and every node, has another name."""

    def rename(model):
        copy = onnx.ModelProto()
        copy.CopyFrom(model)
        kept = {value.name for value in (*copy.graph.output, *copy.graph.input)}
        names = {}
        for number, node in enumerate(copy.graph.node):
            node.name = f"n{number}"
            for port, name in enumerate(node.output):
                if name not in kept:
                    names[name] = node.output[port] = f"{900 - number}"
        for node in copy.graph.node:
            for port, name in enumerate(node.input):
                node.input[port] = names.get(name, name)
        return copy

    return rename


@pytest.fixture
def quantized_at():
    """(model, tensor, scale, into): a copy in which the node `into` reads `tensor` through uint8 quantizers."""

    def quantize(model, tensor, scale, into):
        copy = onnx.ModelProto()
        copy.CopyFrom(model)
        copy.graph.initializer.extend([constant(f"{tensor}_s", scale), constant(f"{tensor}_z", 128, np.uint8)])
        pair = [
            helper.make_node("QuantizeLinear", [tensor, f"{tensor}_s", f"{tensor}_z"], [f"{tensor}_q"]),
            helper.make_node("DequantizeLinear", [f"{tensor}_q", f"{tensor}_s", f"{tensor}_z"], [f"{tensor}_dq"]),
        ]
        nodes = []
        for node in copy.graph.node:
            if node.name == into:
                nodes += pair
                node.input[list(node.input).index(tensor)] = f"{tensor}_dq"
            nodes.append(node)
        rebuilt = [onnx.NodeProto.FromString(node.SerializeToString()) for node in nodes]
        del copy.graph.node[:]
        copy.graph.node.extend(rebuilt)
        onnx.checker.check_model(copy)
        return copy

    return quantize


@pytest.fixture
def pixels():
    """Four prepared pictures."""
    rng = np.random.default_rng(5)
    return [rng.integers(0, 256, (SIDE, SIDE, 3), np.uint8) for _ in range(4)]


@pytest.fixture(scope="session")
def shop(tmp_path_factory, write_classifier, write_pictures):
    """A folder with net.onnx, its bundle shop.edgekit in every encoding, and the pictures p/."""
    folder = tmp_path_factory.mktemp("shop")
    write_classifier(folder / "net.onnx")
    write_pictures(folder / "p", 16)
    export(
        ExportRequest(
            str(folder / "net.onnx"),
            folder / "shop.edgekit",
            ModelOptions(task=Task.CLASSIFY),
            int8=True,
            calibration=(folder / "p",),
        )
    )
    return folder
