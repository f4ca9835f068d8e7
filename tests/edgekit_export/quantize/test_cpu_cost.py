"""The cost model prefers what profiles of ONNX Runtime showed to be faster."""

import math

import numpy as np
import pytest
from edgekit_calibration import Range, Scheme, quantizer
from edgekit_export.graph.batch import shapes_at_batch_one
from edgekit_export.graph.view import GraphView
from edgekit_export.quantize.cpu_cost import CpuCost, cheapest
from edgekit_export.quantize.cpu_nodes import node_costs
from edgekit_export.quantize.layers import find_layers
from edgekit_export.quantize.passes import Pass, find_passes
from edgekit_export.quantize.plan import LayerPlan, PassPlan
from edgekit_export.quantize.weights import quantize_weight


def w(*shape):
    return np.random.default_rng(0).standard_normal(shape).astype(np.float32)


def costs(build, text, **weights):
    model = build(text, **weights)
    for node in model.graph.node:
        node.name = node.output[0]
    view, chosen = GraphView(model.graph), quantizer(Range(-1.0, 1.0), Scheme.UNSIGNED_ASYMMETRIC)
    layers = find_layers(model)
    plans = [
        LayerPlan(layer, quantize_weight(view.constant(layer.weight), layer.channel_axis), chosen, chosen)
        for layer in layers
    ]
    passes = [PassPlan(one, dict.fromkeys(one.inputs, chosen), chosen) for one in find_passes(model, layers)]
    return CpuCost(model, [*plans, *passes])


def product_costs(build, partner):
    """Nanoseconds, in float and in INT8, of a product of 96 x 28 x 28 values with what `partner` makes of them."""
    text = f"g (float[1,96,28,28] a) => (float[1,96,28,28] s) {{p = {partner}(a) s = Mul(a, p)}}"
    model = build(text)
    one = Pass(name="s", op_type="Mul", inputs=("a", "p"), output="s", activation=None, result="s")
    chosen = quantizer(Range(-1.0, 1.0), Scheme.UNSIGNED_ASYMMETRIC)
    sizes = {name: math.prod(shape) for name, shape in shapes_at_batch_one(model).items()}
    return node_costs(PassPlan(one, dict.fromkeys(one.inputs, chosen), chosen), GraphView(model.graph), sizes)


def chosen(cost):
    starts = (cost.names, ())
    return min((cheapest(cost, cost.names, start) for start in starts), key=cost.nanoseconds)


def test_a_chain_of_pointwise_convolutions_is_int8(build):
    text = "g (float[1,96,52,52] x) => (float[1,96,52,52] c) {a = Conv(x, w1) b = Conv(a, w1) c = Conv(b, w1)}"
    cost = costs(build, text, w1=w(96, 96, 1, 1))
    assert chosen(cost) == {"a", "b", "c"}
    assert cost.nanoseconds({"a", "b", "c"}) < 0.7 * cost.nanoseconds(())


def test_a_lone_depthwise_convolution_stays_float(build):
    text = "g (float[1,64,26,26] x) => (float[1,64,24,24] s) {a = Conv<group=64>(x, w1) s = Softplus(a)}"
    assert chosen(costs(build, text, w1=w(64, 1, 3, 3))) == frozenset()


@pytest.mark.parametrize(("channels", "int8"), [(3, False), (64, True)])
def test_a_convolution_of_pixels_stays_float(build, channels, int8):
    text = f"g (float[1,{channels},64,64] x) => (float[1,32,62,62] s) {{a = Conv(x, w1) s = Softplus(a)}}"
    assert ("a" in chosen(costs(build, text, w1=w(32, channels, 3, 3)))) == int8


def test_a_sum_between_int8_convolutions_goes_with_them(build):
    text = """g (float[1,64,26,26] x) => (float[1,64,26,26] d)
        {a = Conv(x, w1) b = Conv(a, w1) c = Add(a, b) d = Conv(c, w1)}"""
    assert chosen(costs(build, text, w1=w(64, 64, 1, 1))) == {"a", "b", "c", "d"}


def test_a_float_product_with_one_value_a_channel_costs_two_reorders_and_an_int8_one_none(build):
    whole, gated = product_costs(build, "Sigmoid"), product_costs(build, "GlobalAveragePool")
    assert gated[0] > 2 * whole[0]
    assert gated[1] == whole[1]


def test_a_chain_with_gates_on_small_pictures_is_int8_as_well(build):
    text = """g (float[1,96,12,12] x) => (float[1,96,12,12] z)
        {a = Conv(x, w1) s = Sigmoid(a) b = Mul(a, s) c = Conv(b, w1) t = Sigmoid(c) d = Mul(c, t) z = Conv(d, w1)}"""
    cost = costs(build, text, w1=w(96, 96, 1, 1))
    assert chosen(cost) == {"a", "s", "b", "c", "t", "d", "z"}
