"""peers.ort_static and int8_bench.macs: another tool's graphs, and what of them is in INT8."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from int8_bench.macs import shares
from int8_bench.process import run_measured
from onnx import TensorProto, helper, numpy_helper

SCRIPT = Path(__file__).resolve().parents[2] / "benchmarks" / "peers" / "ort_static.py"


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """A network of two convolutions at opset 11, of 1728 and 128 weights, and sixteen pictures."""
    folder = tmp_path_factory.mktemp("peers")
    rng = np.random.default_rng(0)
    weights = [rng.normal(size=shape).astype(np.float32) for shape in ((16, 3, 3, 3), (8, 16, 1, 1))]
    graph = helper.make_graph(
        [
            helper.make_node("Conv", ["images", "w0"], ["a"], pads=[1, 1, 1, 1]),
            helper.make_node("Relu", ["a"], ["b"]),
            helper.make_node("Conv", ["b", "w1"], ["out"]),
        ],
        "net",
        [helper.make_tensor_value_info("images", TensorProto.FLOAT, [1, 3, 8, 8])],
        [helper.make_tensor_value_info("out", TensorProto.FLOAT, [1, 8, 8, 8])],
        [numpy_helper.from_array(value, f"w{index}") for index, value in enumerate(weights)],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 11)], ir_version=6)
    onnx.save(model, str(folder / "net.onnx"))
    np.save(folder / "pictures.npy", rng.normal(size=(16, 3, 8, 8)).astype(np.float32))
    return folder


def quantized(files, setting):
    out = files / f"{setting}.onnx"
    run_measured(SCRIPT, [setting, str(files / "net.onnx"), str(files / "pictures.npy"), str(out)])
    return onnx.load(str(out))


def zero_points(model):
    constant = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    return [constant[node.input[2]] for node in model.graph.node if node.op_type == "QuantizeLinear"]


@pytest.mark.parametrize("setting", ["trt-minmax", "trt-entropy", "trt-percentile"])
def test_what_is_made_for_tensorrt_is_signed_and_symmetric(files, setting):
    for zero in zero_points(quantized(files, setting)):
        assert zero.dtype == np.int8
        assert not zero.any()


def test_u8s8_has_unsigned_activations_and_runs_wholly_in_integers(files):
    model = quantized(files, "u8s8")
    assert {zero.dtype.name for zero in zero_points(model)} == {"uint8"}
    found = shares(model, np.zeros((1, 3, 8, 8), np.float32))
    assert (found.planned, found.executed) == (1.0, 1.0)


def test_defaults_are_the_tools_own(files):
    assert shares(quantized(files, "defaults"), np.zeros((1, 3, 8, 8), np.float32)).planned == 1.0


def test_a_float_graph_has_nothing_in_int8(files):
    found = shares(onnx.load(str(files / "net.onnx")), np.zeros((1, 3, 8, 8), np.float32))
    assert (found.planned, found.executed) == (0.0, 0.0)
