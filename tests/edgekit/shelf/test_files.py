"""Units behind each other: the next one looks smaller, higher and darker, and is one unit less."""

import cv2
import numpy as np
import pytest

from edgekit.shelf.evidence.files import expected_file, steps_back
from edgekit.shelf.gates.layout import layout_of
from edgekit.shelf.registration import register

LIFT = 6


def fronts(scenes, deeper, *, light=1.0):
    """The shelf whose foremost unit of facing a stands `deeper` places behind the first."""
    pixels = scenes.picture().astype(np.float32)
    left, bottom = scenes.LEFTS["a"], scenes.BOTTOM
    product = pixels[scenes.TOP : bottom, left : left + scenes.WIDTH].copy()
    pixels[scenes.TOP : bottom, left : left + scenes.WIDTH] = scenes.picture("bc")[
        scenes.TOP : bottom, left : left + scenes.WIDTH
    ]
    small = cv2.resize(product, None, fx=0.95**deeper, fy=0.95**deeper, interpolation=cv2.INTER_AREA) * 0.85**deeper
    height, width = small.shape[:2]
    foot, left = bottom - LIFT * deeper, left + (scenes.WIDTH - width) // 2
    pixels[foot - height : foot, left : left + width] = small
    return np.clip(pixels * light, 0, 255).astype(np.uint8)


def steps(scenes, pixels) -> int:
    planogram = scenes.planogram(capacity=3)
    place = layout_of(planogram.facings, register(scenes.SIZE_HW, scenes.SIZE_HW)).places[0]
    return steps_back(expected_file(scenes.picture(), place), pixels, place)


@pytest.mark.parametrize("deeper", [0, 1, 2])
def test_each_place_deeper_is_a_step(scenes, deeper) -> None:
    assert steps(scenes, fronts(scenes, deeper)) == deeper


@pytest.mark.parametrize("light", [0.5, 0.7, 1.2])
def test_another_light_is_no_step(scenes, light) -> None:
    assert steps(scenes, fronts(scenes, 0, light=light)) == 0


@pytest.mark.parametrize("aside", [-4, 4])
def test_a_product_put_back_aside_is_no_step(scenes, aside) -> None:
    assert steps(scenes, scenes.picture(aside={"a": aside}, lift=1)) == 0


def test_an_emptied_place_says_nothing_of_steps(scenes) -> None:
    assert steps(scenes, scenes.picture("bc")) == 0
