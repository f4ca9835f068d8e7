"""int8_bench.latency: what is timed by which backend."""

from __future__ import annotations

from importlib.util import find_spec

import numpy as np
import pytest
from int8_bench.latency import Candidate, on_pixels, speeds

from edgekit.bundle.manifest import Encoding

onnx = pytest.importorskip("onnx")


def mean_of(element, shape):
    """A graph that gives the mean of its input."""
    helper, kind = onnx.helper, onnx.TensorProto
    nodes = [
        helper.make_node("Cast", ["x"], ["real"], to=kind.FLOAT),
        helper.make_node("ReduceMean", ["real"], ["y"], keepdims=1),
    ]
    given = helper.make_tensor_value_info("x", element, shape)
    graph = helper.make_graph(nodes, "mean", [given], [helper.make_tensor_value_info("y", kind.FLOAT, [1, 1, 1, 1])])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)


def test_a_model_file_is_made_to_take_pixels_and_keeps_its_own_shape():
    import onnxruntime

    model = mean_of(onnx.TensorProto.FLOAT, [1, 3, 4, 4])
    changed = on_pixels(model)
    session = onnxruntime.InferenceSession(changed.SerializeToString(), providers=["CPUExecutionProvider"])
    assert session.run(None, {"x": np.full((1, 3, 4, 4), 255, np.uint8)})[0].item() == pytest.approx(1.0)
    assert model.graph.input[0].type.tensor_type.elem_type == onnx.TensorProto.FLOAT, "the model itself is untouched"


def test_a_graph_of_a_bundle_is_taken_as_it_is():
    model = mean_of(onnx.TensorProto.UINT8, [1, 4, 4, 3])
    assert on_pixels(model) is model


def test_every_backend_times_what_it_runs():
    floating = mean_of(onnx.TensorProto.FLOAT, [1, 3, 4, 4])
    others = {name: mean_of(onnx.TensorProto.FLOAT, [1, 3, 4, 4]) for name in ("cpu", "trt")}
    found = speeds(
        {
            "float": Candidate(floating, floating, Encoding.FLOAT),
            "int8-cpu": Candidate(others["cpu"], floating, Encoding.INT8_CPU),
            "int8-tensorrt": Candidate(others["trt"], floating, Encoding.INT8_TENSORRT),
        },
        rounds=1,
        threads=1,
    )
    assert found["float"].ratio == 1.0
    assert found["int8-cpu"].milliseconds > 0
    assert found["int8-tensorrt"].ratio is None, "for ONNX Runtime it is a reference"
    openvino = [found[name].openvino_ratio for name in ("float", "int8-cpu", "int8-tensorrt")]
    assert all(openvino) if find_spec("openvino") else openvino == [None] * 3
