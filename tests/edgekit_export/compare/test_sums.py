"""Running sums give what all pictures at once would give."""

import math

import numpy as np
import pytest
from edgekit_export.compare.sums import OutputSums, TensorSums, decibels


def _tensors(count=3, shape=(1, 4, 5, 6), noise=0.1):
    rng = np.random.default_rng(0)
    a = [rng.standard_normal(shape).astype(np.float32) for _ in range(count)]
    return a, [one + noise * rng.standard_normal(shape).astype(np.float32) for one in a]


def test_picture_by_picture_is_the_same_as_all_at_once():
    a, b = _tensors()
    sums = TensorSums()
    for one, other in zip(a, b, strict=True):
        sums.update(one, other)
    every_a, every_b = np.concatenate(a).astype(np.float64), np.concatenate(b).astype(np.float64)
    expected = 10 * np.log10(np.square(every_a).sum() / np.square(every_b - every_a).sum())
    assert sums.sqnr_db == pytest.approx(expected, abs=1e-4)
    assert sums.max_difference == pytest.approx(np.abs(every_b - every_a).max())


def test_equal_tensors_have_no_noise_and_silence_has_no_signal():
    sums = TensorSums()
    sums.update(np.ones((1, 2)), np.ones((1, 2)))
    assert sums.sqnr_db == math.inf
    silent = TensorSums()
    silent.update(np.zeros((1, 2)), np.ones((1, 2)))
    assert silent.sqnr_db == -math.inf


def test_an_infinity_that_both_have_is_no_difference_and_one_that_only_one_has_is_infinite():
    masked = np.array([[1.0, -np.inf]])
    same, other = TensorSums(), TensorSums()
    same.update(masked, masked)
    other.update(masked, np.array([[1.0, 2.0]]))
    assert same.sqnr_db == math.inf
    assert (other.sqnr_db, other.max_difference) == (-math.inf, math.inf)


def test_nan_in_one_only_is_never_hidden_by_later_pictures():
    sums = TensorSums()
    sums.update(np.ones((1, 2)), np.array([[1.0, np.nan]]))
    sums.update(np.ones((1, 2)), np.ones((1, 2)))
    assert sums.sqnr_db == -math.inf


def test_float16_is_compared_without_overflow():
    sums = TensorSums()
    sums.update(np.full((1, 3), 60000, np.float16), np.full((1, 3), -60000, np.float16))
    assert sums.max_difference == 120000
    assert sums.sqnr_db == pytest.approx(-6.02, abs=0.01)


def test_channels_on_another_scale_are_found_out_and_clipped_ones_are_not():
    (a,), _ = _tensors(1)
    scale = np.array([0.5, 2.0, 4.0, 8.0], np.float32).reshape(1, 4, 1, 1)
    rescaled, clipped, negated = (TensorSums(scales=True) for _ in range(3))
    rescaled.update(a, a * scale)
    clipped.update(a, np.minimum(a, 0.3))
    negated.update(a, -a)
    assert rescaled.sqnr_db < 0
    assert rescaled.rescaled_sqnr_db > 100
    assert clipped.rescaled_sqnr_db < clipped.sqnr_db + 10
    assert negated.rescaled_sqnr_db == -math.inf


def test_one_value_a_channel_is_never_explained_by_a_factor():
    a = np.random.default_rng(0).standard_normal((1, 8, 1, 1)).astype(np.float32)
    sums = TensorSums(scales=True)
    sums.update(a, 3 * a)
    assert sums.rescaled_sqnr_db == sums.sqnr_db


def test_scores_are_not_drowned_by_boxes():
    rng = np.random.default_rng(1)
    a = np.concatenate([rng.uniform(0, 400, (1, 50, 4)), rng.uniform(0, 1, (1, 50, 6))], axis=2)
    b = a.copy()
    b[..., 4:] += 0.3
    sums = OutputSums("output", "output")
    sums.update(a, b)
    found = sums.difference()
    assert found.sqnr_db > 40
    assert {part.part: part.channels for part in found.parts} == {"scores": 6, "values": 4}
    assert found.worst_db == next(part.sqnr_db for part in found.parts if part.part == "scores") < 10


def test_a_classifiers_output_has_no_parts():
    sums = OutputSums("logits", "scores")
    sums.update(np.array([[0.2, 3.0]]), np.array([[0.2, 3.1]]))
    found = sums.difference()
    assert (found.parts, found.name_b, found.shape, found.largest) == ((), "scores", (1, 2), 3.0)


def test_as_many_boxes_as_there_are_objects_can_be_summed_up():
    sums = OutputSums("labels", "labels")
    for count in (3, 5):
        sums.update(np.ones((1, count)), np.ones((1, count)))
    assert sums.difference().sqnr_db == math.inf


@pytest.mark.parametrize(("signal", "noise", "expected"), [(100, 1, 20), (0, 1, -math.inf), (1, 0, math.inf)])
def test_decibels(signal, noise, expected):
    assert decibels(signal, noise) == expected
