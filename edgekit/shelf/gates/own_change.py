"""Whether what differs in a facing is its own change, and nothing that stands in front of it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from edgekit.shelf.gates.layout import FacingPlace, grown
from edgekit.shelf.gates.pieces import Pieces

__all__ = ["ends_here", "filled_alone", "standing_on_board"]

_ENDING_SHARE, _CROSSING_SHARE = 0.2, 0.35
"""What fills a facing is its own change where it goes on around it by less than the first, and into facings beside it,
too, by less than the second: emptied places beside others do by 0.1 to 0.33, a head before two facings by 0.37, people
and crates mostly by 0.46 and more."""
_TOUCHING_S, _MOVED_SHARE = 1.2, 0.2
"""What touches a facing that changed has been still for the first, but for the second of its pixels: cartons and people
are, arms that reach in are not yet."""
_GROWN, _WITHIN_SHARE = 0.15, 0.9
_STILL_S, _STILL_SHARE = 3.0, 0.9
"""Emptied places side by side are one piece: by the second it lies within the boxes, larger by the first, of the
facings that it fills. People reach beyond them, and never are so much of them so still for so long."""
_BESIDES_SHARE = 0.3
"""Of the facings that one piece fills together: so much of it lies in none. Emptied crates and trays side by side come
to 0.1 to 0.26, people who stand before two facings to 0.35 and more, however still."""
_ABOVE, _ASIDE, _BELOW, _STANDING_S = 0.6, 0.35, 0.15, 4.0
"""A larger product in a facing reaches so far beyond its box (shares of its sides), and has stood still for so long;
what stands before a shelf reaches below its board."""


def ends_here(pieces: Pieces, place: FacingPlace, still_s: NDArray[np.float32] | None) -> bool:
    """Whether what fills a facing goes on beyond it nowhere much: its own change, which something touches.

    Args:
        pieces: of the sample.
        place: the facing.
        still_s: float32 (height, width), for how long each pixel has not changed: an arm that rests on a product goes
            on beyond it nowhere much either, but not for long. None: nothing is known to be still.
    """
    if not place.free_ring.size:
        return False
    labels = pieces.labels.reshape(-1)
    free, around = (
        np.count_nonzero(pieces.covering[labels[ring]]) / ring.size for ring in (place.free_ring, place.ring)
    )
    touching = place.ring[pieces.covering[labels[place.ring]]]
    moved = touching.size if still_s is None else np.count_nonzero(still_s.reshape(-1)[touching] < _TOUCHING_S)
    return bool(free < _ENDING_SHARE and around < _CROSSING_SHARE and moved <= _MOVED_SHARE * touching.size)


def filled_alone(
    pieces: Pieces, filled: Sequence[FacingPlace], outside: NDArray[np.uint8], still_s: NDArray[np.float32]
) -> frozenset[str]:
    """Of facings that covering pieces fill, those whose piece stands still and lies in nothing but such facings.

    Args:
        pieces: of the sample.
        filled: facings that are covered by OWN_SHARE of a unit's place or more.
        outside: uint8 (height, width), 1 where no facing is.
        still_s: float32 (height, width), for how long each pixel has not changed.

    Returns:
        Their ids.
    """
    alone: set[str] = set()
    for label, places in _by_piece(pieces, filled).items():
        piece = pieces.labels == label
        besides = np.count_nonzero(piece & (outside > 0))
        if len(places) > 1 and besides > _BESIDES_SHARE * sum(place.area_px for place in places):
            continue
        if _rests_within(piece, [grown(place, piece.shape, _GROWN) for place in places], still_s >= _STILL_S):
            alone |= {place.facing.id for place in places}
    return frozenset(alone)


def standing_on_board(pieces: Pieces, filled: Sequence[FacingPlace], still_s: NDArray[np.float32]) -> frozenset[str]:
    """Of facings that covering pieces fill, those whose piece has long stood in them, and nowhere below.

    A larger product, or emptied places side by side, with the gaps between them. What reaches over boards stands before
    the shelf.

    Args:
        pieces: of the sample.
        filled: facings that are covered by OWN_SHARE of a unit's place or more.
        still_s: float32 (height, width), for how long each pixel has not changed.

    Returns:
        Their ids.
    """
    standing: set[str] = set()
    for label, places in _by_piece(pieces, filled).items():
        piece = pieces.labels == label
        on_one_board = max(place.rows.start for place in places) < min(place.rows.stop for place in places)
        if piece[-1].any() or not on_one_board:
            continue
        if _rests_within(piece, [_above_board(place) for place in places], still_s >= _STANDING_S):
            standing |= {place.facing.id for place in places}
    return frozenset(standing)


def _rests_within(piece: NDArray[np.bool_], boxes: Sequence[tuple[slice, slice]], still: NDArray[np.bool_]) -> bool:
    """Whether most of a piece is still, and most of it lies within some boxes."""
    size, beyond = np.count_nonzero(piece), piece.copy()
    for box in boxes:
        beyond[box] = False
    return bool(
        np.count_nonzero(piece & still) >= _STILL_SHARE * size
        and np.count_nonzero(beyond) <= (1.0 - _WITHIN_SHARE) * size
    )


def _by_piece(pieces: Pieces, filled: Sequence[FacingPlace]) -> dict[int, list[FacingPlace]]:
    """The facings by the piece that fills most of each."""
    by_piece: dict[int, list[FacingPlace]] = {}
    for place in filled:
        here = np.bincount(pieces.labels[place.rows, place.columns][pieces.within(place)])
        by_piece.setdefault(int(here.argmax()), []).append(place)
    return by_piece


def _above_board(place: FacingPlace) -> tuple[slice, slice]:
    """Where a larger product reaches that stands in a facing."""
    (top, bottom), (left, right) = ((span.start, span.stop) for span in (place.rows, place.columns))
    up, down, aside = (
        max(1, round(share * side))
        for share, side in ((_ABOVE, bottom - top), (_BELOW, bottom - top), (_ASIDE, right - left))
    )
    return slice(max(0, top - up), bottom + down), slice(max(0, left - aside), right + aside)
