"""The backs of packages: what they are packed in goes around; on it are a panel with a text, a table, a bar code."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import cv2
import numpy as np

from comparator.chance import grey
from comparator.layers import Canvas, Colour
from comparator.prints import bar_code, written
from comparator.products import Product

__all__ = ["turned_round"]

_DARK, _PALE = np.full(3, 30.0), np.full(3, 235.0)


def turned_round(random: np.random.Generator, *products: Product) -> tuple[Product, ...]:
    """The same products with their backs to the front, laid out alike."""
    back = partial(_back, seed=int(random.integers(1 << 31)), printed=random.random() < 0.4)
    return tuple(replace(product, changes=(*product.changes, back)) for product in products)


def _back(canvas: Canvas, *, seed: int, printed: bool) -> Canvas:
    """Another side of a front, which is printed on behind its panel, too, or in its ground alone."""
    random = np.random.default_rng(seed)
    ground = np.median(canvas, (0, 1))
    back: Canvas = np.copy(canvas) if printed else np.empty_like(canvas)
    if not printed:
        back[:] = ground
        if random.random() < 0.5:  # the band of a brand goes around
            kept = _shares(canvas, 0, random.uniform(0.1, 0.3))
            back[:kept] = canvas[:kept]
    panel = _box(random, back, (random.uniform(0.55, 1), random.uniform(0.35, 0.95)))
    paint = grey(random, 175, 250, 0.03) if random.random() < 0.75 else ground * random.uniform(0.4, 1.3)
    panel[:] = paint
    _text(random, panel, _DARK if paint.mean() > 110 else _PALE)
    if random.random() < 0.4:
        _table(random, _box(random, panel, (random.uniform(0.35, 0.9), random.uniform(0.25, 0.6))), paint)
    if random.random() < 0.7:
        bar_code(random, _box(random, panel, (random.uniform(0.3, 0.65), random.uniform(0.12, 0.35))))
    return back


def _shares(canvas: Canvas, axis: int, share: float) -> int:
    return max(1, round(share * canvas.shape[axis]))


def _box(random: np.random.Generator, canvas: Canvas, share_wh: tuple[float, float]) -> Canvas:
    """A view of a part of it."""
    wide, high = _shares(canvas, 1, share_wh[0]), _shares(canvas, 0, share_wh[1])
    left, top = (
        int(random.random() * (whole - part + 1)) for whole, part in zip(canvas.shape[1::-1], (wide, high), strict=True)
    )
    return canvas[top : top + high, left : left + wide]


def _text(random: np.random.Generator, panel: Canvas, ink: Colour) -> None:
    high, wide = panel.shape[:2]
    lines = int(random.integers(4, 16))
    contrast = random.uniform(0.4, 1)
    text = panel.copy()
    written(random, text, ink, (0.06 * wide, 0.05 * high, 0.88 * wide, 0.92 * high), lines)
    panel += (text - panel) * np.float32(contrast)


def _table(random: np.random.Generator, table: Canvas, paint: Colour) -> None:
    """Lines with figures at their right: what a portion contains."""
    high, wide = table.shape[:2]
    table[:] = paint
    ink = _DARK if paint.mean() > 110 else _PALE
    cv2.rectangle(drawn := table.copy(), (0, 0), (wide - 1, high - 1), ink, 1)
    rows = int(random.integers(3, 8))
    for row in range(1, rows):
        cv2.line(drawn, (0, row * high // rows), (wide - 1, row * high // rows), ink, 1)
    cv2.line(drawn, (int(0.7 * wide), 0), (int(0.7 * wide), high - 1), ink, 1)
    table[:] = drawn
