"""Units behind each other: the next one looks smaller, darker and higher, and is one unit less."""

import cv2
import numpy as np
import pytest

from edgekit.shelf.evidence.edges import PatchShape, patch_of
from edgekit.shelf.evidence.files import Front, foremost, front_look
from edgekit.shelf.gates.layout import layout_of
from edgekit.shelf.registration import register

LIFT = 6


SHAPE = PatchShape((37, 64), (4, 16))


def fronts(scenes, deeper, *, light=1.0, smaller=0.9, darker=0.8, lift=LIFT):
    """The shelf whose foremost unit of facing a stands `deeper` places behind the first."""
    pixels = scenes.picture().astype(np.float32)
    left, bottom = scenes.LEFTS["a"], scenes.BOTTOM
    product = pixels[scenes.TOP : bottom, left : left + scenes.WIDTH].copy()
    pixels[scenes.TOP : bottom, left : left + scenes.WIDTH] = scenes.picture("bc")[
        scenes.TOP : bottom, left : left + scenes.WIDTH
    ]
    size = smaller**deeper
    small = cv2.resize(product, None, fx=size, fy=size, interpolation=cv2.INTER_AREA) * darker**deeper
    height, width = small.shape[:2]
    foot, left = bottom - lift * deeper, left + (scenes.WIDTH - width) // 2
    pixels[foot - height : foot, left : left + width] = small
    return np.clip(pixels * light, 0, 255).astype(np.uint8)


def front(scenes, pixels) -> Front:
    planogram = scenes.planogram(capacity=3)
    place = layout_of(planogram.facings, register(scenes.SIZE_HW, scenes.SIZE_HW)).places[0]
    return foremost(front_look(patch_of(scenes.picture(), place, SHAPE), SHAPE), patch_of(pixels, place, SHAPE))


def steps(scenes, pixels) -> int:
    return front(scenes, pixels).steps(3)


@pytest.mark.parametrize("deeper", [0, 1, 2])
def test_each_place_deeper_is_a_step(scenes, deeper) -> None:
    assert steps(scenes, fronts(scenes, deeper)) == deeper


def test_a_unit_that_is_hardly_smaller_and_darker_is_a_step(scenes) -> None:
    assert steps(scenes, fronts(scenes, 1, smaller=0.96, darker=0.9, lift=3)) == 1


def test_so_is_one_that_is_smaller_in_even_light_seen_from_the_front(scenes) -> None:
    assert steps(scenes, fronts(scenes, 1, smaller=0.92, darker=1.0, lift=0)) == 1


def test_a_higher_foot_alone_is_no_step(scenes) -> None:
    assert steps(scenes, scenes.picture(lift=8)) == 0


@pytest.mark.parametrize("light", [0.5, 0.7, 1.2])
def test_another_light_is_no_step(scenes, light) -> None:
    assert steps(scenes, fronts(scenes, 0, light=light)) == 0


@pytest.mark.parametrize("aside", [-4, 4])
def test_a_product_put_back_aside_is_no_step(scenes, aside) -> None:
    assert steps(scenes, scenes.picture(aside={"a": aside}, lift=1)) == 0


def test_less_light_before_a_black_wall_is_no_step(scenes) -> None:
    def black(pixels):
        pixels[30:145] = (6, 6, 6)
        left = scenes.LEFTS["a"]
        print_ = np.random.default_rng(2).uniform(60, 230, (8, 4, 3))
        pixels[scenes.TOP : scenes.BOTTOM, left : left + scenes.WIDTH] = np.kron(print_, np.ones((10, 10, 1)))

    planogram = scenes.planogram(capacity=3)
    place = layout_of(planogram.facings, register(scenes.SIZE_HW, scenes.SIZE_HW)).places[0]
    bright, dim = (scenes.picture("", draw=black, light=light, noise=0.5) for light in (1.0, 0.7))
    assert foremost(front_look(patch_of(bright, place, SHAPE), SHAPE), patch_of(dim, place, SHAPE)).steps(3) == 0


def test_the_next_of_three_may_be_a_fifth_smaller_and_much_darker(scenes) -> None:
    assert steps(scenes, fronts(scenes, 1, smaller=0.82, darker=0.65, lift=3)) == 1


def test_of_more_units_each_is_slimmer_and_the_same_look_is_more_places_back(scenes) -> None:
    found = front(scenes, fronts(scenes, 2))
    assert (found.steps(3), found.steps(6)) == (2, 3)


def test_far_back_a_unit_is_looked_for_beyond_where_they_mostly_stand(scenes) -> None:
    found = front(scenes, fronts(scenes, 1, smaller=0.66, darker=0.7, lift=8))
    assert found.stands
    assert found.far
    assert not front(scenes, fronts(scenes, 1)).far


def test_an_emptied_place_has_no_foremost_unit(scenes) -> None:
    emptied, full = front(scenes, scenes.picture("bc")), front(scenes, fronts(scenes, 1))
    assert not emptied.stands
    assert emptied.likeness < 0.25
    assert full.stands
    assert full.likeness > 0.5
