"""Colours of a facing's patch, whatever the light: how far they are from the reference's, and from what lies around."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from edgekit.shelf.evidence.channels import sum_of_channels
from edgekit.shelf.evidence.edges import PatchShape, middle_of

__all__ = [
    "apart_from_surroundings",
    "between_colours",
    "chroma_of",
    "colour_distance",
    "hue_of",
    "hues_unseen_around",
    "mean_difference",
    "mean_to_nearest",
    "new_hues",
    "shaded_lab",
    "strange_colours",
    "unseen_around",
    "unseen_in",
    "without_noise",
]

_DARK: Final = 30.0
"""Sum of the channels that black is lifted by: noise of dark pixels has no colour."""
_LIGHTNESS: Final = 0.15
"""A back wall is darker behind an empty place than above it, and still the same wall."""
_SHADED: Final = 0.3
"""A product that is turned or tilted is lit otherwise."""


def without_noise(patch: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The patch, each pixel the median of 3x3: what a dark night's noise adds is neither an edge nor a colour."""
    import cv2

    median: NDArray[np.uint8] = cv2.medianBlur(patch, 3)
    return median


def chroma_of(patch: NDArray[np.uint8]) -> NDArray[np.float32]:
    """float32 (height, width, 3): each channel's share of the light."""
    values = patch.astype(np.float32)
    shares: NDArray[np.float32] = values / (sum_of_channels(values) + np.float32(_DARK))[..., None]
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
    there = middle_of(now, shape.size_wh, shift_xy)
    return _mean_apart(middle_of(expected, shape.size_wh, shape.shift_xy), there)


def mean_difference(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    """Mean difference (0 to 2) of two chroma patches of one size without margins, but for their rims."""
    height, width = one.shape[:2]
    return _mean_apart(*(middle_of(each, (width, height), (0, 0)) for each in (one, other)))


def apart_from_surroundings(now: NDArray[np.float32], shape: PatchShape) -> NDArray[np.float32]:
    """float32: difference of each pixel of the facing's middle to the median colour of the margin around it; 0 to 2.

    An empty place shows the wall that is seen around it; another product mostly does not.
    """
    around, middle = _around(now.shape[:2], shape), middle_of(now, shape.size_wh, shape.shift_xy)
    usual = np.median(now[around], axis=0) if around.any() else middle
    apart: NDArray[np.float32] = sum_of_channels(np.abs(middle - usual))
    return apart


def unseen_around(patch: NDArray[np.uint8], shape: PatchShape, product: NDArray[np.uint8] | None = None) -> float:
    """Mean distance (CIELAB, lightness counting little) of the facing's pixels to the nearest colour around it.

    An empty place shows nothing but wall, board and neighbours that are seen around it, each in its own colour: 2 or
    less. Another product shows colours of its own.

    Args:
        patch: uint8 (height, width, 3) BGR, with its margin.
        shape: of the patch.
        product: the reference's patch of the facing, whose colours are known, too.

    Returns:
        In steps of an 8-bit Lab picture.
    """
    lab = _lab(patch, _LIGHTNESS)
    around = _around(lab.shape[:2], shape)
    known, shown = lab[around], middle_of(lab, shape.size_wh, shape.shift_xy).reshape(-1, 3)
    if product is not None:
        known = np.concatenate((known, _lab(product, _LIGHTNESS)[~around]))
    return mean_to_nearest(shown, known) if known.size else 0.0


def hues_unseen_around(patch: NDArray[np.uint8], shape: PatchShape) -> NDArray[np.float32]:
    """float32: distance of the hue of each pixel of the facing's middle to the nearest around it (unseen_around)."""
    lab = _lab(patch, 0.0)
    known, shown = lab[_around(lab.shape[:2], shape)], middle_of(lab, shape.size_wh, shape.shift_xy)
    return _to_nearest(shown.reshape(-1, 3), known).reshape(shown.shape[:2]) if known.size else 0 * shown[..., 0]


def hue_of(patch: NDArray[np.uint8], shape: PatchShape, inside: NDArray[np.bool_]) -> tuple[float, float]:
    """How far a facing's median hue is from grey, and its pixels' hues on average from that (CIELAB).

    Args:
        patch: uint8 (height, width, 3) BGR, with its margin.
        shape: of the patch.
        inside: bool (height, width), what of the facing's middle (middle_of) counts.
    """
    hues = middle_of(_lab(patch, 0.0), shape.size_wh, shape.shift_xy)[inside]
    usual = np.median(hues, axis=0)
    return float(np.linalg.norm(usual)), float(np.linalg.norm(hues - usual, axis=1).mean())


def between_colours(one: NDArray[np.uint8], other: NDArray[np.uint8], shape: PatchShape) -> float:
    """How far the colours of two patches' facings are from each other: the patch with the stranger ones counts.

    A product that was turned, tilted or pushed aside is 1.3 to 2.5 from itself, another product 5 or more.

    Args:
        one, other: uint8 (height, width, 3) BGR, with their margins.
        shape: of both.

    Returns:
        In steps of an 8-bit Lab picture.
    """
    return max(strange_colours(one, other, shape), strange_colours(other, one, shape))


def strange_colours(
    patch: NDArray[np.uint8],
    product: NDArray[np.uint8],
    shape: PatchShape,
    asked: NDArray[np.bool_] | None = None,
) -> float:
    """How far the colours of a patch's facing are from a product's, wherever in the product they are (CIELAB).

    Each colour in the middle of the one is held against the nearest in the other. A side of the product that has fewer
    colours than its front is no stranger for that.

    Args:
        patch, product: uint8 (height, width, 3) BGR, with their margins.
        shape: of both.
        asked: bool (height, width), what of the patch's middle (middle_of) counts; None: all of it.

    Returns:
        In steps of an 8-bit Lab picture.
    """
    (width, height), (x, y) = shape.size_wh, shape.shift_xy
    middle = middle_of(_lab(patch, _SHADED), shape.size_wh, shape.shift_xy)
    shown = middle.reshape(-1, 3) if asked is None else middle[asked]
    return mean_to_nearest(shown, _lab(product, _SHADED)[y : y + height, x : x + width].reshape(-1, 3))


def new_hues(patch: NDArray[np.uint8], product: NDArray[np.uint8], shape: PatchShape, *, apart: float) -> float:
    """Share (0-1) of a facing's pixels in a hue that its product shows nowhere; grey is none.

    Args:
        patch, product: uint8 (height, width, 3) BGR, with their margins, in the same light.
        shape: of both.
        apart: from grey and from the product's hues, in steps of an 8-bit Lab picture.
    """
    (width, height), (x, y) = shape.size_wh, shape.shift_xy
    shown = middle_of(_lab(patch, 0.0), shape.size_wh, shape.shift_xy).reshape(-1, 3)
    known = _lab(product, 0.0)[y : y + height, x : x + width].reshape(-1, 3)
    new = (_to_nearest(shown, known) >= apart) & (np.linalg.norm(shown, axis=1) >= apart)
    return float(new.mean())


def unseen_in(patch: NDArray[np.uint8], shape: PatchShape, known: NDArray[np.uint8]) -> float:
    """Mean distance (unseen_around) of the facing's pixels to the nearest colour anywhere in another picture.

    Args:
        patch: uint8 (height, width, 3) BGR, with its margin.
        shape: of the patch.
        known: uint8 (height, width, 3) BGR, of any size.
    """
    (width, height), (x, y) = shape.size_wh, shape.shift_xy
    shown = _lab(patch[y : y + height, x : x + width], _LIGHTNESS).reshape(-1, 3)
    return mean_to_nearest(shown, _lab(known, _LIGHTNESS).reshape(-1, 3))


def shaded_lab(patch: NDArray[np.uint8]) -> NDArray[np.float32]:
    """float32 (height, width, 3): CIELAB, lightness counting as little as it must where goods lie otherwise."""
    return _lab(patch, _SHADED)


def mean_to_nearest(shown: NDArray[np.float32], known: NDArray[np.float32]) -> float:
    """Mean distance of each of the colours `shown` to the nearest of those `known`; both float32 (n, 3)."""
    return float(_to_nearest(shown, known).mean())


def _mean_apart(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    return float(sum_of_channels(np.abs(one - other)).mean())


def _to_nearest(shown: NDArray[np.float32], known: NDArray[np.float32]) -> NDArray[np.float32]:
    squared = (shown**2).sum(1, keepdims=True) - 2 * shown @ known.T + (known**2).sum(1)
    distance: NDArray[np.float32] = np.sqrt(np.maximum(squared.min(1), 0))
    return distance


def _around(size_hw: tuple[int, int], shape: PatchShape) -> NDArray[np.bool_]:
    """Where a patch of this size shows its margin."""
    (height, width), (x, y) = size_hw, shape.shift_xy
    around = np.ones((height, width), np.bool_)
    around[y : height - y, x : width - x] = False
    return around


def _lab(patch: NDArray[np.uint8], lightness: float) -> NDArray[np.float32]:
    import cv2

    lab = cv2.cvtColor(patch, cv2.COLOR_BGR2LAB).astype(np.float32) - np.array((0, 128, 128), np.float32)
    scaled: NDArray[np.float32] = lab * np.array((lightness, 1, 1), np.float32)
    return scaled
