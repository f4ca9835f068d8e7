"""The picture that registration works on: small, grey, light taken out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from edgekit.frame import Pixels

__all__ = ["MAX_WIDTH_PX", "Structure", "halved", "structure_of"]

MAX_WIDTH_PX = 480
"""Frames are halved down to this: 1920 and 960 become 480 pixels wide, 1280 and 640 become 320."""
_NEIGHBOURHOOD_PX = 25
_CONTRAST = 40.0
_MIN_SPREAD = 2.0
_GREY = 128.0

Structure = NDArray[np.uint8]
"""uint8 (height, width): each pixel against its neighbourhood, 128 where they agree, spread to a standard contrast."""


def halved(pixels: Pixels, max_width_px: int = MAX_WIDTH_PX) -> Pixels:
    """uint8 (height, width, 3): the frame, halved (2x2 means) until it is no wider than `max_width_px`."""
    import cv2

    small = pixels
    while small.shape[1] > max_width_px and small.shape[0] >= 2:
        height, width = small.shape[0] // 2, small.shape[1] // 2
        small = cv2.resize(small[: 2 * height, : 2 * width], (width, height), interpolation=cv2.INTER_AREA)
    return small


def structure_of(small: Pixels) -> Structure:
    """The structure of a small picture; a lamp, a shadow or automatic exposure hardly change it."""
    import cv2

    grey = cv2.cvtColor(small, cv2.COLOR_BGR2GRAY)
    local = cv2.addWeighted(grey, 0.5, cv2.blur(grey, (_NEIGHBOURHOOD_PX, _NEIGHBOURHOOD_PX)), -0.5, _GREY)
    spread = float(local[::2, ::2].std())
    gain = _CONTRAST / max(spread, _MIN_SPREAD)
    levels = np.clip((np.arange(256) - _GREY) * gain + _GREY, 0, 255).astype(np.uint8)
    structure: Structure = cv2.LUT(local, levels)
    return structure
