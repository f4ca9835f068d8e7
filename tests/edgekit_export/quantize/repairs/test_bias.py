import numpy as np
from edgekit_export.quantize.insert import with_int8
from edgekit_export.quantize.repairs.bias import bias_corrected, image_means, sure_shift
from edgekit_export.quantize.repairs.walk import Walk


def means(model, plans, images):
    walk = Walk(model, images, [plan.layer.name for plan in plans], threads=1)
    layers = {plan.layer.name: plan.layer for plan in plans}
    return {node.name: image_means(walk.result(), layers[node.name]).mean(axis=0) for node in walk}


def test_every_layers_mean_is_floats_although_those_before_were_changed_too(small_net, pictures, rough_plans):
    expected = means(small_net, rough_plans, pictures)
    wrong = means(with_int8(small_net, rough_plans), rough_plans, pictures)
    corrected = bias_corrected(small_net, rough_plans, pictures, threads=1)
    got = means(with_int8(small_net, corrected), rough_plans, pictures)
    for name in expected:
        before, after = np.abs(wrong[name] - expected[name]), np.abs(got[name] - expected[name])
        assert before.max() > 1e-2
        assert after.sum() < 0.2 * before.sum()


def test_on_one_image_the_means_are_floats_exactly(small_net, pictures, rough_plans):
    expected = means(small_net, rough_plans, pictures[:1])
    corrected = bias_corrected(small_net, rough_plans, pictures[:1], threads=1)
    got = means(with_int8(small_net, corrected), rough_plans, pictures[:1])
    for name in expected:
        np.testing.assert_allclose(got[name], expected[name], atol=1e-4 * np.abs(expected[name]).max())


def test_a_shift_is_taken_as_far_as_the_images_agree_on_it():
    rng = np.random.default_rng(0)
    got = np.zeros((40, 3))
    expected = np.stack([np.full(40, 0.5), 0.5 + rng.normal(0, 0.2, 40), rng.normal(0, 0.2, 40)], axis=1)
    expected[:, 2] -= expected[:, 2].mean() - 0.01
    same, nearly, none = sure_shift(expected, got)
    assert same == 0.5
    assert 0.9 * expected[:, 1].mean() < nearly < expected[:, 1].mean()
    assert none == 0.0
    np.testing.assert_array_equal(sure_shift(expected[:1], got[:1]), expected[0])
    np.testing.assert_array_equal(sure_shift(got, got), 0.0)


def test_weights_ranges_and_order_stay(small_net, pictures, rough_plans):
    told = []
    corrected = bias_corrected(small_net, rough_plans, pictures[:4], threads=1, progress=lambda *now: told.append(now))
    assert [plan.layer for plan in corrected] == [plan.layer for plan in rough_plans]
    assert all(new.data == old.data for new, old in zip(corrected, rough_plans, strict=True))
    assert all(new.weight.values is old.weight.values for new, old in zip(corrected, rough_plans, strict=True))
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_without_images_or_layers_nothing_changes(small_net, pictures, rough_plans):
    assert bias_corrected(small_net, rough_plans, [], threads=1) == rough_plans
    assert bias_corrected(small_net, [], pictures, threads=1) == []
