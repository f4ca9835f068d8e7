"""Quantizers as TensorRT wants them: what is read from a quantizer, and what must not be."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
from edgekit_export.graph.half import to_half
from edgekit_export.graph.macs import planned_int8_macs
from edgekit_export.quantize.rules_tensorrt import residual_skips

S, Z = np.float32(0.05), np.int8(0)
CONSTANTS = {
    "s": S,
    "z": Z,
    "w": np.random.default_rng(0).integers(-127, 128, (4, 4, 1, 1), dtype=np.int8),
    "ws": np.full(4, 0.01, np.float32),
    "wz": np.zeros(4, np.int8),
    "f": np.ones((4, 4, 1, 1), np.float32),
}
HEAD = """g (float[batch,4,8,8] x) => (float[batch,4,8,8] y)
    {v = DequantizeLinear <axis=0> (w, ws, wz) a = Relu(x) q = QuantizeLinear(a, s, z) d = DequantizeLinear(q, s, z)"""


def sum_of(build, rest) -> tuple[onnx.ModelProto, list[str]]:
    changed = residual_skips(build(HEAD + rest, **CONSTANTS))
    onnx.checker.check_model(changed, full_check=True)
    return changed, list(next(node for node in changed.graph.node if node.op_type == "Add").input)


@pytest.mark.parametrize("order", ["b, a", "a, b"])
def test_the_skip_is_read_from_its_quantizer_and_the_convolution_is_not(build, order):
    _, inputs = sum_of(build, f" b = Conv(d, v) y = Add({order})}}")
    assert sorted(inputs) == ["b", "d"]


def test_an_activation_may_lie_between(build):
    _, inputs = sum_of(build, " b = Conv(d, v) c = Relu(b) y = Add(c, a)}")
    assert inputs == ["c", "d"]


def test_no_quantizer_is_added_and_every_planned_mac_stays(build):
    rest = " b = Conv(d, v) y = Add(b, a)}"
    before = build(HEAD + rest, **CONSTANTS)
    changed, _ = sum_of(build, rest)
    assert [node.op_type for node in changed.graph.node] == [node.op_type for node in before.graph.node]
    assert planned_int8_macs(changed) == planned_int8_macs(before) > 0


@pytest.mark.parametrize(
    ("rest", "inputs"),
    [
        # Nothing reads the skip as INT8.
        (" b = Conv(d, v) c = Sigmoid(x) y = Add(b, c)}", ["b", "c"]),
        # The convolution is float: nothing fuses in INT8.
        (" b = Conv(a, f) y = Add(b, a)}", ["b", "a"]),
        # Another node reads the convolution's result: it has to be written as float anyway.
        (" b = Conv(d, v) e = Sigmoid(b) c = Add(b, a) y = Mul(c, e)}", ["b", "a"]),
        # A SiLU between: its product is not fused with the sum.
        (" b = Conv(d, v) e = Sigmoid(b) c = Mul(b, e) y = Add(c, a)}", ["c", "a"]),
        # No convolution before it.
        (" b = Sigmoid(d) y = Add(b, a)}", ["b", "a"]),
        # Not a residual.
        (" b = Conv(d, v) y = Add(b, b)}", ["b", "b"]),
        (" b = Conv(d, v) y = Add(b, s)}", ["b", "s"]),
    ],
)
def test_what_is_no_residual_block_in_int8_stays_as_it_is(build, rest, inputs):
    assert sum_of(build, rest)[1] == inputs


def test_a_skip_that_is_quantized_only_behind_the_sum_stays_float(build):
    rest = """ e = Sigmoid(x) b = Conv(d, v) c = Add(b, e)
        q2 = QuantizeLinear(e, s, z) d2 = DequantizeLinear(q2, s, z) h = Conv(d2, v) y = Mul(c, h)}"""
    assert sum_of(build, rest)[1] == ["b", "e"]


@pytest.mark.rtx
def test_tensorrt_rtx_builds_it_in_fp16(build, rtx):
    text = HEAD + " b = Conv(d, v) y = Add(b, a)}"
    changed = residual_skips(build(text.replace("float[batch,4,8,8] x", "float[1,4,8,8] x"), **CONSTANTS))
    (found,) = rtx(to_half(changed))
    assert found["errors"] == []
    assert found["plan"] > 0
    assert [product["int8"] for product in found["products"]] == [[True, True]]
