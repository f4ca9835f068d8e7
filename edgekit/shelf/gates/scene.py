"""Whether a sample shows anything that can be judged: dark, infrared, over-exposed, blurred, covered, frozen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edgekit.frame import Pixels
from edgekit.shelf.gates.landmarks import MIN_KEPT, Sight
from edgekit.shelf.words import UnknownReason

__all__ = ["SceneStatistics", "is_repeated", "scene_reason", "sharp_share", "statistics_of"]

FROZEN_S = 10.0
"""Pictures that repeat for longer than a low-bitrate encoder's group (up to 8 s) come from no living sensor."""
_CODED_ANEW = 0.08
"""Share of values by which a picture that a recorder codes anew differs from itself: 0.02 and less, 0.06 at the key
frames of MPEG-4; what a living sensor sees differs by more within 6 s."""
_DARK_LEVEL = 24.0
_GREY_LEVELS, _GREY_SHARE, _COLOURED_LEVELS = 4.0, 0.03, 24.0
"""A night view by infrared has no colours: in 99 of 100 of its pixels the channels differ by so many levels, or so
much of its brightest, at most. On a third author's clips it is 3 levels, and 45 and more in pictures with colours; a
reference with less than the last has none."""
_COLOURFUL_SHARE = 0.99
_WHITE_LEVEL = 250
_WHITE_SHARE_MORE = 0.5
_DETAIL_LEFT = 0.15
_SHARPNESS_LEFT = 0.55
"""Of the reference's: out of focus by 7 pixels of 640 leaves 0.3, an emptied shelf, night, noise, low bitrates and a
trembling camera 0.85 and more."""
_STRONGEST_SHARE = 0.03
_MIN_STRENGTH = 1.0
_STILL_SHARP, _SHARP_SHARE = 0.6, 0.25
"""Of its rise within 3 pixels a sharp edge keeps so much, and a lens in focus so many of the scene's: out of focus it
keeps none; two shoppers who fill half of the picture, blurred by their own haste, leave 0.4."""


@dataclass(frozen=True, slots=True)
class SceneStatistics:
    """What the scene gate asks of a small picture.

    Attributes:
        bright_level: the 95th percentile of the grey levels.
        white_share: share of the pixels that are clipped white.
        detail: mean absolute gradient over the brightest levels, so that dimming alone does not change it much.
        sharpness: how steep the strongest edges are: what they rise by within 3 pixels, over what they do within 9.
            No light changes it, and no product that is taken away as long as some edge is left.
        colour: by how many levels the channels of its most colourful pixels differ, but for one pixel of 100.
    """

    bright_level: float
    white_share: float
    detail: float
    sharpness: float = 1.0
    colour: float = 0.0


def statistics_of(small: Pixels, grey: NDArray[np.uint8]) -> SceneStatistics:
    """The statistics of a small picture and its grey one (every second pixel each way)."""
    part = np.ascontiguousarray(grey[::2, ::2])
    place = int(part.size * 0.95)
    bright = float(np.partition(part.ravel(), place)[place])
    gradient = np.maximum(part[:, 1:], part[:, :-1]) - np.minimum(part[:, 1:], part[:, :-1])
    detail = float(gradient.mean()) / max(bright, 1.0) if gradient.size else 0.0
    white_share = np.count_nonzero(part >= _WHITE_LEVEL) / part.size
    sharpness = _strongest(grey, 3) / max(_strongest(grey, 9), _MIN_STRENGTH)
    return SceneStatistics(bright, white_share, detail, sharpness, _most_colour(small[::2, ::2]))


def _most_colour(pixels: Pixels) -> float:
    """By how many levels the channels of a picture's most colourful pixels differ, but for the last ones."""
    import cv2

    blue, green, red = cv2.split(np.ascontiguousarray(pixels))
    most, least = cv2.max(cv2.max(blue, green), red), cv2.min(cv2.min(blue, green), red)
    apart = cv2.subtract(most, least).ravel()
    place = int(apart.size * _COLOURFUL_SHARE)
    return float(np.partition(apart, place)[place])


def _strongest(grey: NDArray[np.uint8], neighbourhood_px: int) -> float:
    """What the strongest points of a picture differ by from their neighbourhood, in grey levels."""
    import cv2

    away = cv2.absdiff(grey, cv2.blur(grey, (neighbourhood_px, neighbourhood_px)))[::2, ::2].ravel()
    place = int(away.size * (1 - _STRONGEST_SHARE))
    return float(np.partition(away, place)[place])


def sharp_share(before: NDArray[np.uint8], now: NDArray[np.uint8], gain: float) -> float:
    """Share (0-1) of the scene's steepest edges that are as steep as ever, within a pixel.

    Args:
        before: uint8 (height, width), the scene.
        now: the same of the sample.
        gain: by what its light differs.
    """
    import cv2

    rises, rises_now = (cv2.absdiff(grey, cv2.blur(grey, (3, 3))) for grey in (before, now))
    steep = rises >= max(_strongest(before, 3), _MIN_STRENGTH)
    near = cv2.dilate(rises_now, np.ones((3, 3), np.uint8))
    kept = int(np.count_nonzero(near[steep] >= _STILL_SHARP * min(gain, 1.0) * rises[steep]))
    return float(kept / max(1, int(np.count_nonzero(steep))))


def is_repeated(first: Pixels, now: Pixels) -> bool:
    """Whether a small picture is one that came before, as it was or coded anew: a live one has a sensor's noise."""
    return first.shape == now.shape and bool(np.count_nonzero(first != now) <= _CODED_ANEW * now.size)


def scene_reason(
    now: SceneStatistics,
    reference: SceneStatistics,
    identical_s: float,
    sharp: float = 0.0,
    sight: Sight | None = None,
) -> UnknownReason | None:
    """Why nothing can be said of this sample; None when the scene is fine.

    Args:
        now: the sample's statistics.
        reference: the reference picture's.
        identical_s: for how long the picture has been the same.
        sharp: share of the scene's steepest edges that still are (sharp_share).
        sight: what is left of the scene's landmarks; None where it has none.
    """
    if now.bright_level < _DARK_LEVEL and reference.bright_level >= 2 * _DARK_LEVEL:
        return UnknownReason.DARK
    if now.white_share > reference.white_share + _WHITE_SHARE_MORE:
        return UnknownReason.OVEREXPOSED
    detailed = now.detail >= _DETAIL_LEFT * reference.detail
    if detailed and now.sharpness < _SHARPNESS_LEFT * reference.sharpness and sharp < _SHARP_SHARE:
        return UnknownReason.BLURRED
    if detailed and _has_lost_colour(now, reference) and (sight is None or sight.edges_share >= MIN_KEPT):
        return UnknownReason.FROZEN if identical_s >= FROZEN_S else UnknownReason.INFRARED
    if sight is not None and sight.kept_share < MIN_KEPT:
        return UnknownReason.COVERED if sight.edges_share < MIN_KEPT else UnknownReason.CAMERA_MOVED
    if not detailed:
        return UnknownReason.COVERED
    return UnknownReason.FROZEN if identical_s >= FROZEN_S else None


def _has_lost_colour(now: SceneStatistics, reference: SceneStatistics) -> bool:
    grey = now.colour <= max(_GREY_LEVELS, _GREY_SHARE * now.bright_level)
    return grey and reference.colour >= _COLOURED_LEVELS
