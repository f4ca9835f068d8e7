"""What is left where a product was cut out of a photograph: a back wall in the dark, and the board."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from edgekit.frame import Pixels
from edgekit.replay.simulation.print import Colour

__all__ = ["draw_recess", "wall_colour"]


def wall_colour(picture: Pixels, random: np.random.Generator) -> Colour:
    """A back wall for this photograph: dark, grey or pale, in the tint of its light."""
    tint = picture.reshape(-1, 3).mean(0)
    level = float(random.choice([28, 55, 95, 140, 180]) * random.uniform(0.85, 1.15))
    colour = level * (0.6 + 0.4 * tint / max(1.0, float(tint.mean())))
    return (float(colour[0]), float(colour[1]), float(colour[2]))


def draw_recess(
    picture: Pixels, shape: NDArray[np.uint8], at_xy: tuple[int, int], wall: Colour, random: np.random.Generator
) -> None:
    """Paint an empty place into `picture`, in place.

    Args:
        picture: uint8 (height, width, 3).
        shape: uint8 mask of the place; 255 is inside.
        at_xy: where its upper left corner is in the picture.
        wall: colour of the back wall.
        random: decides shading and grain.
    """
    import cv2

    (x, y), (height, width) = at_xy, shape.shape
    part = picture[y : y + height, x : x + width]
    around = 12
    top, left = max(0, y - around), max(0, x - around)
    near = picture[top : y + height + around, left : x + width + around]
    hole = np.zeros(near.shape[:2], np.uint8)
    hole[y - top : y - top + height, x - left : x - left + width] = shape
    healed = cv2.inpaint(near, cv2.dilate(hole, np.ones((3, 3), np.uint8)), 5, cv2.INPAINT_TELEA)
    smooth = cv2.GaussianBlur(healed, (0, 0), max(2.0, width / 8))[y - top :, x - left :][:height, :width]
    empty = np.empty((height, width, 3), np.float32)
    empty[:] = wall
    down = np.linspace(0, 1, height)[:, None, None]
    across = np.abs(np.linspace(-1, 1, width))[None, :, None]
    empty *= random.uniform(0.55, 0.75) + random.uniform(0.3, 0.5) * down
    empty *= 1 - random.uniform(0.1, 0.35) * across**3
    board = round(height * random.uniform(0.06, 0.16))
    below = smooth[-board:].astype(np.float32).mean((0, 1))
    empty[height - board :] = np.clip(below * random.uniform(0.7, 1.05), 0, 255)
    empty[height - board : height - board + max(1, board // 6)] *= 0.6
    empty = empty * 0.82 + smooth * 0.18
    empty += random.normal(0, 2.5, empty.shape)
    if random.random() < 0.3:
        step = int(random.uniform(6, 14))
        empty[::step, ::step] *= 0.7
    inside = shape > 127
    part[inside] = np.clip(empty, 0, 255).astype(np.uint8)[inside]
