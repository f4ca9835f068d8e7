import dataclasses

import numpy as np
import pytest
from edgekit_calibration import Range, Scheme, quantizer
from edgekit_export.graph.running import relative_difference, run
from edgekit_export.progress import silent
from edgekit_export.quantize import QuantizeOptions
from edgekit_export.quantize.calibrate import measure
from edgekit_export.quantize.finer_steps import by_channel
from edgekit_export.quantize.judge import Panel
from edgekit_export.quantize.plan import LayerPlan
from edgekit_export.quantize.repairs.adaround import _Rounder, _Way, adaptively_rounded
from edgekit_export.quantize.repairs.bias import bias_corrected
from edgekit_export.quantize.repairs.flips import flipped
from edgekit_export.quantize.repairs.gain import noise_of
from edgekit_export.quantize.repairs.spans import channel_spans
from edgekit_export.quantize.repairs.walk import Walk
from edgekit_export.quantize.weights import round_rows

RNG = np.random.default_rng(0)


def error(rows, steps, scales, covariance):
    difference = steps * scales[:, :, None] - rows
    return np.einsum("gck,gkl,gcl->gc", difference, covariance, difference)


def covariances(groups, columns):
    rows = RNG.standard_normal((groups, 500, 1)) + 0.5 * RNG.standard_normal((groups, 500, columns))
    return np.matmul(rows.transpose(0, 2, 1), rows) / 500


def test_flips_and_fitted_scales_never_make_a_channel_worse_and_most_better():
    rows, covariance = RNG.standard_normal((3, 10, 20)), covariances(3, 20)
    scales = np.abs(rows).max(axis=2) / 7
    steps = np.rint(rows / scales[:, :, None])
    better, fitted = flipped(rows, steps, scales, covariance)
    before, after = error(rows, steps, scales, covariance), error(rows, better, fitted, covariance)
    assert np.all(after <= before + 1e-12)
    assert after.sum() < 0.5 * before.sum()
    assert np.all(better == np.rint(better))


def test_flips_stay_within_eight_bits_and_scales_above_the_smallest():
    rows, covariance = np.full((1, 2, 6), 300.0), covariances(1, 6)
    steps, scales = flipped(rows, np.full((1, 2, 6), 127.0), np.ones((1, 2)), covariance)
    assert np.abs(steps).max() <= 127
    assert np.all(scales >= 1.0)
    tiny = np.full((1, 2, 6), 1e-6)
    steps, scales = flipped(tiny, np.ones((1, 2, 6)), np.full((1, 2), 2.0**-14), covariance)
    assert np.all(scales == 2.0**-14)


def test_a_scale_stays_where_no_fp16_number_is_nearer_to_the_best_one():
    steps = RNG.integers(-127, 128, (1, 4, 12)).astype(np.float64)
    scales = np.float32([[0.0186615, 0.0134506, 0.3, 7.1]]).astype(np.float64)
    same, kept = flipped(steps * scales[:, :, None], steps, scales, covariances(1, 12))
    np.testing.assert_array_equal(same, steps)
    np.testing.assert_array_equal(kept, scales)


def test_rounded_rows_are_better_than_the_compensated_start_alone():
    from edgekit_export.quantize.weights import _compensated, _scales

    rows, covariance = RNG.standard_normal((1, 16, 40)), covariances(1, 40)
    scales = _scales(rows, np.einsum("gkk->gk", covariance))
    start = error(rows, _compensated(rows, scales, covariance), scales, covariance).sum()
    steps, fitted = round_rows(rows, covariance)
    assert error(rows, steps, fitted, covariance).sum() < 0.95 * start
    assert not np.array_equal(fitted, scales)
    np.testing.assert_array_equal(fitted, fitted.astype(np.float16))


def test_a_repaired_net_is_nearer_to_float_on_pictures_that_it_did_not_see(small_net, pictures, rough_plans):
    panel = Panel(small_net, pictures[18:], rank_images=1, threads=1)
    told = []
    rounded = adaptively_rounded(
        small_net, rough_plans, pictures[:18], threads=1, progress=lambda *now: told.append(now)
    )
    rough = noise_of(panel, small_net, rough_plans)
    corrected = noise_of(panel, small_net, bias_corrected(small_net, rough_plans, pictures[:18], threads=1))
    assert noise_of(panel, small_net, rounded) < 0.2 * min(rough, corrected)
    assert [plan.layer for plan in rounded] == [plan.layer for plan in rough_plans]
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_a_centred_layer_keeps_its_mean(small_net, pictures, rough_plans):
    from edgekit_export.quantize.insert import with_int8

    unsigned = quantizer(Range(0.0, 1.0), Scheme.UNSIGNED_ASYMMETRIC)
    first = dataclasses.replace(rough_plans[0], data=unsigned, centred=True)
    (rounded,) = adaptively_rounded(small_net, [first], pictures, threads=1)
    assert rounded.centred
    differences = [
        relative_difference(
            run(small_net, {"images": image[None]}), run(with_int8(small_net, [rounded]), {"images": image[None]})
        )
        for image in pictures
    ]
    assert max(differences) < 0.05


def test_a_layer_with_steps_by_channel_is_rounded_anew_in_them(small_net, pictures, rough_plans):
    """A few pictures: what they do not tell of the weight is kept of the float one, divided by the factors."""
    panel = Panel(small_net, pictures[18:], rank_images=1, threads=1)
    depthwise = next(plan for plan in rough_plans if plan.layer.output == "d")
    reach = channel_spans(small_net, [depthwise.layer.data], pictures, threads=1)[depthwise.layer.data].reach
    # Steps that are much finer in some channels than the data asks for, so that the factors differ.
    finer = by_channel(depthwise, reach * np.geomspace(1, 8, 8))
    assert finer.factors.max() > 5 * finer.factors.min()
    (rounded,) = adaptively_rounded(small_net, [finer], pictures[:3], threads=1)
    assert not np.array_equal(rounded.weight.values, finer.weight.values)
    np.testing.assert_array_equal(rounded.factors, finer.factors)
    assert rounded.data == finer.data
    rough = noise_of(panel, small_net, [finer])
    corrected = noise_of(panel, small_net, bias_corrected(small_net, [finer], pictures[:3], threads=1))
    assert noise_of(panel, small_net, [rounded]) < 0.2 * min(rough, corrected)


def fine_plans(model, images):
    """Eight bits, ranges and moments from the images that will be asked for."""
    measured, _ = measure(model, images, silent, QuantizeOptions(threads=1))
    ranges = measured.ranges[Scheme.SIGNED_SYMMETRIC]
    return [
        LayerPlan(layer, measured.weights[layer.name], quantizer(ranges[layer.data], Scheme.SIGNED_SYMMETRIC))
        for layer in measured.layers
    ]


def test_a_block_that_does_worse_on_images_that_it_was_not_made_on_stays_as_it_was(small_net, pictures):
    plans = fine_plans(small_net, pictures)
    rng = np.random.default_rng(7)
    # Every fourth image is for judging; the others mislead.
    misleading = [
        picture if index % 4 == 3 else (rng.random(picture.shape) < 0.5).astype(np.uint8) * np.uint8(255)
        for index, picture in enumerate(pictures[:16])
    ]
    panel = Panel(small_net, pictures[16:], rank_images=1, threads=1)
    kept = adaptively_rounded(small_net, plans, misleading, threads=1)
    for new, old in zip(kept, plans, strict=True):
        np.testing.assert_array_equal(new.weight.values, old.weight.values)
    assert noise_of(panel, small_net, kept) < 1.5 * noise_of(panel, small_net, plans)


def test_no_image_is_both_made_on_and_judged_by_unless_there_are_too_few(small_net, rough_plans):
    rounder = _Rounder(small_net, rough_plans, 10)
    assert (rounder.fitted, rounder.judged) == ([0, 1, 2, 4, 5, 6, 8, 9], [3, 7])
    few = _Rounder(small_net, rough_plans, 3)
    assert few.fitted == few.judged == [0, 1, 2]


def test_the_layer_that_closes_a_sum_is_aimed_at_what_the_sum_lacks(small_net, pictures, rough_plans):
    rounder = _Rounder(small_net, rough_plans, 2)
    names = [plan.layer.name for plan in rough_plans]
    floating = Walk(small_net, pictures[:2], names, threads=1)
    way = _Way(Walk(rounder.quantized, pictures[:2], names, threads=1), {})
    aims = {}
    for node, _ in zip(floating, way.walk, strict=True):
        wanted = floating.result()
        aims[node.op_type + node.output[0]] = (rounder.aim(rounder.chosen[node.name], floating, way, wanted), wanted)
        if node.output[0] == "d":
            skips = (floating.value("t"), way.walk.value("t"))
    aim, wanted = aims.pop("Convd")
    assert np.abs(skips[0][1] - skips[1][1]).max() > 0.01
    np.testing.assert_allclose(aim[1] + skips[1][1], wanted[1] + skips[0][1], rtol=1e-5, atol=1e-5)
    assert all(aim is wanted for aim, wanted in aims.values())


def test_without_images_or_layers_nothing_changes(small_net, pictures, rough_plans):
    assert adaptively_rounded(small_net, rough_plans, [], threads=1) == rough_plans
    assert adaptively_rounded(small_net, [], pictures, threads=1) == []


@pytest.mark.parametrize("images", [1, 2])
def test_few_images_do_no_harm(small_net, pictures, rough_plans, images):
    panel = Panel(small_net, pictures[18:], rank_images=1, threads=1)
    rounded = adaptively_rounded(small_net, rough_plans, pictures[:images], threads=1)
    assert noise_of(panel, small_net, rounded) < noise_of(panel, small_net, rough_plans)
