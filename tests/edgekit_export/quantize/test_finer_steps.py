import numpy as np
import pytest
from edgekit_calibration import Range, Scheme, quantizer
from edgekit_export.graph.running import relative_difference, run
from edgekit_export.progress import silent
from edgekit_export.quantize import QuantizeOptions
from edgekit_export.quantize.calibrate import measure
from edgekit_export.quantize.finer_steps import by_channel, with_finer_steps
from edgekit_export.quantize.insert import with_int8
from edgekit_export.quantize.judge import Judge, Panel
from edgekit_export.quantize.layers import find_layers
from edgekit_export.quantize.plan import LayerPlan
from edgekit_export.quantize.repairing import Base
from edgekit_export.quantize.weights import quantize_weight

SIGNED = Scheme.SIGNED_SYMMETRIC
RNG = np.random.default_rng(5)


def w(*shape) -> np.ndarray:
    return (RNG.standard_normal(shape) / np.prod(shape[1:]) ** 0.5).astype(np.float32)


def decibels(noise: float) -> float:
    return -10 * float(np.log10(noise))


# Channels of a hundredth of the widest one's range, which the depthwise convolution brings back to one range.
WIDE = np.float32([1, 0.01, 1, 0.01, 1, 0.01, 1, 0.01]).reshape(-1, 1, 1, 1)
DEPTHWISE = """g (uint8[n,12,12,3] images) => (float[n,4,12,12] z)
    {k = Cast <to=1> (images) x = Transpose <perm=[0,3,1,2]> (k) y = Mul (x, small)
     a = Conv (y, w1) d = Conv <group=8, pads=[1,1,1,1]> (a, w2, b2) r = Relu(d) z = Conv (r, w3)}"""
ONE_SIDED = """g (uint8[n,12,12,3] images) => (float[n,4,12,12] z)
    {k = Cast <to=1> (images) x = Transpose <perm=[0,3,1,2]> (k) y = Mul (x, small)
     a = Conv <pads=[1,1,1,1]> (y, w1) s = Sigmoid(a) z = Conv <pads=[1,1,1,1]> (s, w3)}"""


def named(model):
    for node in model.graph.node:
        node.name = f"{node.op_type}_{node.output[0]}"
    return model


@pytest.fixture(scope="module")
def images() -> list[np.ndarray]:
    return list(np.random.default_rng(6).integers(0, 256, (12, 12, 12, 3), dtype=np.uint8))


@pytest.fixture(scope="module")
def depthwise(build):
    weights = {"w1": w(8, 3, 1, 1) * WIDE, "w2": w(8, 1, 3, 3) / WIDE, "b2": w(8), "w3": w(4, 8, 1, 1)}
    return named(build(DEPTHWISE, **weights, small=np.float32(1 / 255)))


@pytest.fixture(scope="module")
def one_sided(build):
    return named(build(ONE_SIDED, w1=w(8, 3, 3, 3), w3=w(4, 8, 3, 3), small=np.float32(1 / 255)))


def prepared(model, images) -> tuple[Base, list[LayerPlan], dict[str, float]]:
    """The base, and all layers as they are before anything is done, with the noise that each makes alone."""
    measured, _ = measure(model, images[:8], silent, QuantizeOptions(threads=1))
    panel = Panel(model, images[8:], rank_images=2, threads=1)
    ranges = measured.ranges[SIGNED]
    plans = [
        LayerPlan(layer, measured.weights[layer.name], quantizer(ranges[layer.data], SIGNED))
        for layer in measured.layers
    ]
    return Base(model, panel, measured, images[:8]), plans, Judge(panel, plans).ranking(lambda: None)


def noise_of(base, plans) -> float:
    judge = Judge(base.panel, plans)
    return float(judge.noise(judge.plans).max())


def changed(before, after) -> dict[str, LayerPlan]:
    assert [plan.layer for plan in after] == [plan.layer for plan in before]
    return {new.layer.name: new for old, new in zip(before, after, strict=True) if new is not old}


@pytest.fixture(scope="module")
def plan(depthwise) -> LayerPlan:
    layer = next(layer for layer in find_layers(depthwise) if layer.name == "Conv_d")
    return LayerPlan(layer, quantize_weight(w(8, 1, 3, 3), 0), quantizer(Range(-4.0, 4.0), SIGNED))


# From a dead channel to one whose scale FP16 could not hold.
REACH = np.array([0.0, 1e-9, 0.01, 0.3, 1.0, 4.0, 70.0, 1e4])


def test_the_weight_keeps_its_eight_bits_and_its_scales_what_fp16_holds(plan):
    finer = by_channel(plan, REACH)
    np.testing.assert_array_equal(finer.weight.values, plan.weight.values)
    np.testing.assert_array_equal(finer.weight.bias_change, plan.weight.bias_change)
    scales = finer.weight.scales
    assert scales.dtype == finer.factors.dtype == np.float32
    np.testing.assert_array_equal(scales, scales.astype(np.float16).astype(np.float32))
    assert scales.min() == 2.0**-14
    assert (finer.data.zero_point, finer.data.lowest, finer.data.highest) == (0, -128, 127)
    assert finer.data.scale == float(np.float16(finer.data.scale))
    assert not finer.centred


def test_the_factors_undo_what_the_scales_became(plan):
    finer = by_channel(plan, REACH)
    effective = finer.weight.dequantized() * finer.factors.reshape(-1, 1, 1, 1)
    np.testing.assert_allclose(effective, plan.weight.dequantized(), rtol=3e-7)
    np.testing.assert_allclose(finer.floating(plan.weight.dequantized()), finer.weight.dequantized(), rtol=3e-7)


def test_each_channel_is_spread_over_the_steps_and_nothing_that_was_seen_is_cut(plan):
    finer = by_channel(plan, REACH)
    filled = REACH * finer.factors / finer.data.scale
    assert filled.max() <= 127
    # Up to what FP16 makes of the scales, and where it holds them.
    held = (finer.weight.scales > 2.0**-14) & (REACH > 0)
    assert held.sum() >= 5
    np.testing.assert_allclose(filled[held], 127 / 1.1, rtol=2e-3)


def test_a_channel_that_was_always_zero_keeps_the_steps_that_it_had(plan):
    finer = by_channel(plan, REACH)
    assert finer.data.scale / finer.factors[0] == pytest.approx(plan.data.scale, rel=2e-3)
    dead = by_channel(plan, np.zeros(8))
    assert dead.data.scale == pytest.approx(plan.data.scale, rel=1e-3)
    np.testing.assert_allclose(dead.factors, 1, rtol=2e-3)


def test_a_depthwise_layer_whose_channels_differ_a_hundredfold_is_given_steps_by_channel(depthwise, images):
    base, plans, alone = prepared(depthwise, images)
    options = QuantizeOptions(threads=1, max_noise=1e-3)
    before = noise_of(base, plans)
    assert before > options.max_noise
    finer, updated = with_finer_steps(base, plans, alone, options)
    found = changed(plans, finer)
    assert list(found) == ["Conv_d"]
    assert found["Conv_d"].factors is not None
    assert decibels(noise_of(base, finer)) > decibels(before) + 10
    assert decibels(updated["Conv_d"]) > decibels(alone["Conv_d"]) + 15
    assert updated == alone | {"Conv_d": pytest.approx(Judge(base.panel, finer).ranking(lambda: None)["Conv_d"])}
    written = with_int8(depthwise, finer)
    differences = [
        relative_difference(run(depthwise, {"images": image[None]}), run(written, {"images": image[None]}))
        for image in images[8:]
    ]
    assert max(differences) < 0.05


def test_nothing_is_changed_where_the_budget_is_met_already(depthwise, images):
    base, plans, alone = prepared(depthwise, images)
    # Each layer that makes any noise may be changed: it is the noise of all that says whether one has to be.
    options = QuantizeOptions(threads=1, max_noise=noise_of(base, plans), min_relief=0.0)
    finer, updated = with_finer_steps(base, plans, alone, options)
    assert changed(plans, finer) == {}
    assert updated == alone


def test_no_more_layers_are_changed_than_the_budget_asks_for(depthwise, images):
    base, plans, alone = prepared(depthwise, images)
    everything, _ = with_finer_steps(base, plans, alone, QuantizeOptions(threads=1, max_noise=1e-9))
    able = changed(plans, everything)
    assert len(able) > 1
    order = sorted(able, key=lambda name: -alone[name])
    only_first = [able[plan.layer.name] if plan.layer.name == order[0] else plan for plan in plans]
    enough = 1.001 * noise_of(base, only_first)
    assert noise_of(base, everything) < enough < noise_of(base, plans)
    finer, _ = with_finer_steps(base, plans, alone, QuantizeOptions(threads=1, max_noise=enough))
    assert list(changed(plans, finer)) == order[:1]


def test_a_layer_that_makes_little_noise_alone_is_left_as_it_is(depthwise, images):
    base, plans, alone = prepared(depthwise, images)
    options = QuantizeOptions(threads=1, max_noise=1e-9, min_relief=1.01 * max(alone.values()) / 1e-9)
    assert changed(plans, with_finer_steps(base, plans, alone, options)[0]) == {}


def test_a_layer_that_reads_a_range_on_one_side_of_zero_is_centred(one_sided, images):
    base, plans, alone = prepared(one_sided, images)
    finer, updated = with_finer_steps(base, plans, alone, QuantizeOptions(threads=1, max_noise=1e-9))
    centred = changed(plans, finer)["Conv_z"]
    assert centred.centred
    assert centred.factors is None
    assert centred.data.lowest == 0
    assert decibels(updated["Conv_z"]) > decibels(alone["Conv_z"]) + 3
    assert noise_of(base, finer) < noise_of(base, plans)


def test_finer_steps_that_leave_the_noise_as_it_was_are_not_taken(depthwise, images):
    base, plans, alone = prepared(depthwise, images)
    options = QuantizeOptions(threads=1, max_noise=1e-9)
    better = changed(plans, with_finer_steps(base, plans, alone, options)[0])
    # What they would leave is more than what the layers are said to make now.
    finer, updated = with_finer_steps(base, plans, dict.fromkeys(alone, 1e-8), options)
    assert better
    assert changed(plans, finer) == {}
    assert updated == dict.fromkeys(alone, 1e-8)
