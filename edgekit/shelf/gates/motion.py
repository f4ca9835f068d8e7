"""Whether something moves inside a facing: now against a moment ago, light and shadow taken out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edgekit.shelf.gates.layout import FacingPlace

__all__ = [
    "MOVING_SHARE",
    "Recent",
    "Texture",
    "beyond_neighbours",
    "changed_pixels",
    "lasting",
    "moving_share",
    "remembered",
    "texture_of",
    "without_bands",
]

Grey = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Texture:
    """A texture picture, and the highest and lowest of each pixel's neighbours: uint8 (height, width) each."""

    picture: Grey
    highest: Grey
    lowest: Grey

    def of(self, place: FacingPlace) -> Texture:
        """Of one facing's bounding box alone."""
        rows, columns = place.rows, place.columns
        return Texture(self.picture[rows, columns], self.highest[rows, columns], self.lowest[rows, columns])

    def copied(self) -> Texture:
        """Pixels of its own, so that a larger picture is not kept for them."""
        return Texture(self.picture.copy(), self.highest.copy(), self.lowest.copy())


Recent = tuple[tuple[float, Texture], ...]
"""Texture pictures of the last moments with their times, oldest first."""

MOTION_SPAN_S = 0.45
"""A slow hand moves too little from one frame to the next at 30 frames/s, so that the past of 0.45 s is asked too."""
_SPACING_S = 0.05
_NEIGHBOURHOOD_PX = 9
_MIN_DIFFERENCE = 10.0
"""Grey levels; sensor noise of 8 levels is 2 after 4x4 means, and 3 sigma of a difference of two such 8.5."""
_NOISE_FACTOR = 6.0
_LIT = 0.3
"""A flickering or banding lamp multiplies edges by up to this much more or less; what moves takes them away."""
_BAND_STEP_PX = 4
_LEAST_BAND, _MOST_BAND = 0.04, 1.3
"""Bands are this much brighter or darker than the rest; more is somebody who fills the row."""
MOVING_SHARE = 0.02
_MOVING_PIXELS = 3


def texture_of(grey: Grey) -> Texture:
    """Each pixel against its neighbourhood, 128 where they agree.

    Soft shadows, a lamp and automatic exposure change neighbourhoods and hardly their texture; hands and products have
    edges.
    """
    import cv2

    blurred = cv2.blur(grey, (_NEIGHBOURHOOD_PX, _NEIGHBOURHOOD_PX))
    picture: Grey = cv2.addWeighted(grey, 1.0, blurred, -1.0, 128.0)
    near = np.ones((3, 3), np.uint8)
    return Texture(picture, cv2.dilate(picture, near), cv2.erode(picture, near))


def without_bands(grey: Grey, background: Grey) -> Grey:
    """A picture without the bands that a lamp on mains power lays over the rows of a rolling shutter.

    Such a lamp multiplies a whole row at once; what happens on a shelf leaves most of its row as it was.

    Args:
        grey: uint8 (height, width).
        background: the same scene without people, of the same size.
    """
    now, before = (picture[:, ::_BAND_STEP_PX].astype(np.float32) + np.float32(4) for picture in (grey, background))
    middle = now.shape[1] // 2
    rows = np.partition(now / before, middle, axis=1)[:, middle]
    bands = np.clip(rows / np.median(rows), 1 / _MOST_BAND, _MOST_BAND)
    if np.abs(bands - 1).max() < _LEAST_BAND:
        return grey
    cleared: Grey = np.clip(grey / bands[:, None].astype(np.float32), 0, 255).astype(np.uint8)
    return cleared


def beyond_neighbours(now: Texture, before: Texture) -> Grey:
    """uint8 (height, width): by how much each pixel lies outside its neighbours of the other picture, either way."""
    import cv2

    difference: Grey = cv2.max(
        cv2.max(cv2.subtract(now.picture, before.highest), cv2.subtract(before.lowest, now.picture)),
        cv2.max(cv2.subtract(before.picture, now.highest), cv2.subtract(now.lowest, before.picture)),
    )
    return difference


def changed_pixels(now: Texture, before: Texture) -> Grey:
    """uint8 (height, width): 1 where two texture pictures differ by more than noise, light and shaking explain.

    A pixel that lies between its neighbours of the other picture may have come from there; light multiplies an edge.
    """
    import cv2

    difference = beyond_neighbours(now, before)
    sampled = difference[::4, ::4].ravel()
    noise = float(np.partition(sampled, sampled.size // 2)[sampled.size // 2])
    threshold = max(_MIN_DIFFERENCE, min(_NOISE_FACTOR * noise, 3 * _MIN_DIFFERENCE))
    if threshold < difference.max():
        edges = cv2.min(cv2.absdiff(now.picture, 128), cv2.absdiff(before.picture, 128))
        difference = cv2.subtract(difference, cv2.convertScaleAbs(edges, alpha=_LIT))
    changed: Grey = cv2.threshold(difference, threshold, 1, cv2.THRESH_BINARY)[1]
    return changed


def lasting(changed: Sequence[Grey]) -> Sequence[Grey]:
    """What differs from most of the last moments' pictures: a frame torn by the network differs from them alone.

    Args:
        changed: the sample against the newest, an older and the oldest picture, as many as there are.
    """
    import cv2

    if len(changed) < 3:
        return changed
    newest, middle, oldest = changed
    either = cv2.bitwise_or(newest, oldest)
    return [cv2.bitwise_or(cv2.bitwise_and(middle, either), cv2.bitwise_and(newest, oldest))]


def moving_share(changed: Sequence[Grey], place: FacingPlace) -> float:
    """The largest share (0-1) of the facing's pixels that changed, among several comparisons."""
    import cv2

    most = max(
        (cv2.countNonZero(cv2.bitwise_and(one[place.rows, place.columns], place.mask)) for one in changed), default=0
    )
    return 0.0 if most < _MOVING_PIXELS else most / place.area_px


def remembered(recent: Recent, time_s: float, texture: Texture) -> Recent:
    """`recent` with this sample, and without what is older than MOTION_SPAN_S (one older stays)."""
    if recent and time_s - recent[-1][0] < _SPACING_S:
        return recent
    kept = [entry for entry in recent if time_s - entry[0] <= MOTION_SPAN_S + 1e-6]
    return (*(kept or recent[-1:]), (time_s, texture))
