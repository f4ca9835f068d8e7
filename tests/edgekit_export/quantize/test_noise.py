import numpy as np
import pytest
from edgekit_export.quantize.noise import ValueNoise, channel_axis, noise, output_groups

RNG = np.random.default_rng(0)


@pytest.mark.parametrize(
    ("shape", "axis"), [((1, 1000), 1), ((1, 3549, 85), 2), ((1, 84, 8400), 1), ((1, 85, 22, 22), 1)]
)
def test_the_axis_of_meaning(shape, axis):
    assert channel_axis(shape) == axis


def detector_outputs():
    boxes, scores = RNG.standard_normal((1, 50, 4)) * 100 + 200, RNG.random((1, 50, 6)) ** 8
    return [np.concatenate([boxes, scores], axis=2).astype(np.float32)]


def test_boxes_and_scores_of_one_output_are_two_groups():
    groups = output_groups([detector_outputs() for _ in range(3)])
    assert sorted(group.channels.tolist() for group in groups) == [[0, 1, 2, 3], [4, 5, 6, 7, 8, 9]]


def test_noise_of_the_same_outputs_is_zero_and_of_their_mean_is_one():
    references = [detector_outputs() for _ in range(3)]
    groups = output_groups(references)
    yardstick = ValueNoise().of(references)
    assert np.all(noise(yardstick, references) == 0)
    mean = [[np.mean([r[0] for r in references], axis=(0, 2))[..., None, :].repeat(50, 1)] for _ in references]
    boxes = next(i for i, group in enumerate(groups) if 0 in group.channels)
    assert 0.9 < noise(yardstick, [[m[0].reshape(1, 50, 10)] for m in mean])[boxes] < 1.1


def test_an_error_in_the_scores_is_not_drowned_by_the_boxes():
    references = [detector_outputs() for _ in range(2)]
    others = [[outputs[0].copy()] for outputs in references]
    for outputs in others:
        outputs[0][..., 4:] = 0
    assert noise(ValueNoise().of(references), others).max() == pytest.approx(1.0)


def test_integer_outputs_and_outputs_of_zeros_are_no_group():
    zeros, integers = np.zeros((1, 5), np.float32), np.ones((1, 5), np.int64)
    assert output_groups([[zeros, integers]]) == ()


def test_logits_that_happen_to_lie_within_0_and_1_are_no_probabilities():
    logits = [np.array([[0.4, 5.0, -3.0]], np.float32), np.array([[0.6, -4.0, 2.0]], np.float32)]
    (group,) = output_groups([[one] for one in logits])
    assert group.channels.tolist() == [0, 1, 2]


def test_logits_are_judged_about_their_mean():
    references = [[RNG.standard_normal((1, 10)).astype(np.float32) + 1000] for _ in range(2)]
    others = [[outputs[0] + 1] for outputs in references]
    assert noise(ValueNoise().of(references), others)[0] > 0.1


def test_outputs_that_are_not_numbers_are_infinitely_noisy():
    references = [[RNG.standard_normal((1, 10)).astype(np.float32)] for _ in range(2)]
    broken = [[outputs[0] * np.float32(np.nan)] for outputs in references]
    assert noise(ValueNoise().of(references), broken).tolist() == [np.inf]
