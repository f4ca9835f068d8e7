"""HardSigmoid and HardSwish on bytes: the right values, and integer operators in ONNX Runtime."""

import numpy as np
import onnx
import pytest
from edgekit_calibration import Range, Scheme, quantizer
from edgekit_export.graph.running import run, session
from edgekit_export.graph.view import GraphView
from edgekit_export.quantize.gates import OPENNESS, gate_of
from edgekit_export.quantize.insert import with_int8
from edgekit_export.quantize.layers import find_layers
from edgekit_export.quantize.passes import find_passes
from edgekit_export.quantize.plan import LayerPlan, PassPlan
from edgekit_export.quantize.switchboard import Switchboard
from edgekit_export.quantize.weights import quantize_weight

UNSIGNED = Scheme.UNSIGNED_ASYMMETRIC
GATED = {
    "HardSwish": "h = HardSwish(a)",
    "HardSigmoid": "h = HardSigmoid<alpha=0.1666667, beta=0.5>(a)",
    "default slope": "h = HardSigmoid(a)",
}


def net(build, gate):
    weight = np.eye(8, dtype=np.float32)[:, :, None, None]
    text = f"g (float[1,8,6,6] x) => (float[1,8,6,6] y) {{a = Conv(x, w1) {gate} y = Conv(h, w1)}}"
    model = build(text, w1=weight)
    for node in model.graph.node:
        node.name = node.output[0]
    return model


def plans(model):
    view, layers = GraphView(model.graph), find_layers(model)
    wide, narrow = quantizer(Range(-8, 8), UNSIGNED), quantizer(Range(-0.4, 8), UNSIGNED)
    spans = {"x": wide, "a": wide, "h": narrow, "y": wide}
    (one,) = find_passes(model, layers)
    if one.op_type == "HardSigmoid":
        spans["h"] = OPENNESS
    return [
        *(
            LayerPlan(layer, quantize_weight(view.constant(layer.weight), 0), spans[layer.data], spans[layer.result])
            for layer in layers
        ),
        PassPlan(one, {"a": spans["a"]}, spans["h"]),
    ]


@pytest.fixture
def values():
    return np.random.default_rng(0).uniform(-8, 8, (1, 8, 6, 6)).astype(np.float32)


@pytest.mark.parametrize("gate", GATED.values(), ids=GATED)
def test_the_int8_graph_gives_the_values_of_the_float_one(build, gate, values):
    model = net(build, gate)
    (expected,), (got,) = run(model, {"x": values}), run(with_int8(model, plans(model)), {"x": values})
    # A step of what is read, times the steepest slope, and half a step of what is written.
    np.testing.assert_allclose(got, expected, atol=0.13)
    assert np.abs(got - expected).mean() < 0.035


@pytest.mark.parametrize("gate", GATED.values(), ids=GATED)
def test_onnx_runtime_computes_it_in_integers(build, gate, tmp_path):
    model = net(build, gate)
    session(with_int8(model, plans(model)), optimised_to=tmp_path / "optimised.onnx")
    operators = {node.op_type for node in onnx.load(str(tmp_path / "optimised.onnx")).graph.node}
    assert operators <= {"QuantizeLinear", "QLinearConv", "QLinearAdd", "QLinearMul", "DequantizeLinear", "Transpose"}
    assert "QLinearAdd" in operators


@pytest.mark.parametrize("gate", GATED.values(), ids=GATED)
def test_the_switchboard_computes_what_the_graph_does(build, gate, values):
    model, chosen = net(build, gate), plans(net(build, gate))
    names = [plan.node.name for plan in chosen]
    (switched,) = run(with_int8(model, chosen), {"x": values})
    session_input = onnx.ModelProto()
    session_input.CopyFrom(model)
    (boarded,) = Switchboard(session_input, chosen, threads=1).run([values[0]], names)
    np.testing.assert_allclose(boarded[0], switched, atol=0.07)
    assert np.abs(boarded[0] - switched).mean() < 0.01


def test_a_gate_that_falls_or_opens_nowhere_is_none(build):
    for attributes in ("alpha=-0.2, beta=0.5", "alpha=0.2, beta=0.0"):
        model = net(build, f"h = HardSigmoid<{attributes}>(a)")
        assert gate_of(model.graph.node[1]) is None
        assert find_passes(model, find_layers(model)) == ()
