"""What reads a tensor next, as a function: the same as ONNX Runtime computes."""

import numpy as np
import pytest
from edgekit_calibration import Method, Scheme, choose_range, quantizer
from edgekit_calibration.tensors import TensorObserver
from edgekit_export.graph.running import run
from edgekit_export.graph.view import GraphView
from edgekit_export.quantize.activations import activation_behind

SILU = "g (float[1,64] x) => (float[1,64] z) {a = Neg(x) s = Sigmoid(a) z = Mul(s, a)}"
HARD = "g (float[1,64] x) => (float[1,64] z) {a = Neg(x) z = HardSwish(a)}"


@pytest.mark.parametrize("text", [SILU, HARD], ids=["SiLU", "HardSwish"])
def test_the_function_is_what_the_graph_computes(build, text):
    model = build(text)
    values = np.linspace(-9, 9, 64, dtype=np.float32)[None]
    (expected,) = run(model, {"x": -values})
    function = activation_behind("a", GraphView(model.graph))
    assert np.allclose(function(values.astype(np.float64)), expected, atol=1e-6)


@pytest.mark.parametrize(
    "text",
    [
        SILU.replace("=> (float[1,64] z)", "=> (float[1,64] z, float[1,64] a)"),
        SILU.replace("z = Mul(s, a)}", "z = Add(s, a)}"),
        HARD.replace("z = HardSwish(a)}", "b = HardSwish(a) z = Add(a, b)}"),
    ],
    ids=["an output too", "no product", "somebody else reads it"],
)
def test_there_is_none_where_something_else_reads_the_tensor(build, text):
    assert activation_behind("a", GraphView(build(text).graph)) is None


def test_seen_through_silu_the_range_leaves_out_what_silu_makes_nothing_of(build):
    values = np.random.default_rng(0).normal(0, 25, 4096).astype(np.float32)
    function = activation_behind("a", GraphView(build(SILU).graph))
    tensor = TensorObserver("a")
    for fold, half in enumerate(np.split(values, 2)):
        tensor.update(half, fold)
    errors = {}
    for through in (None, function):
        chosen = choose_range(tensor, Scheme.UNSIGNED_ASYMMETRIC, Method.MSE, through=through)
        rounded = quantizer(chosen.span, Scheme.UNSIGNED_ASYMMETRIC).apply(values.astype(np.float64))
        errors[through] = np.square(function(rounded) - function(values.astype(np.float64))).sum()
        if through is function:
            assert chosen.span.low > -15 > values.min()
    assert errors[function] < 0.5 * errors[None]
