"""In which rows and columns the units of a facing stand, as the reference picture tells, and where each of them is."""

from __future__ import annotations

from itertools import product
from typing import Final

import numpy as np
from numpy.typing import NDArray

from edgekit.shelf.evidence.edges import Edges, PatchShape, edges_of, likeness_of
from edgekit.shelf.evidence.heaps import Cell

__all__ = ["FEWEST_PX", "HEAP", "MOST_PARTS", "Arrangement", "Box", "arrangements", "boxes_of", "cells_of", "span_of"]

Arrangement = tuple[int, int]
"""Rows and columns in which a facing's units stand."""

Box = tuple[int, int, int, int]
"""Left, top, right and bottom, in pixels."""

FEWEST_PX, MOST_PARTS = 6, 6
"""A row or column is looked at in so many parts at most, each of so many pixels at least."""
_SLIMMEST: Final = 5.0
"""More units than that are looked for one by one if they are no slimmer than that, and where rows are told."""
HEAP: Final[Arrangement] = 4, 4
"""What more units than that lie in, rows or a heap, is not asked: such cells tell what share is left."""
_TRAY_UNITS, _TRAY = 4, 0.06
"""From so many units on they may lie in a tray or crate, whose rim takes so much of each side and stays."""
_SAME, _RIM = 0.6, 0.12
"""Likeness of each unit to the next from which they are known to stand in that direction, without the rim of each:
of rendered and photographed rows 0.8 and more, across them 0.1 to 0.5; of shelves seen aslant neither is."""
_PARTED, _SEAM = 0.72, 0.12
"""Of the mean change from one pixel to the next, along the direction in which they stand, so much is found at least
within so much of a unit's length around where each meets the next: 0.73 and more where they are units, 0.29 to 0.70 in
one smooth tube or can whose parts look alike (434 facings of four authors)."""


def arrangements(patch: NDArray[np.uint8], shape: PatchShape, capacity: int) -> tuple[Arrangement, ...]:
    """In which rows and columns its units may stand: the one that the picture tells, else all, or HEAP for many.

    Args:
        patch: uint8 (height, width, 3), the facing in the reference, with its margin.
        shape: of it.
        capacity: units that the facing holds, two or more.
    """
    inner, possible = edges_of(patch).inner(shape), _possible(shape, capacity)
    alike = [_alike(inner, each) if _parted(patch, shape, each) else 0.0 for each in possible]
    if max(alike, default=0.0) >= _SAME:
        return (possible[int(np.argmax(alike))],)
    return (HEAP,) if capacity > MOST_PARTS else possible


def boxes_of(box: Box, arrangement: Arrangement) -> list[Box]:
    """Where each part of a facing's box is, row by row."""
    (left, top, right, bottom), (rows, columns) = box, arrangement
    boxes = []
    for row, column in product(range(rows), range(columns)):
        down, across = span_of(bottom - top, rows, row), span_of(right - left, columns, column)
        boxes.append((left + across[0], top + down[0], left + across[1], top + down[1]))
    return boxes


def cells_of(shape: PatchShape, arrangement: Arrangement) -> list[Cell]:
    """Where each part is in the patch, row by row, without the rim of a tray."""
    (width, height), (x, y), (rows, columns) = shape.size_wh, shape.shift_xy, arrangement
    rim = _TRAY if rows * columns >= _TRAY_UNITS else 0.0
    rim_x, rim_y = round(rim * width), round(rim * height)
    cells = []
    for row, column in product(range(rows), range(columns)):
        top, bottom = (y + rim_y + at for at in span_of(height - 2 * rim_y, rows, row))
        left, right = (x + rim_x + at for at in span_of(width - 2 * rim_x, columns, column))
        cells.append((slice(top, bottom), slice(left, right)))
    return cells


def span_of(side: int, count: int, index: int) -> tuple[int, int]:
    """Where one of `count` parts of a side begins and ends."""
    return round(index * side / count), round((index + 1) * side / count)


def _possible(shape: PatchShape, capacity: int) -> tuple[Arrangement, ...]:
    """All that there are for so many; where they are many, such as can be looked at each."""
    width, height = shape.size_wh
    every = tuple((rows, capacity // rows) for rows in range(capacity, 0, -1) if capacity % rows == 0)
    if capacity <= MOST_PARTS:
        return every
    sides = ((each, sorted((height / each[0], width / each[1]))) for each in every)
    return tuple(each for each, (slim, long) in sides if slim >= max(FEWEST_PX, long / _SLIMMEST))


def _alike(inner: Edges, arrangement: Arrangement) -> float:
    """Mean likeness of each part to the next, in its row or in its column, whichever is less.

    Of units in one long row, three rows of three are alike along it alone.
    """
    (rows, columns), (height, width) = arrangement, inner.strength.shape
    rim_y, rim_x = (
        max(1, round((_RIM if count > 1 else _RIM / 2) * side / count))
        for side, count in ((height, rows), (width, columns))
    )
    beside: list[float] = []
    below: list[float] = []
    for row, column in product(range(rows), range(columns)):
        (top, bottom), (left, right) = span_of(height, rows, row), span_of(width, columns, column)
        one = _cut(inner, (top + rim_y, bottom - rim_y), (left + rim_x, right - rim_x))
        for found, next_row, next_column in ((below, row + 1, column), (beside, row, column + 1)):
            if next_row < rows and next_column < columns:
                following = _cut(inner, span_of(height, rows, next_row), span_of(width, columns, next_column))
                found.append(likeness_of(one, following).value)
    return min(sum(found) / len(found) for found in (beside, below) if found)


def _parted(patch: NDArray[np.uint8], shape: PatchShape, arrangement: Arrangement) -> bool:
    """Whether the picture changes where the parts of a facing meet; parts of one smooth thing are alike, too."""
    (width, height), (x, y) = shape.size_wh, shape.shift_xy
    middle = patch[y : y + height, x : x + width].astype(np.float32)
    for axis, count in enumerate(arrangement):
        changes = np.abs(np.diff(middle, axis=axis)).max(2).mean(1 - axis)
        length = middle.shape[axis] / count
        reach = max(1, round(_SEAM * length))
        for seam in (round(number * length) for number in range(1, count)):
            if changes[max(0, seam - reach - 1) : seam + reach].max() < _PARTED * changes.mean():
                return False
    return True


def _cut(edges: Edges, down: tuple[int, int], across: tuple[int, int]) -> Edges:
    where = slice(*down), slice(*across)
    return Edges(np.ascontiguousarray(edges.strength[where]), np.ascontiguousarray(edges.directed[where]))
