"""Facings that the sun blows out: nothing is said of them, but of an emptied place before a white wall it is."""

import numpy as np
import pytest

from edgekit.shelf.gates.layout import layout_of, small_picture
from edgekit.shelf.gates.overexposed import overexposed
from edgekit.shelf.registration import register
from edgekit.shelf.words import UnknownReason


@pytest.fixture
def layout(scenes):
    return layout_of(scenes.planogram().facings, register(scenes.SIZE_HW, scenes.SIZE_HW))


def pale(scenes, *, sun=1.0, seed=0):
    """The shelf with a pale product before a pale wall in facing b, and so much sun there."""

    def draw(pixels):
        label = np.random.default_rng(3).uniform(205, 230, (8, 4, 3))
        left = scenes.LEFTS["b"]
        pixels[40:144, 100:205] = 210
        pixels[scenes.TOP : scenes.BOTTOM, left : left + scenes.WIDTH] = np.kron(label, np.ones((10, 10, 1)))
        pixels[40:144, 100:205] *= sun

    return scenes.picture("ac", draw=draw, seed=seed)


def test_a_pale_product_that_the_sun_blows_out_is_overexposed_and_others_are_not(scenes, layout) -> None:
    reference = small_picture(pale(scenes))
    lit = [pale(scenes, sun=1.25, seed=number) for number in range(6)]
    assert overexposed(small_picture(lit[0]), reference, layout.places) == {"b"}
    seen = scenes.watched(layout, reference, [pale(scenes, seed=9)] * 3 + lit)[-1]
    assert {name: gate.reason for name, gate in seen.items()} == {
        "a": None,
        "b": UnknownReason.OVEREXPOSED,
        "c": None,
    }


def test_a_sunbeam_that_blows_out_a_third_of_a_facing_leaves_too_little_of_it(scenes, layout) -> None:
    # As somebody in front of so much of it does: `min_visible_share` is 0.7 of a facing.
    reference, now = pale(scenes), pale(scenes)
    left, right = scenes.LEFTS["b"] - 6, scenes.LEFTS["b"] + scenes.WIDTH + 6
    third = left + round(0.38 * (right - left))
    now[:, left - 20 : third] = 255
    assert overexposed(small_picture(now), small_picture(reference), layout.places) == {"b"}
    now[:, left:third] = reference[:, left:third]
    assert overexposed(small_picture(now), small_picture(reference), layout.places) == frozenset()


def test_a_noisy_sensor_hides_no_glare(scenes, layout) -> None:
    def noisy(pixels):
        spread = np.random.default_rng(8).normal(0, 16, pixels.shape)
        return np.clip(pixels + spread, 0, 255).astype(np.uint8)

    reference = small_picture(pale(scenes))
    assert overexposed(small_picture(noisy(pale(scenes, sun=1.25))), reference, layout.places) == {"b"}
    assert overexposed(small_picture(noisy(pale(scenes))), reference, layout.places) == frozenset()


def test_a_white_wall_behind_an_emptied_place_is_seen_and_says_so(scenes, layout) -> None:
    def white_behind(pixels):
        pixels[scenes.TOP : scenes.BOTTOM, scenes.LEFTS["b"] : scenes.LEFTS["b"] + scenes.WIDTH] = 255

    emptied = small_picture(scenes.picture("ac", draw=white_behind))
    assert overexposed(emptied, small_picture(scenes.picture()), layout.places) == frozenset()


def test_a_shelf_that_was_white_in_the_reference_is_not_overexposed(scenes, layout) -> None:
    white = np.full((*scenes.SIZE_HW, 3), 255, np.uint8)
    assert overexposed(small_picture(white), small_picture(white), layout.places) == frozenset()
