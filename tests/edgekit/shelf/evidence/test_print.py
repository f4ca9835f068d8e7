"""What is print and colour in a patch, and what is only noise, light or blur."""

import cv2
import numpy as np

from edgekit.shelf.evidence.colours import unseen_around, without_noise
from edgekit.shelf.evidence.edges import PatchShape, edges_of, printed


def test_what_a_dark_night_s_noise_adds_to_a_small_facing_is_neither_an_edge_nor_a_colour() -> None:
    wall = np.clip(np.random.default_rng(1).normal(120, 12, (40, 40, 3)), 0, 255).astype(np.uint8)
    clean = without_noise(wall)
    assert edges_of(wall).share > 0.2
    assert edges_of(clean).share < 0.1
    assert unseen_around(clean, PatchShape((32, 32), (4, 4))) < 0.7 * unseen_around(wall, PatchShape((32, 32), (4, 4)))


def test_light_adds_no_print_and_print_is_print_in_the_dark() -> None:
    shape, rng = PatchShape((24, 32), (4, 4)), np.random.default_rng(0)
    wall = np.repeat(np.linspace(110, 230, 40)[:, None, None], 32, 1).repeat(3, 2) + rng.normal(0, 2, (40, 32, 3))
    product = np.kron(rng.uniform(40, 250, (10, 8, 3)), np.ones((4, 4, 1)))
    for light in (0.3, 0.6, 1.0):
        assert printed((wall * light).astype(np.uint8), shape).mean() < 0.05
        assert printed((product * light).astype(np.uint8), shape).mean() > 0.5


def test_what_lies_blurred_in_the_dark_at_the_back_is_no_print() -> None:
    goods = np.kron(np.random.default_rng(0).uniform(40, 250, (10, 8, 3)), np.ones((4, 4, 1)))
    behind = cv2.GaussianBlur(goods, (0, 0), 2.0) * 0.2
    assert printed(behind.astype(np.uint8), PatchShape((24, 32), (4, 4))).mean() < 0.15
