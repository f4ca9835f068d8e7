"""What is print and colour in a patch, and what is only noise, light or blur."""

import cv2
import numpy as np
import pytest

from edgekit.shelf.evidence.colours import unseen_around, without_noise
from edgekit.shelf.evidence.edges import PatchShape, edges_of
from edgekit.shelf.evidence.print import densest, sharp


def test_what_a_dark_night_s_noise_adds_to_a_small_facing_is_neither_an_edge_nor_a_colour() -> None:
    wall = np.clip(np.random.default_rng(1).normal(120, 12, (40, 40, 3)), 0, 255).astype(np.uint8)
    clean = without_noise(wall)
    assert edges_of(wall).share > 0.2
    assert edges_of(clean).share < 0.1
    assert unseen_around(clean, PatchShape((32, 32), (4, 4))) < 0.7 * unseen_around(wall, PatchShape((32, 32), (4, 4)))


SHAPE = PatchShape((48, 64), (5, 6))


def goods(seed=0):
    """A product's print, float (76, 58, 3), letters of four pixels."""
    return np.kron(np.random.default_rng(seed).uniform(40, 250, (19, 15, 3)), np.ones((4, 4, 1)))[:76, :58]


def printed(pixels) -> float:
    return float(sharp(without_noise(np.clip(pixels, 0, 255).astype(np.uint8)), SHAPE).mean())


@pytest.mark.parametrize("light", [0.3, 0.6, 1.0])
def test_light_adds_no_print_and_print_is_print_in_the_dark(light) -> None:
    noise = np.random.default_rng(0).normal(0, 2, (76, 58, 3))
    wall = np.repeat(np.linspace(110, 230, 76)[:, None, None], 58, 1).repeat(3, 2)
    assert printed(wall * light + noise) < 0.02
    assert printed(goods() * light + noise) > 0.6


@pytest.mark.parametrize("light", [0.2, 1.0])
def test_what_lies_out_of_focus_behind_the_shelf_is_no_print(light) -> None:
    assert printed(cv2.GaussianBlur(goods(), (0, 0), 6.0) * light) < 0.15


def test_boards_and_rails_that_run_through_are_no_print_and_a_card_as_high_is() -> None:
    wall = np.full((76, 58, 3), 170.0)
    wall[30:34], wall[50:] = 60, 210
    assert printed(wall) == 0.0
    wall[30:34, 20:40] = 240
    assert printed(wall) > 0.02


def test_noise_of_a_dark_night_is_no_print() -> None:
    assert printed(np.random.default_rng(1).normal(40, 6, (76, 58, 3))) < 0.1


def test_a_small_thing_is_as_dense_as_a_large_one_where_it_stands() -> None:
    wall = np.full((76, 58, 3), 120.0)
    wall[44:76, 20:46] = goods()[44:76, 20:46]
    small = sharp(without_noise(wall.astype(np.uint8)), SHAPE)
    assert small.mean() < 0.4
    assert densest(small) > 0.7
