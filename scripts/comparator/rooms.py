"""The place of a facing without its product: wall, floor, price rail, neighbours, hook, and what is before it."""

from __future__ import annotations

import cv2
import numpy as np

from comparator.chance import cloud, colour, factor, grey
from comparator.layers import Canvas, Colour, Layer, laid
from comparator.photographs import Photographs
from comparator.places import Place
from comparator.prints import written
from comparator.products import Product, random_product
from comparator.walls import wall

__all__ = ["furnished", "neighbours", "put_before"]

_INK, _PAPER = np.full(3, 20.0), np.full(3, 245.0)


def furnished(
    random: np.random.Generator, photographs: Photographs, place: Place, product: Product, fill_wh: tuple[float, float]
) -> Canvas:
    """Wall, floor and rail; now and then goods out of focus far behind, `product` of share `fill_wh` among them."""
    canvas = wall(random, photographs, place.size_wh)
    foot = place.foot + random.uniform(0, 0.08) * place.height
    high = canvas.shape[0]
    back, front = max(0, int(foot - random.uniform(0, 0.3) * place.height)), min(high, int(foot))
    if front > back:
        _floor(random, canvas[back:front])
    if front < high:
        _rail(random, canvas[front:])
    if random.random() < 0.14:
        _panel(random, place, canvas)
    if random.random() < 0.13:
        canvas = _with_goods_behind(random, photographs, place, canvas, product, fill_wh)
    return canvas


def _panel(random: np.random.Generator, place: Place, canvas: Canvas) -> None:
    """A panel, a divider or an empty carton behind the product, darker or brighter than the wall."""
    left, top = (
        place.left + random.uniform(-0.1, 0.75) * place.width,
        place.foot - random.uniform(0.12, 0.7) * place.height,
    )
    right = left + random.uniform(0.15, 0.6) * place.width
    stands = random.random() < 0.8
    bottom = (
        place.foot + random.uniform(-0.1, 0.04) * place.height
        if stands
        else top + random.uniform(0.1, 0.4) * place.height
    )
    panel = canvas[max(0, int(top)) : int(bottom), max(0, int(left)) : int(right)]
    panel *= np.float32(factor(random, 0.4))
    if random.random() < 0.3:
        panel += random.normal(0, 8, 3).astype(np.float32)


def neighbours(
    random: np.random.Generator,
    photographs: Photographs,
    place: Place,
    canvas: Canvas,
    product: Product,
    fill_wh: tuple[float, float],
) -> None:
    """Stand something to the left and right of a facing: the same `product`, or others, or on a side nothing."""
    same = random.random() < 0.35
    for side in (-1, 1):
        if random.random() > 0.82:
            continue
        wide, high = fill_wh if same else (random.uniform(0.75, 1.05), random.uniform(0.6, 1.05))
        neighbour = product if same else random_product(random, photographs)
        layer = neighbour.layer(place.width * wide, place.height * high)
        x = place.middle + side * (0.5 + random.uniform(-0.02, 0.12)) * place.width
        corner = (int(x if side > 0 else x - layer.size_wh[0]), int(place.foot - layer.size_wh[1]))
        laid(canvas, layer, *corner, random.uniform(0.9, 1.05))
    if place.hung:
        _hook(random, place, canvas)


def put_before(random: np.random.Generator, place: Place, *canvases: Canvas) -> None:
    """Now and then put a bar or a front of wire before the goods, the same in all pictures."""
    wide = place.size_wh[0]
    if random.random() < 0.12:
        top = int(place.foot - random.uniform(0.05, 0.2) * place.height)
        thick, paint = max(1, int(random.uniform(0.02, 0.06) * place.height)), colour(random)
        for canvas in canvases:
            canvas[top : top + thick] = paint
    if random.random() < 0.05:
        step, thick = random.uniform(0.1, 0.3) * place.width, max(1, int(random.uniform(0.02, 0.05) * place.width))
        paint, foot = grey(random, 20, 245), int(place.foot)
        top, left = int(place.foot - random.uniform(0.3, 1) * place.height), random.uniform(0, step)
        for canvas in canvases:
            for x in np.arange(left, wide, step).astype(int):
                cv2.line(canvas, (x, top), (x, foot), paint, thick)
            for y in np.arange(place.foot, top - 1, -step).astype(int):
                cv2.line(canvas, (0, y), (wide, y), paint, thick)


def _floor(random: np.random.Generator, floor: Canvas) -> None:
    """What a product stands on, darker towards the wall; sometimes grained or ribbed."""
    high, wide = floor.shape[:2]
    paint = colour(random) * random.uniform(0.3, 1) if random.random() < 0.35 else grey(random, 20, 240)
    floor[:] = paint * np.linspace(random.uniform(0.35, 0.9), 1.05, high)[:, None, None]
    if random.random() < 0.3:
        floor += cloud(random, (wide, high), 2)[..., None] * np.float32(random.uniform(2, 12))
    if random.random() < 0.2:
        for x in np.arange(random.uniform(0, 12), wide, random.uniform(5, 20)):
            cv2.line(floor, (int(x), 0), (int(x + (x - wide / 2) * 0.2), high), paint * 0.6, 1)


def _rail(random: np.random.Generator, rail: Canvas) -> None:
    """The price rail below, with labels."""
    high, wide = rail.shape[:2]
    rail[:] = grey(random, 120, 245) if random.random() < 0.6 else colour(random)
    for _ in range(random.integers(4)):
        size = (int(random.uniform(0.08, 0.3) * wide), int(max(3, high * random.uniform(0.4, 0.9))))
        corner = (int(random.integers(wide)), int((high - size[1]) * random.uniform(0, 1)))
        _label(random, rail, (*corner, *size), _PAPER if random.random() < 0.6 else colour(random), lines=2)


def _label(
    random: np.random.Generator, canvas: Canvas, box_xywh: tuple[int, int, int, int], paper: Colour, *, lines: int
) -> None:
    left, top, wide, high = box_xywh
    cv2.rectangle(canvas, (left, top), (left + wide - 1, top + high - 1), paper, -1)
    written(random, canvas, _INK, (left + 1, top + 1, wide - 2, high - 2), lines)


def _hook(random: np.random.Generator, place: Place, canvas: Canvas) -> None:
    """A hook, perhaps with a tag, from which the product hangs."""
    x, y = int(place.middle), int(place.top + random.uniform(-0.05, 0.12) * place.height)
    steel, thick = grey(random, 20, 235), max(1, int(place.width * 0.03))
    end = y + max(3, int(place.height * random.uniform(0.05, 0.16)))
    cv2.line(canvas, (x, y), (x, end), steel, thick)
    cv2.line(canvas, (x, end), (x + int(place.width * random.uniform(-0.08, 0.08)), end + 2), steel, thick)
    if random.random() < 0.7:
        wide = int(place.width * random.uniform(0.3, 0.6))
        high = max(5, int(place.height * random.uniform(0.06, 0.14)))
        _label(random, canvas, (x - wide // 2, y - high, wide, high), grey(random, 180, 250), lines=1)


def _with_goods_behind(
    random: np.random.Generator,
    photographs: Photographs,
    place: Place,
    canvas: Canvas,
    product: Product,
    fill_wh: tuple[float, float],
) -> Canvas:
    """The same and other goods out of focus or in the dark, far behind: the facing is empty all the same."""
    goods, cover = np.zeros_like(canvas), np.zeros((*canvas.shape[:2], 1), np.float32)
    size = np.array((place.width, place.height)) * fill_wh * random.uniform(0.45, 0.75)
    bottom = place.foot - random.uniform(0, 0.25) * place.height
    x = place.left - random.uniform(0, 0.6) * place.width
    while x < place.left + place.width * 1.3:
        layer = (product if random.random() < 0.6 else random_product(random, photographs)).layer(*size)
        corner, whole = (int(x), int(bottom - layer.size_wh[1])), np.ones_like(layer.alpha)
        # Their pixels reach beyond their outlines, so that blurred edges are not black.
        laid(goods, Layer(layer.pixels, whole), *corner)
        laid(cover, Layer(whole[..., None], layer.alpha), *corner)
        x += layer.size_wh[0] * random.uniform(1, 1.4)
    dark = random.random() < 0.4
    blur_px = random.uniform(0.3, 1.5) if dark else random.uniform(1.2, 4)
    gain = np.float32(random.uniform(0.1, 0.33) if dark else random.uniform(0.3, 0.95))
    goods, seen = cv2.GaussianBlur(goods, (0, 0), blur_px), cv2.GaussianBlur(cover, (0, 0), blur_px)[..., None]
    shown: Canvas = canvas + (goods * gain - canvas) * seen
    return shown
