"""Shelves without goods: walls, floors, edges, and the parts that stand in front of the goods."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import cv2
import numpy as np

from market_clips.paint import (
    Colour,
    Image,
    dimmed,
    hsv,
    mixed,
    ramp,
    shaded,
    sheet,
    small_print,
    smooth_noise,
)


@dataclass(frozen=True, slots=True)
class Style:
    """What a fixture is made of.

    Attributes:
        wall: a key of WALLS, seen where nothing stands.
        strip: what runs along the shelf edge: labels, electronic, wood or none.
        front: what covers the foot of the goods: a key of FRONTS, or an empty string.
        floor: how much of a row's height is shelf floor, seen from above (0-0.3).
        hang: whether goods hang from hooks instead of standing.
    """

    wall: str
    colour: Colour
    strip: str = "labels"
    front: str = ""
    floor: float = 0.08
    hang: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One shelf in flat pixels: where its space begins, where goods stand, and how tall its edge strip is."""

    top: float
    base: float
    strip: float


@dataclass(frozen=True, slots=True)
class Cell:
    """The room of one facing in flat pixels."""

    x0: float
    y0: float
    x1: float
    y1: float


Painter = Callable[[Image, Colour, np.random.Generator], None]


def _steel(part: Image, colour: Colour, rng: np.random.Generator) -> None:
    part[:] = colour
    step = int(rng.integers(60, 110))
    for x in range(int(rng.integers(step)), part.shape[1], step):
        cv2.line(part, (x, 0), (x, part.shape[0]), dimmed(colour, 0.6), 3)
        for y in range(4, part.shape[0], 9):
            cv2.line(part, (x - 1, y), (x - 1, y + 4), dimmed(colour, 0.25), 2)


def _pegboard(part: Image, colour: Colour, rng: np.random.Generator) -> None:
    part[:] = colour
    step = int(rng.integers(11, 17))
    for y in range(step // 2, part.shape[0], step):
        for x in range(step // 2, part.shape[1], step):
            cv2.circle(part, (x, y), max(1, step // 6), dimmed(colour, 0.35), -1)


def _wood(part: Image, colour: Colour, rng: np.random.Generator) -> None:
    size = (part.shape[0], part.shape[1])
    grain = cv2.resize(rng.normal(1, 0.12, (size[0], max(2, size[1] // 90))).astype(np.float32), size[::-1])
    part[:] = shaded(sheet(size, colour), grain + smooth_noise(rng, size, 50, 0.08))
    for y in range(int(rng.integers(40)), size[0], int(rng.integers(45, 80))):
        cv2.line(part, (0, y), (size[1], y), dimmed(colour, 0.4), 2)


def _wire(part: Image, colour: Colour, rng: np.random.Generator) -> None:
    part[:] = dimmed(colour, 0.3)
    step = int(rng.integers(9, 15))
    for x in range(0, part.shape[1], step):
        cv2.line(part, (x, 0), (x, part.shape[0]), colour, 1)
    for y in range(0, part.shape[0], step * 3):
        cv2.line(part, (0, y), (part.shape[1], y), colour, 2)


def _void(part: Image, colour: Colour, rng: np.random.Generator) -> None:
    size = (part.shape[0], part.shape[1])
    part[:] = shaded(sheet(size, colour), 1 + smooth_noise(rng, size, 60, 0.2))


def _rows_behind(part: Image, colour: Colour, rng: np.random.Generator) -> None:
    """Through an open rack one sees the dim backs of the goods of the next aisle."""
    part[:] = dimmed(colour, 0.4)
    x = 0
    while x < part.shape[1]:
        wide = int(rng.integers(18, 46))
        tint = mixed(colour, hsv(rng.uniform(), 0.4, 0.6), 0.5)
        for y in range(0, part.shape[0], 70):
            cv2.rectangle(part, (x, y + int(rng.integers(8, 26))), (x + wide - 4, y + 64), dimmed(tint, 0.45), -1)
        x += wide
    part[:] = cv2.GaussianBlur(part, (0, 0), 4)


def _backlit(part: Image, colour: Colour, rng: np.random.Generator) -> None:
    size = (part.shape[0], part.shape[1])
    part[:] = shaded(sheet(size, colour), 1 + 0.06 * smooth_noise(rng, size, 120, 1.0))


def _frost(part: Image, colour: Colour, rng: np.random.Generator) -> None:
    size = (part.shape[0], part.shape[1])
    lumps = 1 + smooth_noise(rng, size, 5, 0.06) + smooth_noise(rng, size, 40, 0.12)
    part[:] = shaded(sheet(size, colour), lumps)


def _concrete(part: Image, colour: Colour, rng: np.random.Generator) -> None:
    size = (part.shape[0], part.shape[1])
    part[:] = shaded(sheet(size, colour), 1 + smooth_noise(rng, size, 3, 0.04) + smooth_noise(rng, size, 70, 0.1))
    for y in range(30, size[0], 55):
        cv2.rectangle(part, (0, y), (size[1], y + 12), mixed(colour, (90, 130, 165), 0.7), -1)


def _basket(part: Image, colour: Colour, rng: np.random.Generator) -> None:
    part[:] = dimmed(colour, 0.5)
    step = int(rng.integers(9, 14))
    for row, y in enumerate(range(0, part.shape[0], step)):
        for x in range((row % 2) * step, part.shape[1], 2 * step):
            centre = (x, y)
            cv2.ellipse(part, centre, (step, step // 2), 0, 0, 360, dimmed(colour, rng.uniform(0.8, 1.1)), -1)


WALLS: Final[Mapping[str, Painter]] = MappingProxyType(
    {
        "steel": _steel,
        "pegboard": _pegboard,
        "wood": _wood,
        "wire": _wire,
        "void": _void,
        "rows": _rows_behind,
        "backlit": _backlit,
        "frost": _frost,
        "concrete": _concrete,
        "basket": _basket,
    }
)


def _tray(part: Image, mask: Image, rng: np.random.Generator) -> None:
    """The torn, perforated front of a shelf-ready tray."""
    height, width = part.shape[:2]
    colour = hsv(rng.uniform(), rng.uniform(0.2, 0.8), rng.uniform(0.4, 0.9))
    top = int(height * 0.72)
    part[top:] = colour
    mask[top:] = 255
    for x in range(0, width, 6):
        cv2.circle(part, (x, top), 2, dimmed(colour, 0.4), -1)
    small_print(part[top:], rng, (0.1, 0.25, 0.9, 0.85), dimmed(colour, 0.4), 2)


def _crate(part: Image, mask: Image, rng: np.random.Generator) -> None:
    height, width = part.shape[:2]
    colour = hsv(rng.choice([0.35, 0.6, 0.0]), 0.5, rng.uniform(0.15, 0.35))
    top = int(height * 0.78)
    part[top:] = colour
    mask[top:] = 255
    for x in range(8, width - 10, 14):
        cv2.rectangle(part, (x, top + 5), (x + 7, height - 5), dimmed(colour, 0.45), -1)


def _wicker(part: Image, mask: Image, rng: np.random.Generator) -> None:
    top = int(part.shape[0] * 0.74)
    _basket(part[top:], hsv(0.09, 0.55, 0.6), rng)
    mask[top:] = 255


def _rail(part: Image, mask: Image, rng: np.random.Generator) -> None:
    """A wire rail, which hides hardly anything."""
    height, width = part.shape[:2]
    for y in (int(height * 0.8), int(height * 0.9)):
        cv2.line(part, (0, y), (width, y), (205, 205, 205), 2)
        cv2.line(mask, (0, y), (width, y), 255, 2)
    for x in range(int(rng.integers(9)), width, 22):
        cv2.line(part, (x, int(height * 0.8)), (x, height), (170, 170, 170), 1)
        cv2.line(mask, (x, int(height * 0.8)), (x, height), 255, 1)


def _dividers(part: Image, mask: Image, rng: np.random.Generator) -> None:
    """Clear plastic walls between facings, seen by their bright edges."""
    height, width = part.shape[:2]
    for x in (1, width - 2):
        cv2.line(part, (x, int(height * rng.uniform(0.1, 0.3))), (x, height), (215, 215, 205), 2)
        cv2.line(mask, (x, int(height * 0.3)), (x, height), 255, 2)


def _pocket(part: Image, mask: Image, rng: np.random.Generator) -> None:
    """The lip of a magazine pocket."""
    top = int(part.shape[0] * 0.8)
    _wood(part[top:], hsv(0.07, 0.5, 0.4), rng)
    mask[top:] = 255


Front = Callable[[Image, Image, np.random.Generator], None]
FRONTS: Final[Mapping[str, Front]] = MappingProxyType(
    {"tray": _tray, "crate": _crate, "wicker": _wicker, "rail": _rail, "dividers": _dividers, "pocket": _pocket}
)


def paint_walls(size_hw: tuple[int, int], style: Style, rows: tuple[Row, ...], rng: np.random.Generator) -> Image:
    """The fixture without goods and price labels, in flat pixels."""
    flat = sheet(size_hw, style.colour)
    WALLS[style.wall](flat, style.colour, rng)
    for row in rows:
        top, base, bottom = int(row.top), int(row.base), int(row.base + row.strip)
        part = flat[max(0, top) : max(1, base)]
        part[:] = shaded(part, ramp((part.shape[0], part.shape[1]), 0.55 if not style.hang else 0.85, 1.05))
        if not style.hang:
            _paint_floor(flat, style, base, int((row.base - row.top) * style.floor), rng)
            _paint_strip(flat, style, base, bottom)
    return shaded(flat, 1 + smooth_noise(rng, size_hw, 160, 0.05))


def _paint_floor(flat: Image, style: Style, base: int, depth: int, rng: np.random.Generator) -> None:
    part = flat[max(0, base - depth) : base + 3]
    if not part.size:
        return
    size = (part.shape[0], part.shape[1])
    surface = mixed(style.colour, (225, 228, 230), 0.35) if style.wall != "wood" else dimmed(style.colour, 1.15)
    if style.wall in ("void", "wire"):
        surface = dimmed(style.colour, 0.75)
    part[:] = shaded(sheet(size, surface), ramp(size, 0.6, 1.05) + smooth_noise(rng, size, 25, 0.03))


def _paint_strip(flat: Image, style: Style, base: int, bottom: int) -> None:
    if style.strip == "none" or bottom <= base + 2:
        return
    edge = {"labels": (215, 218, 220), "electronic": (70, 68, 66), "wood": dimmed(style.colour, 0.8)}[style.strip]
    flat[base + 3 : bottom] = edge
    flat[base + 3 : base + 5] = dimmed(edge, 1.2)
    flat[bottom - 2 : bottom] = dimmed(edge, 0.5)


def label_boxes(rows: tuple[Row, ...], cells: tuple[Cell, ...]) -> tuple[Cell, ...]:
    """Where the price labels sit: under each cell, on the strip of its row."""
    boxes = []
    for cell in cells:
        row = min(rows, key=lambda item: abs(item.base - cell.y1))
        half = min(row.strip * 0.85, (cell.x1 - cell.x0) * 0.3)
        middle = (cell.x0 + cell.x1) / 2
        boxes.append(Cell(middle - half, row.base + 5, middle + half, row.base + row.strip - 3))
    return tuple(boxes)


def paint_label(image: Image, box: Cell, rng: np.random.Generator, *, electronic: bool) -> None:
    """Print one price label into its box."""
    part = image[int(box.y0) : int(box.y1), int(box.x0) : int(box.x1)]
    if part.shape[0] < 4 or part.shape[1] < 6:
        return
    part[:] = (200, 205, 200) if electronic else ((245, 245, 245), (80, 220, 250))[int(rng.random() < 0.25)]
    if electronic and rng.random() < 0.2:
        part[: part.shape[0] // 3] = (40, 40, 200)
    text = f"{int(rng.integers(0, 19))}.{int(rng.integers(10, 99))}"
    scale = part.shape[0] / 34
    cv2.putText(part, text, (2, int(part.shape[0] * 0.85)), cv2.FONT_HERSHEY_SIMPLEX, scale, (25, 25, 25), 1)
