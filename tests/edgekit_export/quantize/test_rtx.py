"""Every graph for TensorRT is parsed and built by TensorRT-RTX, which needs no GPU for that."""

from __future__ import annotations

import numpy as np
import pytest
from edgekit_export.graph import float_graph
from edgekit_export.graph.half import to_half
from edgekit_export.graph.macs import MAC_OPERATORS
from edgekit_export.quantize import QuantizeOptions, quantize
from edgekit_export.quantize.seen import seen_ranges

from edgekit.bundle.manifest import ArithmeticSpec, Encoding

pytestmark = pytest.mark.rtx


def products(model) -> list[str]:
    return [node.name for node in model.graph.node if node.op_type in MAC_OPERATORS]


def int8_products(found) -> list[str]:
    """Those whose data and weight both reach TensorRT as INT8."""
    return [product["name"] for product in found["products"] if all(product["int8"])]


def check(found, model, kept_float, *, makes) -> None:
    """Parsed and built, each planned product with two INT8 inputs, each of the others with none, of one type."""
    assert found["errors"] == []
    assert found["plan"] > 0
    assert sorted(product["name"] for product in found["products"]) == sorted(products(model))
    assert sorted(int8_products(found)) == sorted(set(products(model)) - set(kept_float))
    assert all(any(product["int8"]) == all(product["int8"]) for product in found["products"])
    assert {product["makes"] for product in found["products"]} == {makes}


def w(*shape):
    values = np.random.default_rng(sum(shape)).standard_normal(shape) / np.prod(shape[1:]) ** 0.5
    return values.astype(np.float32)


SILU_NET = """g (float[1,3,16,16] x) => (float[1,10] z)
    {a = Conv <pads=[1,1,1,1], strides=[2,2]> (x, w1, b1) s = Sigmoid(a) m = Mul(a, s)
     b = Conv <group=8, pads=[1,1,1,1]> (m, w2) c = Conv (b, w3) d = Add(c, m) p = GlobalAveragePool(d)
     f = Flatten(p) g = Gemm <transB=1> (f, w4, b4) z = MatMul(g, w5)}"""
SILU_WEIGHTS = {"w1": w(8, 3, 3, 3), "b1": w(8), "w2": w(8, 1, 3, 3), "w3": w(8, 8, 1, 1)}
SILU_WEIGHTS |= {"w4": w(10, 8), "b4": w(10), "w5": w(10, 10)}

BRANCHES = """g (float[1,3,16,16] x) => (float[1,4,64] boxes, float[1,4,64] scores)
    {a = Conv <pads=[1,1,1,1], strides=[2,2]> (x, w1) h = HardSwish(a)
     q = GlobalAveragePool(h) r = Conv(q, w3) r2 = Relu(r) e = Conv(r2, w3) g = HardSigmoid(e) se = Mul(h, g)
     m = MaxPool <kernel_shape=[2,2], strides=[2,2]> (se) u = Resize <mode="nearest"> (m, , scales)
     k = Concat <axis=1> (u, se) l = Conv <pads=[1,1,1,1]> (k, w16) r6 = Clip(l, zero, six)
     left, right = Split <axis=1> (r6, halves) i = Conv(right, w4)
     rs = Reshape(left, four) scores = Sigmoid(rs)
     t = Reshape(i, four_bins) st = Softmax <axis=1> (t) ex = ReduceSum <keepdims=0> (st, axis)
     boxes = Mul(ex, stride)}"""
BRANCH_CONSTANTS = {
    "w1": w(8, 3, 3, 3),
    "w3": w(8, 8, 1, 1),
    "w16": w(8, 16, 3, 3),
    "w4": w(8, 4, 1, 1),
    "scales": np.float32([1, 1, 2, 2]),
    "zero": np.float32(0),
    "six": np.float32(6),
    "halves": np.int64([4, 4]),
    "four": np.int64([1, 4, 64]),
    "four_bins": np.int64([1, 2, 4, 64]),
    "axis": np.int64([1]),
    "stride": np.float32(8),
}


def images(count: int, side: int = 16) -> list[np.ndarray]:
    return list(np.random.default_rng(0).integers(0, 256, (count, side, side, 3), dtype=np.uint8))


@pytest.mark.parametrize("budget", [1.0, 1e-9])
def test_a_net_of_every_kind_of_layer_builds_plain_and_centred_in_fp32_and_in_fp16(build, rtx, budget):
    model = float_graph(build(SILU_NET, opset=13, **SILU_WEIGHTS), ArithmeticSpec()).model
    options = QuantizeOptions(max_noise=budget, min_relief=0.0, preferred_int8_share=1.0, bad_noise=1.0)
    result = quantize(model, images(4), options=options)
    graph, kept = result.graphs[Encoding.INT8_TENSORRT], result.kept_float[Encoding.INT8_TENSORRT]
    plain, half = rtx(graph, to_half(graph, ranges=seen_ranges(graph, images(4))))
    check(plain, graph, kept, makes="FLOAT")
    check(half, graph, kept, makes="HALF")
    assert any(layer.centred for layer in result.layers) == (budget < 1)
    assert any(node.op_type == "Pad" for node in graph.graph.node) == (budget < 1)


# Half of the channels in a hundredth of the range, until the depthwise one is past.
WIDE = np.float32([1, 0.01, 1, 0.01, 1, 0.01, 1, 0.01]).reshape(-1, 1, 1, 1)
DEPTHWISE_NET = """g (float[1,3,16,16] x) => (float[1,4,8,8] z)
    {a = Conv <strides=[2,2]> (x, w1) d = Conv <group=8, pads=[1,1,1,1]> (a, w2, b2) s = Sigmoid(d) m = Mul(d, s)
     z = Conv (m, w3)}"""
DEPTHWISE_WEIGHTS = {"w1": w(8, 3, 1, 1) * WIDE, "w2": w(8, 1, 3, 3) / WIDE, "b2": w(8), "w3": w(4, 8, 1, 1)}


def test_a_depthwise_layer_with_steps_by_channel_builds_in_int8_in_fp32_and_in_fp16(build, rtx):
    model = float_graph(build(DEPTHWISE_NET, **DEPTHWISE_WEIGHTS), ArithmeticSpec(scale=1 / 255)).model
    options = QuantizeOptions(max_noise=1e-3, preferred_int8_share=1.0, bad_noise=1.0)
    result = quantize(model, images(8), options=options)
    graph, kept = result.graphs[Encoding.INT8_TENSORRT], result.kept_float[Encoding.INT8_TENSORRT]
    assert kept == ()
    assert [layer.by_channel for layer in result.layers] == [False, True, False]
    plain, half = rtx(graph, to_half(graph, ranges=seen_ranges(graph, images(8))))
    check(plain, graph, kept, makes="FLOAT")
    check(half, graph, kept, makes="HALF")
    assert len(int8_products(plain)) == len(int8_products(half)) == 3


def test_branches_gates_and_box_decoding_build_in_fp16_with_and_without_int8(build, rtx):
    model = float_graph(build(BRANCHES, **BRANCH_CONSTANTS), ArithmeticSpec(scale=1 / 255, std=(0.2, 0.2, 0.2))).model
    result = quantize(model, images(4), options=QuantizeOptions(preferred_int8_share=1.0, bad_noise=1.0))
    graph, kept = result.graphs[Encoding.INT8_TENSORRT], result.kept_float[Encoding.INT8_TENSORRT]
    halves = [to_half(one, ranges=seen_ranges(one, images(4))) for one in (model, graph)]
    fp16, int8 = rtx(*halves)
    check(fp16, model, products(model), makes="HALF")
    check(int8, graph, kept, makes="HALF")
    assert int8_products(int8)


def test_a_layer_that_must_stay_fp32_gives_fp32_and_its_int8_inputs_stay(build, rtx):
    model = float_graph(build(SILU_NET, opset=13, **SILU_WEIGHTS), ArithmeticSpec()).model
    result = quantize(model, images(4), options=QuantizeOptions(max_noise=1.0))
    graph = result.graphs[Encoding.INT8_TENSORRT]
    seen = seen_ranges(graph, images(4)) | {"c": (-3e4, 3e4)}
    (found,) = rtx(to_half(graph, ranges=seen))
    assert found["errors"] == []
    assert found["plan"] > 0
    assert int8_products(found) == products(graph)
    kinds = [product["makes"] for product in found["products"]]
    assert kinds.count("FLOAT") == 1


@pytest.mark.slow
def test_yolox_nano_builds_with_each_planned_convolution_in_int8_in_fp32_and_in_fp16(yolox_int8, rtx):
    graph, kept = yolox_int8.graphs[Encoding.INT8_TENSORRT], yolox_int8.kept_float[Encoding.INT8_TENSORRT]
    plain, half = rtx(graph, to_half(graph, ranges=seen_ranges(graph, images(2, side=416))))
    check(plain, graph, kept, makes="FLOAT")
    check(half, graph, kept, makes="HALF")
    assert len(int8_products(half)) > 100
