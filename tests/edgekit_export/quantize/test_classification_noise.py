"""The noise of a classifier: what changes in its probabilities, and nothing else."""

import numpy as np
import pytest
from edgekit_export.quantize.classification_noise import ClassificationNoise
from edgekit_export.quantize.noise import noise

RNG = np.random.default_rng(0)
LOGITS = [[3.0 * RNG.standard_normal((1, 6)).astype(np.float32)] for _ in range(5)]


def changed(outputs, change):
    return [[change(values) for values in picture] for picture in outputs]


def of(references, others, decoder="softmax"):
    return float(noise(ClassificationNoise(decoder).of(references), others)[0])


def test_the_same_outputs_make_no_noise_and_knowing_nothing_is_all_of_it():
    assert of(LOGITS, LOGITS) == 0.0
    assert of(LOGITS, changed(LOGITS, np.zeros_like)) == pytest.approx(1.0)


def test_what_all_classes_have_in_common_is_no_noise():
    assert of(LOGITS, changed(LOGITS, lambda values: values + 7.0)) == pytest.approx(0.0, abs=1e-9)


def test_one_picture_of_huge_logits_does_not_drown_what_the_others_lose():
    huge = [[np.array([[90.0, 0, 0, 0, 0, 0]], np.float32)]]
    lost = changed(LOGITS, np.zeros_like)
    assert of(LOGITS + huge, lost + huge) > 0.5


def test_a_sure_answer_may_become_surer_and_a_wrong_one_counts():
    sure = [[np.array([[9.0, 0.0, 0.0]], np.float32)]]
    assert of(sure, changed(sure, lambda values: 2.0 * values)) < 1e-5
    assert of(sure, changed(sure, np.flip)) > 1.0


def test_probabilities_are_taken_as_they_are():
    references = [[np.array([[0.7, 0.2, 0.1]], np.float32)]]
    others = [[np.array([[0.6, 0.3, 0.1]], np.float32)]]
    energy = sum((value - 1 / 3) ** 2 for value in (0.7, 0.2, 0.1))
    assert of(references, others, "probabilities") == pytest.approx(0.02 / energy, rel=1e-4)


def test_a_model_that_never_decides_cannot_be_judged():
    assert ClassificationNoise("softmax").of([[np.zeros((1, 4), np.float32)]]).groups == 0


def test_answers_that_are_not_numbers_are_infinitely_noisy():
    assert of(LOGITS, changed(LOGITS, lambda values: values * np.nan)) == np.inf
