"""Products that may stand in a facing: a look by chance, drawn at any size."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from functools import partial

import cv2
import numpy as np

from comparator.chance import colour, grey
from comparator.layers import Canvas, Colour, Layer
from comparator.outlines import OUTLINES, SHARES
from comparator.photographs import Photographs
from comparator.prints import Change, Palette, Print, bar_code, random_print

__all__ = ["Grid", "Product", "Side", "random_product"]


class Side(Enum):
    """What is seen of a product: its front, its back, or the front's edge and the back's, turned about its axis."""

    FRONT = 0
    BACK = 1
    BETWEEN = 2


@dataclass(frozen=True, slots=True)
class Grid:
    """Small ones of a product beside and on each other.

    Attributes:
        rows, columns: how many.
        apart: one sees between them.
    """

    rows: int
    columns: int
    apart: bool


@dataclass(frozen=True, slots=True, eq=False)
class Product:
    """A product; the same side of it at the same size is the same picture.

    Attributes:
        seed: decides what is on its sides and the details of its outline.
        drawn: draws one of its sides.
        palette: what it is printed in.
        outline: of OUTLINES.
        rounding: 0-1, how much darker its left and right edges are.
        gloss: 0-1, of a bright streak.
        grid: where a unit of it is many small ones.
        changes: what makes it another sort than the one that is drawn.
    """

    seed: int
    drawn: Print
    palette: Palette
    outline: str
    rounding: float
    gloss: float
    grid: Grid | None
    changes: tuple[Change, ...] = ()

    def layer(self, width_px: float, height_px: float, *, side: Side = Side.FRONT) -> Layer:
        """It at about that size."""
        size = max(6, int(width_px)), max(6, int(height_px))
        random = np.random.default_rng((self.seed, 1, int(side is Side.BACK)))
        pixels, alpha = self.drawn(random, size), np.zeros(size[::-1], np.float32)
        for change in self.changes:
            pixels = change(pixels)
        if side is Side.BETWEEN:
            pixels = _turned_about(random, pixels)
        _shade(pixels, self.rounding, self.gloss)
        OUTLINES[self.outline](np.random.default_rng((self.seed, 0)), pixels, alpha)
        layer = Layer(pixels, alpha) if self.grid is None else _repeated(Layer(pixels, alpha), self.grid)
        if random.random() < 0.3:
            edge = max(1, int(0.06 * size[0]))
            layer.pixels[:, :edge] *= 0.75
            layer.pixels[:, -edge:] *= 0.7
        return layer


def random_product(
    random: np.random.Generator, photographs: Photographs, *, near: Product | None = None, kind: str | None = None
) -> Product:
    """Some product.

    Args:
        random: decides everything.
        photographs: what its print may show.
        near: another product, whose colours and outline it may have.
        kind: how it is printed, of prints.SHARES.
    """
    palette = near.palette if near is not None and random.random() < 0.1 else _four(random, colour)
    if random.random() < 0.12:
        palette = _four(random, partial(grey, low=10, high=250, tint=0.02))
    outline = str(random.choice(list(OUTLINES), p=SHARES))
    if near is not None and random.random() < 0.4:
        outline = near.outline
    round_ = outline in ("bottle", "can")
    return Product(
        seed=int(random.integers(1 << 31)),
        drawn=random_print(random, photographs, palette, kind),
        palette=palette,
        outline=outline,
        rounding=random.uniform(0.2, 0.8) if round_ else random.uniform(0, 0.3) if random.random() < 0.4 else 0.0,
        gloss=random.uniform(0, 0.5) if random.random() < 0.4 else 0.0,
        grid=_grid(random) if random.random() < 0.14 else None,
    )


def _four(random: np.random.Generator, chosen: Callable[[np.random.Generator], Colour]) -> Palette:
    return chosen(random), chosen(random), chosen(random), chosen(random)


def _grid(random: np.random.Generator) -> Grid:
    return Grid(int(random.integers(1, 6)), int(random.integers(1, 5)), apart=random.random() < 0.6)


def _shade(pixels: Canvas, rounding: float, gloss: float) -> None:
    """Darken the left and right, and lay a bright streak over the left third."""
    across = np.linspace(-1, 1, pixels.shape[1], dtype=np.float32)
    if rounding:
        pixels *= (1 - rounding * np.abs(across) ** 2.5)[None, :, None]
    if gloss:
        streak = gloss * np.exp(-(((across + 0.4) / 0.16) ** 2))
        pixels += (255 - pixels) * streak[None, :, None]


def _turned_about(random: np.random.Generator, pixels: Canvas) -> Canvas:
    """The print goes around it; where it ends there may be a barcode."""
    height, width = pixels.shape[:2]
    around = np.roll(pixels, int(random.uniform(0.2, 0.8) * width), 1)
    if random.random() < 0.4:
        wide, high = int(random.uniform(0.25, 0.5) * width), int(random.uniform(0.08, 0.25) * height)
        left, top = int(random.uniform(0, 0.6) * width), int(random.uniform(0.3, 0.75) * height)
        bar_code(random, around[top : top + high, left : left + wide])
    return around


def _repeated(layer: Layer, grid: Grid) -> Layer:
    """Small copies in rows and columns, of about the same size together."""
    width, height = layer.size_wh
    wide, high = max(4, width // grid.columns), max(4, height // grid.rows)
    pixels, alpha = (
        cv2.resize(part, (wide, high), interpolation=cv2.INTER_AREA) for part in (layer.pixels, layer.alpha)
    )
    if grid.apart:
        alpha[-1:] *= 0.2
        alpha[:, -1:] *= 0.2
    rows, columns = min(grid.rows, max(1, height // high)), min(grid.columns, max(1, width // wide))
    return Layer(np.tile(pixels, (rows, columns, 1)), np.tile(alpha, (rows, columns)))
