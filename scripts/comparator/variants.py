"""Other sorts of a product: the same package and layout in another colour, with another picture, or drawn anew."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from comparator.chance import colour
from comparator.layers import Canvas, Colour, Mask
from comparator.photographs import Photographs, part_of
from comparator.prints import Change, Palette
from comparator.products import Product, random_product

__all__ = ["LOOKED_AT_WH", "differs", "random_change", "variant_of"]

LOOKED_AT_WH: Final = (32, 48)
"""Pixels at which a sort must be plainly another."""
_PLAIN_DIFFERENCE, _LEAST_SHARE = 18.0, 0.13
"""CIELAB distance that a shopper sees from afar, and the share of a package on which another sort shows it."""

Box = tuple[float, float, float, float]
"""Left, top, right and bottom as shares of a side."""


def variant_of(random: np.random.Generator, photographs: Photographs, product: Product) -> Product:
    """Another sort of a product, plainly another when seen at the size of a thumb."""
    while True:
        kind = random.random()
        if kind < 0.2 and isinstance(product.drawn, partial) and "palette" in product.drawn.keywords:
            other = _printed_in(product, _partly_other(random, product.palette))
        elif kind < 0.3:
            other = replace(
                random_product(random, photographs, near=product), outline=product.outline, grid=product.grid
            )
        elif kind < 0.36:
            other = replace(product, seed=int(random.integers(1 << 31)))
        else:
            changes = tuple(
                random_change(random, photographs) for _ in range(int(random.choice(3, p=(0.5, 0.35, 0.15))) + 1)
            )
            other = replace(product, changes=changes)
        if differs(product.layer(*LOOKED_AT_WH).pixels, other.layer(*LOOKED_AT_WH).pixels):
            return other


def differs(one: Canvas, other: Canvas) -> bool:
    """Whether two sides, of one size or nearly, are plainly different on enough of their area."""
    high, wide = min(one.shape[0], other.shape[0]), min(one.shape[1], other.shape[1])
    labs = [
        cv2.cvtColor(cv2.blur(np.clip(side[:high, :wide] / 255, 0, 1), (3, 3)), cv2.COLOR_BGR2LAB)
        for side in (one, other)
    ]
    apart = np.linalg.norm((labs[0] - labs[1]) * (0.6, 1, 1), axis=2)
    return float((apart > _PLAIN_DIFFERENCE).mean()) >= _LEAST_SHARE


def random_change(random: np.random.Generator, photographs: Photographs) -> Change:
    """Some change of a part of the print, or of all of it."""
    kind = int(random.choice(6, p=(0.17, 0.2, 0.16, 0.25, 0.14, 0.08)))
    hue, gain = int(random.integers(12, 168)), random.uniform(0.6, 1.5)
    if kind == 0:
        return partial(_in_other_hues, hue=hue, gain=gain, where=None)
    if kind == 1:
        return partial(_in_other_hues, hue=hue, gain=gain, where=_part(random))
    if kind == 2:
        return partial(_accent_in_another_hue, accent=int(random.integers(180)), hue=hue)
    if kind == 3:
        return partial(
            _with_picture, picture=part_of(random, photographs.grocery(random), (48, 48)), where=_part(random)
        )
    if kind == 4:
        return partial(_painted, paint=colour(random), where=_part(random), share=random.uniform(0.6, 1))
    return partial(
        _darker_or_paler, gamma=float(np.exp(random.choice((-1, 1)) * random.uniform(0.4, 0.9))), where=_part(random)
    )


@dataclass(frozen=True, slots=True)
class _Part:
    """Where on a side something is: a box, or what an ellipse in it covers."""

    box: Box
    round: bool

    def mask(self, canvas: Canvas) -> Mask:
        high, wide = canvas.shape[:2]
        left, top, right, bottom = (
            int(share * of) for share, of in zip(self.box, (wide, high, wide, high), strict=True)
        )
        mask = np.zeros((high, wide), np.float32)
        if self.round:
            middle, axes = (
                ((left + right) // 2, (top + bottom) // 2),
                (max(1, (right - left) // 2), max(1, (bottom - top) // 2)),
            )
            cv2.ellipse(mask, middle, axes, 0, 0, 360, 1, -1)
        else:
            mask[top : max(bottom, top + 1), left : max(right, left + 1)] = 1
        return mask


def _part(random: np.random.Generator) -> _Part:
    """A band, a panel or a round picture."""
    wide, high = (1.0 if random.random() < 0.4 else random.uniform(0.45, 1)), random.uniform(0.25, 0.75)
    left, top = random.uniform(0, 1 - wide), random.uniform(0, 1 - high)
    return _Part((left, top, left + wide, top + high), bool(random.random() < 0.3))


def _mixed(canvas: Canvas, other: Canvas, share: Mask) -> Canvas:
    mixed: Canvas = canvas + (other - canvas) * share[..., None]
    return mixed.astype(np.float32)


def _in_other_hues(canvas: Canvas, *, hue: int, gain: float, where: _Part | None) -> Canvas:
    other = _turned(canvas, lambda hsv: np.ones(hsv.shape[:2], bool), hue, gain)
    return other if where is None else _mixed(canvas, other, where.mask(canvas))


def _accent_in_another_hue(canvas: Canvas, *, accent: int, hue: int) -> Canvas:
    """What is printed in hues near one."""
    return _turned(canvas, lambda hsv: np.abs((hsv[..., 0] - accent + 90) % 180 - 90) < 28, hue, 1.0)


def _turned(
    canvas: Canvas, chosen: Callable[[NDArray[np.float32]], NDArray[np.bool_]], hue: int, gain: float
) -> Canvas:
    hsv = cv2.cvtColor(np.clip(canvas, 0, 255).astype(np.uint8), cv2.COLOR_BGR2HSV).astype(np.float32)
    there = chosen(hsv)
    hsv[..., 0] = np.where(there, (hsv[..., 0] + hue) % 180, hsv[..., 0])
    hsv[..., 1] = np.where(there, np.clip(hsv[..., 1] * gain, 0, 255), hsv[..., 1])
    turned: Canvas = cv2.cvtColor(hsv.astype(np.uint8), cv2.COLOR_HSV2BGR).astype(np.float32)
    return turned


def _with_picture(canvas: Canvas, *, picture: NDArray[np.uint8], where: _Part) -> Canvas:
    mask = where.mask(canvas)
    left, top, wide, high = cv2.boundingRect((mask > 0).astype(np.uint8))
    other = np.copy(canvas)
    other[top : top + high, left : left + wide] = cv2.resize(picture, (wide, high), interpolation=cv2.INTER_AREA)
    return _mixed(canvas, other, mask)


def _painted(canvas: Canvas, *, paint: Colour, where: _Part, share: float) -> Canvas:
    return _mixed(
        canvas, np.broadcast_to(paint.astype(np.float32), canvas.shape), where.mask(canvas) * np.float32(share)
    )


def _darker_or_paler(canvas: Canvas, *, gamma: float, where: _Part) -> Canvas:
    other = 255 * np.clip(canvas / 255, 0, 1) ** np.float32(gamma)
    return _mixed(canvas, other, where.mask(canvas))


def _partly_other(random: np.random.Generator, palette: Palette) -> Palette:
    """One to three of its colours are others."""
    other = random.permutation(4) < random.integers(1, 4)
    first, second, third, fourth = (colour(random) if new else ink for new, ink in zip(other, palette, strict=True))
    return first, second, third, fourth


def _printed_in(product: Product, palette: Palette) -> Product:
    """The same drawing in other colours."""
    return replace(product, palette=palette, drawn=partial(product.drawn, palette=palette))
