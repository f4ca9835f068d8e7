"""Repairs on demand: measured, kept only where the noise falls, and reported either way."""

import numpy as np
import pytest
from edgekit_export.graph import float_graph
from edgekit_export.graph.running import relative_difference, run
from edgekit_export.quantize import QuantizeOptions, quantize
from edgekit_export.quantize.repairing import _some

from edgekit.bundle.manifest import ArithmeticSpec, Encoding


@pytest.fixture(scope="module")
def images():
    rng = np.random.default_rng(3)
    planes = rng.random((10, 1, 1, 3)) * 200 + rng.random((10, 24, 24, 3)) * 55
    return [plane.astype(np.uint8) for plane in planes]


def uneven_net(build, activation):
    """The first layer's channels reach very different heights, so that one range serves the small ones badly."""
    rng = np.random.default_rng(0)
    first = rng.standard_normal((16, 3, 3, 3)) / 5
    first[:4] *= 60
    second = rng.standard_normal((8, 16, 1, 1)) / 4
    second[:, :4] /= 60
    text = """g (float[1,3,24,24] x) => (float[1,8,12,12] z)
        {a = Conv <pads=[1,1,1,1], strides=[2,2]> (x, w1) ACTIVATION z = Conv (r, w2)}"""
    weights = {"w1": first.astype(np.float32), "w2": second.astype(np.float32)}
    return float_graph(
        build(text.replace("ACTIVATION", activation), opset=13, **weights), ArithmeticSpec(scale=1 / 255)
    ).model


@pytest.fixture(scope="module")
def uneven(build):
    return uneven_net(build, "r = Relu(a)")


def test_equalization_lowers_the_noise_and_leaves_a_graph_that_computes_the_same(uneven, images):
    plain = quantize(uneven, images)
    result = quantize(uneven, images, options=QuantizeOptions(equalize=True))
    (gain,) = result.repairs[Encoding.INT8_TENSORRT]
    assert (gain.name, gain.applied) == ("equalization", True)
    assert gain.noise_after < 0.5 * gain.noise_before
    assert max(result.noise[Encoding.INT8_TENSORRT]) < max(plain.noise[Encoding.INT8_TENSORRT])
    feeds = {"images": images[0][None]}
    assert relative_difference(run(uneven, feeds), run(result.graphs[Encoding.INT8_TENSORRT], feeds)) < 0.1


def test_equalization_serves_the_cpu_too_without_a_multiplication(uneven, images):
    result = quantize(uneven, images, options=QuantizeOptions(equalize=True))
    (gain,) = result.repairs[Encoding.INT8_CPU]
    assert (gain.name, gain.applied) == ("equalization", True)
    assert gain.noise_after < 0.5 * gain.noise_before
    operators = [[node.op_type for node in graph.graph.node] for graph in (uneven, result.graphs[Encoding.INT8_CPU])]
    assert operators[1].count("Mul") == operators[0].count("Mul")


def test_where_only_a_multiplication_could_divide_the_cpu_gets_other_ranges_alone(build, images):
    model = uneven_net(build, "s = Sigmoid(a) r = Mul(a, s)")
    result = quantize(model, images, options=QuantizeOptions(equalize=True))
    signed, unsigned = (result.repairs[encoding][0] for encoding in (Encoding.INT8_TENSORRT, Encoding.INT8_CPU))
    assert "by a Mul" in signed.detail
    assert "found by asking the outputs" in unsigned.detail
    assert "divided" not in unsigned.detail


def test_what_was_searched_once_is_not_searched_again(uneven, images, tmp_path):
    stages = []

    def progress(stage, done, total):
        stages.append(stage)

    options = QuantizeOptions(equalize=True, cache=tmp_path)
    first = quantize(uneven, images, options=options, progress=progress)
    assert "equalizing channels" in stages
    stages.clear()
    again = quantize(uneven, images, options=options, progress=progress)
    assert not {"equalizing channels", "observing equalized channels"} & set(stages)
    for encoding, graph in first.graphs.items():
        assert again.graphs[encoding].SerializeToString(deterministic=True) == graph.SerializeToString(
            deterministic=True
        )


def test_a_repair_of_the_rounding_is_kept_only_where_it_helps(uneven, images):
    result = quantize(uneven, images, options=QuantizeOptions(correct_bias=True, adaround=True))
    gains = result.repairs[Encoding.INT8_TENSORRT]
    assert [gain.name for gain in gains] == ["bias correction", "adaptive rounding"]
    for gain in gains:
        assert gain.applied == (gain.noise_after < gain.noise_before)


def test_a_repair_says_what_it_worked_on_and_changed(uneven, images):
    result = quantize(uneven, images, options=QuantizeOptions(correct_bias=True, adaround=True))
    biases, weights = result.repairs[Encoding.INT8_TENSORRT]
    # A quarter of the ten is held back.
    assert biases.detail == "on 8 images; changed biases: 1, weights: 0"
    assert weights.detail.startswith("on 8 images; changed biases: ")


def test_what_was_repaired_once_is_not_repaired_again(uneven, images, tmp_path):
    stages = []

    def progress(stage, done, total):
        stages.append(stage)

    options = QuantizeOptions(correct_bias=True, adaround=True, cache=tmp_path)
    first = quantize(uneven, images, options=options, progress=progress)
    assert {"bias correction", "adaptive rounding"} <= set(stages)
    stages.clear()
    again = quantize(uneven, images, options=options, progress=progress)
    assert not {"bias correction", "adaptive rounding"} & set(stages)
    assert again.repairs == first.repairs
    one, other = (made.graphs[Encoding.INT8_TENSORRT] for made in (first, again))
    assert one.SerializeToString(deterministic=True) == other.SerializeToString(deterministic=True)


def test_large_images_are_taken_fewer_of():
    def some(height_width):
        return len(_some([np.broadcast_to(np.uint8(0), (*height_width, 3))] * 500))

    assert [some(size) for size in ((96, 96), (224, 224), (416, 416), (2000, 2000))] == [128, 48, 16, 16]
    assert len(_some([np.zeros((8, 8, 3), np.uint8)] * 5)) == 5


def test_what_is_switched_off_is_not_repaired(uneven, images):
    options = QuantizeOptions(correct_bias=False, adaround=False)
    assert set(quantize(uneven, images, options=options).repairs.values()) == {()}
