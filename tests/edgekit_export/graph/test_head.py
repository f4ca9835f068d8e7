import numpy as np
import pytest
from edgekit_export.graph.head import float_preprocessing, prove_head, with_head
from edgekit_export.graph.running import run

from edgekit.bundle.manifest import ArithmeticSpec
from edgekit.errors import ModelError

NCHW = "g (float[1,3,4,6] x) => (float[1,3,4,6] y) {y = Identity(x)}"
NHWC = "g (float[1,4,6,3] x) => (float[1,4,6,3] y) {y = Identity(x)}"
IMAGENET = {"scale": 1 / 255, "mean": (0.485, 0.456, 0.406), "std": (0.229, 0.224, 0.225)}
PIXELS = np.random.default_rng(0).integers(0, 256, (1, 4, 6, 3), dtype=np.uint8)


@pytest.mark.parametrize("layout", ["nchw", "nhwc"])
@pytest.mark.parametrize("order", ["rgb", "bgr"])
@pytest.mark.parametrize("numbers", [{}, IMAGENET, {"mean": (127.0,) * 3, "std": (128.0,) * 3}])
def test_the_head_is_the_float_preprocessing(build, layout, order, numbers):
    arithmetic = ArithmeticSpec(layout=layout, order=order, **numbers)
    model = build(NCHW if layout == "nchw" else NHWC)
    headed = with_head(model, arithmetic)
    (got,) = run(headed, {"images": PIXELS})
    np.testing.assert_allclose(got, float_preprocessing(PIXELS, arithmetic), rtol=1e-5, atol=1e-5)
    assert prove_head(headed, model, arithmetic) < 1e-5


def test_the_expected_values_by_hand():
    arithmetic = ArithmeticSpec(order="rgb", scale=0.5, mean=(1.0, 2.0, 3.0), std=(2.0, 4.0, 5.0))
    pixel = np.array([[[[10, 20, 30]]]], np.uint8)  # blue, green, red
    assert float_preprocessing(pixel, arithmetic).ravel().tolist() == [7.0, 2.0, pytest.approx(0.4)]


def test_cast_comes_first_then_transpose_then_the_channel_order(build):
    headed = with_head(build(NCHW), ArithmeticSpec(order="rgb", **IMAGENET))
    assert [node.op_type for node in headed.graph.node][:5] == ["Cast", "Transpose", "Gather", "Mul", "Add"]


def test_what_changes_nothing_is_not_written(build):
    headed = with_head(build(NCHW), ArithmeticSpec(order="bgr"))
    assert [node.op_type for node in headed.graph.node] == ["Cast", "Transpose", "Identity"]


def test_a_model_whose_input_is_called_images_too_works(build):
    model = build("g (float[1,3,4,6] images) => (float[1,3,4,6] y) {y = Relu(images)}")
    arithmetic = ArithmeticSpec(order="bgr")
    assert prove_head(with_head(model, arithmetic), model, arithmetic) == 0.0


def test_a_model_that_has_the_heads_names_already_works(build):
    text = """g (float[1,3,4,6] x) => (float[1,3,4,6] y)
        {head_0 = Relu(x) head_1 = Mul(head_0, head_factor) y = Add(head_1, head_shift)}"""
    model = build(text, head_factor=np.full(1, 2, np.float32), head_shift=np.full(1, 3, np.float32))
    for node, name in zip(model.graph.node, ("head_cast", "head_mul", "head_add"), strict=True):
        node.name = name
    arithmetic = ArithmeticSpec(order="rgb", **IMAGENET)
    assert prove_head(with_head(model, arithmetic), model, arithmetic) < 1e-5


def test_the_proof_notices_another_arithmetic(build):
    model = build(NCHW)
    with pytest.raises(ModelError, match="differs"):
        prove_head(with_head(model, ArithmeticSpec(order="bgr")), model, ArithmeticSpec(order="rgb"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("g (float[1,1,4,4] x) => (float[1,1,4,4] y) {y = Relu(x)}", "1 channels"),
        ("g (float[1,3,4] x) => (float[1,3,4] y) {y = Relu(x)}", "four axes"),
        ("g (int64[1,3,4,4] x) => (int64[1,3,4,4] y) {y = Neg(x)}", "float32"),
        ("g (float[1,3,h,w] x) => (float[1,3,h,w] y) {y = Relu(x)}", "no fixed size"),
        ("g (float[1,3,4,4] x, float[1,3,4,4] b) => (float[1,3,4,4] y) {y = Add(x, b)}", "2 inputs"),
    ],
)
def test_a_model_that_takes_no_picture_is_refused(build, text, said):
    with pytest.raises(ModelError, match=said):
        with_head(build(text), ArithmeticSpec())
