"""benchmarks/zoo_training: how the networks that INT8 is judged on are trained."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import numpy as np
import pytest
from edgekit_export.graph.head import float_preprocessing
from edgekit_export.models.presets import PRESETS

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))

pytestmark = pytest.mark.torch


@pytest.fixture
def few():
    """Forty dark pictures of one class and forty light ones of another."""
    from zoo_training.pictures import LabelledPictures

    labels = np.arange(80) % 2
    noise = np.random.default_rng(0).integers(0, 60, (80, 32, 32, 3))
    pixels = (noise + 180 * labels[:, None, None, None]).astype(np.uint8)
    return LabelledPictures(pixels, labels, ("dark", "light"), hashlib.sha256(pixels.tobytes()).hexdigest())


def recipe(**changes):
    from zoo_training.recipe import Recipe, Stage

    return Recipe("mobilenet_v3_small", **{"stages": (Stage(32, 1), Stage(48, 2)), "batch": 16, **changes})


def test_training_and_the_bundles_preprocessing_give_a_network_the_same_numbers(few):
    from zoo_training.training import normalised

    wanted = float_preprocessing(few.pixels, PRESETS["imagenet"].arithmetic)
    np.testing.assert_allclose(normalised(few.pixels).numpy(), wanted, atol=1e-5)


def test_a_part_of_a_picture_has_its_colour_but_for_some_light():
    import torch
    from zoo_training.training import augmented

    grey = torch.full((50, 3, 32, 32), 0.5)
    found = augmented(grey, 48, torch.Generator().manual_seed(0))
    assert found.shape == (50, 3, 48, 48)
    assert 0.4 <= float(found.min()) < float(found.max()) <= 0.6


def test_some_pictures_are_mirrored_and_none_is_turned_over():
    import torch
    from zoo_training.training import augmented

    across = torch.linspace(-1, 1, 32).expand(50, 3, 32, 32)
    found = augmented(across, 32, torch.Generator().manual_seed(0))
    rising = found[:, 0, 16, 24] > found[:, 0, 16, 8]
    assert 0 < int(rising.sum()) < 50
    falling_down = augmented(across.transpose(2, 3), 32, torch.Generator().manual_seed(0))
    assert bool((falling_down[:, 0, 24, 16] > falling_down[:, 0, 8, 16]).all())


def test_the_same_recipe_gives_the_same_weights_and_another_seed_others(few):
    from zoo_training.training import trained

    def weights(**changes):
        return trained(recipe(**changes), few, lambda line: None).classifier[3].weight.detach().numpy()

    assert np.array_equal(weights(), weights())
    assert not np.array_equal(weights(), weights(seed=2))


def test_a_network_learns_what_can_be_learned_and_is_ready_to_be_used(few):
    from zoo_training.recipe import Stage
    from zoo_training.training import logits, trained

    said = []
    model = trained(recipe(stages=(Stage(32, 8),), batch=8), few, said.append)
    assert not model.training
    assert len(said) == 8
    assert np.mean(logits(model, few.pixels).argmax(axis=1) == few.labels) > 0.9
