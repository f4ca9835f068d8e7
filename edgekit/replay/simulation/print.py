"""What is printed on a package: bands, marks, pictures and letters that mean nothing."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Colour", "print_label", "random_colour"]

Colour = tuple[float, float, float]

_LETTERS = "ABCDEFGHIKLMNOPRSTUVZ"


def random_colour(random: np.random.Generator) -> Colour:
    """A colour as packages have them: strong ones, pale ones, white, grey and near black, BGR."""
    import colorsys

    draw = random.random()
    if draw < 0.18:
        level = float(random.uniform(205, 250))
        return (level, level - 3, level - 5)
    if draw < 0.3:
        level = float(random.uniform(12, 60))
        return (level, level, level + 5)
    red, green, blue = colorsys.hsv_to_rgb(random.random(), random.uniform(0.05, 0.9), random.uniform(0.25, 0.97))
    return (blue * 255, green * 255, red * 255)


def print_label(pixels: NDArray[Any], random: np.random.Generator, second: Colour, ink: Colour, busy: float) -> None:
    """Print on float32 (height, width, 3), 0-255, in place; `busy` 0 leaves it plain."""
    import cv2

    high, wide = pixels.shape[:2]
    if busy <= 0 or high < 12 or wide < 12:
        return
    field = np.clip(pixels, 0, 255).astype(np.uint8)
    _ground(field, random, second)
    if random.random() < busy:
        centre = (int(wide * random.uniform(0.25, 0.75)), int(high * random.uniform(0.45, 0.8)))
        axes = (int(wide * random.uniform(0.12, 0.38)), int(high * random.uniform(0.06, 0.2)))
        cv2.ellipse(field, centre, axes, random.uniform(-30, 30), 0, 360, random_colour(random), -1, cv2.LINE_AA)
        cv2.ellipse(field, centre, (axes[0] // 2 + 1, axes[1] // 2 + 1), 0, 0, 360, second, -1, cv2.LINE_AA)
    _name(field, random, ink)
    for _ in range(int(busy * random.integers(0, 7))):
        y, x = int(high * random.uniform(0.5, 0.97)), int(wide * random.uniform(0.05, 0.5))
        end = (x + int(wide * random.uniform(0.1, 0.4)), y)
        cv2.line(field, (x, y), end, ink, max(1, high // 90))
    if random.random() < 0.25 * busy:
        _bars(field, random)
    pixels[:] = field


def _ground(field: NDArray[np.uint8], random: np.random.Generator, second: Colour) -> None:
    import cv2

    high, wide = field.shape[:2]
    kind = random.integers(5)
    if kind == 0:
        top = int(high * random.uniform(0, 0.7))
        field[top : top + int(high * random.uniform(0.15, 0.4))] = np.array(second, np.uint8)
    elif kind == 1:
        left = int(wide * random.uniform(0, 0.7))
        field[:, left : left + int(wide * random.uniform(0.1, 0.4))] = np.array(second, np.uint8)
    elif kind == 2:
        slope = int(high * random.uniform(-0.4, 0.4))
        y = int(high * random.uniform(0.3, 0.7))
        cv2.fillPoly(field, [np.array([(0, y), (wide, y + slope), (wide, high), (0, high)])], second)
    elif kind == 3:
        step = max(4, int(wide * random.uniform(0.08, 0.25)))
        for x in range(0, wide, 2 * step):
            field[:, x : x + step] = (field[:, x : x + step] * 0.6 + np.array(second) * 0.4).astype(np.uint8)


def _name(field: NDArray[np.uint8], random: np.random.Generator, ink: Colour) -> None:
    import cv2

    high, wide = field.shape[:2]
    word = "".join(random.choice(list(_LETTERS), int(random.integers(3, 8))))
    font = int(random.choice([cv2.FONT_HERSHEY_DUPLEX, cv2.FONT_HERSHEY_TRIPLEX, cv2.FONT_HERSHEY_SIMPLEX]))
    thick = max(1, wide // 60)
    (length, tall), _ = cv2.getTextSize(word, font, 1.0, thick)
    size = min(wide * random.uniform(0.6, 0.95) / length, high * 0.3 / tall)
    origin = (int((wide - length * size) / 2), int(high * random.uniform(0.15, 0.5)))
    cv2.putText(field, word, origin, font, size, ink, thick, cv2.LINE_AA)


def _bars(field: NDArray[np.uint8], random: np.random.Generator) -> None:
    high, wide = field.shape[:2]
    top, left = int(high * 0.85), int(wide * random.uniform(0.5, 0.7))
    field[top : top + high // 9, left : left + wide // 4] = 240
    for x in range(left, left + wide // 4, 3):
        if random.random() < 0.6:
            field[top : top + high // 10, x : x + 1 + int(random.integers(2))] = 15
