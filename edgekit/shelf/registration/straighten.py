"""Pictures as the reference lays them out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from edgekit.frame import Pixels
from edgekit.shelf.registration.geometry import Matrix, at_scale, displacement_px

__all__ = ["UNTOUCHED_FRAME_SHARE", "aligned_picture", "in_view", "is_untouched", "seen_part", "straightened"]

UNTOUCHED_SHARE = 0.0006
"""Of the width: small pictures that are off by less stay as they are (0.4 px of 640)."""
UNTOUCHED_FRAME_SHARE = 0.002
"""Whole frames (4 px of 1920): methods look around where a product should be, and a frame costs 6 ms to lay out."""
_NEAREST_FROM_PX = 1_000_000
"""Larger frames are shrunk before anything is compared, so that half a pixel is little: 6 ms instead of 13 at 1080p."""


def straightened(picture: NDArray[np.uint8], alignment: Matrix, *, smooth: bool = True) -> NDArray[np.uint8]:
    """A picture as the reference lays it out; where that is out of view, the picture's border is repeated.

    Args:
        picture: uint8 (height, width) or (height, width, 3).
        alignment: at the picture's scale, counted from pixel centres.
        smooth: interpolate; otherwise take the nearest pixel, in half the time.
    """
    import cv2

    size_wh = picture.shape[1], picture.shape[0]
    flags = (cv2.INTER_LINEAR if smooth else cv2.INTER_NEAREST) | cv2.WARP_INVERSE_MAP
    border = cv2.BORDER_REPLICATE
    if np.abs(alignment[2, :2]).max() < 1e-9:
        flat: NDArray[np.uint8] = cv2.warpAffine(
            picture, alignment[:2] / alignment[2, 2], size_wh, flags=flags, borderMode=border
        )
        return flat
    bent: NDArray[np.uint8] = cv2.warpPerspective(picture, alignment, size_wh, flags=flags, borderMode=border)
    return bent


def in_view(size_hw: tuple[int, int], alignment: Matrix) -> NDArray[np.bool_]:
    """bool (height, width): which pixels of a straightened picture were in view."""
    import cv2

    white = np.full(size_hw, 255, np.uint8)
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    seen: NDArray[np.bool_] = cv2.warpPerspective(white, alignment, (size_hw[1], size_hw[0]), flags=flags) == 255
    return seen


def is_untouched(alignment: Matrix, frame_size_hw: tuple[int, int], *, within_share: float = UNTOUCHED_SHARE) -> bool:
    """Whether pictures under this alignment are as good as the reference lays them out."""
    return displacement_px(alignment, np.eye(3), frame_size_hw) <= within_share * frame_size_hw[1]


def aligned_picture(picture: Pixels, alignment: Matrix, frame_size_hw: tuple[int, int]) -> Pixels:
    """A frame, or a smaller picture of it, as the reference lays it out."""
    matrix = at_scale(alignment, _scale_xy(picture.shape[:2], frame_size_hw))
    return straightened(picture, matrix, smooth=picture.shape[0] * picture.shape[1] < _NEAREST_FROM_PX)


def seen_part(size_hw: tuple[int, int], alignment: Matrix, frame_size_hw: tuple[int, int]) -> NDArray[np.bool_]:
    """bool (height, width): which pixels of an aligned picture of `size_hw` the frame really shows."""
    return in_view(size_hw, at_scale(alignment, _scale_xy(size_hw, frame_size_hw)))


def _scale_xy(size_hw: tuple[int, int], frame_size_hw: tuple[int, int]) -> tuple[float, float]:
    return size_hw[1] / frame_size_hw[1], size_hw[0] / frame_size_hw[0]
