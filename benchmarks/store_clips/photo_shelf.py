"""A photograph of a real shelf: marked products become places, behind which the shelf is painted empty."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from store_clips.draws import smooth_noise
from store_clips.errors import UnfairError
from store_clips.facing import Facing, Taking, Unit
from store_clips.installing import install
from store_clips.marked import Marked, MarkedShelf, marked_shelf
from store_clips.photographs import Photographs
from store_clips.sprites import Picture, Sprite
from store_clips.world import World

SIDE = 640
"""Of the photographs, in points."""

MOST_FACINGS = 14
TUB_STACK = "tub3"
"""Three tubs, one on the other: they are taken one by one."""

TUBS = ((0.64, 1), (0.32, 0.68), (0, 0.36))
"""Where each of them is, from the lowest one up, in shares of the stack's height."""


@dataclass(frozen=True, slots=True)
class Cut:
    """Which part of a photograph is shown.

    Attributes:
        width: from and to, in points of the photograph.
        group: up to so many neighbours of one product become one place.
        least: so many products must be in it (1.6 times as many, where they are grouped).
    """

    width: tuple[float, float] = (270, 420)
    group: int = 1
    least: int = 7


@dataclass(frozen=True, slots=True)
class _Window:
    """The part that is shown, in points of the photograph."""

    left: float
    top: float
    width: float
    height: float

    def holds(self, product: Marked) -> bool:
        return (
            product.left > self.left + 3
            and product.top > self.top + 3
            and product.right < self.left + self.width - 3
            and product.bottom < self.top + self.height - 3
        )


def photo_shelf(
    rng: np.random.Generator, photographs: Photographs, name: str, size_wh: tuple[int, int], cut: Cut
) -> World:
    """Some part of a photograph."""
    marked = marked_shelf(name)
    photograph = _upright(photographs.shelf(name), marked.turn_deg)
    window, rows = _window(rng, marked, size_wh, cut)
    facings = [_facing(photograph, part) for row in rows for part in _parts(rng, row, cut.group)]
    if len(facings) > MOST_FACINGS:
        kept = sorted(rng.permutation(len(facings))[:MOST_FACINGS])
        facings = [facings[int(index)] for index in kept]
    back = photograph.astype(np.float32)
    for facing in facings:
        for unit in facing.units:
            _paint_empty(back, rng, photograph, marked, facing, unit)
    scale = size_wh[0] / window.width
    view = np.array([[scale, 0, -scale * window.left], [0, scale, -scale * window.top], [0, 0, 1]], float)
    world = World(np.clip(back, 0, 255).astype(np.uint8), facings, view, size_wh)
    install(world, rng, 0.05)
    return world


def _upright(photograph: Picture, turn_deg: float) -> Picture:
    matrix = cv2.getRotationMatrix2D((SIDE / 2, SIDE / 2), turn_deg, 1.0)
    turned: Picture = cv2.warpAffine(
        photograph, matrix, (SIDE, SIDE), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    return turned


def _window(
    rng: np.random.Generator, marked: MarkedShelf, size_wh: tuple[int, int], cut: Cut
) -> tuple[_Window, list[list[Marked]]]:
    """A part with products enough, and those in it; less is shown of a photograph taken from afar."""
    least = cut.least * (1.6 if cut.group > 1 else 1)
    for _ in range(400):
        width = float(rng.uniform(*cut.width))
        if marked.from_afar:
            width = min(width, 250 + 0.3 * (width - 210))
        height = width * size_wh[1] / size_wh[0]
        if height > 600:
            continue
        window = _Window(rng.uniform(8, 632 - width), rng.uniform(12, 628 - height), width, height)
        rows = [[product for product in row if window.holds(product)] for row in marked.rows]
        if sum(map(len, rows)) >= least:
            return window, rows
    raise UnfairError("no part of the photograph with products enough")


def _parts(rng: np.random.Generator, row: list[Marked], group: int) -> list[list[Marked]]:
    """Neighbours that share a place."""
    parts = []
    first = 0
    while first < len(row):
        count = 1
        if group > 1 and rng.random() < 0.75:
            count = min(len(row) - first, int(rng.integers(2, group + 1)))
        parts.append(row[first : first + count])
        first += count
    return parts


def _facing(photograph: Picture, products: list[Marked]) -> Facing:
    name = products[0].product
    if name == TUB_STACK and len(products) == 1:
        stack = _unit(photograph, products[0]).home
        height = stack.sprite.shape[0]
        units = [
            Unit(stack.sprite[int(height * top) : int(height * foot)], stack.x, stack.y + int(height * top), depth)
            for depth, (top, foot) in enumerate(TUBS)
        ]
        return Facing(name, units, Taking.NEAREST)
    return Facing(name, [_unit(photograph, product) for product in products])


def _unit(photograph: Picture, product: Marked) -> Unit:
    """A product cut out, with soft edges; the price tag of the board above is none of it."""
    rim = 1.2
    left, top = round(product.left - rim), round(product.top - rim)
    right, bottom = round(product.right + rim), round(product.bottom + rim)
    cut = photograph[top:bottom, left:right]
    alpha = np.zeros(cut.shape[:2], np.float32)
    alpha[1:-1, 1:-1] = 1
    alpha = np.clip(cv2.GaussianBlur(alpha, (0, 0), 0.8) * 1.15, 0, 1)
    alpha = np.where(_price_tag(cut), 0, alpha)
    sprite: Sprite = np.dstack([cut, (alpha * 255).astype(np.uint8)])
    return Unit(sprite, left, top)


def _price_tag(cut: Picture) -> NDArray[np.bool_]:
    """Where the price tag of the board above hangs before a product: it stays when the product goes."""
    height = cut.shape[0]
    hsv = cv2.cvtColor(cut, cv2.COLOR_BGR2HSV)
    pale = (hsv[..., 2] > 178) & (hsv[..., 1] < 42)
    upper = int(height * 0.16)
    pale[upper:] = False
    if np.median(hsv[int(height * 0.2) :, :, 1]) < 60 or not 0.1 < pale[: max(1, upper)].mean() < 0.8:
        pale[:] = False
    tag: NDArray[np.bool_] = cv2.dilate(pale.astype(np.float32), np.ones((3, 3))) > 0
    return tag


def _paint_empty(
    back: NDArray[np.float32],
    rng: np.random.Generator,
    photograph: Picture,
    marked: MarkedShelf,
    facing: Facing,
    unit: Unit,
) -> None:
    """Paint the place behind a unit: the wall, darker above, and the board."""
    height, width = unit.home.sprite.shape[:2]
    x, y = int(unit.home.x), int(unit.home.y)
    top, foot = facing.box[1], facing.box[3]
    down = (np.arange(y, y + height) - top) / max(1, foot - top)
    column = _empty_column(marked, down, shows_board=not facing.product.startswith("jar"))
    fill = np.repeat(column[:, None], width, 1)
    fill += smooth_noise(rng, height, width, 9)[..., None] * 3 + smooth_noise(rng, height, width, 1.6)[..., None] * 2.0
    mask = np.zeros((height, width), np.float32)
    mask[1:-1] = 1
    mask = np.where(_price_tag(photograph[y : y + height, x : x + width]), 0, mask)
    soft = cv2.GaussianBlur(mask, (0, 0), 0.9)[..., None]
    under = back[y : y + height, x : x + width]
    under += (fill - under) * soft


def _empty_column(marked: MarkedShelf, down: NDArray[np.float64], *, shows_board: bool) -> NDArray[np.float64]:
    """Colours of an empty place from its top (0) to its foot (1), shape (rows, 3)."""
    edge = 1 - marked.board_share if shows_board else 1.1
    lower = np.clip(down / edge, 0, 1)[:, None]
    wall_top, wall_bottom, board = (
        np.array(colour, np.float32) for colour in (marked.wall_top, marked.wall_bottom, marked.board)
    )
    wall = wall_top * (1 - lower) + wall_bottom * lower
    on_board = np.clip((down - edge) / 0.03 + 0.5, 0, 1)[:, None]
    light = 0.8 + 0.25 * np.clip((down - edge) / max(0.01, 1 - edge), 0, 1)
    column: NDArray[np.float64] = wall * (1 - on_board) + board * light[:, None] * on_board
    return column
