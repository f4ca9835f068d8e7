"""Pictures with an outline, and how they are turned and laid on others."""

from __future__ import annotations

from dataclasses import dataclass
from math import radians, sin

import cv2
import numpy as np
from numpy.typing import NDArray

__all__ = ["Canvas", "Colour", "Layer", "Mask", "Size", "bent", "filled", "laid", "lying", "turned"]

Canvas = NDArray[np.float32]
"""float32 (height, width, 3) BGR, 0-255 and beyond."""

Mask = NDArray[np.float32]
"""float32 (height, width), 0-1."""

Colour = NDArray[np.float64]
"""float64 (3,) BGR, 0-255 and beyond; OpenCV draws with no float32."""

Size = tuple[int, int]
"""Width and height in pixels."""

_UPRIGHT_DEG = 0.3
"""A layer turned by less is left as it is."""


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """Something that can be laid on a picture.

    Attributes:
        pixels: float32 (height, width, 3) BGR.
        alpha: float32 (height, width), 1 where it covers.
    """

    pixels: Canvas
    alpha: Mask

    @property
    def size_wh(self) -> Size:
        """Width and height in pixels."""
        return self.alpha.shape[1], self.alpha.shape[0]


def filled(size_wh: Size, colour: Colour) -> Canvas:
    """A canvas of one colour."""
    canvas = np.empty((size_wh[1], size_wh[0], 3), np.float32)
    canvas[:] = colour
    return canvas


def laid(canvas: Canvas, layer: Layer, x: int, y: int, gain: float = 1.0) -> None:
    """Lay a layer's left upper corner at (x, y), its colours times `gain`; what is beyond the canvas is lost."""
    (width, height), (wide, high) = layer.size_wh, canvas.shape[1::-1]
    left, top, right, bottom = max(0, x), max(0, y), min(wide, x + width), min(high, y + height)
    if right <= left or bottom <= top:
        return
    inside = np.s_[top - y : bottom - y, left - x : right - x]
    under, alpha = canvas[top:bottom, left:right], layer.alpha[inside][..., None]
    under += (layer.pixels[inside] * np.float32(gain) - under) * alpha


def turned(layer: Layer, angle_deg: float) -> tuple[Layer, int]:
    """A layer turned about its middle, counter-clockwise, and by how many pixels it has grown on each side."""
    if abs(angle_deg) < _UPRIGHT_DEG:
        return layer, 0
    width, height = layer.size_wh
    grown = int(abs(sin(radians(angle_deg))) * max(width, height) / 2) + 2
    size = (width + 2 * grown, height + 2 * grown)
    matrix = cv2.getRotationMatrix2D((size[0] / 2, size[1] / 2), angle_deg, 1)
    sides = (grown, grown, grown, grown)
    pixels = cv2.copyMakeBorder(layer.pixels, *sides, cv2.BORDER_REPLICATE)
    alpha = cv2.copyMakeBorder(layer.alpha, *sides, cv2.BORDER_CONSTANT, value=0)
    pixels = cv2.warpAffine(pixels, matrix, size, borderMode=cv2.BORDER_REPLICATE)
    return Layer(pixels, cv2.warpAffine(alpha, matrix, size)), grown


def lying(layer: Layer, quarter_turns: int, widest: float) -> Layer:
    """A layer on its side (1, 3) or upside down (2), made as small as is needed to be no wider than `widest` pixels."""
    pixels, alpha = (np.rot90(part, quarter_turns).copy() for part in (layer.pixels, layer.alpha))
    share = min(1.0, widest / alpha.shape[1])
    size = (max(1, round(alpha.shape[1] * share)), max(1, round(alpha.shape[0] * share)))
    return Layer(*(cv2.resize(part, size, interpolation=cv2.INTER_AREA) for part in (pixels, alpha)))


def bent(canvas: Canvas, matrix: NDArray[np.float32]) -> Canvas:
    """A picture seen through an affine (2, 3) matrix, which takes its points to where they are seen."""
    seen: Canvas = cv2.warpAffine(canvas, matrix, canvas.shape[1::-1], borderMode=cv2.BORDER_REPLICATE)
    return seen
