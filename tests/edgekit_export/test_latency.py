from __future__ import annotations

from importlib.util import find_spec

import numpy as np
import pytest
from edgekit_export.golden_choice import GoldenChoice
from edgekit_export.latency import graph_of, latencies

from edgekit.backends.timing import Blocks
from edgekit.bundle.manifest import Encoding
from edgekit.errors import BackendUnavailable

onnx = pytest.importorskip("onnx")
ONCE = Blocks(rounds=1, runs=2, warm_up=0, rest_s=0.0)
HERE = {"onnxruntime", "openvino"} if find_spec("openvino") else {"onnxruntime"}


def brightness(operator: str = "Relu"):
    """uint8 pictures of 8x8 to their mean."""
    helper, kind = onnx.helper, onnx.TensorProto
    nodes = [
        helper.make_node("Cast", ["images"], ["float"], to=kind.FLOAT),
        helper.make_node("ReduceMean", ["float", "axes"], ["mean"], keepdims=0),
        helper.make_node(operator, ["mean"], ["logits"]),
    ]
    graph = helper.make_graph(
        nodes,
        "brightness",
        [helper.make_tensor_value_info("images", kind.UINT8, ["batch", 8, 8, 3])],
        [helper.make_tensor_value_info("logits", kind.FLOAT, ["batch", 3])],
        [onnx.numpy_helper.from_array(np.array([1, 2]), "axes")],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)


def golden(*, wrong: bool) -> GoldenChoice:
    inputs = np.full((1, 8, 8, 3), 7, np.uint8)
    outputs = {each: (np.full((1, 3), 1.0 if wrong else 7.0, np.float32),) for each in Encoding}
    return GoldenChoice(inputs, outputs, ("logits",), dict.fromkeys(Encoding, 40.0), 20.0)


def test_a_graph_is_described_as_a_bundle_would() -> None:
    graph = graph_of(brightness(), Encoding.FLOAT)
    assert (graph.inputs[0].name, graph.inputs[0].dtype, graph.inputs[0].shape) == ("images", "uint8", (None, 8, 8, 3))
    assert (graph.outputs[0].name, graph.outputs[0].dtype, graph.outputs[0].shape) == ("logits", "float32", (None, 3))
    assert graph.max_batch == 1


def test_an_output_of_which_no_shape_is_known_is_taken_as_it_comes() -> None:
    model = brightness()
    model.graph.output[0].type.tensor_type.ClearField("shape")
    assert None in graph_of(model, Encoding.FLOAT).outputs[0].shape[1:]
    assert set(latencies({Encoding.FLOAT: model}, threads=1, blocks=ONCE)) == {Encoding.FLOAT}


def test_what_a_cpu_runs_is_timed_and_names_its_backend() -> None:
    found = latencies(dict.fromkeys(Encoding, brightness()), threads=1, blocks=ONCE)
    timed = {Encoding.FLOAT, Encoding.INT8_CPU} | ({Encoding.INT8_TENSORRT} if "openvino" in HERE else set())
    assert set(found) == timed, "fp16 is for GPUs, and int8-tensorrt is no more than a reference for ONNX Runtime"
    for latency in found.values():
        assert latency.backend in HERE
        assert (latency.runs, latency.threads) == (2, 1)
        assert 0.0 < latency.p50_ms <= latency.p95_ms


def test_a_backend_that_does_not_reproduce_the_golden_outputs_is_not_timed() -> None:
    graphs = {Encoding.FLOAT: brightness()}
    assert set(latencies(graphs, golden=golden(wrong=False), threads=1, blocks=ONCE)) == {Encoding.FLOAT}
    assert latencies(graphs, golden=golden(wrong=True), threads=1, blocks=ONCE) == {}


def test_a_graph_that_onnxruntime_refuses_is_an_error() -> None:
    with pytest.raises(BackendUnavailable, match="ONNX Runtime refuses the float graph"):
        latencies({Encoding.FLOAT: brightness("NoSuchOperator")}, threads=1, blocks=ONCE)
