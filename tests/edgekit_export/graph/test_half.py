"""FP16 where it is safe, FP32 where it is not, and no cast too many."""

from __future__ import annotations

from collections import Counter

import numpy as np
import onnx
import pytest
from edgekit_export.graph import float_graph
from edgekit_export.graph.half import to_half
from edgekit_export.graph.half_rounding import with_half_rounding
from edgekit_export.graph.macs import planned_int8_macs
from edgekit_export.graph.running import random_inputs, run, session

from edgekit.bundle.manifest import ArithmeticSpec

HALF, FLOAT = onnx.TensorProto.FLOAT16, onnx.TensorProto.FLOAT


def w(*shape, scale=1.0):
    return (np.random.default_rng(sum(shape)).standard_normal(shape) * scale).astype(np.float32)


def types(model) -> dict[str, int]:
    onnx.checker.check_model(model, full_check=True)
    inferred = onnx.shape_inference.infer_shapes(model).graph
    return {value.name: value.type.tensor_type.elem_type for value in (*inferred.value_info, *inferred.output)}


def made(model, op_type) -> list[int]:
    """The types that the nodes of one operator make, in order."""
    found = types(model)
    return [found[node.output[0]] for node in model.graph.node if node.op_type == op_type]


def casts(model) -> list[tuple[str, int]]:
    return [(node.input[0], node.attribute[0].i) for node in model.graph.node if node.op_type == "Cast"]


def decibels(expected, got) -> float:
    return float(10 * np.log10(np.square(expected).sum() / np.square(got.astype(np.float64) - expected).sum()))


NET = """g (float[1,3,16,16] x) => (float[1,10] z)
    {a = Conv <pads=[1,1,1,1]> (x, w1, b1) s = Sigmoid(a) m = Mul(a, s) b = Conv <group=8, pads=[1,1,1,1]> (m, w2)
     d = Add(b, m) p = GlobalAveragePool(d) f = Flatten(p) z = Gemm <transB=1> (f, w4, b4)}"""
WEIGHTS = {"w1": w(8, 3, 3, 3), "b1": w(8), "w2": w(8, 1, 3, 3), "w4": w(10, 8), "b4": w(10)}


@pytest.fixture
def net(build):
    """A net on pixels, with arithmetic before its first convolution."""
    spec = ArithmeticSpec(scale=1 / 255, mean=(0.4, 0.5, 0.6), std=(0.2, 0.2, 0.2))
    return float_graph(build(NET, opset=13, **WEIGHTS), spec).model


def test_a_net_takes_two_casts_besides_the_pixels_and_keeps_its_input_and_output(net):
    half = to_half(net)
    assert casts(half) == [("images", FLOAT), ("x", HALF), ("z_float16", FLOAT)]
    assert [value.type.tensor_type.elem_type for value in (*half.graph.input, *half.graph.output)] == [
        onnx.TensorProto.UINT8,
        FLOAT,
    ]
    assert made(half, "Conv") == [HALF, HALF]
    assert made(half, "Gemm") == [HALF]
    assert half.opset_import[0].version == 20


def test_the_outputs_stay_those_of_float_with_and_without_optimisation_and_with_every_result_rounded(net):
    feeds = random_inputs(net, batch=2)
    expected = run(net, feeds)[0]
    half = to_half(net)
    assert decibels(expected, run(half, feeds)[0]) > 50
    assert decibels(expected, run(half, feeds, optimise=True)[0]) > 50
    rounded = run(with_half_rounding(half), feeds)[0]
    assert rounded.dtype == np.float32
    assert 45 < decibels(expected, rounded) < 100


def test_weights_are_stored_in_half_the_bytes_and_nothing_is_stored_twice(net):
    half = to_half(net)
    assert {tensor.name for tensor in half.graph.initializer if tensor.data_type == FLOAT} == {
        "head_factor",
        "head_shift",
    }
    assert "w1" not in {tensor.name for tensor in half.graph.initializer}


def test_pixels_that_nothing_computes_with_become_fp16_at_once(build):
    model = float_graph(build(NET, opset=13, **WEIGHTS), ArithmeticSpec()).model
    assert casts(to_half(model)) == [("images", HALF), ("z_float16", FLOAT)]


QUANTIZED = """g (uint8[batch,8,8,3] images) => (float[batch,4,8,8] y)
    {x = Cast <to=1> (images) t = Transpose <perm=[0,3,1,2]> (x)
     q = QuantizeLinear(t, s1, z) d = DequantizeLinear(q, s1, z) v = DequantizeLinear <axis=0> (w1, ws, wz)
     a = Conv <pads=[1,1,1,1]> (d, v, b) r = Relu(a)
     q2 = QuantizeLinear(r, s2, z) d2 = DequantizeLinear(q2, s2, z) v2 = DequantizeLinear <axis=0> (w2, ws, wz)
     c = Conv(d2, v2, b) y = Add(c, d2)}"""
INTEGERS = {
    "s1": np.float32(2.0078125),
    "s2": np.float32(0.1234567),
    "z": np.int8(0),
    "w1": np.random.default_rng(0).integers(-127, 128, (4, 3, 3, 3), dtype=np.int8),
    "w2": np.random.default_rng(1).integers(-127, 128, (4, 4, 1, 1), dtype=np.int8),
    "ws": np.array([0.001, 0.002, 0.003, 2.0**-14], np.float32),
    "wz": np.zeros(4, np.int8),
    "b": np.array([1, -2, 0.5, 0], np.float32),
}


def test_the_first_quantizer_reads_fp32_and_its_dequantizer_gives_fp16_without_a_cast(build):
    half = to_half(build(QUANTIZED, **INTEGERS), keep_float=("last",))
    first, second = [node for node in half.graph.node if node.op_type == "QuantizeLinear"]
    stored = {tensor.name: tensor.data_type for tensor in half.graph.initializer}
    assert (stored[first.input[1]], stored[second.input[1]]) == (FLOAT, HALF)
    assert made(half, "Conv") == [HALF, HALF]
    assert made(half, "DequantizeLinear").count(HALF) == 4
    # The Add behind the last convolution is no longer the net's inside: FP32, from a dequantizer of its own.
    assert made(half, "DequantizeLinear").count(FLOAT) == 1
    assert casts(half) == [("images", FLOAT), ("c", FLOAT)]


def test_integers_are_left_alone_and_every_planned_mac_stays_planned(build):
    model = build(QUANTIZED, **INTEGERS)
    half = to_half(model)
    stored = {tensor.name: onnx.numpy_helper.to_array(tensor) for tensor in half.graph.initializer}
    assert np.array_equal(stored["w1"], INTEGERS["w1"])
    assert stored["z"].dtype == stored["wz"].dtype == np.int8
    assert planned_int8_macs(half) == planned_int8_macs(model) > 0


def test_quantizing_and_dequantizing_use_the_same_scale_though_one_is_fp32(build):
    constants = INTEGERS | {"s1": np.float32(1.2345678)}
    half = to_half(build(QUANTIZED, **constants))
    stored = {tensor.name: onnx.numpy_helper.to_array(tensor) for tensor in half.graph.initializer}
    pairs = {}
    for node in half.graph.node:
        if node.op_type in ("QuantizeLinear", "DequantizeLinear") and node.input[0] in ("t", "q"):
            pairs[node.op_type] = stored[node.input[1]]
    assert pairs["QuantizeLinear"].dtype != pairs["DequantizeLinear"].dtype
    assert float(pairs["QuantizeLinear"]) == float(pairs["DequantizeLinear"]) == float(np.float16(1.2345678))


def test_an_int8_graph_gives_what_it_gave_but_for_roundings(build):
    model = build(QUANTIZED, **INTEGERS)
    feeds = random_inputs(model, batch=2)
    expected = run(model, feeds)[0]
    assert decibels(expected, run(to_half(model), feeds)[0]) > 40
    assert decibels(expected, run(with_half_rounding(to_half(model)), feeds)[0]) > 40


def test_a_quantized_output_comes_as_fp32_from_its_dequantizer(build):
    text = QUANTIZED.replace(
        "y = Add(c, d2)", "e = Relu(c) q3 = QuantizeLinear(e, s2, z) y = DequantizeLinear(q3, s2, z)"
    )
    half = to_half(build(text, **INTEGERS))
    assert casts(half) == [("images", FLOAT)]
    assert types(half)["y"] == FLOAT


def test_a_tensor_that_was_seen_near_the_end_of_fp16_keeps_its_neighbours_in_fp32(build):
    text = """g (float[1,4,8,8] x) => (float[1,4,8,8] y)
        {a = Conv(x, w) b = Relu(a) c = Conv(b, w) d = Relu(c) y = Conv(d, w)}"""
    model = build(text, w=w(4, 4, 1, 1))
    half = to_half(model, ranges={"x": (-1, 1), "a": (-3e4, 10), "b": (0, 10), "c": (-5, 5), "d": (0, 5)})
    assert made(half, "Conv") == [FLOAT, HALF, HALF]
    assert made(half, "Relu") == [FLOAT, HALF]
    assert casts(half) == [("b", HALF), ("y_float16", FLOAT)]


def test_a_big_tensor_reaches_its_quantizer_in_fp32_and_an_int8_convolution_that_makes_one_gives_fp32(build):
    model = build(QUANTIZED, **INTEGERS)
    half = to_half(model, ranges={"t": (0, 255), "a": (0, 20000), "r": (0, 20000), "c": (0, 9)})
    assert made(half, "Conv") == [FLOAT, FLOAT]
    first = next(node for node in half.graph.node if node.op_type == "Conv")
    assert {types(half)[name] for name in first.input[:2]} == {FLOAT}
    assert planned_int8_macs(half) == planned_int8_macs(model)


@pytest.mark.parametrize(
    ("weight", "expected"),
    [(1e6, FLOAT), (1e-8, FLOAT), (1e-5, FLOAT), (1e-2, HALF), (100, HALF)],
)
def test_a_convolution_whose_weight_overflows_or_underflows_stays_fp32(build, weight, expected):
    text = "g (float[1,4,8,8] x) => (float[1,4,8,8] y) {a = Conv(x, w1) y = Conv(a, w2)}"
    half = to_half(build(text, w1=w(4, 4, 1, 1, scale=weight), w2=w(4, 4, 1, 1)))
    assert made(half, "Conv") == [expected, HALF]


@pytest.mark.parametrize(("bias", "expected"), [(1e-9, HALF), (1.0, HALF), (1e6, FLOAT)])
def test_a_bias_may_be_too_small_for_fp16_but_not_too_large(build, bias, expected):
    text = "g (float[1,4,8,8] x) => (float[1,4,8,8] y) {a = Conv(x, w, b) y = Conv(a, w)}"
    half = to_half(build(text, w=w(4, 4, 1, 1), b=np.full(4, bias, np.float32)))
    assert made(half, "Conv") == [expected, HALF]


@pytest.mark.parametrize(("epsilon", "expected"), [(1e-9, FLOAT), (0.5, HALF)])
def test_an_epsilon_that_fp16_would_lose_is_added_in_fp32(build, epsilon, expected):
    text = "g (float[1,4,8,8] x) => (float[1,4,8,8] y) {a = Conv(x, w) b = Relu(a) c = Add(b, e) y = Conv(c, w)}"
    half = to_half(build(text, w=w(4, 4, 1, 1), e=np.float32([epsilon])))
    assert made(half, "Add") == [expected]


def test_a_scale_that_fp16_cannot_hold_keeps_its_convolution_in_fp32_with_both_dequantizers(build):
    constants = INTEGERS | {"ws": np.full(4, 1e-6, np.float32)}
    half = to_half(build(QUANTIZED, **constants))
    assert made(half, "Conv") == [FLOAT, FLOAT]
    assert set(made(half, "DequantizeLinear")) == {FLOAT}


def test_exponentials_roots_and_computed_divisors_are_fp32_between_fp16_convolutions(build):
    text = """g (float[1,4,8,8] x) => (float[1,4,8,8] y)
        {a = Conv(x, w) e = Exp(a) f = Add(e, one) g = Sqrt(f) h = Div(a, g) i = Div(h, one) y = Conv(i, w)}"""
    half = to_half(build(text, w=w(4, 4, 1, 1), one=np.float32([2.0])))
    assert made(half, "Conv") == [HALF, HALF]
    assert made(half, "Exp") == made(half, "Sqrt") == made(half, "Add") == [FLOAT]
    assert made(half, "Div") == [FLOAT, HALF]
    assert casts(half) == [("x", HALF), ("a", FLOAT), ("h", HALF), ("y_float16", FLOAT)]


def test_box_decoding_is_fp32_from_its_first_arithmetic_and_a_raw_head_is_not(build):
    head = "a = Conv(x, w) b = Sigmoid(a) c = Reshape(b, shape)"
    constants = {"w": w(4, 4, 1, 1), "shape": np.array([1, 4, 64]), "stride": np.float32([8.0])}
    raw = to_half(
        build(f"g (float[1,4,8,8] x) => (float[1,4,64] y) {{{head} y = Transpose <perm=[0,1,2]> (c)}}", **constants)
    )
    assert casts(raw) == [("x", HALF), ("y_float16", FLOAT)]
    text = f"g (float[1,4,8,8] x) => (float[1,4,64] y) {{{head} d = Mul(c, stride) y = Concat <axis=1> (d)}}"
    decoded = to_half(build(text, **constants))
    assert casts(decoded) == [("x", HALF), ("c", FLOAT)]
    assert made(decoded, "Mul") == made(decoded, "Concat") == [FLOAT]


def test_an_expectation_over_a_softmax_belongs_to_the_decoding(build):
    text = """g (float[1,16,8,8] x) => (float[1,1,8,8] y)
        {a = Conv(x, w) s = Softmax <axis=1> (a) t = Transpose <perm=[0,1,2,3]> (s) y = Conv(t, bins)}"""
    half = to_half(build(text, w=w(16, 16, 1, 1), bins=np.arange(16, dtype=np.float32).reshape(1, 16, 1, 1)))
    assert made(half, "Conv") == [HALF, FLOAT]
    assert casts(half) == [("x", HALF), ("a", FLOAT)]


@pytest.mark.parametrize(("ranges", "expected"), [({"p": (0, 2)}, HALF), ({"p": (0, 8)}, FLOAT), ({}, FLOAT)])
def test_a_mean_is_fp32_where_its_sum_could_leave_fp16_or_is_long_and_unknown(build, ranges, expected):
    text = "g (float[1,4,64,64] x) => (float[1,4,1,1] y) {a = Conv(x, w) p = GlobalAveragePool(a) y = Conv(p, w)}"
    assert made(to_half(build(text, w=w(4, 4, 1, 1)), ranges=ranges), "GlobalAveragePool") == [expected]


def test_a_small_mean_is_fp16_without_being_seen(build):
    text = "g (float[1,4,7,7] x) => (float[1,4,1,1] y) {a = Conv(x, w) p = GlobalAveragePool(a) y = Conv(p, w)}"
    assert made(to_half(build(text, w=w(4, 4, 1, 1))), "GlobalAveragePool") == [HALF]


def test_what_onnx_wants_in_fp32_stays_so(build):
    text = """g (float[1,4,8,8] x) => (float[1,4,16,16] y)
        {a = Conv(x, w) r = Resize <mode="nearest"> (a, , scales) y = Conv(r, w)}"""
    half = to_half(build(text, w=w(4, 4, 1, 1), scales=np.array([1, 1, 2, 2], np.float32)))
    assert made(half, "Resize") == [HALF]
    resize = next(node for node in half.graph.node if node.op_type == "Resize")
    stored = {tensor.name: tensor.data_type for tensor in half.graph.initializer}
    assert stored[resize.input[2]] == FLOAT
    session(half, optimise=False)


def test_nodes_that_make_numbers_out_of_nothing_make_fp16(build):
    text = """g (float[1,4,8,8] x) => (float[1,4,8,8] y)
        {a = Conv(x, w) s = Shape(a) z = ConstantOfShape(s) o = ConstantOfShape <value = float[1] {2.0}> (s)
         n = RandomNormalLike <seed=1.0> (a) c = Cast <to=1> (s) i = Gather(c, first) b = Add(a, z) d = Mul(b, o)
         e = Add(d, i) f = Mul(e, n) y = Conv(f, w)}"""
    half = to_half(build(text, w=w(4, 4, 1, 1), first=np.int64([0])))
    for op_type in ("ConstantOfShape", "RandomNormalLike", "Add", "Mul"):
        assert set(made(half, op_type)) == {HALF}, op_type
    assert casts(half) == [("x", HALF), ("s", HALF), ("y_float16", FLOAT)]
    assert np.isfinite(session(half, optimise=False).run(None, random_inputs(half, batch=1))[0]).all()


def test_the_bodies_of_an_if_are_left_as_they_are_and_read_what_they_took_from_outside_in_fp32(build):
    text = """g (float[1,4,8,8] x) => (float[1,4,8,8] y)
        {a = Conv(x, w) m = ReduceMax <keepdims=0> (a) c = Greater(m, limit)
         i = If (c) <then_branch = t () => (float[1,4,8,8] u) {u = Add(a, w0)},
                     else_branch = e () => (float[1,4,8,8] v) {v = Exp(a)}>
         y = Conv(i, w)}"""
    model = build(text, w=w(4, 4, 1, 1), w0=np.float32([1.5]), limit=np.float32(0.5))
    half = to_half(model)
    assert made(half, "Conv") == [HALF, HALF]
    assert casts(half) == [("x", HALF), ("a", FLOAT), ("i", HALF), ("y_float16", FLOAT)]
    for size in (1.0, 0.01):
        feeds = {"x": w(1, 4, 8, 8, scale=size)}
        expected = session(model, optimise=False).run(None, feeds)[0]
        assert decibels(expected, session(half, optimise=False).run(None, feeds)[0]) > 45


def test_a_tensor_that_was_never_larger_than_fp16s_smallest_normal_number_stays_fp32(build):
    text = "g (float[1,4,8,8] x) => (float[1,4,8,8] y) {a = Conv(x, w) b = Conv(a, w) y = Conv(b, w)}"
    model = build(text, w=w(4, 4, 1, 1))
    assert made(to_half(model, ranges={"a": (-1e-5, 5e-5)}), "Conv") == [FLOAT, FLOAT, HALF]
    assert made(to_half(model, ranges={"a": (0.0, 0.0)}), "Conv") == [HALF, HALF, HALF]


def test_a_named_node_stays_fp32(net):
    name = next(node.name for node in net.graph.node if node.op_type == "Gemm")
    half = to_half(net, keep_float=(name,))
    assert made(half, "Gemm") == [FLOAT]
    assert set(made(half, "Conv")) == {HALF}


def test_the_model_that_was_given_is_not_changed_and_the_same_model_gives_the_same_bytes(net):
    before = net.SerializeToString(deterministic=True)
    first, second = (to_half(net).SerializeToString(deterministic=True) for _ in range(2))
    assert first == second
    assert net.SerializeToString(deterministic=True) == before


def test_every_node_keeps_a_name_of_its_own(build):
    model = float_graph(build(NET, opset=13, **WEIGHTS), ArithmeticSpec()).model
    names = Counter(node.name for node in to_half(model).graph.node)
    assert max(names.values()) == 1
    assert "" not in names
