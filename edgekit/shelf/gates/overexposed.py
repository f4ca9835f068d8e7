"""Facings that the sun or a lamp has blown out: white without detail, like what is around them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from edgekit.frame import Pixels
from edgekit.shelf.gates.layout import FacingPlace, grown
from edgekit.shelf.gates.light import CLIPPED

__all__ = ["overexposed"]

_PALE: Final = 235.0
"""Of the darkest channel, up to which a pixel of the reference shows something that white hides."""
_SHARE, _AROUND_SHARE = 0.5, 0.15
"""Of a facing that has newly turned white, and of what is around it: a white wall behind an emptied place is no light,
for nothing around it has turned white with it."""
_AROUND: Final = 0.6
"""Of a facing's sides, on each."""


def overexposed(small: Pixels, reference: Pixels, places: Sequence[FacingPlace]) -> frozenset[str]:
    """Ids of the facings that show too little for anything to be told of them, since they are all white.

    Args:
        small: uint8 (height, width, 3), the sample's small picture.
        reference: the same of the reference.
        places: the facings.
    """
    import cv2

    white, was_white = (
        cv2.inRange(picture, (least,) * 3, (255,) * 3) for picture, least in ((small, CLIPPED), (reference, _PALE))
    )
    newly = white > was_white
    if not newly.any():
        return frozenset()
    return frozenset(place.facing.id for place in places if _is_blown_out(newly, place))


def _is_blown_out(newly: NDArray[np.bool_], place: FacingPlace) -> bool:
    inside = np.count_nonzero(newly[place.rows, place.columns] & (place.mask > 0))
    if inside < _SHARE * place.area_px:
        return False
    around = newly[grown(place, newly.shape, _AROUND)]
    return bool(np.count_nonzero(around) - inside >= _AROUND_SHARE * (around.size - place.area_px))
