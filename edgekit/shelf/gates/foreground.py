"""What differs from the background by more than light, shadow and noise explain."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edgekit.frame import Pixels
from edgekit.shelf.gates.light import CLIPPED, Gain

__all__ = ["Foreground", "foreground_of"]

_MIN_DIFFERENCE = 24.0
_NOISE_FACTOR = 3.5
"""Of the median difference, the largest of three channels': 4 sigma of the sensor's noise."""
_SHADOW = (0.5, 1.35)
"""A shadow or a brighter lamp multiplies a pixel by this; more is an object, as is another colour."""
_MIN_COLOUR_DIFFERENCE = 12.0


@dataclass(frozen=True, slots=True, eq=False)
class Foreground:
    """What differs from the background in one sample.

    Attributes:
        mask: uint8 (height, width), 1 where it does by more than light and shadow explain.
        share: share (0-1) of the picture.
        darker: the same, and 1 where a shadow or a lamp would explain it, too: cloth may be as grey as a shaded wall.
    """

    mask: NDArray[np.uint8]
    share: float
    darker: NDArray[np.uint8]


def foreground_of(colours: NDArray[np.float32], small: Pixels, gain: Gain) -> Foreground:
    """Find what differs from the background.

    Args:
        colours: float32 (height, width, 3) BGR, the background.
        small: the sample's small picture.
        gain: by what the light has been multiplied since the background.
    """
    import cv2

    expected = cv2.convertScaleAbs(cv2.add(cv2.multiply(colours, _each(gain)), _each(4 * (gain - 1))))
    # What was clipped white may have been brighter by any amount.
    brightest = np.where(colours >= CLIPPED, np.uint8(255), expected)
    # By the channel that differs most: purple cloth is as bright as a grey wall.
    blue, green, red = cv2.split(cv2.max(cv2.subtract(small, brightest), cv2.subtract(expected, small)))
    difference = cv2.max(cv2.max(blue, green), red)
    sampled = difference[::4, ::4].ravel()
    noise = float(np.partition(sampled, sampled.size // 2)[sampled.size // 2])
    least = max(_MIN_DIFFERENCE, min(_NOISE_FACTOR * noise, 2 * _MIN_DIFFERENCE))
    changed = cv2.threshold(difference, least, 1, cv2.THRESH_BINARY)[1]
    where = np.flatnonzero(changed)
    if not where.size:
        return Foreground(changed, 0.0, changed)
    either_way = changed.copy()
    now = np.ascontiguousarray(small.reshape(-1, 3)[where].T, np.float32)  # (3, n): sums over short rows are slow
    before = np.ascontiguousarray(colours.reshape(-1, 3)[where].T) * gain[:, None]
    ratio = (now.sum(0) + np.float32(12)) / (before.sum(0) + np.float32(12))
    recoloured = np.abs(now - before * ratio).max(0) > _MIN_COLOUR_DIFFERENCE
    lit = ~recoloured & (ratio > _SHADOW[0]) & (ratio < _SHADOW[1])
    changed.reshape(-1)[where[lit]] = 0
    return Foreground(changed, float(where.size - np.count_nonzero(lit)) / changed.size, either_way)


def _each(values: Gain) -> tuple[float, float, float, float]:
    """As OpenCV wants one number a channel."""
    return float(values[0]), float(values[1]), float(values[2]), 0.0
