"""Somebody as dark as the shelf behind him, told by what he hides around a facing."""

import numpy as np
import pytest

from edgekit.shelf.gates.gate import grey_of
from edgekit.shelf.gates.landmarks import landmarks_of, sight_of
from edgekit.shelf.gates.layout import layout_of, small_picture
from edgekit.shelf.gates.motion import texture_of
from edgekit.shelf.gates.surroundings import HIDDEN_BELOW, seen_around
from edgekit.shelf.registration import register
from edgekit.shelf.words import UnknownReason

DARK = 40


@pytest.fixture
def layout(scenes):
    return layout_of(scenes.planogram().facings, register(scenes.SIZE_HW, scenes.SIZE_HW))


def dark_shelf(scenes, *, present="abc", coat=None, seed=0):
    """A dark shelf with a lit price rail and other goods above it; `coat`: columns that somebody as dark hides."""
    pixels = np.full((*scenes.SIZE_HW, 3), DARK, np.float32)
    pixels[150:156, ::2] = 120
    pixels[28:48] = np.kron(np.random.default_rng(5).uniform(30, 110, (4, 64, 3)), np.ones((5, 5, 1)))
    for name in present:
        label = np.random.default_rng(ord(name)).uniform(60, 200, (8, 4, 3))
        left = scenes.LEFTS[name]
        pixels[scenes.TOP : scenes.BOTTOM, left : left + scenes.WIDTH] = np.kron(label, np.ones((10, 10, 1)))
    if coat is not None:
        pixels[:, coat] = DARK
    noisy = pixels + np.random.default_rng(seed).normal(0, 1.5, pixels.shape)
    return np.clip(noisy, 0, 255).astype(np.uint8)


def around(layout, reference, now):
    texture = texture_of(grey_of(small_picture(reference)))
    landmarks = landmarks_of(texture, layout.outside)
    sight = sight_of(landmarks, texture_of(grey_of(small_picture(now))), 1.0)
    return seen_around(landmarks, sight, layout.places, layout.small_size_hw)


def test_an_emptied_facing_leaves_what_is_around_it_and_a_coat_before_it_does_not(scenes, layout) -> None:
    full = dark_shelf(scenes)
    emptied = around(layout, full, dark_shelf(scenes, present="ac", seed=1))
    hidden = around(layout, full, dark_shelf(scenes, coat=slice(112, 188), seed=1))
    assert min(emptied.values()) > 0.95
    assert hidden["b"] < HIDDEN_BELOW < min(hidden["a"], hidden["c"])


def test_a_product_s_own_outline_goes_with_it_and_hides_nothing(scenes, layout) -> None:
    def wide(present):
        pixels = np.full((*scenes.SIZE_HW, 3), DARK, np.uint8)
        pixels[156:160, 112:188] = 90  # all that is lit besides
        for name in present:
            left = scenes.LEFTS[name] - 6
            pixels[scenes.TOP - 6 : scenes.BOTTOM + 4, left : left + scenes.WIDTH + 12] = 200
        return pixels

    assert around(layout, wide("abc"), wide("ac"))["b"] > 0.9


def test_nothing_is_said_of_a_facing_with_hardly_anything_around_it(scenes, layout) -> None:
    def bare_but_for_a_corner():
        pixels = np.full((*scenes.SIZE_HW, 3), DARK, np.uint8)
        pixels[20:60, 280:320] = np.random.default_rng(2).integers(0, 255, (40, 40, 3))
        return pixels

    assert set(around(layout, bare_but_for_a_corner(), bare_but_for_a_corner())) == {"c"}


def test_a_dark_coat_before_a_dark_shelf_covers_and_an_empty_place_there_does_not(scenes, layout) -> None:
    def gates(pictures):
        return scenes.watched(layout, small_picture(dark_shelf(scenes)), pictures)[-1]

    def still(**kwargs):
        return [dark_shelf(scenes, seed=number, **kwargs) for number in range(6)]

    behind = gates(still() + still(coat=slice(112, 188)))
    emptied = gates(still() + still(present="ac"))
    assert {name: one.reason for name, one in behind.items()} == {"a": None, "b": UnknownReason.OCCLUDED, "c": None}
    assert {name: one.reason for name, one in emptied.items()} == {"a": None, "b": None, "c": None}
