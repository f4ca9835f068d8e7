"""What is quantized and what stays float, on a tiny graph for each rule."""

import tempfile
from pathlib import Path

import numpy as np
import onnx
import pytest
from edgekit_calibration import HistogramObserver, Range, Scheme, quantizer
from edgekit_export.graph.macs import executed_int8_macs, planned_int8_macs, total_macs
from edgekit_export.graph.running import random_inputs, relative_difference, run, session
from edgekit_export.graph.view import GraphView, attribute
from edgekit_export.quantize.finer_steps import by_channel
from edgekit_export.quantize.insert import with_int8
from edgekit_export.quantize.layers import find_layers
from edgekit_export.quantize.passes import find_passes
from edgekit_export.quantize.placement import can_be_centred, is_depthwise, observable, wants_result_quantized
from edgekit_export.quantize.plan import LayerPlan, PassPlan
from edgekit_export.quantize.switchboard import Switchboard
from edgekit_export.quantize.weights import quantize_weight

SIGNED, UNSIGNED = Scheme.SIGNED_SYMMETRIC, Scheme.UNSIGNED_ASYMMETRIC


def w(*shape):
    return np.random.default_rng(0).standard_normal(shape).astype(np.float32)


def named(model):
    for index, node in enumerate(model.graph.node):
        node.name = f"{node.op_type}_{index}"
    return model


def plans(model, scheme=SIGNED, *, results=False, centred=False, only=None, span=(-4.0, 8.0)):
    view = GraphView(model.graph)
    chosen = quantizer(Range(*span), UNSIGNED if centred else scheme)
    # As behind a Relu: zero is the lowest step.
    positive = quantizer(Range(0.0 if span[0] > -9 else span[0], span[1]), scheme)
    return [
        LayerPlan(
            layer,
            quantize_weight(view.constant(layer.weight), layer.channel_axis),
            chosen,
            positive if results and wants_result_quantized(layer) else None,
            centred,
        )
        for layer in find_layers(model)
        if only is None or layer.name in only
    ]


def pass_plans(model, span=(-8.0, 8.0)):
    zero_based = quantizer(Range(0.0, span[1]), UNSIGNED)
    chosen = quantizer(Range(*span), UNSIGNED)
    return [
        PassPlan(one, dict.fromkeys(one.inputs, chosen), zero_based if one.activation else chosen)
        for one in find_passes(model, find_layers(model))
    ]


def optimised_operators(model) -> list[str]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "optimised.onnx"
        session(model, threads=1, optimised_to=path)
        return [node.op_type for node in onnx.load(str(path)).graph.node]


def quantized_tensors(model) -> list[str]:
    return [node.input[0] for node in model.graph.node if node.op_type == "QuantizeLinear"]


CHAIN = """g (float[1,3,8,8] x) => (float[1,5,6,6] z)
    {a = Conv <pads=[1,1,1,1]> (x, w1, b1) r = Relu(a) s = Sigmoid(r) z = Conv (s, w2)}"""


@pytest.fixture
def chain(build):
    return named(build(CHAIN, w1=w(4, 3, 3, 3), b1=w(4), w2=w(5, 4, 3, 3)))


def test_for_tensorrt_only_the_inputs_and_weights_of_layers_are_quantized(chain):
    written = with_int8(chain, plans(chain))
    assert quantized_tensors(written) == ["x", "s"]
    assert planned_int8_macs(written) == total_macs(chain)
    onnx.checker.check_model(written, full_check=True)


def test_every_zero_point_is_explicit_and_int8_zero_for_tensorrt(chain):
    written = with_int8(chain, plans(chain))
    view = GraphView(written.graph)
    pairs = [
        node for node in written.graph.node if node.op_type.endswith("quantizeLinear") or "Quantize" in node.op_type
    ]
    assert pairs
    for node in pairs:
        zero = view.constant(node.input[2])
        assert zero.dtype == np.int8
        assert not zero.any()


def test_biases_stay_float_and_weights_are_stored_as_int8_only(chain):
    written = with_int8(chain, plans(chain))
    view = GraphView(written.graph)
    for node in written.graph.node:
        if node.op_type == "Conv":
            assert view.constant(node.input[2]).dtype == np.float32
            assert view.constant(view.producers[node.input[1]].input[0]).dtype == np.int8
    assert not {"w1", "w2"} & set(view.initializers)


def test_a_layer_that_is_not_planned_stays_exactly_as_it_was(chain):
    written = with_int8(chain, plans(chain, only=["Conv_0"]))
    assert quantized_tensors(written) == ["x"]
    (left,) = [node for node in written.graph.node if node.name == "Conv_3"]
    assert list(left.input) == ["s", "w2"]


def test_a_tensor_that_two_layers_read_is_quantized_once_and_its_other_reader_stays_float(build):
    text = """g (float[1,3,8,8] x) => (float[1,4,8,8] z)
        {a = Conv (x, w1) b = Conv (x, w2) c = Add(a, b) m = ReduceMax <keepdims=1> (x) z = Add(c, m)}"""
    model = named(build(text, w1=w(4, 3, 1, 1), w2=w(4, 3, 1, 1)))
    written = with_int8(model, plans(model))
    assert quantized_tensors(written) == ["x"]
    (reader,) = [node for node in written.graph.node if node.op_type == "ReduceMax"]
    assert reader.input[0] == "x"


def test_for_the_cpu_results_are_quantized_behind_relu_and_the_runtime_merges_them(chain):
    written = with_int8(chain, plans(chain, UNSIGNED, results=True))
    assert executed_int8_macs(written) == total_macs(chain)
    without = with_int8(chain, plans(chain, UNSIGNED, results=False))
    assert executed_int8_macs(without) == 0


def test_a_quantized_result_is_what_every_reader_and_output_sees(build):
    text = "g (float[1,3,8,8] x) => (float[1,4,8,8] a, float[1,4,8,8] z) {a = Conv (x, w1) z = Conv (a, w2)}"
    model = named(build(text, w1=w(4, 3, 1, 1), w2=w(4, 4, 1, 1)))
    written = with_int8(model, plans(model, UNSIGNED, results=True))
    view = GraphView(written.graph)
    assert view.producers["a"].op_type == "DequantizeLinear"
    assert [node.op_type for node in written.graph.node if "a" in node.output] == ["DequantizeLinear"]


def test_products_keep_their_result_float_on_the_cpu(build):
    model = named(build("g (float[1,4] x) => (float[1,5] z) {z = Gemm (x, w1)}", w1=w(4, 5)))
    written = with_int8(model, plans(model, UNSIGNED, results=True))
    assert quantized_tensors(written) == ["x"]


@pytest.mark.parametrize("pads", [[0, 0, 0, 0], [1, 1, 1, 1], [0, 1, 2, 1]])
def test_a_centred_layer_gives_what_the_unsigned_encoding_gives_with_zero_point_0(build, pads):
    text = f"g (float[1,3,8,8] x) => (float[1,4,h,w] z) {{z = Conv <pads={pads}> (x, w1, b1)}}"
    model = named(build(text, w1=w(4, 3, 3, 3), b1=w(4)))
    centred = with_int8(model, plans(model, centred=True, span=(-0.3, 3.0)))
    unsigned = with_int8(model, plans(model, UNSIGNED, span=(-0.3, 3.0)))
    feeds = random_inputs(model, batch=1)
    assert relative_difference(run(unsigned, feeds), run(centred, feeds)) < 1e-5
    view = GraphView(centred.graph)
    zeros = [view.constant(node.input[2]) for node in centred.graph.node if node.op_type == "QuantizeLinear"]
    assert all(zero.dtype == np.int8 and zero == 0 for zero in zeros)
    assert any(node.op_type == "Pad" for node in centred.graph.node) == any(pads)


def test_centring_is_for_convolutions_whose_padding_is_given_in_numbers(build):
    text = """g (float[1,3,8,8] x) => (float[1,5] z)
        {a = Conv <pads=[1,1,1,1]> (x, w1) b = Conv <auto_pad="SAME_UPPER"> (a, w2) c = Conv (b, w3)
         p = GlobalAveragePool(c) f = Flatten(p) z = Gemm (f, w4)}"""
    weights = {"w1": w(4, 3, 3, 3), "w2": w(4, 4, 3, 3), "w3": w(4, 4, 1, 1), "w4": w(4, 5)}
    model = named(build(text, **weights))
    nodes = {node.name: node for node in model.graph.node}
    allowed = {layer.name: can_be_centred(layer, nodes[layer.name]) for layer in find_layers(model)}
    assert allowed == {"Conv_0": True, "Conv_1": False, "Conv_2": True, "Gemm_5": False}


def test_steps_by_channel_are_for_convolutions_whose_channels_never_meet(build):
    text = """g (float[1,4,8,8] x) => (float[1,5] z, float[1,1,4] e)
        {a = Conv <group=4, pads=[1,1,1,1]> (x, w1) b = Conv <group=4> (a, w2) c = Conv <group=2> (b, w3)
         d = Conv (c, w4) one = Conv (d, w5) p = GlobalAveragePool(d) row = Reshape(p, rows) e = Conv (row, w6)
         f = Flatten(one) z = Gemm (f, w7)}"""
    # A channel of its own each; two channels each; groups of two; all; one and only; one row of numbers; a product.
    weights = {"w1": w(4, 1, 3, 3), "w2": w(8, 1, 1, 1), "w3": w(4, 4, 1, 1), "w4": w(4, 4, 1, 1), "w5": w(1, 4, 8, 8)}
    weights |= {"w6": w(1, 1, 1), "w7": w(1, 5)}
    model = named(build(text, **weights, rows=np.int64([1, 1, 4])))
    nodes, view = {node.name: node for node in model.graph.node}, GraphView(model.graph)
    allowed = {
        layer.name: is_depthwise(layer, nodes[layer.name], view.constant(layer.weight).shape)
        for layer in find_layers(model)
    }
    assert [name for name, able in allowed.items() if able] == ["Conv_0"]
    assert list(allowed) == ["Conv_0", "Conv_1", "Conv_2", "Conv_3", "Conv_4", "Conv_7", "Gemm_9"]


@pytest.mark.parametrize("pads", [[0, 0, 0, 0], [1, 1, 1, 1], [0, 1, 2, 1]])
def test_a_layer_with_steps_by_channel_gives_what_was_judged_and_pads_by_itself(build, pads):
    text = f"""g (uint8[n,8,8,4] images) => (float[n,4,h,w] z)
        {{k = Cast <to=1> (images) x = Transpose <perm=[0,3,1,2]> (k)
         z = Conv <group=4, pads={pads}> (x, w1, b1)}}"""
    model = named(build(text, w1=w(4, 1, 3, 3), b1=w(4)))
    (plan,) = plans(model, span=(-255.0, 255.0))
    plan = by_channel(plan, np.array([2.0, 30.0, 255.0, 0.0]))
    written = with_int8(model, [plan])
    pixels = np.random.default_rng(0).integers(0, 256, (8, 8, 4)) // [128, 8, 1, 256]
    image = pixels.astype(np.uint8)
    (judged,) = Switchboard(model, [plan]).run([image], [plan.layer.name])
    feeds = {"images": image[None]}
    assert relative_difference(judged, run(written, feeds)) < 1e-5
    assert relative_difference(run(model, feeds), run(written, feeds)) < 0.02
    kinds = [node.op_type for node in written.graph.node]
    assert kinds.count("Mul") == 1
    assert "Pad" not in kinds
    view = GraphView(written.graph)
    (quantize,) = [node for node in written.graph.node if node.op_type == "QuantizeLinear"]
    assert view.producers[quantize.input[0]].op_type == "Mul"
    zeros = [view.constant(node.input[2]) for node in written.graph.node if node.op_type.endswith("eLinear")]
    assert len(zeros) == 3
    assert all(zero.dtype == np.int8 and not zero.any() for zero in zeros)
    (convolution,) = [node for node in written.graph.node if node.op_type == "Conv"]
    assert list(attribute(convolution, "pads", None)) == pads


def test_a_layer_whose_input_never_varies_or_was_never_seen_stays_float(chain):
    (layer, _) = find_layers(chain)
    constant, varied = HistogramObserver("x"), HistogramObserver("x")
    constant.update(np.full(5, 2.0, np.float32))
    varied.update(np.arange(5, dtype=np.float32))
    assert observable(layer, {"x": constant}) == "its input is always 2"
    assert observable(layer, {}) == observable(layer, {"x": HistogramObserver("x")}) == "its input was never seen"
    assert observable(layer, {"x": varied}) is None


def test_a_result_is_not_quantized_again_for_the_layer_that_reads_it_with_the_same_steps(build):
    text = "g (float[1,3,8,8] x) => (float[1,4,8,8] z) {a = Conv (x, w1) z = Conv (a, w2)}"
    model = named(build(text, w1=w(4, 3, 1, 1), w2=w(4, 4, 1, 1)))
    written = with_int8(model, plans(model, UNSIGNED, results=True, span=(0.0, 8.0)))
    assert len(quantized_tensors(written)) == 3


SILU = """g (float[1,4,8,8] x) => (float[1,4,8,8] z)
    {a = Conv (x, w1) s = Sigmoid(a) p = Mul(a, s) z = Conv (p, w2)}"""


def test_a_clip_that_cuts_nothing_lets_onnx_runtime_see_silu_behind_an_int8_convolution(build):
    model = named(build(SILU, w1=w(4, 4, 1, 1), w2=w(4, 4, 1, 1)))
    quantized = with_int8(model, plans(model, UNSIGNED, results=True))
    assert [node.op_type for node in quantized.graph.node].count("Clip") == 1
    assert "QuickGelu" in optimised_operators(quantized)
    without = onnx.ModelProto.FromString(quantized.SerializeToString())
    clip = next(node for node in without.graph.node if node.op_type == "Clip")
    clip.op_type, clip.input[:] = "Identity", clip.input[:1]
    assert "QuickGelu" not in optimised_operators(without)


def test_no_clip_stands_where_the_sigmoid_itself_is_int8(build):
    model = named(build(SILU, w1=w(4, 4, 1, 1), w2=w(4, 4, 1, 1)))
    quantized = with_int8(model, [*plans(model, UNSIGNED, results=True), *pass_plans(model)])
    assert "Clip" not in [node.op_type for node in quantized.graph.node]
    assert {"QLinearSigmoid", "QLinearMul"} <= set(optimised_operators(quantized))


RESIDUAL = """g (float[1,4,8,8] x) => (float[1,5] y)
    {a = Conv <pads=[1,1,1,1]> (x, w1) b = Conv <pads=[1,1,1,1]> (a, w2) s = Add(a, b) r = Relu(s)
     g1 = GlobalAveragePool(r) f = Flatten(g1) y = Gemm<transB=1> (f, w3, b3)}"""


def test_residual_sums_pools_and_the_last_product_stay_in_eight_bits_on_the_cpu(build):
    model = named(build(RESIDUAL, w1=w(4, 4, 3, 3), w2=w(4, 4, 3, 3), w3=w(5, 4), b3=w(5)))
    wide = (-64.0, 64.0)
    quantized = with_int8(model, [*plans(model, UNSIGNED, results=True, span=wide), *pass_plans(model, wide)])
    operators = set(optimised_operators(quantized))
    assert {"QLinearConv", "QLinearAdd", "QLinearGlobalAveragePool", "QGemm"} <= operators
    assert not {"Conv", "Add", "Relu", "Gemm"} & operators
    inputs = random_inputs(model, batch=1)
    assert relative_difference(run(model, inputs), run(quantized, inputs)) < 0.2


def test_layers_that_read_one_centred_tensor_share_it_where_they_pad_alike(build):
    model = build(
        """g (float[1,4,6,6] x) => (float[1,4,6,6] y, float[1,4,6,6] z, float[1,4,8,8] o)
        {y = Conv(x, w1) z = Conv(x, w2) o = Conv <pads=[1,1,1,1]> (x, w3)}""",
        w1=np.eye(4, dtype=np.float32).reshape(4, 4, 1, 1),
        w2=np.full((4, 4, 1, 1), 0.3, np.float32),
        w3=np.full((4, 4, 1, 1), 0.7, np.float32),
    )
    for node in model.graph.node:
        node.name = node.output[0]
    centred = with_int8(model, plans(model, centred=True, span=(-0.3, 3.0)))
    assert [node.op_type for node in centred.graph.node].count("Sub") == 2
    read = {node.name: node.input[0] for node in centred.graph.node if node.op_type == "Conv"}
    assert read["y"] == read["z"] != read["o"]
    feeds = {"x": np.random.default_rng(0).uniform(-0.3, 3.0, (1, 4, 6, 6)).astype(np.float32)}
    unsigned = with_int8(model, plans(model, UNSIGNED, span=(-0.3, 3.0)))
    assert relative_difference(run(unsigned, feeds), run(centred, feeds)) < 1e-5
