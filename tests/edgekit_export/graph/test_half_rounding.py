"""A device rounds every FP16 result; ONNX Runtime's CPU is made to do so too."""

from __future__ import annotations

import numpy as np
import onnx
from edgekit_export.graph.half_rounding import has_half, with_half_rounding
from edgekit_export.graph.running import run

SUMS = """g (float[4] x) => (float[4] y)
    {h = Cast <to=10> (x) a = Add(h, big) b = Sub(a, big) y = Cast <to=1> (b)}"""


def test_a_sum_loses_what_fp16_cannot_hold(build):
    model = build(SUMS, big=np.float16([1000]))
    rounded = with_half_rounding(model)
    onnx.checker.check_model(rounded, full_check=True)
    feeds = {"x": np.float32([0.1, 0.26, 0.3, 1.0])}
    assert run(rounded, feeds)[0].tolist() == [0.0, 0.5, 0.5, 1.0]


def test_nothing_of_the_rounded_graph_is_left_to_fp16_kernels(build):
    rounded = with_half_rounding(build(SUMS, big=np.float16([1000])))
    inferred = onnx.shape_inference.infer_shapes(rounded).graph
    halves = [v.name for v in inferred.value_info if v.type.tensor_type.elem_type == onnx.TensorProto.FLOAT16]
    makers = {name: node.op_type for node in rounded.graph.node for name in node.output}
    assert {makers[name] for name in halves} == {"Cast"}
    assert not any(tensor.data_type == onnx.TensorProto.FLOAT16 for tensor in rounded.graph.initializer)


def test_a_graph_without_fp16_is_told_from_one_with_it(build):
    assert has_half(build(SUMS, big=np.float16([1000])))
    assert not has_half(build("g (float[4] x) => (float[4] y) {y = Relu(x)}"))
