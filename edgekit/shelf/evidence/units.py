"""How many units of a facing stand: on top of each other, side by side, or one behind the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from edgekit.frame import Pixels
from edgekit.shelf.evidence.edges import Edges, PatchShape, edges_of, likeness_of, patch_of
from edgekit.shelf.evidence.files import Front, FrontLook, foremost, front_look
from edgekit.shelf.evidence.standing import STANDS_AT, standing_in

if TYPE_CHECKING:
    from edgekit.shelf.gates.layout import FacingPlace

__all__ = ["Units", "UnitsLook", "expected_units", "units_of"]

_PATCH_PX: Final = 64
_FEWEST_PX, _MOST_PARTS = 6, 6
"""A facing is looked at in so many parts at most, each of so many pixels at least."""
_ASIDE, _UP = 0.12, 0.25
"""Units are looked for so far (of the facing's sides) aside and above; what stands deeper stands higher."""
_REACH: Final = 0.15
"""And so far (of its own share) along their row: beyond it the neighbour begins, which looks the same."""
_SAME, _RIM = 0.6, 0.12
"""Likeness of each unit to the next from which they are known to stand in that direction, without the rim of each:
of rendered and photographed rows 0.8 and more, across them 0.1 to 0.5; of shelves seen aslant neither is."""
_IN_DOUBT: Final = 0.1
"""Parts of a facing of which each is there or gone are this far from 0 and 1 at most."""
_SURE: Final = 0.8
"""Where the direction is not known, a part surely stands in the right one, or none stands: less than that a neighbour
comes to that reaches into the facing's box."""
_CLEARLY_GONE: Final = 0.1
"""A part of a unit that is less likely there is missing; units behind have other lids and lighter feet."""


@dataclass(frozen=True, slots=True, eq=False)
class UnitsLook:
    """A facing of several units in the reference picture.

    Attributes:
        front: its products, near and farther back.
        along: axis of the patch along which its units stand: 0, on top of each other, or 1; None: it does not tell.
    """

    front: FrontLook
    along: int | None


@dataclass(frozen=True, slots=True)
class Units:
    """How many units stand.

    Attributes:
        count: 0 to the facing's capacity.
        likeness: -1 to 1, of what stands there to the reference, edges only, at the best size: unrelated things 0.2.
    """

    count: int
    likeness: float


def expected_units(reference: Pixels, place: FacingPlace) -> UnitsLook:
    """What a facing looks like while all its units stand."""
    left, top, right, bottom = place.box_xyxy_px
    scale, parts = _PATCH_PX / max(right - left, bottom - top), _parts_of(place)
    width, height = (max(_FEWEST_PX * parts, round(side * scale)) for side in (right - left, bottom - top))
    shape = PatchShape((width, height), (max(1, round(_ASIDE * width)), max(1, round(_UP * height))))
    patch = patch_of(reference, place, shape)
    inner = edges_of(patch).inner(shape)
    alike = [_alike_along(inner, axis, parts) for axis in (0, 1)]
    told = max(alike) >= _SAME and parts == place.facing.capacity
    return UnitsLook(front_look(patch, shape), int(np.argmax(alike)) if told else None)


def units_of(expected: UnitsLook, pixels: Pixels, place: FacingPlace) -> Units:
    """Count the units that stand.

    Where the facing looks whole, if smaller, they stand behind each other, and it is asked how far back. Else each part
    of the facing is looked for by itself: in the direction in which they stand, or where the reference does not tell,
    in that in which each is either there or gone.
    """
    capacity, parts, patch = place.facing.capacity, _parts_of(place), patch_of(pixels, place, expected.front.shape)
    front = foremost(expected.front, patch)
    in_file = max(1, capacity - front.steps)
    if front.stands and _is_whole(front, parts):
        return Units(in_file, front.likeness)
    axes = (0, 1) if expected.along is None else (expected.along,)
    found = [_shares(expected.front, patch, axis, parts) for axis in axes]
    shares = min(found, key=lambda shares: (max(shares) < _SURE, _doubt(shares)))
    nothing = expected.along is None and max(shares) < _SURE
    standing = 0 if nothing else sum(share >= STANDS_AT for share in shares)
    count = round(standing / parts * capacity)
    unclear = count in (0, capacity) or (expected.along is None and _doubt(shares) > _IN_DOUBT)
    return Units(in_file if front.stands and unclear else count, front.likeness)


def _parts_of(place: FacingPlace) -> int:
    return min(place.facing.capacity, _MOST_PARTS)


def _alike_along(inner: Edges, axis: int, count: int) -> float:
    """Mean likeness of each of `count` parts to the next."""
    step, across = inner.strength.shape[axis] / count, inner.strength.shape[1 - axis]
    rim, aside = max(1, round(_RIM * step)), max(1, round(_RIM / 2 * across))
    total = 0.0
    for index in range(count - 1):
        one = _cut(inner, axis, round(index * step) + rim, round((index + 1) * step) - rim)
        following = _cut(inner, axis, round((index + 1) * step), round((index + 2) * step))
        total += likeness_of(_cut(one, 1 - axis, aside, across - aside), following).value
    return total / max(1, count - 1)


def _cut(edges: Edges, axis: int, start: int, end: int) -> Edges:
    where = _along(axis, start, end)
    return Edges(np.ascontiguousarray(edges.strength[where]), np.ascontiguousarray(edges.directed[where]))


def _along(axis: int, start: int, end: int) -> tuple[slice, slice]:
    return (slice(start, end), slice(None)) if axis == 0 else (slice(None), slice(start, end))


def _is_whole(front: Front, count: int) -> bool:
    """Whether no part of it is clearly gone, neither from above to below nor from side to side."""
    for axis in (0, 1):
        edges = [round(front.sought.shape[axis] * index / count) for index in range(count + 1)]
        for start, end in pairwise(edges):
            where = _along(axis, start, end)
            if standing_in(front.sought[where], front.there[where]) < _CLEARLY_GONE:
                return False
    return True


def _shares(expected: FrontLook, patch: NDArray[np.uint8], axis: int, count: int) -> list[float]:
    """Of each of `count` parts along an axis, the probability that it stands, looked for by itself."""
    (width, height), (x, y) = expected.shape.size_wh, expected.shape.shift_xy
    step = (height, width)[axis] / count
    along, across = max(1, round(_REACH * step)), max(1, round(_ASIDE * (width, height)[axis]))
    up, aside = (min(along, y), min(across, x)) if axis == 0 else (min(across, y), min(along, x))
    found = []
    for index in range(count):
        start, end = round(index * step), round((index + 1) * step)
        top, bottom, left, right = (start, end, 0, width) if axis == 0 else (0, height, start, end)
        sought = expected.patch[y + top : y + bottom, x + left : x + right]
        found.append(standing_in(sought, patch[y + top - up : y + bottom + up, x + left - aside : x + right + aside]))
    return found


def _doubt(shares: Sequence[float]) -> float:
    """Mean distance to the nearer of 0 and 1."""
    return sum(min(share, 1.0 - share) for share in shares) / len(shares)
