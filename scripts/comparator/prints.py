"""What is printed on a package, and what loose goods look like: drawings, writing, parts of photographs."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from comparator.chance import cloud
from comparator.layers import Canvas, Colour, Size, filled
from comparator.photographs import Photographs, part_of, piece_of
from edgekit.frame import Pixels

__all__ = ["SHARES", "Change", "Palette", "Print", "bar_code", "random_print", "written"]

Print = Callable[[np.random.Generator, Size], Canvas]
"""Draws a side of a product; the same side for the same state of the generator, whatever its size."""

Change = Callable[[Canvas], Canvas]
"""Makes another side of one, of the same size; the same change whatever its size."""

Palette = tuple[Colour, Colour, Colour, Colour]
"""What a product is printed in; the first is its ground."""

SHARES: Final = {"photograph": 0.42, "drawing": 0.3, "shelf": 0.13, "plain": 0.07, "mixture": 0.08}
"""How often a product is printed in which way."""

_DARK, _PALE = np.full(3, 20.0), np.full(3, 240.0)


def random_print(
    random: np.random.Generator, photographs: Photographs, palette: Palette, kind: str | None = None
) -> Print:
    """Some print, of SHARES or of a kind named there."""
    kind = kind or str(random.choice(list(SHARES), p=list(SHARES.values())))
    if kind == "photograph":
        return partial(_photograph, photograph=photographs.grocery(random), recolouring=_recolouring(random))
    if kind == "shelf":
        return partial(_cut_out, photograph=photographs.shelf(random))
    if kind == "plain":
        return partial(_plain, ground=palette[0])
    return partial(_mixture if kind == "mixture" else _drawing, palette=palette, photographs=photographs)


def written(
    random: np.random.Generator, canvas: Canvas, ink: Colour, box_xywh: tuple[float, float, float, float], lines: int
) -> None:
    """Lines of words that are too small to read."""
    left, top, width, height = box_xywh
    step = height / lines
    for line in range(lines):
        x, y = left, int(top + line * step)
        while x < left + width * random.uniform(0.7, 1):
            word = max(1, int(random.uniform(0.3, 1.8) * step))
            end = (int(min(x + word, left + width)), int(y + max(1, step * 0.55)))
            cv2.rectangle(canvas, (int(x), y), end, ink, -1)
            x += word + max(1, step * 0.35)


def bar_code(random: np.random.Generator, label: Canvas) -> None:
    """Print one over all of a label."""
    label[:] = 245
    label[1:-1, 1:-1:2][:, random.random(label[1:-1, 1:-1:2].shape[1]) < 0.7] = 20


def _photograph(
    random: np.random.Generator, size_wh: Size, *, photograph: Pixels, recolouring: NDArray[np.uint8] | None
) -> Canvas:
    part = part_of(random, photograph, size_wh)
    if recolouring is not None:
        part = cv2.cvtColor(cv2.LUT(cv2.cvtColor(part, cv2.COLOR_BGR2HSV), recolouring), cv2.COLOR_HSV2BGR)
    return part.astype(np.float32)


def _recolouring(random: np.random.Generator) -> NDArray[np.uint8] | None:
    """uint8 (1, 256, 3): other hues and saturations; None for the photograph's own."""
    if random.random() < 0.55:
        return None
    levels = np.arange(256)
    saturations = np.clip(levels * random.uniform(0.5, 1.5), 0, 255)
    return np.stack([(levels + random.integers(180)) % 180, saturations, levels], -1).astype(np.uint8)[None]


def _cut_out(random: np.random.Generator, size_wh: Size, *, photograph: Pixels) -> Canvas:
    """A product or two of a photograph of a shelf."""
    high = int(photograph.shape[0] * random.uniform(0.08, 0.25))
    wide = max(8, min(photograph.shape[1] - 1, int(high * size_wh[0] / size_wh[1])))
    return piece_of(random, photograph, (wide, high), size_wh).astype(np.float32)


def _plain(random: np.random.Generator, size_wh: Size, *, ground: Colour) -> Canvas:
    canvas = filled(size_wh, ground)
    canvas += 4 * cloud(random, size_wh, max(2.0, size_wh[0] / 4))[..., None]
    return canvas


def _mixture(random: np.random.Generator, size_wh: Size, *, palette: Palette, photographs: Photographs) -> Canvas:
    """Print over a photograph, as on clear packs."""
    part = part_of(random, photographs.grocery(random), size_wh)
    drawing = _drawing(random, size_wh, palette=palette, photographs=photographs)
    drawing += part
    drawing *= 0.5
    return drawing


def _drawing(random: np.random.Generator, size_wh: Size, *, palette: Palette, photographs: Photographs) -> Canvas:
    canvas = filled(size_wh, palette[0])
    if random.random() < 0.3:
        canvas += (np.linspace(-1, 1, size_wh[1]) * random.normal(0, 30))[:, None, None]
    for _ in range(random.integers(4)):
        figure = _FIGURES[int(random.integers(len(_FIGURES)))]
        figure(random, canvas, palette[int(random.integers(1, 4))])
    for _ in range(random.integers(4)):
        _paragraph(random, canvas, palette)
    if random.random() < 0.25:
        _picture(random, canvas, photographs)
    return canvas


def _paragraph(random: np.random.Generator, canvas: Canvas, palette: Palette) -> None:
    height, width = canvas.shape[:2]
    ink = palette[int(random.integers(1, 4))] if random.random() < 0.6 else (_PALE, _DARK)[int(random.integers(2))]
    corner = (random.uniform(0.03, 0.4) * width, random.uniform(0.05, 0.8) * height)
    size = (random.uniform(0.3, 0.9) * width, random.uniform(0.05, 0.3) * height)
    written(random, canvas, ink, (*corner, *size), int(random.integers(1, 6)))


def _picture(random: np.random.Generator, canvas: Canvas, photographs: Photographs) -> None:
    height, width = canvas.shape[:2]
    wide, high = max(4, int(width * random.uniform(0.4, 0.9))), max(4, int(height * random.uniform(0.25, 0.6)))
    x, y = random.integers(width - wide + 1), random.integers(height - high + 1)
    canvas[y : y + high, x : x + wide] = part_of(random, photographs.grocery(random), (wide, high))


def _box(random: np.random.Generator, canvas: Canvas) -> tuple[float, float, float, float]:
    """Left, top, width and height of a figure."""
    height, width = canvas.shape[:2]
    left, top = random.uniform(0, 0.8) * width, random.uniform(0, 0.8) * height
    return left, top, random.uniform(0.15, 1) * width, random.uniform(0.1, 0.6) * height


def _band(random: np.random.Generator, canvas: Canvas, ink: Colour) -> None:
    _, top, _, high = _box(random, canvas)
    cv2.rectangle(canvas, (0, int(top)), (canvas.shape[1], int(top + high)), ink, -1)


def _rectangle(random: np.random.Generator, canvas: Canvas, ink: Colour) -> None:
    left, top, wide, high = _box(random, canvas)
    cv2.rectangle(canvas, (int(left), int(top)), (int(left + wide), int(top + high)), ink, -1)


def _oval(random: np.random.Generator, canvas: Canvas, ink: Colour) -> None:
    height, width = canvas.shape[:2]
    _, _, wide, high = _box(random, canvas)
    middle = (int(width * random.uniform(0.25, 0.75)), int(height * random.uniform(0.2, 0.8)))
    axes = (max(1, int(wide / 2)), max(1, int(high / 2)))
    cv2.ellipse(canvas, middle, axes, random.uniform(0, 180), 0, 360, ink, -1)


def _stripes(random: np.random.Generator, canvas: Canvas, ink: Colour) -> None:
    height, width = canvas.shape[:2]
    wide = max(2, int(random.uniform(0.06, 0.25) * width))
    slope = (0, height, -height)[int(random.integers(3))]
    for x in range(-height, width + height, 2 * wide):
        cv2.line(canvas, (x, 0), (x + slope, height), ink, wide // 2 + 1)


def _triangle(random: np.random.Generator, canvas: Canvas, ink: Colour) -> None:
    corners = random.uniform(0, 1, (3, 2)) * canvas.shape[1::-1]
    cv2.fillPoly(canvas, [corners.astype(np.int32)], ink)


def _dots(random: np.random.Generator, canvas: Canvas, ink: Colour) -> None:
    height, width = canvas.shape[:2]
    for x, y, radius in random.uniform((0, 0, 0.03), (1, 1, 0.15), (random.integers(2, 7), 3)):
        cv2.circle(canvas, (int(x * width), int(y * height)), max(1, int(radius * width)), ink, -1)


_FIGURES: Final = (_band, _oval, _rectangle, _stripes, _triangle, _dots)
