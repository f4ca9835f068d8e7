"""Scales are FP16 numbers from the start, so that nothing is left to round when a graph's float parts become FP16."""

import numpy as np
import pytest
from edgekit_calibration import Quantizer
from edgekit_export.graph.half import to_half
from edgekit_export.graph.view import GraphView
from edgekit_export.quantize.insert import with_int8
from edgekit_export.quantize.layers import find_layers
from edgekit_export.quantize.plan import LayerPlan
from edgekit_export.quantize.scales import SMALLEST_SCALE, half_exact
from edgekit_export.quantize.weights import quantize_weight


def test_the_nearest_number_that_fp16_holds_with_all_its_digits():
    scales = np.array([1e-9, 2.0**-14, 0.1, 1.0, 65504.0, 1e6])
    exact = half_exact(scales)
    np.testing.assert_array_equal(exact[:2], SMALLEST_SCALE)
    np.testing.assert_array_equal(exact[2:5], scales[2:5].astype(np.float16))
    assert exact[5] == 1e6
    rng = np.random.default_rng(0)
    many = np.exp(rng.uniform(-9, 9, 1000))
    assert (np.abs(half_exact(many) / many - 1)).max() <= 2.0**-11


@pytest.fixture(scope="module")
def net(build):
    rng = np.random.default_rng(1)
    model = build(
        """g (float[1,3,8,8] x) => (float[1,5,1,1] z)
            {a = Conv(x, w1) r = Relu(a) p = GlobalAveragePool(r) z = Conv(p, w2)}""",
        w1=rng.standard_normal((8, 3, 3, 3)).astype(np.float32),
        w2=rng.standard_normal((5, 8, 1, 1)).astype(np.float32),
    )
    for index, node in enumerate(model.graph.node):
        node.name = f"{node.op_type}_{index}"
    return model


@pytest.fixture(scope="module")
def plans(net):
    view = GraphView(net.graph)
    return [
        LayerPlan(
            layer, quantize_weight(view.constant(layer.weight), layer.channel_axis), Quantizer(0.03, 0, -128, 127)
        )
        for layer in find_layers(net)
    ]


def test_a_weights_scales_are_fp16_numbers_and_as_good_as_any(net, plans):
    for plan in plans:
        weight = GraphView(net.graph).constant(plan.layer.weight)
        np.testing.assert_array_equal(plan.weight.scales, plan.weight.scales.astype(np.float16))
        assert np.square(plan.weight.dequantized() - weight).mean() < (np.abs(weight).max() / 127) ** 2 / 12


def test_a_range_that_does_not_reach_the_largest_weight_has_an_fp16_scale_too():
    weight = np.random.default_rng(2).laplace(size=(8, 64, 5, 5)).astype(np.float32)
    scales = quantize_weight(weight, 0).scales
    assert np.any(scales < 0.99 * np.abs(weight).max(axis=(1, 2, 3)) / 127)
    np.testing.assert_array_equal(scales, scales.astype(np.float16))


def test_a_graph_in_fp16_multiplies_with_the_very_weights_that_were_chosen(net, plans):
    half = GraphView(to_half(with_int8(net, plans)).graph)
    read = [
        (half.constant(node.input[0]), half.constant(node.input[1]))
        for node in half.graph.node
        if node.op_type == "DequantizeLinear" and half.constant(node.input[0]) is not None
    ]
    assert len(read) == len(plans)
    for plan, (values, scales) in zip(plans, read, strict=True):
        assert scales.dtype == np.float16
        np.testing.assert_array_equal(values, plan.weight.values)
        np.testing.assert_array_equal(scales.astype(np.float32), plan.weight.scales)
