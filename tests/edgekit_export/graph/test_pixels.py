"""Which tensors are the picture itself, and how: checked against what ONNX Runtime computes."""

import numpy as np
import onnx
import pytest
from edgekit_export.graph import float_graph
from edgekit_export.graph.pixels import pixels_behind
from edgekit_export.graph.running import run
from edgekit_export.graph.view import GraphView
from onnx import TensorProto, helper

from edgekit.bundle.manifest import ArithmeticSpec

IMAGENET = ArithmeticSpec(order="rgb", scale=1 / 255, mean=(0.485, 0.456, 0.406), std=(0.229, 0.224, 0.225))
FOCUS = """
    a = Slice(x, zero, end, two, step) b = Slice(a, zero, end, three, step) c = Slice(a, one, end, three, step)
    d = Slice(x, one, end, two, step) e = Slice(d, zero, end, three, step) f = Slice(d, one, end, three, step)
    last = Concat<axis=1>(b, e, c, f)"""


def model_of(build, body, spec=IMAGENET, **weights):
    numbers = {"zero": 0, "one": 1, "two": 2, "three": 3, "end": 999, "step": 2}
    constants = {name: np.array([value]) for name, value in numbers.items() if name in body}
    text = f"g (float[1,3,8,12] x) => (float[1,k,h,v] y) {{{body} y = Neg(last)}}"
    model = float_graph(build(text, **constants, **weights), spec).model
    return model, GraphView(model.graph)


def computed(model, tensor, image):
    whole = onnx.ModelProto()
    whole.CopyFrom(model)
    del whole.graph.output[:]
    whole.graph.output.append(helper.make_tensor_value_info(tensor, TensorProto.FLOAT, None))
    return run(whole, {model.graph.input[0].name: image[None]})[0][0]


def shown(pixels, image):
    planes = [
        image[row :: pixels.row_step, column :: pixels.column_step, source] * factor + shift
        for row, column, source, factor, shift in zip(
            pixels.rows, pixels.columns, pixels.source, pixels.factor, pixels.shift, strict=True
        )
    ]
    return np.stack(planes)


@pytest.mark.parametrize(
    ("body", "weights", "channels"),
    [
        ("last = Identity(x)", {}, 3),
        (FOCUS, {}, 12),
        ("s = Sub(x, m) d = Div(s, v) last = Add(m, d)", {"m": np.float32(0.5), "v": np.ones((3, 1, 1), "f") * 3}, 3),
        ("last = Gather<axis=1>(x, i)", {"i": np.array([2, 0])}, 2),
    ],
)
def test_what_a_tensor_shows_of_the_picture_is_what_is_computed(build, body, weights, channels):
    model, view = model_of(build, body, **weights)
    image = np.random.default_rng(0).integers(0, 256, (8, 12, 3), np.uint8)
    (maker,) = [node for node in model.graph.node if node.op_type == "Neg"]
    pixels = pixels_behind(maker.input[0], view)
    assert len(pixels.source) == channels
    assert not pixels.channels_last
    np.testing.assert_allclose(shown(pixels, image), computed(model, maker.input[0], image), atol=1e-5)


@pytest.mark.parametrize(
    ("body", "weights"),
    [
        ("last = Relu(x)", {}),
        ("last = Conv(x, k)", {"k": np.ones((3, 3, 1, 1), "f")}),
        ("last = Mul(x, x)", {}),
        ("last = Mul(x, m)", {"m": np.zeros(1, "f")}),
        ("last = Add(x, m)", {"m": np.ones((1, 1, 8, 12), "f")}),
        ("last = Concat<axis=2>(x, x)", {}),
        ("last = Transpose<perm=[0,1,3,2]>(x)", {}),
    ],
)
def test_anything_else_is_no_picture(build, body, weights):
    model, view = model_of(build, body, **weights)
    (maker,) = [node for node in model.graph.node if node.op_type == "Neg"]
    assert pixels_behind(maker.input[0], view) is None
