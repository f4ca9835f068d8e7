"""Facings that the sun or a lamp has blown out: white without detail, like what is around them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from edgekit.frame import Pixels
from edgekit.shelf.gates.layout import FacingPlace, grown

__all__ = ["overexposed"]

_WHITE, _BELOW_BRIGHTEST = 235, 10
"""Of the darkest channel of smoothed pixels: what is clipped is no darker than the first, and no more than the second
below the brightest in the picture. What a noisy sensor clips is darker on average than white."""
_PALE: Final = 225
"""Of the same in the reference, up to which a pixel shows something that white hides."""
_SMOOTH_PX: Final = 3
_BRIGHTEST_SHARE: Final = 0.001
"""Of the picture, which may be brighter than what counts as its brightest: glints."""
_WHITE_SHARE, _NEW_SHARE, _AROUND_SHARE = 0.3, 0.25, 0.15
"""Of a facing that is white, of it that has turned white, and of what is around it that has: a white wall behind an
emptied place is no light, for nothing around it has turned white with it."""
_STILL_SHARES: Final = 0.6
"""Of these shares, from which a facing that was blown out still is; its white may be darker then, since a camera that
turns its exposure down, or a lamp that goes out beside the sun, dims what is clipped no less than the rest."""
_AROUND: Final = 0.6
"""Of a facing's sides, on each."""


def overexposed(
    small: Pixels, reference: Pixels, places: Sequence[FacingPlace], before: frozenset[str] = frozenset()
) -> frozenset[str]:
    """Ids of the facings that show too little for anything to be told of them, since they are all white.

    Args:
        small: uint8 (height, width, 3), the sample's small picture.
        reference: the same of the reference.
        places: the facings.
        before: those that were so before, or were when they were last seen.
    """
    darkest = _darkest(small)
    brightest = _brightest(darkest)
    if brightest < _WHITE and not before:
        return frozenset()
    showed = _darkest(reference) < _PALE
    white = darkest >= brightest - _BELOW_BRIGHTEST
    clipped = darkest >= max(_WHITE, brightest - _BELOW_BRIGHTEST)
    return frozenset(
        place.facing.id
        for place in places
        if _is_blown_out(clipped, showed, place, 1.0)
        or (place.facing.id in before and _is_blown_out(white, showed, place, _STILL_SHARES))
    )


def _darkest(picture: Pixels) -> NDArray[np.uint8]:
    import cv2

    smooth = cv2.blur(picture, (_SMOOTH_PX,) * 2)
    blue, green, red = cv2.split(smooth)
    darkest: NDArray[np.uint8] = cv2.min(cv2.min(blue, green), red)
    return darkest


def _brightest(darkest: NDArray[np.uint8]) -> int:
    count = np.bincount(darkest.ravel(), minlength=256)[::-1].cumsum()
    return 255 - int(np.searchsorted(count, _BRIGHTEST_SHARE * darkest.size))


def _is_blown_out(white: NDArray[np.bool_], showed: NDArray[np.bool_], place: FacingPlace, shares: float) -> bool:
    inside = white[place.rows, place.columns] & (place.mask > 0)
    if np.count_nonzero(inside) < shares * _WHITE_SHARE * place.area_px:
        return False
    newly = np.count_nonzero(inside & showed[place.rows, place.columns])
    if newly < shares * _NEW_SHARE * place.area_px:
        return False
    box = grown(place, white.shape, _AROUND)
    around = white[box] & showed[box]
    return bool(np.count_nonzero(around) - newly >= shares * _AROUND_SHARE * (around.size - place.area_px))
