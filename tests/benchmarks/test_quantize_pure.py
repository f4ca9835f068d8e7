"""int8_bench.quantizing: ours-pure is every layer in INT8, in a process of its own."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import onnx
import pytest
from edgekit_export.models import ModelOptions
from int8_bench.cases import Case
from int8_bench.methods import METHODS
from int8_bench.quantizing import quantized_by
from onnx import TensorProto, helper, numpy_helper

from edgekit.bundle.manifest import Encoding, Task


@pytest.fixture
def case(tmp_path: Path) -> Case:
    """A classifier whose second layer reads channels of very different heights, and sixteen pictures."""
    rng = np.random.default_rng(0)
    first = rng.normal(size=(16, 3, 3, 3)).astype(np.float32) / 255
    first[:2] *= 100
    weights = [first, rng.normal(size=(5, 16, 1, 1)).astype(np.float32)]
    graph = helper.make_graph(
        [
            helper.make_node("Conv", ["images", "w0"], ["a"], pads=[1, 1, 1, 1]),
            helper.make_node("Relu", ["a"], ["b"]),
            helper.make_node("Conv", ["b", "w1"], ["c"]),
            helper.make_node("GlobalAveragePool", ["c"], ["d"]),
            helper.make_node("Flatten", ["d"], ["out"]),
        ],
        "net",
        [helper.make_tensor_value_info("images", TensorProto.FLOAT, [1, 3, 32, 32])],
        [helper.make_tensor_value_info("out", TensorProto.FLOAT, [1, 5])],
        [numpy_helper.from_array(value, f"w{index}") for index, value in enumerate(weights)],
    )
    onnx.save(
        helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), str(tmp_path / "net.onnx")
    )
    paths = [tmp_path / f"{index}.png" for index in range(16)]
    for path in paths:
        cv2.imwrite(str(path), rng.integers(0, 256, (32, 32, 3), dtype=np.uint8))
    (tmp_path / "list.txt").write_text("".join(f"{path}\n" for path in paths))
    (tmp_path / "classes.txt").write_text("a\nb\nc\nd\ne\n")
    options = ModelOptions(task=Task.CLASSIFY, classes=tmp_path / "classes.txt", preprocess="imagenet")
    return Case("net", tmp_path / "net.onnx", options, tmp_path / "list.txt", None)


def test_ours_pure_has_every_layer_in_int8_and_takes_pixels(case: Case, tmp_path: Path) -> None:
    (method,) = [method for method in METHODS if method.name == "ours-pure"]
    made = quantized_by(method, case, tmp_path / "unused.npy", None, {"work": tmp_path}, 0.0)
    assert made.planned == 1.0
    assert made.encoding is Encoding.INT8_TENSORRT
    assert made.model.graph.input[0].type.tensor_type.elem_type == TensorProto.UINT8
    readers = {node.op_type: node.input[:2] for node in made.model.graph.node}
    dequantized = {node.output[0] for node in made.model.graph.node if node.op_type == "DequantizeLinear"}
    assert dequantized.issuperset(readers["Conv"])
