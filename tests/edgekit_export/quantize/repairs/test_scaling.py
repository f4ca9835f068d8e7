import numpy as np
import pytest
from edgekit_export.graph.cleanup import identities_removed
from edgekit_export.graph.running import relative_difference, run
from edgekit_export.graph.view import GraphView
from edgekit_export.quantize.observe import with_outputs
from edgekit_export.quantize.repairs.scaling import Scaling, divided, source_of

RNG = np.random.default_rng(0)
IMAGES = [RNG.integers(0, 256, (1, 8, 8, 3), dtype=np.uint8) for _ in range(3)]
FACTORS = np.array([0.25, 1.0, 3.0, 9.0], np.float32)


def net(build, between, tail="d = Conv <group=4, pads=[1,1,1,1]> (t, w2) z = Conv (d, w3, b3)"):
    """A convolution, something between, a depthwise convolution that reads `t`, and one more."""
    shapes = {"w1": (4, 3, 3, 3), "b1": (4,), "w2": (4, 1, 3, 3), "w2g": (4, 2, 1, 1), "w3": (5, 4, 1, 1), "b3": (5,)}
    constants = {name: RNG.standard_normal(shape).astype(np.float32) for name, shape in shapes.items()}
    constants["w1"] /= 255
    # The first channel stays far below the Clip's bound, the others meet it.
    constants["w1"][0] *= 0.02
    constants["b1"][0] = 0.3
    model = build(
        f"""g (uint8[n,8,8,3] images) => (float[n,5,oh,ow] z)
        {{k = Cast <to=1> (images) x = Transpose <perm=[0,3,1,2]> (k) c = Conv <pads=[1,1,1,1]> (x, w1, b1)
          {between} {tail}}}""",
        **constants,
        low=np.float32(0),
        high=np.float32(1),
        sizes=np.array([0, 0, 1, 1, 0, 0, 1, 1]),
    )
    for index, node in enumerate(model.graph.node):
        node.name = f"{node.op_type}_{index}"
    return model


def same(model, other):
    return max(relative_difference(run(model, {"images": image}), run(other, {"images": image})) for image in IMAGES)


def values(model, tensor, image=IMAGES[0]):
    return run(with_outputs(model, [tensor]), {"images": image})[0]


@pytest.mark.parametrize(
    "between",
    [
        "t = Relu(c)",
        "t = Identity(c)",
        "r = Relu(c) t = Pad(r, sizes)",
        "r = Relu(c) t = MaxPool <kernel_shape=[2,2]> (r)",
    ],
)
def test_what_scales_with_its_input_lets_the_convolution_before_take_the_factors(build, between):
    model = net(build, between)
    identities_removed(model)
    tensor = next(node.input[0] for node in model.graph.node if node.input[1:2] == ["w2"])
    changed, multiplications = divided(model, [Scaling(tensor, FACTORS)])
    assert multiplications == 0
    assert len(changed.graph.node) == len(model.graph.node)
    assert same(model, changed) < 1e-4
    np.testing.assert_allclose(
        values(changed, tensor) * FACTORS.reshape(1, -1, 1, 1), values(model, tensor), rtol=1e-4, atol=1e-4
    )


def test_behind_silu_one_multiplication_is_left_and_the_other_readers_see_the_old_tensor(build):
    model = net(
        build,
        "s = Sigmoid(c) t = Mul(c, s)",
        tail="d = Conv <group=4> (t, w2) z0 = Conv (d, w3, b3) "
        "p = GlobalAveragePool(t) e = Conv (p, w3) z = Add(z0, e)",
    )
    changed, multiplications = divided(model, [Scaling("t", FACTORS)])
    # The convolution that reads the pooled tensor reads it through the pooling: only the depthwise one takes factors.
    assert multiplications == 1
    assert GraphView(changed.graph).consumers["t"][-1].op_type == "GlobalAveragePool"
    assert same(model, changed) < 1e-4


def test_a_result_that_silu_reads_is_divided_in_the_convolution_and_restored_by_one_multiplication(build):
    model = net(build, "s = Sigmoid(c) t = Mul(c, s)")
    changed, multiplications = divided(model, [Scaling("c", FACTORS)])
    assert multiplications == 1
    assert same(model, changed) < 1e-4
    assert not np.allclose(values(changed, "c"), values(model, "c"))


def test_a_clip_tells_its_ceiling_and_a_channel_that_stays_below_may_grow_towards_it(build):
    model = net(build, "t = Clip(c, low, high)")
    source = source_of(GraphView(model.graph), "t")
    assert source is not None
    assert source.ceiling == 1.0
    reached = np.max([values(model, "t", image).max(axis=(0, 2, 3)) for image in IMAGES], axis=0)
    assert reached[0] < 0.8
    assert np.all(reached[1:] == 1.0)
    changed, multiplications = divided(model, [Scaling("t", np.where(reached < 0.8, reached * 1.1, 1.0))])
    assert multiplications == 0
    assert values(changed, "t")[:, 0].max() > 0.85
    assert same(model, changed) < 1e-4


@pytest.mark.parametrize(
    "between",
    ["t = HardSwish(c)", "t = Tanh(c)", "r = Relu(c) a = Add(r, c) t = Relu(a)", "t = Relu(c) other = Sigmoid(c)"],
)
def test_nothing_is_merged_through_what_does_not_scale_or_what_others_read_too(build, between):
    assert source_of(GraphView(net(build, between).graph), "t") is None


def test_a_clip_whose_lower_bound_is_not_zero_is_not_merged_through(build):
    model = net(build, "t = Clip(c, high)")
    assert source_of(GraphView(model.graph), "t") is None


def test_a_tensor_that_two_read_is_restored_for_the_one_that_cannot_take_factors(build):
    model = net(build, "t = Relu(c)", tail="d = Conv <group=4, pads=[1,1,1,1]> (t, w2) a = Add(d, t) z = Conv (a, w3)")
    changed, multiplications = divided(model, [Scaling("t", FACTORS)])
    assert multiplications == 1
    assert same(model, changed) < 1e-4


def test_an_output_of_the_graph_keeps_its_values(build):
    model = net(build, "t = Relu(c)", tail="z = Conv (t, w3)")
    model.graph.output.append(type(model.graph.output[0])(name="t"))
    changed, _ = divided(model, [Scaling("t", FACTORS)])
    assert same(model, changed) < 1e-4


def test_a_convolution_in_two_groups_takes_each_channels_factor_where_it_reads_it(build):
    model = net(build, "t = Relu(c)", tail="d = Conv <group=2> (t, w2g) z = Conv (d, w3)")
    changed, multiplications = divided(model, [Scaling("t", FACTORS)])
    assert multiplications == 0
    assert same(model, changed) < 1e-4
