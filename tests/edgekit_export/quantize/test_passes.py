"""Which nodes without weights may be INT8: those between two layers, on values of the net."""

import numpy as np
from edgekit_export.quantize.layers import find_layers
from edgekit_export.quantize.passes import find_passes


def w(*shape):
    return np.random.default_rng(0).standard_normal(shape).astype(np.float32)


NET = """g (uint8[1,8,8,4] p) => (float[1,4,8,8] z)
    {f = Cast<to=1>(p) x0 = Transpose<perm=[0,3,1,2]>(f) x = Mul(x0, x0)
     a = Conv <pads=[1,1,1,1]> (x, w1) b = Conv <pads=[1,1,1,1]> (a, w1) s = Add(a, b) r = Relu(s)
     k = Mul(r, two) c = Conv <pads=[1,1,1,1]> (k, w1) box = Mul(c, c) z = Add(box, c)}"""


def test_sums_between_layers_are_passes_and_pixels_boxes_and_constants_are_not(build):
    model = build(NET, w1=w(4, 4, 3, 3), two=np.array(2.0, np.float32))
    for index, node in enumerate(model.graph.node):
        node.name = f"{node.op_type}_{index}"
    (one,) = find_passes(model, find_layers(model))
    assert (one.op_type, one.inputs, one.output, one.result) == ("Add", ("a", "b"), "s", "r")


def test_arithmetic_with_shapes_is_no_pass(build):
    text = """g (float[1,4,8,8] x) => (float[1,4,8,8] y)
        {a = Conv (x, w1) n = Shape(a) m = Mul(n, n) d = Div(m, n) b = Reshape(a, d) y = Conv (b, w1)}"""
    model = build(text, w1=w(4, 4, 1, 1))
    assert find_passes(model, find_layers(model)) == ()
