import numpy as np
import pytest
from edgekit_export.quantize.insert import with_int8
from edgekit_export.quantize.repairs.adaround import adaptively_rounded
from edgekit_export.quantize.repairs.bias import bias_corrected, channel_means
from edgekit_export.quantize.repairs.walk import Walk


def means(model, plans, images):
    walk = Walk(model, images, [plan.layer.name for plan in plans], threads=1)
    layers = {plan.layer.name: plan.layer for plan in plans}
    return {node.name: channel_means(walk.result(), layers[node.name]) for node in walk}


@pytest.mark.parametrize("repair", [bias_corrected, adaptively_rounded])
def test_every_layers_mean_is_floats_although_those_before_were_changed_too(small_net, pictures, rough_plans, repair):
    expected = means(small_net, rough_plans, pictures)
    wrong = means(with_int8(small_net, rough_plans), rough_plans, pictures)
    corrected = repair(small_net, rough_plans, pictures, threads=1)
    got = means(with_int8(small_net, corrected), rough_plans, pictures)
    for name in expected:
        assert np.abs(wrong[name] - expected[name]).max() > 1e-2
        np.testing.assert_allclose(got[name], expected[name], atol=1e-4 * np.abs(expected[name]).max())


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
