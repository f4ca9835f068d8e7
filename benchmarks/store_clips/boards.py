"""Boards with packages on them: a shelf put together from made-up products."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

import cv2
import numpy as np

from store_clips.draws import pick
from store_clips.facing import Facing, Taking, Unit
from store_clips.furniture import Label, Style, bucket, draw_board, draw_label, draw_posts, hook, tray, wall
from store_clips.installing import install
from store_clips.photographs import Photographs
from store_clips.products import Product, Tone, new_product
from store_clips.silhouettes import FORMS
from store_clips.sprites import Placed, Sprite, resized
from store_clips.world import Matrix, World, corners_of

MARGIN = 0.16
"""Of the picture's width and height, on each side of the canvas."""


class Layout(Enum):
    """How several units share a place: one behind the other, piled up, or abreast."""

    DEPTH = auto()
    STACK = auto()
    SIDE = auto()


@dataclass(frozen=True, slots=True)
class Assortment:
    """What stands on the boards.

    Attributes:
        style: of the furniture.
        kinds: of goods; those named twice are twice as frequent.
        rows: boards in the picture.
        capacities: of the places, drawn anew for every product.
        layout: of places for several.
        tone: of the packages.
        has_trays: most single products stand in shelf-ready cartons.
        aslant: how obliquely the camera looks, 0 straight on.
        fill: from and to: height of a product, in distances between boards.
        most: so many places are watched at most.
        alike: share of products with a hue like that of the others, times two.
        breadth: of the products; 1 is usual.
    """

    style: Style
    kinds: tuple[str, ...]
    rows: int
    capacities: tuple[int, ...] = (1,)
    layout: Layout = Layout.DEPTH
    tone: Tone = Tone.ANY
    has_trays: bool = False
    aslant: float = 0.0
    fill: tuple[float, float] = (0.62, 0.8)
    most: int = 14
    alike: float = 0.45
    breadth: float = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class _Batch:
    """A product of which one to three places stand side by side."""

    product: Product
    sprite: Sprite
    capacity: int
    width: float
    height: float


def boards(
    rng: np.random.Generator, photographs: Photographs, size_wh: tuple[int, int], assortment: Assortment
) -> World:
    """A shelf of an assortment, before a camera with pictures of a size."""
    builder = _Builder(rng, photographs, size_wh, assortment)
    builder.build()
    return builder.world()


class _Builder:
    """A shelf in the making; what is drawn by lot comes board by board, from left to right."""

    def __init__(
        self, rng: np.random.Generator, photographs: Photographs, size_wh: tuple[int, int], assortment: Assortment
    ) -> None:
        self._rng, self._photographs, self._size_wh, self._assortment = rng, photographs, size_wh, assortment
        width, height = size_wh
        self._margin_wh = int(width * MARGIN), int(height * MARGIN)
        self._canvas_wh = width + 2 * self._margin_wh[0], height + 2 * self._margin_wh[1]
        self._pitch = height / assortment.rows
        self._plate = wall(rng, self._canvas_wh[1], self._canvas_wh[0], assortment.style)
        self._facings: list[Facing] = []
        self._others: list[Facing] = []
        self._labels: list[Label] = []
        self._hue = int(rng.integers(180))

    @property
    def _is_peg_wall(self) -> bool:
        return self._assortment.style is Style.PEG

    def build(self) -> None:
        """Furniture and goods."""
        for row in range(-1, self._assortment.rows + 1):
            lower = self._margin_wh[1] + self._pitch * (row + 1)
            if not self._is_peg_wall:
                draw_board(self._plate, self._assortment.style, lower, self._pitch)
            self._fill_board(lower - self._pitch * 0.13)
        width = self._canvas_wh[0]
        draw_posts(self._plate, self._assortment.style, self._margin_wh[0] * 0.5, width * 0.48)

    def _fill_board(self, foot: float) -> None:
        """Products from the left end of a board to the right one."""
        rng = self._rng
        x = self._margin_wh[0] * 0.1 + rng.uniform(0, 14)
        batch, left = None, 0
        while x < self._canvas_wh[0] - 12:
            if batch is None or left <= 0:
                batch, left = self._new_batch()
            left -= 1
            x += self._place(batch, x, foot) + rng.uniform(2, 9) + (8 if self._is_peg_wall else 0)

    def _new_batch(self) -> tuple[_Batch, int]:
        """Another product, and how many places of it stand side by side."""
        rng, assortment = self._rng, self._assortment
        kind = pick(rng, assortment.kinds)
        hue = self._hue + int(rng.integers(-12, 12)) if rng.random() < assortment.alike * 0.5 else None
        name = f"{kind}-{len(self._facings) + len(self._others)}"
        product = new_product(rng, kind, name, self._photographs.art, hue=hue, tone=assortment.tone)
        left = int(rng.integers(1, 4))
        height = self._pitch * rng.uniform(*assortment.fill)
        capacity = pick(rng, assortment.capacities)
        if capacity > 1 and assortment.layout is Layout.STACK:
            height = height / capacity * 1.02
        width = height * FORMS[kind].aspect * rng.uniform(0.92, 1.08) * assortment.breadth
        width = min(width, self._pitch * 1.5)
        return _Batch(product, product.sprite(width, height), capacity, width, height), left

    def _place(self, batch: _Batch, x: float, foot: float) -> float:
        """Put a place of a product there; returns how broad it is."""
        rng, layout, capacity = self._rng, self._assortment.layout, batch.capacity
        base = foot + (-self._pitch * 0.06 if self._is_peg_wall else self._pitch * 0.02)
        is_side_by_side = capacity > 1 and layout is Layout.SIDE
        breadth = batch.width * 1.02 * capacity if is_side_by_side else batch.width
        units = self._units(batch, x, base)
        under, over = self._fixtures(batch, x, base - batch.height, breadth)
        taking = Taking.ANY if layout is Layout.SIDE else Taking.NEAREST
        facing = Facing(batch.product.name, units, taking, under, over)
        top = base - batch.height * (capacity if layout is Layout.STACK else 1)
        if self._is_inside(x, top, x + breadth, base):
            rng.random()  # decides nothing any more; without it every other draw, and so the set, would be another
            self._facings.append(facing)
        else:
            self._others.append(facing)
        if not self._is_peg_wall and rng.random() < 0.6:
            label_width = min(34, self._pitch * 0.26)
            self._labels.append(Label(x + breadth * 0.2, foot + self._pitch * 0.055, label_width, self._pitch * 0.065))
        return breadth

    def _is_inside(self, left: float, top: float, right: float, bottom: float) -> bool:
        (width, height), (margin_x, margin_y) = self._canvas_wh, self._margin_wh
        return (
            left - 2 > margin_x + 4
            and right < width - margin_x - 4
            and top > margin_y + 2
            and bottom < height - margin_y - 2
        )

    def _units(self, batch: _Batch, x: float, base: float) -> list[Unit]:
        sprite, width, height, capacity = batch.sprite, batch.width, batch.height, batch.capacity
        layout = self._assortment.layout
        if capacity == 1:
            return [Unit(sprite, x, base - height)]
        if layout is Layout.STACK:
            return [
                Unit(sprite, x + self._rng.uniform(-0.02, 0.02) * width, base - height * (at + 1) * 0.97, at)
                for at in range(capacity)
            ]
        if layout is Layout.SIDE:
            return [Unit(sprite, x + at * width * 1.02, base - height, at) for at in range(capacity)]
        units = []
        for at in range(capacity):
            behind = capacity - 1 - at
            scale = 1 - 0.08 * behind
            small = resized(sprite, width * scale, height * scale)
            small[..., :3] = (small[..., :3] * (1 - 0.18 * behind)).astype(np.uint8)
            y = base - height * scale - self._pitch * 0.055 * behind
            units.append(Unit(small, x + width * (1 - scale) * 0.5, y, at))
        return units

    def _fixtures(self, batch: _Batch, x: float, top: float, breadth: float) -> tuple[Placed | None, Placed | None]:
        """What stays under and over the product when it goes."""
        under = over = None
        if self._assortment.has_trays and self._rng.random() < 0.75 and batch.capacity == 1:
            back, front = tray(int(breadth + 6), int(batch.height), batch.product.hue)
            under, over = Placed(back, x - 3, top + 2), Placed(front, x - 3, top + 3)
        if batch.product.kind == "bouquet":
            back, front = bucket(int(batch.width), int(batch.height))
            under, over = Placed(back, x, top), Placed(front, x, top)
        if self._is_peg_wall:
            under = Placed(hook(batch.width, batch.height), x, top)
        return under, over

    def world(self) -> World:
        """The shelf before the camera; what stands outside the picture, or is too many, is watched by nobody."""
        rng, (width, height) = self._rng, self._size_wh
        most = self._assortment.most
        if len(self._facings) > most:
            kept = sorted(int(index) for index in rng.permutation(len(self._facings))[:most])
            self._others += [facing for index, facing in enumerate(self._facings) if index not in kept]
            self._facings = [self._facings[index] for index in kept]
        back = np.clip(self._plate, 0, 255).astype(np.uint8)
        for label in self._labels:
            draw_label(back, rng, label)
        view = _view(rng, self._size_wh, self._margin_wh, self._assortment.aslant)
        fixed = [item for facing in self._others for item in facing.items()]
        world = World(back, self._facings, view, (width, height), fixed)
        world.facings = [facing for facing in self._facings if _is_well_seen(world, facing)]
        world.fixed += [item for facing in self._facings if facing not in world.facings for item in facing.items()]
        install(world, rng)
        return world


def _view(rng: np.random.Generator, size_wh: tuple[int, int], margin_wh: tuple[int, int], aslant: float) -> Matrix:
    """From the canvas to the picture, seen from one side."""
    (width, height), (x, y) = size_wh, margin_wh
    canvas = np.array(corners_of(x, y, x + width, y + height), np.float32)
    picture = np.array(corners_of(0, 0, width, height), np.float32)
    near = aslant * height * 0.5
    far = near * 0.6
    left, right = (-near, far) if rng.random() < 0.5 else (far, -near)
    shifts = np.array([(0, left), (0, right), (0, -right), (0, -left)], np.float32)
    view: Matrix = cv2.getPerspectiveTransform(canvas, picture + shifts)
    return view


def _is_well_seen(world: World, facing: Facing) -> bool:
    """Whether all of a place is in the picture, and large enough."""
    width, height = world.size_wh
    points = world.to_picture(corners_of(*facing.box))
    is_large = np.ptp(points[:, 0]) >= width * 0.044 and np.ptp(points[:, 1]) >= height * 0.055
    is_within = points.min() > 2 and points[:, 0].max() < width - 2 and points[:, 1].max() < height - 2
    return bool(is_large and is_within)
