"""Colours of a facing's patch, whatever the light: how far they are from the reference's, and from what lies around."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from edgekit.shelf.evidence.edges import PatchShape

__all__ = ["apart_from_surroundings", "chroma_of", "colour_distance"]

_DARK: Final = 30.0
"""Sum of the channels that black is lifted by: noise of dark pixels has no colour."""
_RIM: Final = 6
"""The outer sixth on each side belongs to the wall rather than to the product."""


def chroma_of(patch: NDArray[np.uint8]) -> NDArray[np.float32]:
    """float32 (height, width, 3): each channel's share of the light."""
    values = patch.astype(np.float32)
    shares: NDArray[np.float32] = values / (values.sum(2, keepdims=True) + np.float32(_DARK))
    return shares


def colour_distance(
    expected: NDArray[np.float32], now: NDArray[np.float32], shape: PatchShape, shift_xy: tuple[int, int]
) -> float:
    """Mean difference of two chroma patches with their margins, in the middle of the facing; 0 to 2.

    Args:
        expected: of the reference.
        now: of the sample.
        shape: of both.
        shift_xy: where the facing is in `now` (Likeness.shift_xy).
    """
    there = _middle(now, shape.size_wh, shift_xy)
    return float(np.abs(_middle(expected, shape.size_wh, shape.shift_xy) - there).sum(2).mean())


def apart_from_surroundings(now: NDArray[np.float32], shape: PatchShape) -> float:
    """Mean difference of the facing's middle to the median colour of the margin around it; 0 to 2.

    An empty place shows the wall that is seen around it; another product mostly does not.
    """
    x, y = shape.shift_xy
    height, width = now.shape[:2]
    around = np.ones((height, width), np.bool_)
    around[y : height - y, x : width - x] = False
    if not around.any():
        return 0.0
    return float(np.abs(_middle(now, shape.size_wh, shape.shift_xy) - np.median(now[around], axis=0)).sum(2).mean())


def _middle(chroma: NDArray[np.float32], size_wh: tuple[int, int], from_xy: tuple[int, int]) -> NDArray[np.float32]:
    (width, height), (x, y) = size_wh, from_xy
    return chroma[y + height // _RIM : y + height - height // _RIM, x + width // _RIM : x + width - width // _RIM]
