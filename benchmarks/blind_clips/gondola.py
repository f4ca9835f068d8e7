"""Shelves with boards: gondolas, fridges, rows one behind the other, stacks, several facings of one product."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from blind_clips.furniture import Bay, Canvas, paint_bay, paint_rail
from blind_clips.goods import UNLIKE, Maker, Product, difference, other_sort
from blind_clips.shelf import Content, Place, Pose, Shelf
from blind_clips.sprites import Sprite, Stand


@dataclass(frozen=True, slots=True)
class GondolaPlan:
    """What a gondola is like.

    Attributes:
        boards: how many, one above the other.
        twins: up to how many places beside each other hold one product.
        deep: units in a place, one behind the other; (1, 1) for one only.
        stacked: units in a place, one on the other; (1, 1) for one only.
        wall: how the back wall looks; "" for any.
        wall_value: the wall's brightness, 0 to 255.
        sorts: how many neighbours are other flavours of one package, 0 to 1.
    """

    boards: int = 3
    twins: int = 2
    deep: tuple[int, int] = (1, 1)
    stacked: tuple[int, int] = (1, 1)
    wall: str = ""
    wall_value: tuple[int, int] = (90, 215)
    sorts: float = 0.2
    fill: float = 0.82
    walls: tuple[str, ...] = field(default=("plain", "textured", "perforated", "slats"))


def gtin_of(number: int) -> str:
    """A number from the range for use within a store, with its check digit."""
    body = f"02{number:011d}"
    total = sum(int(digit) * (3 if index % 2 == 0 else 1) for index, digit in enumerate(reversed(body)))
    return body + str(-total % 10)


def box_outline(left: float, top: float, right: float, bottom: float) -> np.ndarray:
    return np.array([[left, top], [right, top], [right, bottom], [left, bottom]], float)


def natural(rng: np.random.Generator, look: int = 0) -> Pose:
    """How staff set a unit down: nearly as it should be."""
    return Pose((float(rng.normal(0, 0.012)), 0.0), float(rng.normal(0, 0.4)), look)


def build_gondola(
    size_wh: tuple[int, int], margin: float, maker: Maker, plan: GondolaPlan, rng: np.random.Generator
) -> Shelf:
    """A gondola that fills a picture of this size; places keep clear of the margin (a share of the size)."""
    width, height = size_wh
    wall_grey = rng.uniform(*plan.wall_value)
    colour = _tinted(wall_grey, rng)
    canvas = Canvas.of_size(size_wh, _tinted(wall_grey * 0.8, rng))
    rail_colour = _tinted(float(rng.uniform(60, 225)), rng)
    wall = plan.wall or plan.walls[int(rng.integers(0, len(plan.walls)))]
    bays = _bays(size_wh, margin, plan.boards, rng)
    rows = [_row_products(bay, maker, plan, index, rng) for index, bay in enumerate(bays)]
    stock = tuple(look for row in rows for product, _ in row for look in product.looks[:1])
    places: list[Place] = []
    others: list[tuple[Sprite, Stand]] = []
    for bay, row in zip(bays, rows, strict=True):
        paint_bay(canvas, bay, wall, colour, stock, rng)
        stands, cards = _stand_row(bay, row, rng)
        for (product, per_place), foot in zip(row, stands, strict=True):
            place = _place(len(places), product, foot, per_place, plan, bay, rng)
            left, top = place.outline.min(axis=0)
            right, bottom = place.outline.max(axis=0)
            inside = left > width * margin * 1.15 and right < width * (1 - margin * 1.15)
            if inside and top > height * margin and bottom < height * (1 - margin * 0.8):
                places.append(place)
            else:
                others.extend((product.looks[0], seat) for seat in place.seats)
        paint_rail(canvas, bay, int(height * rng.uniform(0.022, 0.034)), rail_colour, cards, rng)
    return Shelf(
        canvas.behind, canvas.front_sprite(), _numbered(places), tuple(others), shadow=float(rng.uniform(0.3, 0.6))
    )


def _tinted(grey: float, rng: np.random.Generator) -> tuple[int, int, int]:
    b, g, r = np.clip(grey + rng.normal(0, 7, 3), 4, 250)
    return int(b), int(g), int(r)


def _bays(size_wh: tuple[int, int], margin: float, boards: int, rng: np.random.Generator) -> list[Bay]:
    width, height = size_wh
    first, last = height * margin * 0.6, height * (1 - margin * 1.05)
    pitch = (last - first) / boards
    bays = []
    for index in range(boards):
        top, front = first + index * pitch, first + (index + 1) * pitch - height * 0.02
        floor = front - pitch * rng.uniform(0.08, 0.15)
        bays.append(Bay(0, width, int(top), int(floor), int(front)))
    return bays


def _row_products(
    bay: Bay, maker: Maker, plan: GondolaPlan, row: int, rng: np.random.Generator
) -> list[tuple[Product, int]]:
    """Products from left to right and how many units stand behind or on each other there."""
    tall = (bay.floor_front - bay.top) * plan.fill
    out: list[tuple[Product, int]] = []
    x = 0.0
    while x < bay.right - bay.left:
        deep, stacked = (
            int(rng.integers(plan.deep[0], plan.deep[1] + 1)),
            int(rng.integers(plan.stacked[0], plan.stacked[1] + 1)),
        )
        height = tall * rng.uniform(0.8, 1.0) * (0.82 if deep > 1 else 1.0) / (1 if stacked == 1 else stacked)
        broad = tall * rng.uniform(0.58, 0.92) if stacked == 1 else tall * rng.uniform(0.45, 0.6)
        name = f"p{row}{len(out):02d}"
        sort = other_sort(out[-1][0], name, rng) if out and rng.random() < plan.sorts else None
        if sort is not None and all(difference(sort, product) > UNLIKE for product, _ in out[-6:]):
            product = sort
            deep, stacked = (out[-1][1], 1) if plan.stacked == (1, 1) else (1, out[-1][1])
        else:
            product = maker.package(name, (max(26, int(broad)), max(26, int(height))), rng)
        for _ in range(int(rng.integers(1, plan.twins + 1))):
            out.append((product, max(deep, stacked)))
            x += product.size_wh[0] * 1.14 + 4
    return out


def _stand_row(
    bay: Bay, row: list[tuple[Product, int]], rng: np.random.Generator
) -> tuple[list[tuple[float, float]], tuple[float, ...]]:
    x = bay.left - float(rng.uniform(0, 20))
    feet, cards = [], []
    for product, _ in row:
        width = product.size_wh[0]
        foot_y = bay.floor_back + (bay.floor_front - bay.floor_back) * rng.uniform(0.72, 0.98)
        feet.append((x + width / 2, float(foot_y)))
        cards.append(x + width / 2 + float(rng.normal(0, 6)))
        x += width * (1 + rng.uniform(0.05, 0.2)) + 4
    return feet, tuple(cards)


def _place(
    index: int,
    product: Product,
    foot: tuple[float, float],
    units: int,
    plan: GondolaPlan,
    bay: Bay,
    rng: np.random.Generator,
) -> Place:
    width, height = product.size_wh
    x, y = foot
    if plan.stacked[1] > 1:
        seats = tuple(Stand((x + float(rng.normal(0, width * 0.012)), y - height * 0.985 * n)) for n in range(units))
        top = y - height * 0.985 * units
    else:
        shrink = float(rng.uniform(0.82, 0.9))
        back = bay.floor_back + 2.0
        seats = tuple(
            Stand(
                (x + float(rng.normal(0, width * 0.02)) * n, y - (y - back) * n / max(units - 1, 1)),
                shrink**n,
                0.0,
                0.8**n,
            )
            for n in reversed(range(units))
        )
        top = y - height
    outline = box_outline(x - width / 2, top, x + width / 2, y)
    full = Content(product, tuple(natural(rng) for _ in range(units)))
    return Place(f"f{index:02d}", "", seats, outline, full)


def _numbered(places: list[Place]) -> tuple[Place, ...]:
    """Places with names in order and a number for each product."""
    numbers: dict[str, int] = {}
    out = []
    for index, place in enumerate(places):
        number = numbers.setdefault(place.full.product.name, 100 + len(numbers))
        out.append(Place(f"f{index + 1:02d}", gtin_of(number)[:14], place.seats, place.outline, place.full))
    return tuple(out)


def numbered(places: list[Place]) -> tuple[Place, ...]:
    """The same for shelves of another make."""
    return _numbered(places)
