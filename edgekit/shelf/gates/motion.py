"""Whether something moves inside a facing: now against a moment ago, light taken out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from edgekit.shelf.gates.layout import FacingPlace

__all__ = ["Recent", "changed_pixels", "light_gain", "moving_share", "remembered"]

Grey = NDArray[np.uint8]
Recent = tuple[tuple[float, Grey], ...]
"""Small grey pictures of the last moments with their times, oldest first."""

MOTION_SPAN_S = 0.4
"""A slow hand moves too little from one frame to the next at 30 frames/s, so that the past of 0.4 s is asked too."""
_SPACING_S = 0.05
_MIN_DIFFERENCE = 8.0
"""Grey levels; sensor noise of 8 levels is 2 after 4x4 means, and 3 sigma of a difference of two such 8.5."""
_NOISE_FACTOR = 6.0
MOVING_SHARE = 0.02
_MOVING_PIXELS = 3


def light_gain(now: Grey, before: Grey) -> float:
    """By what the light has been multiplied since `before`: median over every fourth pixel each way."""
    new = now[::4, ::4].astype(np.float32)
    old = before[::4, ::4].astype(np.float32)
    usable = (new < 250) & (old < 250)  # clipped pixels know nothing of the gain
    if not usable.any():
        return 1.0
    return float(np.median((new[usable] + 4) / (old[usable] + 4)))


def changed_pixels(now: Grey, before: Grey) -> NDArray[np.uint8]:
    """uint8 (height, width): 1 where the picture changed by more than light and noise explain."""
    import cv2

    gain = light_gain(now, before)
    expected = before if abs(gain - 1) < 0.01 else cv2.convertScaleAbs(before, alpha=gain, beta=4 * (gain - 1))
    difference = cv2.absdiff(now, expected)
    noise = float(np.median(difference[::4, ::4]))
    threshold = max(_MIN_DIFFERENCE, min(_NOISE_FACTOR * noise, 3 * _MIN_DIFFERENCE))
    changed: NDArray[np.uint8] = cv2.threshold(difference, threshold, 1, cv2.THRESH_BINARY)[1]
    return changed


def moving_share(changed: Sequence[NDArray[np.uint8]], place: FacingPlace) -> float:
    """The largest share (0-1) of the facing's pixels that changed, among several comparisons."""
    import cv2

    most = max(
        (cv2.countNonZero(cv2.bitwise_and(one[place.rows, place.columns], place.mask)) for one in changed), default=0
    )
    return 0.0 if most < _MOVING_PIXELS else most / place.area_px


def remembered(recent: Recent, time_s: float, grey: Grey) -> Recent:
    """`recent` with this sample, and without what is older than MOTION_SPAN_S (one older stays)."""
    if recent and time_s - recent[-1][0] < _SPACING_S:
        return recent
    kept = [entry for entry in recent if time_s - entry[0] <= MOTION_SPAN_S + 1e-6]
    return (*(kept or recent[-1:]), (time_s, grey))
