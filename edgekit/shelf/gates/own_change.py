"""Whether what differs in a facing is its own change or light on it, and nothing that stands in front of it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from edgekit.shelf.gates.layout import FacingPlace, grown
from edgekit.shelf.gates.pieces import Pieces

__all__ = ["ends_here", "filled_alone", "is_light"]

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
_NEARBY: Final = 0.5
"""Of a facing's sides: so far around it light is told from a person by what is seen through."""
_GREY: Final = 128.0
_THROUGH: Final = 0.8
"""Correlation of textures: glass and lamps leave 0.9 and more, people 0.5 and less, unless in stripes."""
_RESTS_THROUGH: Final = 0.6
"""The same without the mean of each column, or of each row."""
_MIN_THROUGH, _MIN_THROUGH_PX = 5.0, 12
"""Texture's spread in grey levels, above sensor noise, and the pixels that it takes."""


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
        filled: facings that are covered by OWN_SHARE or more.
        outside: uint8 (height, width), 1 where no facing is.
        still_s: float32 (height, width), for how long each pixel has not changed.

    Returns:
        Their ids.
    """
    by_piece: dict[int, list[FacingPlace]] = {}
    for place in filled:
        here = np.bincount(pieces.labels[place.rows, place.columns][pieces.within(place)])
        by_piece.setdefault(int(here.argmax()), []).append(place)
    alone: set[str] = set()
    for label, places in by_piece.items():
        piece = pieces.labels == label
        size, still = np.count_nonzero(piece), np.count_nonzero(piece & (still_s >= _STILL_S))
        besides = np.count_nonzero(piece & (outside > 0))
        if len(places) > 1 and besides > _BESIDES_SHARE * sum(place.area_px for place in places):
            continue
        for place in places:
            piece[grown(place, piece.shape, _GROWN)] = False
        if still >= _STILL_SHARE * size and np.count_nonzero(piece) <= (1.0 - _WITHIN_SHARE) * size:
            alone |= {place.facing.id for place in places}
    return frozenset(alone)


def is_light(pieces: Pieces, place: FacingPlace, before: NDArray[np.uint8], now: NDArray[np.uint8]) -> bool:
    """Whether covering pieces let the background be seen through them, in the facing or, where that changed, around.

    Args:
        pieces: of the sample.
        place: the facing.
        before, now: uint8 (height, width), texture of the background and of the sample.
    """
    inside, box = (place.rows, place.columns), grown(place, now.shape, _NEARBY)
    where = pieces.within(place)
    if _seen_through(before[inside], now[inside], where):
        return True
    around = pieces.covering[pieces.labels[box]]
    top, left = place.rows.start - box[0].start, place.columns.start - box[1].start
    around[top : top + where.shape[0], left : left + where.shape[1]] &= place.mask == 0
    return _seen_through(before[box], now[box], around)


def _seen_through(before: NDArray[np.uint8], now: NDArray[np.uint8], where: NDArray[np.bool_]) -> bool:
    """Whether texture of the background goes on in a sample, stronger or weaker.

    Stripes of somebody's shirt may fall on upright edges of products: so what is left without its columns' means must
    go on as well, and without its rows', as far as the background has any.

    Args:
        before, now: uint8 (height, width).
        where: bool (height, width), what is asked.
    """
    size = int(np.count_nonzero(where))
    if size < _MIN_THROUGH_PX:
        return False
    was, is_now = (np.where(where, picture.astype(np.float32) - np.float32(_GREY), 0) for picture in (before, now))
    if not _alike(was, is_now, size, _THROUGH):
        return False
    for axis in (0, 1):
        counts = np.maximum(where.sum(axis, keepdims=True), 1)
        before_rest, now_rest = (
            np.where(where, each - each.sum(axis, keepdims=True) / counts, 0) for each in (was, is_now)
        )
        if _strength(before_rest) < _MIN_THROUGH**2 * size:
            continue
        if not _alike(before_rest, now_rest, size, _RESTS_THROUGH):
            return False
    return True


def _alike(was: NDArray[np.float32], is_now: NDArray[np.float32], size: int, at_least: float) -> bool:
    """Whether two textures of so many pixels are both strong enough, and correlate by so much."""
    strengths = _strength(was), _strength(is_now)
    if min(strengths) < _MIN_THROUGH**2 * size:
        return False
    return float((was * is_now).sum()) >= at_least * math.sqrt(strengths[0] * strengths[1])


def _strength(texture: NDArray[np.float32]) -> float:
    return float((texture * texture).sum())
