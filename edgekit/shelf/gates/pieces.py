"""What stands in front of the facings.

A change that lies within the facings is what the shelf logic is about: a product gone, moved, put back. A change that
reaches from outside into a facing is somebody or something in front of it. So foreground is cut into connected pieces,
and a piece that lies outside all facings by a good part, or reaches over several, covers the facings that it overlaps.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from edgekit.shelf.gates.foreground import Foreground
from edgekit.shelf.gates.layout import FacingPlace, Layout

__all__ = [
    "OWN_SHARE",
    "Pieces",
    "before_facings",
    "beside_facings",
    "covered_share",
    "covering_pieces",
    "covering_pixels",
]

OWN_SHARE: Final = 0.6
"""Of a facing, or of the place of one of its units: what covers so much fills it."""
OUTSIDE_SHARE = 0.3
BEYOND_SHARE = 0.12
BETWEEN_SHARE = 0.04
_MIN_BEYOND_PX = 20
_MOST_DARKER = 0.4
_TOUCHED_SHARE = 0.1
_MANY_FACINGS = 4
"""Products are taken one by one: what changes so many facings in one piece stands before them, also where the narrow
walls between them are as dark as its cloth."""
_RESTING_S, _RESTING_SHARE = 4.0, 0.7
"""For so long so much of a piece that reaches over facings and fills none must stay as it is to be no hand at rest."""
_MIN_PIECE_PX = 6
_MOST_BESIDE: Final = 1.5
"""Of the largest facing: no larger is what changes beside the facings where a product is taken that nobody watches."""


@dataclass(frozen=True, slots=True, eq=False)
class Pieces:
    """Connected pieces of foreground.

    Attributes:
        labels: uint16 (height, width), number of each pixel's piece in the small picture; 0: none.
        covering: bool (pieces), of each whether it stands before facings as far as its own shape tells.
    """

    labels: NDArray[np.uint16]
    covering: NDArray[np.bool_]

    def within(self, place: FacingPlace) -> NDArray[np.bool_]:
        """Bool (rows, columns) of a facing's box, where a covering piece lies in the facing."""
        where: NDArray[np.bool_] = self.covering[self.labels[place.rows, place.columns]] & (place.mask > 0)
        return where


def covered_share(pieces: Pieces, place: FacingPlace) -> float:
    """Share (0-1) of a facing that covering pieces hide."""
    return float(np.count_nonzero(pieces.within(place))) / place.area_px


def covering_pieces(foreground: Foreground, layout: Layout, still_s: NDArray[np.float32] | None = None) -> Pieces:
    """Connected pieces of foreground, and of each whether it stands before the facings.

    It does where it lies outside them by a good part, or where it reaches over several of them and over what lies
    between: products are taken one by one, each within its facing, and do not stand on price rails. Where it reaches
    over several and fills none, not even one unit's place, it is a hand until it has stood still for longer than hands.
    """
    import cv2

    # Somebody must not fall apart at a pale sleeve or where he is as grey as the shaded wall behind him; but only what
    # no shadow explains says where he stands.
    mask = foreground.darker if np.count_nonzero(foreground.darker) < _MOST_DARKER * foreground.mask.size else None
    joined = cv2.dilate(foreground.mask if mask is None else mask, np.ones((3, 3), np.uint8))
    count, labels = cv2.connectedComponents(joined, connectivity=8, ltype=cv2.CV_16U)
    near = cv2.dilate(foreground.mask, np.ones((3, 3), np.uint8))
    areas = np.bincount(labels[near > 0], minlength=count)
    outside = np.bincount(labels[(layout.outside & near) > 0], minlength=count)
    between = np.bincount(labels[(layout.between & near) > 0], minlength=count)
    covering = (outside >= OUTSIDE_SHARE * areas) & (areas >= _MIN_PIECE_PX)
    covering |= (between >= BEYOND_SHARE * areas) & (between >= _MIN_BEYOND_PX)
    touched, filled = _facings_touched(labels, count, layout)
    covering |= touched >= _MANY_FACINGS
    covering |= (touched >= 2) & ~filled & ~_resting(labels, areas, near, still_s)
    covering |= (touched >= 2) & (between >= np.maximum(BETWEEN_SHARE * areas, _MIN_PIECE_PX))
    covering[0] = False
    return Pieces(labels.astype(np.uint16, copy=False), covering)


def _resting(
    labels: NDArray[np.uint16], areas: NDArray[np.int64], near: NDArray[np.uint8], still_s: NDArray[np.float32] | None
) -> NDArray[np.bool_]:
    """Of each label, whether most of it has not changed for long; None: nothing is known to be still."""
    if still_s is None:
        return np.zeros(len(areas), np.bool_)
    still = np.bincount(labels[(near > 0) & (still_s >= _RESTING_S)], minlength=len(areas))
    mostly: NDArray[np.bool_] = still >= _RESTING_SHARE * areas
    return mostly


def _facings_touched(
    labels: NDArray[np.uint16], count: int, layout: Layout
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Of each label, how many facings it covers by a tenth or more, and whether it fills the place of any unit."""
    touched, filled = np.zeros(count, np.int64), np.zeros(count, np.bool_)
    for place in layout.places:
        here = np.bincount(labels[place.rows, place.columns][place.mask > 0], minlength=count)
        touched += here >= _TOUCHED_SHARE * place.area_px
        filled |= here >= OWN_SHARE * place.area_px / place.facing.capacity
    return touched, filled


def covering_pixels(foreground: Foreground, layout: Layout) -> NDArray[np.bool_]:
    """(height, width): pixels of all pieces that stand before the facings, whatever they cover."""
    pieces = covering_pieces(foreground, layout)
    pixels: NDArray[np.bool_] = pieces.covering[pieces.labels]
    return pixels


def before_facings(foreground: Foreground, layout: Layout) -> NDArray[np.bool_]:
    """Pixels of the pieces that cover some facing."""
    pieces = covering_pieces(foreground, layout)
    touching = np.zeros_like(pieces.covering)
    for place in layout.places:
        touching[pieces.labels[place.rows, place.columns][place.mask > 0]] = True
    before: NDArray[np.bool_] = (pieces.covering & touching)[pieces.labels]
    return before


def beside_facings(foreground: Foreground, layout: Layout, lasting: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Pixels of lasting pieces, no larger than products, that lie before no facing.

    A product taken beside a facing leaves such a piece. What reaches the picture's sides or its lower border may be a
    part of somebody who stands in front.

    Args:
        foreground: of the sample.
        layout: where the facings are.
        lasting: bool (height, width), what has been still for long enough.
    """
    labels = covering_pieces(foreground, layout).labels
    count = int(labels.max()) + 1
    areas, lasts = np.bincount(labels.reshape(-1), minlength=count), np.bincount(labels[lasting], minlength=count)
    most = _MOST_BESIDE * max((place.area_px for place in layout.places), default=0)
    let_be = (areas <= most) & (lasts >= _RESTING_SHARE * areas)
    for border in (labels[-1], labels[:, 0], labels[:, -1]):
        let_be[border] = False
    let_be &= _facings_touched(labels, count, layout)[0] == 0
    let_be[0] = False
    pixels: NDArray[np.bool_] = let_be[labels]
    return pixels
