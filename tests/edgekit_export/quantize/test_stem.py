"""The first convolution on blocks of pixels gives what it gives on its own input."""

import numpy as np
import onnx
import pytest
from edgekit_calibration import Range, Scheme, quantizer
from edgekit_export.graph import float_graph
from edgekit_export.graph.macs import executed_int8_macs, planned_int8_macs, total_macs
from edgekit_export.graph.running import run, session
from edgekit_export.graph.view import GraphView
from edgekit_export.quantize.insert import with_int8
from edgekit_export.quantize.judge import Judge, Panel
from edgekit_export.quantize.layers import find_layers
from edgekit_export.quantize.plan import LayerPlan, StemPlan
from edgekit_export.quantize.stem import stem_of
from edgekit_export.quantize.stem_plan import of_pixels
from edgekit_export.quantize.switchboard import Switchboard
from edgekit_export.quantize.weights import quantize_weight

from edgekit.bundle.manifest import ArithmeticSpec

RAW = ArithmeticSpec(order="bgr")
HALVES = ArithmeticSpec(order="rgb", mean=(127, 127, 127), std=(128, 128, 128))
IMAGENET = ArithmeticSpec(order="rgb", scale=1 / 255, mean=(0.485, 0.456, 0.406), std=(0.229, 0.224, 0.225))
FOCUS = """
    top = Slice(x, zero, end, two, step) bottom = Slice(x, one, end, two, step)
    tl = Slice(top, zero, end, three, step) tr = Slice(top, one, end, three, step)
    bl = Slice(bottom, zero, end, three, step) br = Slice(bottom, one, end, three, step)
    p = Concat<axis=1>(tl, bl, tr, br)"""
NUMBERS = {"zero": 0, "one": 1, "two": 2, "three": 3, "end": 999, "step": 2}


def net(build, convolution, weight, *, spec=RAW, side=24, before="p = Identity(x)", behind="y = Relu(s)", width=None):
    constants = {name: np.array([value]) for name, value in NUMBERS.items() if name in before}
    text = f"g (float[1,3,{side},{width or side}] x) => (float[1,k,h,v] y) {{{before} s = {convolution} {behind}}}"
    bias = np.linspace(-3, 3, len(weight), dtype=np.float32)
    return float_graph(build(text, k=weight, b=bias, **constants), spec).model


def kernel(*shape):
    return np.random.default_rng(0).standard_normal(shape).astype(np.float32)


def images(count, side=24):
    rng = np.random.default_rng(1)
    ramps = np.linspace(0, 200, side)
    return [
        np.clip(ramps[:, None, None] + ramps[None, :, None] * rng.uniform(0, 0.3, 3) + rng.normal(0, 9, 3), 0, 255)
        .round()
        .astype(np.uint8)
        for _ in range(count)
    ]


def planned(model, span=(-4000.0, 4000.0), most_noise=1.0):
    """The first layer's plan, its result in steps so fine that only the weight is rounded."""
    view, (layer, *_) = GraphView(model.graph), find_layers(model)
    weight = quantize_weight(view.constant(layer.weight), 0)
    unsigned = Scheme.UNSIGNED_ASYMMETRIC
    plan = LayerPlan(layer, weight, quantizer(Range(0, 255), unsigned), quantizer(Range(*span), unsigned))
    panel = Panel(model, images(2), rank_images=1, threads=1)
    return of_pixels(plan, panel, view, images(4), most_noise), panel


def error(model, plan):
    """Relative error of the INT8 graph's outputs, over the whole picture and away from its edges."""
    image = images(3)[-1][None]
    (expected,), (got,) = run(model, {"images": image}), run(with_int8(model, [plan]), {"images": image})
    inner = (slice(None), slice(None), slice(2, -2), slice(2, -2))
    return tuple(
        float(np.sqrt(np.square(got[at] - expected[at]).mean() / np.square(expected[at]).mean()))
        for at in (slice(None), inner)
    )


@pytest.mark.parametrize(
    ("convolution", "shape", "before"),
    [
        ("Conv<strides=[2,2], pads=[1,1,1,1]>(p, k, b)", (8, 3, 3, 3), "p = Identity(x)"),
        ("Conv<strides=[2,2], pads=[0,0,1,1]>(p, k, b)", (8, 3, 3, 3), "p = Identity(x)"),
        ("Conv<strides=[2,2], pads=[3,3,3,3]>(p, k, b)", (8, 3, 7, 7), "p = Identity(x)"),
        ("Conv<strides=[4,4]>(p, k, b)", (8, 3, 4, 4), "p = Identity(x)"),
        ("Conv<pads=[1,1,1,1]>(p, k, b)", (8, 3, 3, 3), "p = Identity(x)"),
        ("Conv<pads=[1,1,1,1]>(p, k, b)", (8, 12, 3, 3), FOCUS),
    ],
)
@pytest.mark.parametrize("spec", [RAW, HALVES], ids=["raw", "halves"])
def test_blocks_give_the_convolution_of_the_picture_to_its_edges(build, convolution, shape, before, spec):
    model = net(
        build, convolution, kernel(*shape) * np.float32(5 / np.sqrt(np.prod(shape[1:]))), before=before, spec=spec
    )
    plan, _ = planned(model, span=(-4000.0, 4000.0) if spec is RAW else (-12.0, 12.0))
    assert isinstance(plan, StemPlan)
    whole, _ = error(model, plan)
    assert whole < 0.03


def test_where_the_colours_have_other_means_only_the_edges_differ_a_little(build):
    model = net(build, "Conv<strides=[2,2], pads=[1,1,1,1]>(p, k, b)", 100 * kernel(8, 3, 3, 3), spec=IMAGENET)
    plan, _ = planned(model)
    assert plan.stem.zero in (114, 115)
    whole, inner = error(model, plan)
    assert inner < 0.03
    assert inner < whole < 0.2


def test_a_wide_padding_of_colours_with_other_means_is_no_stem(build):
    convolution = "Conv<strides=[2,2], pads=[3,3,3,3]>(p, k, b)"
    for spec, fits in ((IMAGENET, False), (HALVES, True)):
        model = net(build, convolution, kernel(8, 3, 7, 7), spec=spec)
        (layer,) = find_layers(model)
        assert (stem_of(layer, GraphView(model.graph)) is not None) == fits


@pytest.mark.parametrize(
    ("convolution", "shape", "sizes"),
    [
        ("Conv<strides=[2,2], pads=[1,1,1,1]>(p, k, b)", (8, 3, 3, 3), {"width": 22}),
        ("Conv<strides=[3,3]>(p, k, b)", (8, 3, 3, 3), {}),
        ("Conv<strides=[2,2]>(p, k, b)", (8, 3, 3, 3), {}),
        ("Conv<group=3, strides=[2,2], pads=[1,1,1,1]>(p, k, b)", (9, 1, 3, 3), {}),
        ("Conv<dilations=[2,2], pads=[2,2,2,2]>(p, k, b)", (8, 3, 3, 3), {}),
    ],
)
def test_what_blocks_do_not_fit_is_no_stem(build, convolution, shape, sizes):
    model = net(build, convolution, kernel(*shape), **sizes)
    (layer,) = find_layers(model)
    assert stem_of(layer, GraphView(model.graph)) is None


def test_onnx_runtime_multiplies_the_pictures_bytes_and_nothing_stands_before(build, tmp_path):
    model = net(build, "Conv<strides=[2,2], pads=[1,1,1,1]>(p, k, b)", kernel(16, 3, 3, 3), spec=IMAGENET)
    plan, _ = planned(model, span=(0.0, 3000.0))
    graph = with_int8(model, [plan])
    session(graph, optimised_to=tmp_path / "optimised.onnx")
    operators = [node.op_type for node in onnx.load(str(tmp_path / "optimised.onnx")).graph.node]
    assert operators[: operators.index("QLinearConv")] == ["Reshape", "Transpose"]
    assert "Cast" not in operators
    # Counted as the float graph has them, not with the zeros of the blocks.
    assert planned_int8_macs(graph, model) == executed_int8_macs(graph, model) == total_macs(model)
    assert planned_int8_macs(graph) > total_macs(model)


def test_several_pictures_at_once_give_what_each_gives(build):
    model = net(build, "Conv<strides=[2,2], pads=[1,1,1,1]>(p, k, b)", kernel(8, 3, 3, 3))
    plan, _ = planned(model)
    graph = with_int8(model, [plan])
    together = run(graph, {"images": np.stack(images(3))})[0]
    alone = [run(graph, {"images": image[None]})[0][0] for image in images(3)]
    np.testing.assert_array_equal(together, np.stack(alone))


def test_the_switchboard_computes_what_the_graph_does(build):
    model = net(build, "Conv<strides=[2,2], pads=[1,1,1,1]>(p, k, b)", kernel(8, 3, 3, 3), spec=HALVES)
    plan, _ = planned(model, span=(-20.0, 20.0))
    (switched,) = Switchboard(model, [plan], threads=1).run(images(1), [plan.layer.name])
    (written,) = run(with_int8(model, [plan]), {"images": images(1)[0][None]})
    np.testing.assert_allclose(switched[0], written, atol=20 / 255)


def test_channels_get_steps_of_their_own_where_one_range_for_all_drowns_the_small_ones(build):
    weight = kernel(8, 3, 3, 3) * np.geomspace(0.003, 3, 8, dtype=np.float32)[:, None, None, None]
    silu = "g = Sigmoid(s) y = Mul(s, g)"
    model = net(build, "Conv<strides=[2,2], pads=[1,1,1,1]>(p, k, b)", weight, behind=silu)
    alike, panel = planned(model, span=(-6.0, 2000.0), most_noise=np.inf)
    apart, _ = planned(model, span=(-6.0, 2000.0), most_noise=0.0)
    assert alike.steps is None
    assert apart.steps is not None

    def of_the_smallest(plan):
        image = images(1)[0][None]
        (expected,), (got,) = run(model, {"images": image}), run(with_int8(model, [plan]), {"images": image})
        return np.square(got[:, 0] - expected[:, 0]).sum() / np.square(expected[:, 0]).sum()

    assert of_the_smallest(apart) < 0.05 * of_the_smallest(alike)
    assert max(Judge(panel, [apart]).noise([apart.layer.name])) < 0.01
