"""From a recipe's shelf to a scene: rows, cells, products and perspective."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from market_clips.fixtures import Cell, Row, Style
from market_clips.paint import brand
from market_clips.photos import Album
from market_clips.products import SHAPES, Look, new_look, paled, sibling
from market_clips.scene import DEEP_STEP, MARGIN_PX, Facing, Scene, dressed, on_canvas


@dataclass(frozen=True, slots=True)
class Shelf:
    """What kind of shelf a recipe asks for.

    Attributes:
        per_row: least and most facings in a row.
        shapes: the shapes of products, one of them per row.
        fill: how much of a row's height goods take.
        oblique: how far the camera stands from straight ahead (0-0.2).
        family: mixed, siblings (varieties of one brand) or pale (medicines).
    """

    style: Style
    rows: int
    per_row: tuple[int, int]
    shapes: tuple[str, ...]
    capacity: tuple[int, ...] = (1,)
    arrange: str = "side"
    fill: float = 0.8
    oblique: float = 0.03
    family: str = "mixed"


def build_scene(shelf: Shelf, view_wh: tuple[int, int], album: Album, rng: np.random.Generator) -> Scene:
    """A scene for a shelf; another generator gives another shelf."""
    size_hw = view_wh[1] + 2 * MARGIN_PX, view_wh[0] + 2 * MARGIN_PX
    warp = _perspective(size_hw, shelf.oblique, rng)
    area = _seen_area(warp, size_hw)
    rows = _rows(shelf, area)
    facings: list[Facing] = []
    fillers: list[Facing] = []
    leader = new_look(shelf.shapes[0], rng, album, rng.uniform())
    for row in rows:
        shape = shelf.shapes[int(rng.integers(len(shelf.shapes)))]
        row_facings, row_fillers = _fill_row(shelf, row, area, shape, leader, album, rng)
        facings += row_facings
        fillers += row_fillers
    named = tuple(replace(item, name=f"f{at + 1:02d}") for at, item in enumerate(facings))
    cells = tuple(item.cell for item in (*named, *fillers))
    empty, front, mask = dressed(shelf.style, size_hw, _with_neighbours(rows), cells, rng)
    return Scene(view_wh, shelf.style, rows, warp, empty, front, mask, named, tuple(fillers))


def _perspective(size_hw: tuple[int, int], oblique: float, rng: np.random.Generator) -> NDArray[np.float64]:
    """Map a skewed quadrilateral inside the flat picture to the whole canvas."""
    height, width = size_hw
    side, tilt = rng.uniform(0.3, 1.0) * oblique, rng.uniform(0.2, 0.8) * oblique
    left, right = (side, 0.0) if rng.random() < 0.5 else (0.0, side)
    quad = np.array(
        [
            (0, height * left),
            (width, height * right),
            (width * (1 - tilt), height * (1 - right * 0.8)),
            (width * tilt, height * (1 - left * 0.8)),
        ],
        np.float32,
    )
    whole = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    warp: NDArray[np.float64] = cv2.getPerspectiveTransform(quad, whole)
    return warp


def _seen_area(warp: NDArray[np.float64], size_hw: tuple[int, int]) -> Cell:
    """The largest upright box in flat pixels that lies wholly in the view."""
    height, width = size_hw
    inset = MARGIN_PX + 6
    right, bottom = width - inset, height - inset
    view = np.array([(inset, inset), (right, inset), (right, bottom), (inset, bottom)])
    back = np.asarray(np.linalg.inv(warp), np.float64)
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = on_canvas(back, view.astype(np.float64))
    return Cell(max(x0, x3), max(y0, y1), min(x1, x2), min(y2, y3))


def _rows(shelf: Shelf, area: Cell) -> tuple[Row, ...]:
    pitch = (area.y1 - area.y0) / shelf.rows
    strip = 0.0 if shelf.style.strip == "none" else float(np.clip(pitch * 0.15, 9, 26))
    return tuple(Row(area.y0 + pitch * at, area.y0 + pitch * (at + 1) - strip, strip) for at in range(shelf.rows))


def _with_neighbours(rows: tuple[Row, ...]) -> tuple[Row, ...]:
    """The rows and those above and below them, of which the margin shows a little."""
    pitch = rows[0].base + rows[0].strip - rows[0].top
    first, last = rows[0], rows[-1]
    above = Row(first.top - pitch, first.base - pitch, first.strip)
    below = Row(last.top + pitch, last.base + pitch, last.strip)
    return above, *rows, below


def _fill_row(
    shelf: Shelf, row: Row, area: Cell, shape: str, leader: Look, album: Album, rng: np.random.Generator
) -> tuple[list[Facing], list[Facing]]:
    number = int(rng.integers(shelf.per_row[0], shelf.per_row[1] + 1))
    capacities = [int(rng.choice(shelf.capacity)) for _ in range(number)]
    across = [c if shelf.arrange == "side" else 1 for c in capacities]
    room = (row.base - row.top) * shelf.fill
    high = room / max(capacities) if shelf.arrange == "stack" else room
    if shelf.arrange == "deep":
        high = room * (1.04 - DEEP_STEP * max(capacities))
    slot = (area.x1 - area.x0) / sum(across)
    aspect = SHAPES[shape].aspect
    wide = min(slot * 0.94, high * aspect * 1.3)
    high = min(high, wide / aspect * 1.25)
    facings: list[Facing] = []
    fillers: list[Facing] = []
    hue, at = rng.uniform(), area.x0
    top = row.base - room if shelf.arrange == "stack" or not shelf.style.hang else row.top + 6
    for index in range(-1, number + 1):
        count = across[min(max(index, 0), number - 1)]
        x0 = area.x0 - slot * count if index < 0 else at
        look, other = _looks(shelf, shape, leader, album, rng, hue + index / (number + 2))
        facing = Facing(
            "x",
            f"{brand(rng).lower()}-{shape}",
            Cell(x0, top, x0 + slot * count, row.base if not shelf.style.hang else top + high),
            look,
            other,
            capacities[min(max(index, 0), number - 1)],
            shelf.arrange,
            (int(wide), int(high)),
        )
        (facings if 0 <= index < number else fillers).append(facing)
        at = at if index < 0 else at + slot * count
    return facings, fillers


def _looks(
    shelf: Shelf, shape: str, leader: Look, album: Album, rng: np.random.Generator, hue: float
) -> tuple[Look, Look]:
    look = new_look(shape, rng, album, hue)
    other = new_look(shape, rng, album, hue + rng.uniform(0.3, 0.7))
    if shelf.family == "siblings":
        return sibling(replace(leader, shape=shape), rng), sibling(replace(leader, shape=shape), rng)
    if shelf.family == "pale":
        return paled(look), paled(other)
    return look, other
