"""The light of a sample, told from the background's: by how much each channel is brighter, and a background in it."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from edgekit.frame import Pixels

__all__ = ["CLIPPED", "LEAST_GAIN", "Gain", "light_gain", "relit"]

CLIPPED: Final = 250
LEAST_GAIN: Final = np.float32(0.05)
_SAME_EDGES, _WINDOW_SHARE = 0.5, 1 / 12
"""Correlation of edges from which a place shows what it did, looked at in windows of so much of the picture's width."""
_FAINT_EDGE: Final = 2.5
"""Grey levels a pixel, root of the mean square over a window, up to which a place has no edges to tell it by."""
_MOSTLY: Final = 0.5
_LIGHT_SHARE, _LIT_SHARE = 1 / 3, 0.02
"""Light changes little over so much of the picture's width; it is measured where so much of that shows what it did."""

Gain = NDArray[np.float32]
"""(3,): by what the light of each channel has been multiplied, in the order of the picture's channels."""


def light_gain(now: Pixels, before: Pixels | NDArray[np.float32]) -> Gain:
    """By what the light of each channel has been multiplied: median over every fourth pixel each way, unless clipped.

    Lamps and automatic white balance change colours, and not only how bright they are.
    """
    new, old = (picture[::4, ::4].reshape(-1, 3).astype(np.float32) for picture in (now, before))
    gain = np.ones(3, np.float32)
    for channel, (one, other) in enumerate(zip(new.T, old.T, strict=True)):
        usable = np.maximum(one, other) < CLIPPED
        if usable.any():
            ratios = (one[usable] + 4) / (other[usable] + 4)
            gain[channel] = np.partition(ratios, ratios.size // 2)[ratios.size // 2]
    return gain


def relit(
    colours: NDArray[np.float32], grey: NDArray[np.uint8], small: Pixels, now: NDArray[np.uint8]
) -> NDArray[np.float32] | None:
    """A background in a sample's light: as the sample has it where it shows what it did, elsewhere by the light there.

    Whoever stands before the scene while its light changes is not taken for a part of it.

    Args:
        colours: float32 (height, width, 3) BGR, the background.
        grey: uint8 (height, width), the same.
        small, now: of the sample.

    Returns:
        As `colours`; None where the sample shows mostly something else.
    """
    import cv2

    same, told = _same_edges(grey, now)
    if np.count_nonzero(same) < _MOSTLY * np.count_nonzero(told):
        return None
    window = (max(3, round(_LIGHT_SHARE * small.shape[1])),) * 2
    shared = cv2.blur(same.astype(np.float32), window)[..., None]
    of_now, of_before = (
        cv2.blur(np.where(same[..., None], one, 0).astype(np.float32), window) for one in (small, colours)
    )
    here = (of_now + shared) / np.maximum(of_before + shared, LEAST_GAIN)
    gain = np.where(shared >= _LIT_SHARE, here, light_gain(small, colours))
    return np.where(same[..., None], small, np.clip(colours * gain, 0, 255)).astype(np.float32)


def _same_edges(before: NDArray[np.uint8], now: NDArray[np.uint8]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Bool (height, width): where two pictures show the same edges, in whatever light; and where either has any."""
    import cv2

    window = (max(3, round(_WINDOW_SHARE * before.shape[1])),) * 2
    was, is_now = ([cv2.Sobel(one, cv2.CV_32F, *way, scale=1 / 8) for way in ((1, 0), (0, 1))] for one in (before, now))
    both, of_before, of_now = (
        cv2.blur(first[0] * second[0] + first[1] * second[1], window)
        for first, second in ((was, is_now), (was, was), (is_now, is_now))
    )
    told: NDArray[np.bool_] = np.maximum(of_before, of_now) > _FAINT_EDGE**2
    other = told & (both < _SAME_EDGES * np.sqrt(of_before * of_now))
    # Beside other edges a window sees both: only what is well away from any counts as the same.
    return told & (cv2.dilate(other.astype(np.uint8), np.ones(window, np.uint8)) == 0), told
