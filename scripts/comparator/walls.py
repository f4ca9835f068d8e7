"""What is behind the goods: walls, panels, wires, crates' floors, an aisle out of focus."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np

from comparator.chance import cloud, colour, factor, grey
from comparator.layers import Canvas, Colour, Size, filled, laid
from comparator.photographs import Photographs, part_of
from comparator.products import random_product

__all__ = ["wall"]


def wall(random: np.random.Generator, photographs: Photographs, size_wh: Size) -> Canvas:
    """One sees this where nothing stands."""
    if random.random() < 0.08:
        return _crate_floor(random, size_wh)
    paint = colour(random) * random.uniform(0.2, 1) if random.random() < 0.5 else grey(random, 8, 235, 0.05)
    kind, canvas = int(random.integers(2 + len(_FINISHES))), filled(size_wh, paint)
    if kind == 0:
        canvas = _aisle(random, photographs, size_wh)
    elif kind == 1:
        canvas = _goods_in_the_dark(random, photographs, canvas)
    else:
        _FINISHES[kind - 2](random, canvas, paint)
    if random.random() < 0.08:
        _stain(random, canvas)
    depth = random.uniform(0, 0.75) if random.random() < 0.6 else 0.0  # of the shadow of the shelf above
    canvas *= (1 - np.linspace(depth, 0, size_wh[1], dtype=np.float32) ** 1.3)[:, None, None]
    return canvas


def _crate_floor(random: np.random.Generator, size_wh: Size) -> Canvas:
    """Card, wood or moulded plastic, seen from above: plain, in strips, with dimples, or with a grain."""
    card = np.array((random.uniform(0.35, 0.75), random.uniform(0.6, 0.85), 1.0)) * random.uniform(60, 240)
    ground = colour(random) * random.uniform(0.3, 1) if random.random() < 0.4 else card
    canvas, step = filled(size_wh, ground), random.uniform(6, 22)
    kind, gain = int(random.integers(4)), random.uniform(0.75, 1.2)
    if kind == 0:
        for x in np.arange(0, size_wh[0], step).astype(int):
            cv2.line(canvas, (x, 0), (x, size_wh[1]), ground * gain, max(1, int(step * 0.1)))
    elif kind == 1:
        for x, y in _lattice(size_wh, step, step / 2, step / 2):
            cv2.circle(canvas, (int(x), int(y)), max(1, int(step * 0.35)), ground * gain, -1)
            lit = (int(x - step * 0.1), int(y - step * 0.1))
            cv2.circle(canvas, lit, max(1, int(step * 0.2)), ground * (2 - gain), -1)
        cv2.GaussianBlur(canvas, (0, 0), random.uniform(0.5, 2.5), dst=canvas)
    elif kind == 2:
        _grained(random, canvas, level_share=0.5, longest_px=12, strongest=0.7)
    stained = cloud(random, size_wh, random.uniform(4, 14)) * np.float32(random.uniform(0, 0.08))
    canvas *= (1 + stained)[..., None]
    return canvas


def _aisle(random: np.random.Generator, photographs: Photographs, size_wh: Size) -> Canvas:
    """Something far behind, out of focus."""
    photograph = photographs.shelf(random) if random.random() < 0.4 else photographs.grocery(random)
    part = part_of(random, photograph, size_wh).astype(np.float32)
    blurred: Canvas = cv2.GaussianBlur(part, (0, 0), random.uniform(1.5, 7))
    blurred *= np.float32(random.uniform(0.3, 1))
    return blurred


def _goods_in_the_dark(random: np.random.Generator, photographs: Photographs, canvas: Canvas) -> Canvas:
    """Rows of goods far behind."""
    height, width = canvas.shape[:2]
    count = int(random.integers(2, 6))
    for _ in range(count):
        size = (width / count * random.uniform(0.7, 1.1), height * random.uniform(0.3, 0.6))
        corner = (int(random.uniform(-0.1, 1) * width), int(random.uniform(0.2, 0.45) * height))
        laid(canvas, random_product(random, photographs).layer(*size), *corner, random.uniform(0.1, 0.4))
    blurred: Canvas = cv2.GaussianBlur(canvas, (0, 0), random.uniform(0.5, 2.5))
    return blurred


def _stain(random: np.random.Generator, canvas: Canvas) -> None:
    """A panel, a stain, the shadow of a box."""
    height, width = canvas.shape[:2]
    left, wide = int(random.uniform(0.1, 0.7) * width), int(random.uniform(0.08, 0.35) * width)
    canvas[int(random.uniform(0.3, 0.75) * height) :, left : left + wide] *= np.float32(factor(random, 0.35))


def _plain(random: np.random.Generator, canvas: Canvas, paint: Colour) -> None:
    pass


def _graded(random: np.random.Generator, canvas: Canvas, paint: Colour) -> None:
    height, width = canvas.shape[:2]
    canvas *= np.exp(np.linspace(-1, 1, height) * random.normal(0, 0.5))[:, None, None]
    canvas *= np.exp(np.linspace(-1, 1, width) * random.normal(0, 0.3))[None, :, None]


def _wood(random: np.random.Generator, canvas: Canvas, paint: Colour) -> None:
    _grained(random, canvas, level_share=0.6, longest_px=14, strongest=0.8)


def _pegboard(random: np.random.Generator, canvas: Canvas, paint: Colour) -> None:
    """Round holes, slots or crosses."""
    step, form = random.uniform(5, 20), int(random.integers(3))
    radius, hole = max(1, int(step * random.uniform(0.1, 0.28))), paint * random.uniform(0.1, 0.6)
    half = max(1, radius // 2)
    for x, y in _lattice((canvas.shape[1], canvas.shape[0]), step, *random.uniform(0, step, 2)):
        at = (int(x), int(y))
        if form == 0:
            cv2.circle(canvas, at, radius, hole, -1)
        elif form == 1:
            cv2.rectangle(
                canvas, (at[0] - radius // 2, at[1] - radius), (at[0] + radius // 2, at[1] + radius), hole, -1
            )
        else:
            cv2.line(canvas, (at[0] - radius, at[1]), (at[0] + radius, at[1]), hole, half)
            cv2.line(canvas, (at[0], at[1] - radius), (at[0], at[1] + radius), hole, half)


def _slats(random: np.random.Generator, canvas: Canvas, paint: Colour) -> None:
    """Slats or wires, upright or level, sometimes crossing."""
    height, width = canvas.shape[:2]
    step, upright = random.uniform(4, 18), random.random() < 0.5
    ink, thick = np.clip(paint * random.uniform(0.4, 1.8), 0, 255), max(1, int(step * random.uniform(0.1, 0.4)))
    for at in np.arange(random.uniform(0, step), max(width, height), step).astype(int):
        start, end = ((at, 0), (at, height)) if upright else ((0, at), (width, at))
        cv2.line(canvas, start, end, ink, thick)
        upright ^= random.random() < 0.02


def _cloudy(random: np.random.Generator, canvas: Canvas, paint: Colour) -> None:
    noise = cloud(random, (canvas.shape[1], canvas.shape[0]), random.uniform(2, 9))
    canvas += noise[..., None] * np.float32(random.uniform(2, 14))


def _joint(random: np.random.Generator, canvas: Canvas, paint: Colour) -> None:
    """The gap between two panels."""
    height, width = canvas.shape[:2]
    x, ink = int(random.uniform(0.1, 0.9) * width), paint * random.uniform(0.3, 0.8)
    cv2.line(canvas, (x, 0), (x + int(random.normal(0, 2)), height), ink, max(1, int(random.uniform(1, 4))))


def _grained(
    random: np.random.Generator, canvas: Canvas, *, level_share: float, longest_px: float, strongest: float
) -> None:
    """Fine streaks, level or upright."""
    length = random.uniform(4, longest_px)
    across, down = (length, 0.65) if random.random() < level_share else (0.65, length)
    streaks = cloud(random, (canvas.shape[1], canvas.shape[0]), 1)
    streaks = cv2.GaussianBlur(streaks, (0, 0), sigmaX=across, sigmaY=down)
    canvas *= (1 + np.float32(random.uniform(0.2, strongest)) * streaks)[..., None]


def _lattice(size_wh: Size, step: float, left: float, top: float) -> list[tuple[float, float]]:
    """Points in rows and columns, `step` apart, from (left, top) on."""
    return [(x, y) for y in np.arange(top, size_wh[1], step) for x in np.arange(left, size_wh[0], step)]


_FINISHES: Final = (_plain, _plain, _graded, _graded, _wood, _pegboard, _pegboard, _slats, _slats, _cloudy, _joint)
"""Drawn on a wall's paint; some twice, as they are common."""
