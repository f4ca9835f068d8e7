"""Colours, factors and clouds by chance."""

from __future__ import annotations

import cv2
import numpy as np

from comparator.layers import Colour, Mask, Size

__all__ = ["cloud", "colour", "factor", "grey"]


def factor(random: np.random.Generator, spread: float) -> float:
    """A factor about 1, as often below as above; `spread` is its logarithm's deviation."""
    return float(np.exp(random.normal(0, spread)))


def grey(random: np.random.Generator, low: float, high: float, tint: float = 0.0) -> Colour:
    """A grey of `low` to `high`, a little coloured; `tint` is the deviation of its channels' logarithms."""
    return np.full(3, random.uniform(low, high)) * np.exp(random.normal(0, tint, 3))


def colour(random: np.random.Generator) -> Colour:
    """A colour of packages and fittings: rather strong and bright, a quarter of them grey."""
    if random.random() < 0.25:
        return grey(random, 10, 245, 0.04)
    hsv = (random.integers(180), 255 * random.beta(2.2, 1.5), 255 * random.beta(3, 1.4))
    bgr = cv2.cvtColor(np.array(((hsv,),)).astype(np.uint8), cv2.COLOR_HSV2BGR)[0, 0]
    return np.asarray(bgr, np.float64)


def cloud(random: np.random.Generator, size_wh: Size, grain_px: float) -> Mask:
    """float32 (height, width): normal noise, smooth over `grain_px`."""
    width, height = size_wh
    coarse = (max(2, int(height / grain_px) + 2), max(2, int(width / grain_px) + 2))
    noise = random.standard_normal(coarse, np.float32)
    smooth: Mask = cv2.resize(noise, size_wh, interpolation=cv2.INTER_CUBIC)
    return smooth
