"""How many units of a facing stand: on top of each other, side by side, in rows and columns, or behind each other."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from edgekit.frame import Pixels
from edgekit.shelf.evidence.another import shows_a_product, turned_by
from edgekit.shelf.evidence.colours import strange_colours, without_noise
from edgekit.shelf.evidence.edges import Edges, PatchShape, edges_of, likeness_of, patch_of, shape_of
from edgekit.shelf.evidence.files import Front, FrontLook, far_back, foremost, front_look
from edgekit.shelf.evidence.heaps import Cell, heaped, left_of_heap, lie_in_no_order, showing_goods
from edgekit.shelf.evidence.standing import STANDS_AT, standing_in

if TYPE_CHECKING:
    from edgekit.shelf.gates.layout import FacingPlace

__all__ = ["Units", "UnitsLook", "expected_units", "units_of"]

Layout = tuple[int, int]
"""Rows and columns in which a facing's units stand."""

Box = tuple[int, int, int, int]
"""Left, top, right and bottom, in pixels."""

_PATCH_PX: Final = 64
_FEWEST_PX, _MOST_PARTS = 6, 6
"""A row or column is looked at in so many parts at most, each of so many pixels at least."""
_SLIMMEST: Final = 5.0
"""More units than that are looked for one by one if they are no slimmer than that, and where rows are told."""
_HEAP: Final[Layout] = 4, 4
"""What more units than that lie in, rows or a heap, is not asked: such cells tell what share is left."""
_TRAY_UNITS, _TRAY = 4, 0.06
"""From so many units on they may lie in a tray or crate, whose rim takes so much of each side and stays."""
_ASIDE, _UP = 0.12, 0.25
"""Units are looked for so far (of the facing's sides) aside and above; what stands deeper stands higher."""
_REACH: Final = 0.15
"""And so far (of its own share) along their row: beyond it the neighbour begins, which looks the same."""
_SAME, _RIM = 0.6, 0.12
"""Likeness of each unit to the next from which they are known to stand in that direction, without the rim of each:
of rendered and photographed rows 0.8 and more, across them 0.1 to 0.5; of shelves seen aslant neither is."""
_PARTED, _SEAM = 0.72, 0.12
"""Of the mean change from one pixel to the next, along the direction in which they stand, so much is found at least
within so much of a unit's length around where each meets the next: 0.73 and more where they are units, 0.29 to 0.70 in
one smooth tube or can whose parts look alike (434 facings of four authors)."""
_LACKING: Final = 20.0
"""A side of a product may lack colours of its front, but not so far from all that it shows (strange_colours): turned
units lack 1 to 14, emptied places before a wire rack in a product's own grey 27 to 44 (124 clips of three authors)."""
_STRANGE: Final = 5.0
"""What shows a product whose colours are so far from a unit's own is something else, in front of it or in its place:
of 36 facings that were low on those clips it was seen in none but behind hands."""
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
class _Part:
    """Where one unit stands: uint8 (height, width, 3) with its margin, without noise."""

    clean: NDArray[np.uint8]
    shape: PatchShape


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
    parts: Mapping[Layout, tuple[_Part, ...]]
    thrown: bool
    telling: tuple[int, ...]

    @property
    def told(self) -> bool:
        """Whether the reference tells how they stand."""
        return len(self.parts) == 1 and not self.heap

    @property
    def grid(self) -> bool:
        """Whether many stand in rows and columns, in which each is seen and none hides another."""
        return self.told and len(next(iter(self.parts.values()))) > _MOST_PARTS

    @property
    def heap(self) -> bool:
        """Whether they are told by the share of a crate or tray that shows them."""
        return _HEAP in self.parts


@dataclass(frozen=True, slots=True)
class Units:
    """How many units stand.

    Attributes:
        count: 0 to the facing's capacity.
        likeness: -1 to 1, of what stands there to the reference, edges only, at the best size: unrelated things 0.2.
        far_back: whether what stands was found far behind where the foremost stood.
        all_stand_at: probability of the facing's whole look from which none is gone, whatever its parts tell.
        hidden: share (0-1) of them in whose place something else is seen.
    """

    count: int
    likeness: float
    far_back: bool = False
    all_stand_at: float = math.inf
    hidden: float = 0.0


def expected_units(reference: Pixels, place: FacingPlace) -> UnitsLook:
    """What a facing looks like while all its units stand."""
    left, top, right, bottom = place.box_xyxy_px
    scale, parts = _PATCH_PX / max(right - left, bottom - top), _parts_of(place)
    width, height = (max(_FEWEST_PX * parts, round(side * scale)) for side in (right - left, bottom - top))
    shape = PatchShape((width, height), (max(1, round(_ASIDE * width)), max(1, round(_UP * height))))
    patch = patch_of(reference, place, shape)
    inner, layouts = edges_of(patch).inner(shape), _layouts(place, shape)
    alike = [_alike(inner, layout) if _parted(patch, shape, layout) else 0.0 for layout in layouts]
    most = max(alike, default=0.0)
    if most >= _SAME:
        layouts = (layouts[int(np.argmax(alike))],)
    elif parts < place.facing.capacity:
        layouts = (_HEAP,)
    parts_of = {layout: _parts(reference, place, layout) for layout in layouts}
    cells = _cells(shape, _HEAP)
    thrown = _HEAP in layouts and lie_in_no_order(patch, cells)
    return UnitsLook(front_look(patch, shape), parts_of, thrown, showing_goods(patch, cells))


def units_of(expected: UnitsLook, pixels: Pixels, place: FacingPlace) -> Units:
    """Count the units that stand.

    Where the facing looks whole, if smaller, they stand behind each other, and it is asked how far back. Else each part
    of the facing is looked for by itself: in the rows and columns in which they stand, or where the reference does not
    tell, in those in which each is either there or gone. Beside a unit that surely stands, another may be turned. Where
    none is found, one may be left at the back of a deep shelf.
    """
    capacity, parts, patch = place.facing.capacity, _parts_of(place), patch_of(pixels, place, expected.front.shape)
    front = foremost(expected.front, patch)
    in_file = capacity if _each_stands(expected, front, capacity, patch) else max(1, capacity - front.steps(capacity))
    if front.stands and _is_whole(front, {(parts, 1), (1, parts), *expected.parts}):
        return Units(in_file, front.likeness, front.far, _all_stand_at(front))
    found = [
        (layout, _heap_shares(expected, patch) if expected.heap else _shares(expected.front, patch, layout))
        for layout in expected.parts
    ]
    layout, shares = min(found, key=lambda each: (max(each[1]) < _SURE, _doubt(each[1])))
    nothing = not expected.told and max(shares) < _SURE
    standing = 0 if nothing else sum(share >= STANDS_AT for share in shares)
    turned, hidden = _instead(_looked_at(expected, place, layout), shares, pixels) if max(shares) >= _SURE else (0, 0)
    left = (standing + turned) / len(shares)
    if expected.thrown:
        left = left_of_heap(left, capacity)
    count = max(min(1, standing), round(left * capacity))
    if count == 0 and expected.grid:  # the last one, where the outline cuts through it
        count = min(1, sum(share >= STANDS_AT for share in _heap_shares(expected, patch)))
    if expected.told:
        unclear = count in (0, capacity) and not turned
    else:
        unclear = count in (0, capacity) or _doubt(shares) > _IN_DOUBT
    if front.stands and unclear:
        return Units(in_file, front.likeness, front.far, _all_stand_at(front))
    if count == 0 and not (expected.heap or expected.grid) and far_back(expected.front, patch) >= STANDS_AT:
        return Units(1, front.likeness, far_back=True, all_stand_at=_all_stand_at(front))
    doubtful = _doubt(shares) >= (_UNSURE_TOLD if expected.told else _UNSURE) and not front.steps(capacity)
    all_stand_at = STANDS_AT if doubtful else _all_stand_at(front)
    return Units(count, front.likeness, all_stand_at=all_stand_at, hidden=hidden / len(shares))


def _each_stands(expected: UnitsLook, front: Front, capacity: int, patch: NDArray[np.uint8]) -> bool:
    """Whether all look farther back, in haze for instance, but each is plainly seen where it stood."""
    if not expected.told or not front.steps(capacity):
        return False
    return min(_shares(expected.front, patch, next(iter(expected.parts)))) >= _EACH_AT


def _all_stand_at(front: Front) -> float:
    """Where the parts are clear: in the light in which it stood, what stands as a whole has only been pushed."""
    return _PLAINLY if front.darker < _DARKER else math.inf


def _looked_at(expected: UnitsLook, place: FacingPlace, layout: Layout) -> list[tuple[_Part, FacingPlace]]:
    """The parts of a facing that tell of its units, and where each is."""
    places = (replace(place, box_xyxy_px=box) for box in _boxes(place, layout))
    parts = list(zip(expected.parts[layout], places, strict=True))
    return [parts[index] for index in expected.telling] if expected.heap else parts


def _instead(parts: Sequence[tuple[_Part, FacingPlace]], shares: Sequence[float], pixels: Pixels) -> tuple[int, int]:
    """Of units that are not seen where they stood, how many are there all the same, and how many may be hidden.

    The place of one that is turned or askew shows a product in its own colours; that of one that is hidden something in
    other colours. What is neither is an emptied place.
    """
    turned = hidden = 0
    for (part, there), share in zip(parts, shares, strict=True):
        if share >= STANDS_AT:
            continue
        clean = without_noise(patch_of(pixels, there, part.shape))
        if shows_a_product(pixels, there, clean, part.shape) < STANDS_AT:
            continue
        strange, lacking = (
            strange_colours(one, other, part.shape) for one, other in ((clean, part.clean), (part.clean, clean))
        )
        turned += turned_by(strange) >= STANDS_AT and lacking < _LACKING
        hidden += strange > _STRANGE
    return turned, hidden


def _parts(reference: Pixels, place: FacingPlace, layout: Layout) -> tuple[_Part, ...]:
    found = []
    for box in _boxes(place, layout):
        shape = shape_of(box)
        found.append(_Part(without_noise(patch_of(reference, replace(place, box_xyxy_px=box), shape)), shape))
    return tuple(found)


def _boxes(place: FacingPlace, layout: Layout) -> list[Box]:
    """Where each part of a facing is, row by row."""
    (left, top, right, bottom), (rows, columns) = place.box_xyxy_px, layout
    boxes = []
    for row, column in product(range(rows), range(columns)):
        down, across = _span(bottom - top, rows, row), _span(right - left, columns, column)
        boxes.append((left + across[0], top + down[0], left + across[1], top + down[1]))
    return boxes


def _layouts(place: FacingPlace, shape: PatchShape) -> tuple[Layout, ...]:
    """Rows and columns in which a facing's units may stand; where they are many, such as can be looked at each."""
    capacity, (width, height) = place.facing.capacity, shape.size_wh
    layouts = tuple((rows, capacity // rows) for rows in range(capacity, 0, -1) if capacity % rows == 0)
    if capacity == _parts_of(place):
        return layouts
    sides = ((layout, sorted((height / layout[0], width / layout[1]))) for layout in layouts)
    return tuple(layout for layout, (slim, long) in sides if slim >= max(_FEWEST_PX, long / _SLIMMEST))


def _parts_of(place: FacingPlace) -> int:
    return min(place.facing.capacity, _MOST_PARTS)


def _alike(inner: Edges, layout: Layout) -> float:
    """Mean likeness of each part to the next, in its row or in its column, whichever is less.

    Of units in one long row, three rows of three are alike along it alone.
    """
    (rows, columns), (height, width) = layout, inner.strength.shape
    rim_y, rim_x = (
        max(1, round((_RIM if count > 1 else _RIM / 2) * side / count))
        for side, count in ((height, rows), (width, columns))
    )
    beside: list[float] = []
    below: list[float] = []
    for row, column in product(range(rows), range(columns)):
        (top, bottom), (left, right) = _span(height, rows, row), _span(width, columns, column)
        one = _cut(inner, (top + rim_y, bottom - rim_y), (left + rim_x, right - rim_x))
        for found, next_row, next_column in ((below, row + 1, column), (beside, row, column + 1)):
            if next_row < rows and next_column < columns:
                following = _cut(inner, _span(height, rows, next_row), _span(width, columns, next_column))
                found.append(likeness_of(one, following).value)
    return min(sum(found) / len(found) for found in (beside, below) if found)


def _parted(patch: NDArray[np.uint8], shape: PatchShape, layout: Layout) -> bool:
    """Whether the picture changes where the parts of a facing meet; parts of one smooth thing are alike, too."""
    (width, height), (x, y) = shape.size_wh, shape.shift_xy
    middle = patch[y : y + height, x : x + width].astype(np.float32)
    for axis, count in enumerate(layout):
        changes = np.abs(np.diff(middle, axis=axis)).max(2).mean(1 - axis)
        length = middle.shape[axis] / count
        reach = max(1, round(_SEAM * length))
        for seam in (round(number * length) for number in range(1, count)):
            if changes[max(0, seam - reach - 1) : seam + reach].max() < _PARTED * changes.mean():
                return False
    return True


def _span(side: int, count: int, index: int) -> tuple[int, int]:
    """Where one of `count` parts of a side begins and ends."""
    return round(index * side / count), round((index + 1) * side / count)


def _cut(edges: Edges, down: tuple[int, int], across: tuple[int, int]) -> Edges:
    where = slice(*down), slice(*across)
    return Edges(np.ascontiguousarray(edges.strength[where]), np.ascontiguousarray(edges.directed[where]))


def _is_whole(front: Front, layouts: Collection[Layout]) -> bool:
    """Whether no part of it is clearly gone."""
    height, width = front.sought.shape[:2]
    for rows, columns in layouts:
        for row, column in product(range(rows), range(columns)):
            where = slice(*_span(height, rows, row)), slice(*_span(width, columns, column))
            if standing_in(front.sought[where], front.there[where]) < _CLEARLY_GONE:
                return False
    return True


def _shares(expected: FrontLook, patch: NDArray[np.uint8], layout: Layout) -> list[float]:
    """Of each part, row by row, the probability that it stands, looked for by itself."""
    (width, height), (x, y), (rows, columns) = expected.shape.size_wh, expected.shape.shift_xy, layout
    aside = min(x, max(1, round(_REACH * width / columns if columns > 1 else _ASIDE * width)))
    up = min(y, max(1, round(_REACH * height / rows if rows > 1 else _ASIDE * height)))
    cells = _cells(expected.shape, layout)
    found = []
    for down, across in cells:
        within = slice(down.start - up, down.stop + up), slice(across.start - aside, across.stop + aside)
        found.append(standing_in(expected.patch[down, across], patch[within]))
    return found


def _heap_shares(expected: UnitsLook, patch: NDArray[np.uint8]) -> list[float]:
    """Of each cell of a heap that tells, row by row, the probability that goods lie there, as they did or otherwise."""
    found, cells = _shares(expected.front, patch, _HEAP), _cells(expected.front.shape, _HEAP)
    gone = [index for index in expected.telling if found[index] < STANDS_AT]
    if gone:
        for index, lies in zip(gone, heaped(expected.front, patch, cells, [cells[i] for i in gone]), strict=True):
            found[index] = max(found[index], float(lies))
    return [found[index] for index in expected.telling]


def _cells(shape: PatchShape, layout: Layout) -> list[Cell]:
    """Where each part is in the patch, row by row, without the rim of a tray."""
    (width, height), (x, y), (rows, columns) = shape.size_wh, shape.shift_xy, layout
    rim = _TRAY if rows * columns >= _TRAY_UNITS else 0.0
    rim_x, rim_y = round(rim * width), round(rim * height)
    cells = []
    for row, column in product(range(rows), range(columns)):
        top, bottom = (y + rim_y + at for at in _span(height - 2 * rim_y, rows, row))
        left, right = (x + rim_x + at for at in _span(width - 2 * rim_x, columns, column))
        cells.append((slice(top, bottom), slice(left, right)))
    return cells


def _doubt(shares: Sequence[float]) -> float:
    """Mean distance to the nearer of 0 and 1."""
    return sum(min(share, 1.0 - share) for share in shares) / len(shares)
