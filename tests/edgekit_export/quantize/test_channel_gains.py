"""Gains of channels: repeated over the columns of wide maps alone, with the same values, in integers as before."""

from collections import Counter

import numpy as np
import onnx
import pytest
from edgekit_calibration import Range, Scheme, quantizer
from edgekit_export.graph.running import run, session
from edgekit_export.graph.view import GraphView
from edgekit_export.quantize.channel_gains import gains_by_row
from edgekit_export.quantize.insert import with_int8
from edgekit_export.quantize.layers import find_layers
from edgekit_export.quantize.passes import find_passes
from edgekit_export.quantize.plan import LayerPlan, PassPlan
from edgekit_export.quantize.weights import quantize_weight

GATED = """g (float[batch,8,{rows},{columns}] x) => (float[batch,8,{rows},{columns}] y) {{
    a = Conv(x, w) p = GlobalAveragePool(a) q = Conv(p, w) s = Sigmoid(q) m = Mul({factors}) y = Conv(m, w)
}}"""


def int8(build, rows=4, columns=56, factors="s, a"):
    weight = np.random.default_rng(1).normal(0, 0.5, (8, 8, 1, 1)).astype(np.float32)
    model = build(GATED.format(rows=rows, columns=columns, factors=factors), w=weight)
    for node in model.graph.node:
        node.name = node.output[0]
    view, layers = GraphView(model.graph), find_layers(model)
    span = quantizer(Range(-4, 4), Scheme.UNSIGNED_ASYMMETRIC)
    chosen = [
        LayerPlan(layer, quantize_weight(view.constant(layer.weight), 0), span, span if layer.output != "y" else None)
        for layer in layers
    ]
    passes = [PassPlan(one, dict.fromkeys(one.inputs, span), span) for one in find_passes(model, layers)]
    return with_int8(model, [*chosen, *passes])


def operators(model):
    return Counter(node.op_type for node in model.graph.node)


@pytest.mark.parametrize("factors", ["s, a", "a, s"])
def test_gains_of_a_wide_map_are_repeated_once_a_column_and_give_the_same_values(build, factors):
    model = int8(build, factors=factors)
    changed = gains_by_row(model)
    onnx.checker.check_model(changed, full_check=True)
    assert operators(changed) - operators(model) == {"Expand": 1}
    for batch in (1, 3):
        values = np.random.default_rng(batch).uniform(-4, 4, (batch, 8, 4, 56)).astype(np.float32)
        (before,), (after,) = run(model, {"x": values}), run(changed, {"x": values})
        assert np.ptp(before) > 1
        np.testing.assert_array_equal(before, after)


def test_the_product_is_still_an_integer_one_and_reads_rows(build, tmp_path):
    session(gains_by_row(int8(build)), optimised_to=tmp_path / "optimised.onnx")
    optimised = onnx.load(str(tmp_path / "optimised.onnx"))
    assert operators(optimised)["QLinearMul"] == 1
    assert "Mul" not in operators(optimised)
    view = GraphView(optimised.graph)
    (product,) = (node for node in optimised.graph.node if node.op_type == "QLinearMul")
    read = [view.producers[name] for name in product.input if name in view.producers]
    read += [view.producers[node.input[0]] for node in read if node.op_type == "Transpose"]
    assert "Expand" in {node.op_type for node in read}


@pytest.mark.parametrize(
    ("columns", "factors"),
    [(28, "s, a"), (56, "a, a"), (56, "x, a")],
    ids=["narrow", "a map with itself", "two maps"],
)
def test_other_products_stay_as_they_are(build, columns, factors):
    model = int8(build, columns=columns, factors=factors)
    assert gains_by_row(model) == model


def test_gains_that_others_read_too_stay_as_they_are(build):
    model = int8(build)
    gains = next(node for node in model.graph.node if node.op_type == "Mul").input[0]
    model.graph.output.append(onnx.helper.make_tensor_value_info(gains, onnx.TensorProto.FLOAT, None))
    assert operators(gains_by_row(model)) == operators(model)
