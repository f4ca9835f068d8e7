"""A display of fruit and vegetables in crates: a crate is a place."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from store_clips.colours import Colour, dimmed
from store_clips.draws import pick, smooth_noise
from store_clips.facing import Facing, Unit
from store_clips.furniture import Style, wall
from store_clips.installing import install
from store_clips.photographs import Photographs
from store_clips.sprites import Picture, Sprite
from store_clips.world import World

MARGIN = 0.14
"""Of the picture's width and height, on each side of the canvas."""

WOOD: Colour = (96, 140, 182)
PLASTICS: tuple[Colour, ...] = ((40, 40, 42), (60, 110, 40), (130, 80, 40))
LITTER: tuple[Colour, ...] = ((60, 130, 70), (170, 190, 200), (90, 120, 140))


@dataclass(frozen=True, slots=True)
class _Crate:
    """Where a crate stands on the canvas, in points; `pitch` is the distance between rows of crates."""

    left: int
    top: int
    width: int
    height: int
    pitch: float


def crates(
    rng: np.random.Generator,
    photographs: Photographs,
    size_wh: tuple[int, int],
    rows: int,
    columns: int,
    *,
    wooden: bool = False,
) -> World:
    """Rows and columns of crates, and parts of others around them."""
    width, height = size_wh
    margin_x, margin_y = int(width * MARGIN), int(height * MARGIN)
    canvas = _ground(rng, width + 2 * margin_x, height + 2 * margin_y)
    heaps = photographs.produce(rng, rows * columns + 2)
    facings: list[Facing] = []
    others: list[Facing] = []
    shell = WOOD if wooden else pick(rng, PLASTICS)
    for row in range(-1, rows + 1):
        for column in range(-1, columns + 1):
            x, y = margin_x + column * (width / columns), margin_y + row * (height / rows)
            crate = _crate_at(x, y, width / columns, height / rows)
            if not _touches(crate, canvas):
                continue
            _draw_crate(canvas, rng, crate, shell)
            is_inside = 0 <= row < rows and 0 <= column < columns
            kind, photograph = heaps[(row * columns + column) % len(heaps)] if is_inside else pick(rng, heaps)
            sprite = _heap(rng, photograph, crate.width - 12, crate.height - 14)
            facing = Facing(f"produce-{kind}", [Unit(sprite, crate.left + 6, crate.top + 3)])
            (facings if is_inside else others).append(facing)
    view = np.array([[1, 0, -margin_x], [0, 1, -margin_y], [0, 0, 1]], float)
    world = World(canvas, facings, view, size_wh, [item for facing in others for item in facing.items()])
    install(world, rng)
    return world


def rummaged(rng: np.random.Generator, heap: Sprite) -> Sprite:
    """A heap in which somebody has looked for the best ones: two patches of it are as others were."""
    out: Sprite = heap.copy()
    height, width = heap.shape[:2]
    radius = int(min(height, width) * 0.17)
    size = 2 * radius
    mask = np.zeros((size, size), np.float32)
    cv2.circle(mask, (radius, radius), int(radius * 0.8), 1.0, -1)
    soft = cv2.GaussianBlur(mask, (0, 0), radius * 0.12)[..., None]
    for _ in range(2):
        (to_x, from_x), (to_y, from_y) = (rng.integers(4, side - size - 4, 2) for side in (width, height))
        old = out[to_y : to_y + size, to_x : to_x + size, :3].astype(np.float32)
        new = heap[from_y : from_y + size, from_x : from_x + size, :3].astype(np.float32)
        out[to_y : to_y + size, to_x : to_x + size, :3] = old + (new - old) * soft
    return out


def _ground(rng: np.random.Generator, width: int, height: int) -> Picture:
    return np.clip(wall(rng, height, width, Style.DARK, (46, 52, 48)), 0, 255).astype(np.uint8)


def _crate_at(x: float, y: float, wide: float, pitch: float) -> _Crate:
    left, top = int(x + wide * 0.03), int(y + pitch * 0.16)
    return _Crate(left, top, int(wide * 0.94), int(pitch * 0.76), pitch)


def _touches(crate: _Crate, canvas: Picture) -> bool:
    """Whether some of a crate lies on the canvas."""
    height, width = canvas.shape[:2]
    return crate.left < width and crate.top < height and crate.left + crate.width > 0 and crate.top + crate.height > 0


def _draw_crate(canvas: Picture, rng: np.random.Generator, crate: _Crate, shell: Colour) -> None:
    """An empty crate with slats, what has fallen from the goods, and its sign."""
    left, top, right, foot = crate.left, crate.top, crate.left + crate.width, crate.top + crate.height
    cv2.rectangle(canvas, (left, top), (right, foot), shell, -1)
    cv2.rectangle(canvas, (left + 7, top + 6), (right - 7, foot - 12), dimmed(shell, 0.5), -1)
    for slat in range(1, 7):
        y = int(top + 6 + (crate.height - 18) * slat / 7)
        cv2.line(canvas, (left + 8, y), (right - 8, y), dimmed(shell, 0.72), 2)
    for _ in range(int(rng.integers(3, 9))):
        middle = int(rng.uniform(left + 12, right - 12)), int(rng.uniform(top + 12, foot - 18))
        axes = int(rng.integers(3, 9)), int(rng.integers(2, 5))
        cv2.ellipse(canvas, middle, axes, float(rng.uniform(0, 180)), 0, 360, pick(rng, LITTER), -1, cv2.LINE_AA)
    _draw_sign(canvas, rng, crate)


def _draw_sign(canvas: Picture, rng: np.random.Generator, crate: _Crate) -> None:
    """A sign with a price above a crate."""
    left, top = int(crate.left + crate.width * 0.3), int(crate.top - crate.pitch * 0.13)
    right, foot = int(crate.left + crate.width * 0.7), int(crate.top - crate.pitch * 0.01)
    colour = (60, 200, 240) if rng.random() < 0.5 else (235, 238, 240)
    cv2.rectangle(canvas, (left, top), (right, foot), colour, -1)
    price, scale = f"{rng.integers(1, 5)}.{rng.integers(10)}0", crate.pitch / 330
    at = left + 4, foot - 3
    cv2.putText(canvas, price, at, cv2.FONT_HERSHEY_DUPLEX, scale, (30, 30, 160), 1, cv2.LINE_AA)


def _heap(rng: np.random.Generator, photograph: Picture, width: int, height: int) -> Sprite:
    """A heap out of a photograph, with an uneven rim."""
    own_height, own_width = photograph.shape[:2]
    scale = min(own_width / width, own_height / height) * 0.92
    cut_width, cut_height = int(width * scale), int(height * scale)
    x, y = (own_width - cut_width) // 2, (own_height - cut_height) // 2
    cut = photograph[y : y + cut_height, x : x + cut_width]
    shown = cv2.resize(cut, (width, height), interpolation=cv2.INTER_CUBIC).astype(np.float32)
    noise = smooth_noise(rng, height, width, 14)
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    sideways, upright = np.minimum(columns, width - 1 - columns), np.minimum(rows + 2, height - 1 - rows)
    depth = np.minimum(sideways, upright)
    alpha = np.clip((depth - 3 + noise * 1.6) / 2.5, 0, 1)
    shown *= np.clip(0.72 + depth / (0.16 * height), 0.7, 1.02)[..., None]
    return np.dstack([np.clip(shown, 0, 255), alpha * 255]).astype(np.uint8)
