"""Whether the scene is seen through what seems to stand before a facing: then it is light, or a reflection.

Or nothing but the facing has changed, and what differs around it is a shadow or a sunbeam.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from edgekit.shelf.gates.layout import FacingPlace, grown
from edgekit.shelf.gates.pieces import Pieces

__all__ = ["is_light"]

_NEARBY: Final = 0.5
"""Of a facing's sides: so far around it light is told from a person by what is seen through."""
_GREY: Final = 128.0
_THROUGH: Final = 0.8
"""Correlation of textures: glass and lamps leave 0.9 and more, people 0.5 and less, unless in stripes."""
_RESTS_THROUGH: Final = 0.6
"""The same without the mean of each column, or of each row."""
_MIN_THROUGH, _MIN_THROUGH_PX = 5.0, 12
"""Texture's spread in grey levels, above sensor noise, and the pixels that it takes."""


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
