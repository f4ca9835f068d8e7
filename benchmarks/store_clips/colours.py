"""Colours, blue first, as cv2 draws them."""

from __future__ import annotations

import cv2
import numpy as np

Colour = tuple[int, int, int]
Opaque = tuple[int, int, int, int]


def hsv(hue: int, saturation: int, value: int) -> Colour:
    """The colour of a hue (0 to 179, taken modulo 180), a saturation and a value (0 to 255)."""
    pixel = cv2.cvtColor(np.array([[[hue % 180, saturation, value]]], np.uint8), cv2.COLOR_HSV2BGR)[0, 0]
    return int(pixel[0]), int(pixel[1]), int(pixel[2])


def shaded(colour: Colour, share: float) -> Colour:
    """The colour with so much of its light."""
    return int(colour[0] * share), int(colour[1] * share), int(colour[2] * share)


def dimmed(colour: Colour, share: float) -> tuple[float, float, float]:
    """As `shaded`, not cut down to whole numbers: cv2 rounds them."""
    return colour[0] * share, colour[1] * share, colour[2] * share


def opaque(colour: Colour) -> Opaque:
    """The colour for a sprite, nothing shining through."""
    return *colour, 255
