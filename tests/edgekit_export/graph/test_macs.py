import numpy as np
from edgekit_export.graph.macs import executed_int8_macs, macs_of_nodes, planned_int8_macs, total_macs

QDQ = """g (float[n,3,8,8] x) => (float[n,4,6,6] z)
    {q = QuantizeLinear(x, s, zu) d = DequantizeLinear(q, s, zu) w = DequantizeLinear <axis=0> (wq, ws, wz)
     y = Conv(d, w) r = QuantizeLinear(y, s, zu) z = DequantizeLinear(r, s, zu)}"""


def qdq_weights(zero):
    return {
        "s": np.float32(0.1),
        "zu": np.array(0, zero),
        "wq": np.ones((4, 3, 3, 3), np.int8),
        "ws": np.full(4, 0.1, np.float32),
        "wz": np.zeros(4, np.int8),
    }


def f(*shape):
    return np.ones(shape, np.float32)


def test_macs_by_hand(build):
    text = """g (float[n,4,8,8] x) => (float[n,5] z)
        {a = Conv <group=2, pads=[1,1,1,1], strides=[2,2]> (x, w1) b = ConvTranspose <strides=[2,2]> (a, w2)
         c = GlobalAveragePool(b) d = Flatten(c) e = Gemm <transB=1> (d, w3) z = MatMul(e, w4)}"""
    model = build(text, w1=f(6, 2, 3, 3), w2=f(6, 7, 2, 2), w3=f(9, 7), w4=f(9, 5))
    assert macs_of_nodes(model) == {"a": 4 * 4 * 6 * 18, "b": 16 * 6 * 7 * 4, "e": 63, "z": 45}
    assert total_macs(model) == sum((4 * 4 * 6 * 18, 16 * 6 * 7 * 4, 63, 45))


def test_planned_wants_both_data_and_weight_dequantized(build):
    assert planned_int8_macs(build(QDQ, **qdq_weights(np.uint8))) == 36 * 4 * 27
    weight_only = QDQ.replace("Conv(d, w)", "Conv(x, w)")
    data_only = QDQ.replace("Conv(d, w)", "Conv(d, wf)")
    assert planned_int8_macs(build(weight_only, **qdq_weights(np.uint8))) == 0
    assert planned_int8_macs(build(data_only, wf=f(4, 3, 3, 3), **qdq_weights(np.uint8))) == 0


def test_executed_counts_what_the_runtime_really_merged(build):
    assert executed_int8_macs(build(QDQ, **qdq_weights(np.uint8))) == 36 * 4 * 27


def test_executed_is_zero_where_the_result_stays_float(build):
    text = QDQ.replace("y = Conv(d, w) r = QuantizeLinear(y, s, zu) z = DequantizeLinear(r, s, zu)", "z = Conv(d, w)")
    model = build(text, **qdq_weights(np.uint8))
    assert planned_int8_macs(model) > 0
    assert executed_int8_macs(model) == 0
    assert executed_int8_macs(build("g (float[1,4] x) => (float[1,4] y) {y = Relu(x)}")) == 0
