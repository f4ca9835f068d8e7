"""Print in a facing: what is sharp there, as nothing is that lies behind a shelf, out of focus or in the dark."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from edgekit.frame import Pixels
from edgekit.shelf.evidence.colours import without_noise
from edgekit.shelf.evidence.edges import PatchShape, inside_of, middle_of, patch_of

if TYPE_CHECKING:
    from edgekit.shelf.gates.layout import FacingPlace

__all__ = ["Print", "densest", "print_of", "sharp", "steep_share"]

_PATCH_PX: Final = 64
"""Pixels along a facing's longer side: at half of them letters and a blurred aisle look alike."""
_FEWEST_PX: Final = 12
_MARGIN: Final = 0.1
_SOFT_PX: Final = 1.5
_CONTRAST, _LEVELS, _COLOUR = 0.03, 4.0, 4.0
"""Share of its brightness, with grey levels, or steps of an 8-bit Lab picture, by which a pixel differs from those
around it in print."""
_STEEP, _STEEP_LEVELS = 0.05, 5.0
"""Share of its brightness, and grey levels, by which goods change from one pixel to the next, in their own relief."""
_BLACK: Final = 16.0
"""Grey levels that black is lifted by: what a dark pixel's noise adds is no print."""


@dataclass(frozen=True, slots=True, eq=False)
class Print:
    """Where a facing is printed.

    Attributes:
        where: float32 (height, width) of its middle (middle_of), 1 where it is; nothing outside its outline.
        share: share (0-1) of what lies inside the outline.
    """

    where: NDArray[np.float32]
    share: float


def print_of(pixels: Pixels, place: FacingPlace) -> Print:
    """Where a facing is printed, in whatever light."""
    left, top, right, bottom = place.box_xyxy_px
    scale = _PATCH_PX / max(right - left, bottom - top)
    width, height = (max(_FEWEST_PX, round(side * scale)) for side in (right - left, bottom - top))
    shape = PatchShape((width, height), (round(_MARGIN * width), round(_MARGIN * height)))
    inside = inside_of(place, shape)
    where = sharp(without_noise(patch_of(pixels, place, shape)), shape) * inside
    return Print(where, float(where.sum() / inside.sum()))


def sharp(patch: NDArray[np.uint8], shape: PatchShape) -> NDArray[np.float32]:
    """float32: 1 where in the facing's middle a pixel differs from those around it, as in print; else 0.

    By share of the brightness: a pale wall in bright light has no more of it than one in the dark; and by levels. What
    runs through the whole width, as boards, rails and their shadows do, is left out.

    Args:
        patch: uint8 (height, width, 3) BGR, with its margin, without noise.
        shape: of the patch.
    """
    import cv2

    grey = cv2.cvtColor(patch, cv2.COLOR_BGR2GRAY).astype(np.float32)
    colours = cv2.cvtColor(patch, cv2.COLOR_BGR2LAB)[:, :, 1:].astype(np.float32)
    beside, light = shape.shift_xy[0], np.log(grey + np.float32(_BLACK))
    light -= np.median(light[:, beside : light.shape[1] - beside], 1, keepdims=True)
    lit = (_apart(light) > _CONTRAST) & (_apart(grey) > _LEVELS)
    return middle_of((lit | (_apart(colours).max(2) > _COLOUR)).astype(np.float32), shape.size_wh, shape.shift_xy)


def steep_share(patch: NDArray[np.uint8], shape: PatchShape, inside: NDArray[np.bool_]) -> float:
    """Share (0-1) of a facing in which brightness changes steeply: print, and the relief of loose goods, also soft.

    Args:
        patch: uint8 (height, width, 3) BGR, with its margin, without noise.
        shape: of the patch.
        inside: what of its middle lies inside the outline (inside_of).
    """
    import cv2

    grey = cv2.cvtColor(patch, cv2.COLOR_BGR2GRAY).astype(np.float32)
    levels, share = (
        middle_of(_steepness(values), shape.size_wh, shape.shift_xy) for values in (grey, np.log(grey + _BLACK))
    )
    return float(((share > _STEEP) & (levels >= _STEEP_LEVELS))[inside].mean())


def _steepness(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Change from one pixel to the next."""
    import cv2

    steepness: NDArray[np.float32] = cv2.magnitude(
        cv2.Sobel(values, cv2.CV_32F, 1, 0, scale=1 / 8), cv2.Sobel(values, cv2.CV_32F, 0, 1, scale=1 / 8)
    )
    return steepness


def densest(values: NDArray[np.float32]) -> float:
    """The mean of that quarter of a facing's middle, half as wide and half as high, in which it is largest.

    Args:
        values: float32 (height, width).
    """
    import cv2

    height, width = values.shape
    quarter = max(1, width // 2), max(1, height // 2)
    return float(cv2.boxFilter(values, -1, quarter, borderType=cv2.BORDER_CONSTANT).max())


def _apart(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """How far each pixel is from the mean around it."""
    import cv2

    apart: NDArray[np.float32] = np.abs(values - cv2.GaussianBlur(values, (0, 0), _SOFT_PX))
    return apart
