"""The light on a scene: level, slope, patches, reflections, coloured lamps, another tone curve."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from comparator.chance import factor
from comparator.layers import Canvas, Mask, Size
from comparator.photographs import Photographs, part_of

__all__ = ["Light", "random_light"]


@dataclass(frozen=True, slots=True, eq=False)
class Light:
    """What becomes of a scene's colours.

    Attributes:
        gain: float32 (height or 1, width or 1, 3), factors of blue, green and red.
        veil: float32 (height, width, 3), added: a reflection or haze.
        greyed: 0-1, how much of the colour is lost.
        gamma: exponent of the tone curve; 1 leaves it.
    """

    gain: NDArray[np.float32]
    veil: Canvas | None
    greyed: float
    gamma: float

    def on(self, scene: Canvas) -> Canvas:
        """The scene in this light."""
        lit = scene * self.gain
        if self.veil is not None:
            lit += self.veil
        if self.greyed:
            lit += (lit.mean(2, keepdims=True) - lit) * np.float32(self.greyed)
        if self.gamma != 1:
            lit = 255 * cv2.pow(np.clip(lit, 0, 255) / 255, self.gamma)
        return lit


def random_light(random: np.random.Generator, photographs: Photographs, size_wh: Size, strength: float) -> Light:
    """Some light; the larger `strength` (0.2-1.4), the more often and the further from even."""
    width, height = size_wh
    gain = np.ones((1, 1, 3), np.float32)
    if random.random() < 0.8:
        gain = gain * _float32(factor(random, 0.28 * strength) * np.exp(random.normal(0, 0.05 * strength, 3)))
    if random.random() < 0.4:
        across, down = random.normal(0, 0.25 * strength, 2)
        gain = gain * _float32(np.exp(across * _axis(width)))[None, :, None]
        gain = gain * _float32(np.exp(down * _axis(height)))[:, None, None]
    if random.random() < 0.25 * strength:
        patch = _patch(random, size_wh)[..., None]
        change = random.uniform(1.25, 2.4) if random.random() < 0.5 else random.uniform(0.35, 0.8)
        gain = gain * (1 + np.float32(change - 1) * patch) * (1 + patch * _float32(random.normal(0, 0.05, 3)))
    veil = None
    if random.random() < 0.12 * strength:
        share = random.uniform(0.05, 0.3)
        veil = _reflection(random, photographs, size_wh) * np.float32(share)
        gain = gain * np.float32(1 - 0.6 * share)
    if random.random() < 0.1 * strength:
        lamp = _float32(np.exp(random.normal(0, 0.18, 3)))
        gain, veil = gain * lamp, None if veil is None else veil * lamp
    greyed = random.uniform(0.4, 1) if random.random() < 0.06 * strength else 0.0
    return Light(gain, veil, greyed, factor(random, 0.2) if random.random() < 0.3 * strength else 1.0)


def _patch(random: np.random.Generator, size_wh: Size) -> Mask:
    """A half or a quadrangle of the picture, with soft edges: sun or shade."""
    width, height = size_wh
    patch = np.zeros((height, width), np.float32)
    if random.random() < 0.6:
        angle, beyond = random.uniform(0, np.pi), random.normal(0, 0.5)
        patch[_axis(width) * np.cos(angle) + _axis(height)[:, None] * np.sin(angle) > beyond] = 1
    else:
        corners = random.uniform(-0.2, 1.2, (4, 2)) * size_wh
        cv2.fillPoly(patch, [corners.astype(np.int32)], 1)
    soft: Mask = cv2.GaussianBlur(patch, (0, 0), random.uniform(0.6, 8))
    return soft


def _reflection(random: np.random.Generator, photographs: Photographs, size_wh: Size) -> Canvas:
    if random.random() < 0.6:
        mirrored = part_of(random, photographs.grocery(random), size_wh).astype(np.float32)
        blurred: Canvas = cv2.GaussianBlur(mirrored, (0, 0), random.uniform(1, 6))
        return blurred
    return np.full((size_wh[1], size_wh[0], 3), random.uniform(120, 255), np.float32)


def _axis(length: int) -> NDArray[np.float64]:
    """-1 to 1, one for each pixel."""
    return np.arange(length) / length * 2 - 1


def _float32(values: NDArray[np.float64]) -> NDArray[np.float32]:
    return values.astype(np.float32)
