"""How many units of a facing stand: on top of each other, side by side, in rows and columns, or behind each other."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from edgekit.frame import Pixels
from edgekit.shelf.evidence.arrangement import (
    FEWEST_PX,
    HEAP,
    MOST_PARTS,
    Arrangement,
    arrangements,
    boxes_of,
    cells_of,
    span_of,
)
from edgekit.shelf.evidence.edges import PatchShape, patch_of
from edgekit.shelf.evidence.files import Front, FrontLook, far_back, foremost, front_look
from edgekit.shelf.evidence.heaps import heaped, left_of_heap, lie_in_no_order, showing_goods
from edgekit.shelf.evidence.instead import Instead, UnitLook, seen_instead, unit_looks
from edgekit.shelf.evidence.standing import STANDS_AT, standing_in

if TYPE_CHECKING:
    from edgekit.shelf.gates.layout import FacingPlace

__all__ = ["Parts", "Units", "UnitsLook", "expected_units", "units_of"]

_PATCH_PX: Final = 64
_ASIDE, _UP = 0.12, 0.25
"""Units are looked for so far (of the facing's sides) aside and above; what stands deeper stands higher."""
_REACH: Final = 0.15
"""And so far (of its own share) along their row: beyond it the neighbour begins, which looks the same."""
_IN_DOUBT: Final = 0.1
"""Parts of a facing of which each is there or gone are this far from 0 and 1 at most."""
_UNSURE, _UNSURE_TOLD = 0.05, 0.15
"""Parts in such doubt tell less than the facing's whole look, where the direction is not known and where it is: of 99
facings with a unit gone on the tuning clips of four authors 12 look rather as if none were, and of those none is in
such doubt, unless its foremost unit stands farther back."""
_PLAINLY, _DARKER = 0.95, 0.12
"""Probability that the whole look of several units stands from which none is gone, unless the foremost is so much
darker (Front.darker): with a unit gone it is 0.94 at most on the same clips, and the next one mostly 0.17 darker and
more; of units that were pushed together it is mostly 0.97 to 0.99, and of 20 of them 19 are 0.06 darker at most."""
_EACH_AT: Final = 0.85
"""Of units of which the direction is known, each is where it stood: with the foremost of them gone and the next ones
seen, the least comes to 0.69 at most (the tuning clips of five authors)."""
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
        parts: by the rows and columns in which its units may stand, one where the picture tells, each of them.
        thrown: whether they lie in no order, and so over each other.
        telling: of the cells of a heap, row by row, the indices of those that show goods.
    """

    front: FrontLook
    parts: Mapping[Arrangement, tuple[UnitLook, ...]]
    thrown: bool
    telling: tuple[int, ...]

    @property
    def told(self) -> bool:
        """Whether the reference tells how they stand."""
        return len(self.parts) == 1 and not self.heap

    @property
    def grid(self) -> bool:
        """Whether many stand in rows and columns, in which each is seen and none hides another."""
        return self.told and len(next(iter(self.parts.values()))) > MOST_PARTS

    @property
    def heap(self) -> bool:
        """Whether they are told by the share of a crate or tray that shows them."""
        return HEAP in self.parts


@dataclass(frozen=True, slots=True)
class Parts:
    """What the parts of a facing tell, each looked for by itself.

    Attributes:
        count: units that stand, 0 to the facing's capacity.
        doubt: mean distance (0-0.5) of the parts' probabilities to the nearer of 0 and 1.
        instead: what is seen in the places of the others.
        arrangement: in which they were looked for.
        stand: of those that were looked for, row by row, which stand.
    """

    count: int
    doubt: float
    instead: Instead
    arrangement: Arrangement
    stand: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class Units:
    """How many units stand.

    Attributes:
        count: 0 to the facing's capacity.
        likeness: -1 to 1, of what stands there to the reference, edges only, at the best size: unrelated things 0.2.
        far_back: whether what stands was found far behind where the foremost stood.
        all_stand_at: probability of the facing's whole look from which none is gone, whatever its parts tell.
        hidden: share (0-1) of them in whose place something else is seen.
        parts: what each part of the facing tells by itself; None where the foremost told how many stand.
    """

    count: int
    likeness: float
    far_back: bool = False
    all_stand_at: float = math.inf
    hidden: float = 0.0
    parts: Parts | None = None


def expected_units(reference: Pixels, place: FacingPlace) -> UnitsLook:
    """What a facing looks like while all its units stand."""
    left, top, right, bottom = place.box_xyxy_px
    scale, most = _PATCH_PX / max(right - left, bottom - top), _in_a_line(place)
    width, height = (max(FEWEST_PX * most, round(side * scale)) for side in (right - left, bottom - top))
    shape = PatchShape((width, height), (max(1, round(_ASIDE * width)), max(1, round(_UP * height))))
    patch = patch_of(reference, place, shape)
    parts = {each: unit_looks(reference, place, each) for each in arrangements(patch, shape, place.facing.capacity)}
    cells = cells_of(shape, HEAP)
    thrown = HEAP in parts and lie_in_no_order(patch, cells)
    return UnitsLook(front_look(patch, shape), parts, thrown, showing_goods(patch, cells))


def units_of(expected: UnitsLook, pixels: Pixels, place: FacingPlace) -> Units:
    """Count the units that stand.

    Where the facing looks whole, if smaller, they stand behind each other, and it is asked how far back. Else each part
    of the facing is looked for by itself: in the rows and columns in which they stand, or where the reference does not
    tell, in those in which each is either there or gone. Beside a unit that surely stands, another may be turned. Where
    none is found, one may be left at the back of a deep shelf.
    """
    capacity, patch = place.facing.capacity, patch_of(pixels, place, expected.front.shape)
    front, lines = foremost(expected.front, patch), {(_in_a_line(place), 1), (1, _in_a_line(place))}
    all_stand_at = _all_stand_at(front)
    in_file = capacity if _each_stands(expected, front, capacity, patch) else max(1, capacity - front.steps(capacity))
    as_a_file = Units(in_file, front.likeness, front.far, all_stand_at)
    if front.stands and _is_whole(front, {*lines, *expected.parts}):
        return as_a_file
    parts = _parts(expected, patch, pixels, place)
    if front.stands and _is_unclear(expected, parts, capacity):
        return as_a_file
    deep = parts.count == 0 and not (expected.heap or expected.grid)
    if deep and far_back(expected.front, patch) >= STANDS_AT:
        return Units(1, front.likeness, far_back=True, all_stand_at=all_stand_at, parts=parts)
    if parts.doubt >= (_UNSURE_TOLD if expected.told else _UNSURE) and not front.steps(capacity):
        all_stand_at = STANDS_AT
    hidden = parts.instead.hidden / len(parts.stand)
    return Units(parts.count, front.likeness, all_stand_at=all_stand_at, hidden=hidden, parts=parts)


def _parts(expected: UnitsLook, patch: NDArray[np.uint8], pixels: Pixels, place: FacingPlace) -> Parts:
    """Look for each part of a facing by itself."""
    capacity = place.facing.capacity
    found = [
        (each, _heap_shares(expected, patch) if expected.heap else _shares(expected.front, patch, each))
        for each in expected.parts
    ]
    arrangement, shares = min(found, key=lambda each: (max(each[1]) < _SURE, _doubt(each[1])))
    surely, instead = max(shares) >= _SURE, Instead()
    stand = tuple(share >= STANDS_AT for share in shares)
    standing = sum(stand) if surely or expected.told else 0
    if surely:
        looks, boxes = expected.parts[arrangement], boxes_of(place.box_xyxy_px, arrangement)
        telling = expected.telling if expected.heap else range(len(looks))
        looks_boxes = [looks[i] for i in telling], [boxes[i] for i in telling]
        instead = seen_instead(*looks_boxes, shares, pixels, place, expected.front)
    left = (standing + instead.turned) / len(shares)
    if expected.thrown:
        left = left_of_heap(left, capacity)
    count = max(min(1, standing), round(left * capacity))
    if count == 0 and expected.grid:  # the last one, where the outline cuts through it
        count = min(1, sum(share >= STANDS_AT for share in _heap_shares(expected, patch)))
    return Parts(count, _doubt(shares), instead, arrangement, stand)


def _is_unclear(expected: UnitsLook, parts: Parts, capacity: int) -> bool:
    """Whether the parts of a facing in which something stands do not tell how many."""
    none_or_all = parts.count in (0, capacity)
    return none_or_all and not parts.instead.turned if expected.told else none_or_all or parts.doubt > _IN_DOUBT


def _in_a_line(place: FacingPlace) -> int:
    """Units that are looked for in one row or column at most."""
    return min(place.facing.capacity, MOST_PARTS)


def _each_stands(expected: UnitsLook, front: Front, capacity: int, patch: NDArray[np.uint8]) -> bool:
    """Whether all look farther back, in haze for instance, but each is plainly seen where it stood."""
    if not expected.told or not front.steps(capacity):
        return False
    return min(_shares(expected.front, patch, next(iter(expected.parts)))) >= _EACH_AT


def _all_stand_at(front: Front) -> float:
    """Where the parts are clear: in the light in which it stood, what stands as a whole has only been pushed."""
    return _PLAINLY if front.darker < _DARKER else math.inf


def _is_whole(front: Front, ways: Collection[Arrangement]) -> bool:
    """Whether no part of it is clearly gone."""
    height, width = front.sought.shape[:2]
    for rows, columns in ways:
        for row, column in product(range(rows), range(columns)):
            where = slice(*span_of(height, rows, row)), slice(*span_of(width, columns, column))
            if standing_in(front.sought[where], front.there[where]) < _CLEARLY_GONE:
                return False
    return True


def _shares(expected: FrontLook, patch: NDArray[np.uint8], arrangement: Arrangement) -> list[float]:
    """Of each part, row by row, the probability that it stands, looked for by itself."""
    (width, height), (x, y), (rows, columns) = expected.shape.size_wh, expected.shape.shift_xy, arrangement
    aside = min(x, max(1, round(_REACH * width / columns if columns > 1 else _ASIDE * width)))
    up = min(y, max(1, round(_REACH * height / rows if rows > 1 else _ASIDE * height)))
    cells = cells_of(expected.shape, arrangement)
    found = []
    for down, across in cells:
        within = slice(down.start - up, down.stop + up), slice(across.start - aside, across.stop + aside)
        found.append(standing_in(expected.patch[down, across], patch[within]))
    return found


def _heap_shares(expected: UnitsLook, patch: NDArray[np.uint8]) -> list[float]:
    """Of each cell of a heap that tells, row by row, the probability that goods lie there, as they did or otherwise."""
    found, cells = _shares(expected.front, patch, HEAP), cells_of(expected.front.shape, HEAP)
    gone = [index for index in expected.telling if found[index] < STANDS_AT]
    if gone:
        for index, lies in zip(gone, heaped(expected.front, patch, cells, [cells[i] for i in gone]), strict=True):
            found[index] = max(found[index], float(lies))
    return [found[index] for index in expected.telling]


def _doubt(shares: Sequence[float]) -> float:
    """Mean distance to the nearer of 0 and 1."""
    return sum(min(share, 1.0 - share) for share in shares) / len(shares)
