"""Shelves without boards' order: crates with heaps of produce, bakery trays, wire baskets, hooks."""

from __future__ import annotations

import cv2
import numpy as np

from blind_clips.furniture import Canvas
from blind_clips.gondola import box_outline, natural, numbered
from blind_clips.goods import Maker
from blind_clips.shelf import Content, Place, Pose, Shelf
from blind_clips.sprites import Stand, speckle

Box = tuple[int, int, int, int]


def _grid(size_wh: tuple[int, int], margin: float, columns: int, rows: int, gap: float) -> list[Box]:
    """Boxes (left, top, right, bottom) in rows, clear of the margin."""
    width, height = size_wh
    x0, y0 = width * margin * 1.2, height * margin * 1.2
    w, h = (width - 2 * x0) / columns, (height - 2 * y0) / rows
    boxes = []
    for row in range(rows):
        for column in range(columns):
            left, top = x0 + column * w, y0 + row * h
            boxes.append((int(left + w * gap), int(top + h * gap), int(left + w * (1 - gap)), int(top + h * (1 - gap))))
    return boxes


def build_crates(
    size_wh: tuple[int, int], margin: float, maker: Maker, rng: np.random.Generator, *, floor_like_goods: bool = False
) -> Shelf:
    """Crates of loose produce seen from above, each with a heap."""
    canvas = Canvas.of_size(size_wh, (58, 62, 66))
    columns, rows = ((4, 2), (3, 3), (4, 3))[int(rng.integers(0, 3))]
    crate_colour = np.array(
        [(60, 60, 62), (70, 105, 140), (70, 110, 60), (150, 155, 158)][int(rng.integers(0, 4))], float
    )
    places = []
    for index, box in enumerate(_grid(size_wh, margin, columns, rows, 0.03)):
        left, top, right, bottom = box
        width, height = right - left, bottom - top
        size = int(min(width, height) * rng.uniform(0.2, 0.27))
        product = maker.produce(f"p{index:02d}", size, rng)
        colour = crate_colour * 0.55
        if floor_like_goods:
            colour = np.median(product.looks[0].bgr.reshape(-1, 3), axis=0) * rng.uniform(0.55, 0.7)
        _crate(canvas, box, crate_colour, colour, rng)
        wall = max(4, width // 26)
        seats = _heap((left + wall, top + wall, right - wall, bottom - wall), size, rng)
        outline = box_outline(left + wall, top + wall, right - wall, bottom - wall)
        full = Content(
            product, tuple(Pose(look=int(rng.integers(0, 8)), mirrored=bool(rng.random() < 0.5)) for _ in seats)
        )
        places.append(Place("", "", seats, outline, full))
    behind = speckle(canvas.behind, rng, 2.0)
    return Shelf(behind, canvas.front_sprite(), numbered(places), shadow=0.55, shadow_off_xy=(3, 5), shadow_blur_px=5.0)


def _crate(canvas: Canvas, box: Box, colour: np.ndarray, floor: np.ndarray, rng: np.random.Generator) -> None:
    left, top, right, bottom = box
    wall = max(4, (right - left) // 26)
    cv2.rectangle(canvas.behind, (left, top), (right, bottom), tuple(int(c) for c in colour * 1.1), -1)
    inner = np.empty((bottom - top - 2 * wall, right - left - 2 * wall, 3), np.float32)
    inner[:] = floor
    kind = int(rng.integers(0, 3))
    if kind == 0:
        inner[:: max(6, inner.shape[0] // 9)] *= 0.6
        inner[:, :: max(6, inner.shape[1] // 9)] *= 0.6
    elif kind == 1:
        inner[(np.arange(inner.shape[0]) // max(8, inner.shape[0] // 6)) % 2 == 0] *= 0.8
    # The crate's walls keep the light off its floor.
    distance = cv2.distanceTransform(np.pad(np.ones(inner.shape[:2], np.uint8), 1), cv2.DIST_L2, 3)[1:-1, 1:-1]
    inner *= (0.55 + 0.45 * np.clip(distance / (min(inner.shape[:2]) * 0.22), 0, 1))[..., None]
    canvas.behind[top + wall : bottom - wall, left + wall : right - wall] = np.clip(inner, 0, 255)


def _heap(box: Box, size: int, rng: np.random.Generator) -> tuple[Stand, ...]:
    """Seats of a heap: a full floor of items with more on top; the first seats lie spread over the floor."""
    left, top, right, bottom = box
    floor: list[tuple[float, float]] = []
    step = size * 0.8
    for row, y in enumerate(np.arange(top + size * 0.62, bottom - size * 0.3, step * 0.88)):
        for x in np.arange(left + size * (0.5 if row % 2 else 0.85), right - size * 0.4, step):
            floor.append((float(x + rng.normal(0, size * 0.05)), float(y + size * 0.38 + rng.normal(0, size * 0.04))))
    upper = [
        (x + step / 2, y + step * 0.3) for x, y in floor if x + step < right - size * 0.2 and y < bottom - size * 0.75
    ]
    kept = [upper[int(i)] for i in rng.permutation(len(upper))[: int(len(upper) * 0.6)]]
    # What is left at the end lies in the middle of the crate and not in one corner.
    middle = np.array([(left + right) / 2, (top + bottom) / 2])
    spread = sorted(floor, key=lambda at: float(np.hypot(*(np.array(at) - middle)) + rng.normal(0, size * 1.2)))
    ordered = spread + sorted(kept, key=lambda at: at[1])
    return tuple(
        Stand(at, float(rng.uniform(0.92, 1.05)), float(rng.uniform(-35, 35)), 0.86 if i < len(spread) else 1.0)
        for i, at in enumerate(ordered)
    )


def build_bakery(size_wh: tuple[int, int], margin: float, maker: Maker, rng: np.random.Generator) -> Shelf:
    """Trays of bakery behind a counter, two or three rows of pieces in each."""
    canvas = Canvas.of_size(size_wh, (70, 84, 98))
    rows = 3
    places = []
    for index, (left, top, right, bottom) in enumerate(_grid(size_wh, margin, 3, rows, 0.035)):
        metal = np.full((bottom - top, right - left, 3), rng.uniform(120, 190), np.float32)
        metal *= (0.8 + 0.2 * np.linspace(0, 1, bottom - top, dtype=np.float32))[:, None, None]
        if rng.random() < 0.4:
            metal[:] = np.array((150, 178, 196)) * rng.uniform(0.8, 1.05)
        canvas.behind[top:bottom, left:right] = speckle(np.clip(metal, 0, 255).astype(np.uint8), rng, 2.0)
        cv2.rectangle(canvas.behind, (left, top), (right, bottom), (80, 84, 88), 3)
        across, down = int(rng.integers(3, 5)), int(rng.integers(2, 4))
        width, height = int((right - left) / across * 0.84), int((bottom - top) / down * 0.82)
        product = maker.piece(f"p{index:02d}", (width, height), rng)
        seats = [
            Stand(
                (
                    left + (right - left) * (c + 0.5) / across + float(rng.normal(0, 2)),
                    top + (bottom - top) * (r + 0.95) / down,
                ),
                angle_deg=float(rng.normal(0, 5)),
            )
            for r in range(down)
            for c in range(across)
        ]
        full = Content(
            product, tuple(Pose(look=int(rng.integers(0, 4)), mirrored=bool(rng.random() < 0.5)) for _ in seats)
        )
        places.append(Place("", "", tuple(seats), box_outline(left + 3, top + 3, right - 3, bottom - 3), full))
    return Shelf(
        canvas.behind, canvas.front_sprite(), numbered(places), shadow=0.4, shadow_off_xy=(2, 3), shadow_blur_px=4.0
    )


def build_pegs(size_wh: tuple[int, int], margin: float, maker: Maker, rng: np.random.Generator) -> Shelf:
    """Bags on hooks before a wall with holes, two or three on a hook."""
    grey = float(rng.uniform(120, 225))
    canvas = Canvas.of_size(size_wh, (int(grey), int(grey * 0.98), int(grey * 0.95)))
    step = int(rng.integers(12, 18))
    for y in range(step // 2, size_wh[1], step):
        for x in range(step // 2, size_wh[0], step):
            cv2.circle(canvas.behind, (x, y), max(1, step // 7), (50, 50, 52), -1, cv2.LINE_AA)
    places = []
    columns, rows = int(rng.integers(4, 6)), int(rng.integers(2, 4))
    for index, (left, top, right, bottom) in enumerate(_grid(size_wh, margin, columns, rows, 0.05)):
        width, height = int((right - left) * 0.86), int((bottom - top) * rng.uniform(0.76, 0.86))
        product = maker.package(f"p{index:02d}", (width, height), rng)
        width, height = product.size_wh
        x, y = (left + right) / 2, top + (bottom - top) * 0.1 + height
        units = (1, 1, 2, 3)[int(rng.integers(0, 4))]
        seats = tuple(
            Stand((x - 2.0 * n, y - 5.0 * n), 0.9**n, float(rng.normal(0, 0.6)), 0.82**n)
            for n in reversed(range(units))
        )
        for n in range(2):
            cv2.line(
                canvas.behind,
                (int(x), int(y - height - 4)),
                (int(x), int(y - height + 12)),
                (150 + 50 * n,) * 3,
                4 - 2 * n,
                cv2.LINE_AA,
            )
        cv2.rectangle(
            canvas.front, (int(x - 13), int(y - height - 9)), (int(x + 13), int(y - height + 4)), (238, 240, 240), -1
        )
        cv2.rectangle(
            canvas.front_alpha, (int(x - 13), int(y - height - 9)), (int(x + 13), int(y - height + 4)), 255, -1
        )
        cv2.line(canvas.front, (int(x - 8), int(y - height - 3)), (int(x + 6), int(y - height - 3)), (60, 60, 60), 2)
        full = Content(product, tuple(natural(rng) for _ in seats))
        places.append(Place("", "", seats, box_outline(x - width / 2, y - height, x + width / 2, y), full))
    return Shelf(speckle(canvas.behind, rng, 2.0), canvas.front_sprite(), numbered(places), shadow=0.5)


def build_baskets(size_wh: tuple[int, int], margin: float, maker: Maker, rng: np.random.Generator) -> Shelf:
    """Wire baskets with packages in them, seen through the wires of their fronts."""
    canvas = Canvas.of_size(size_wh, (88, 90, 94))
    places = []
    for index, (left, top, right, bottom) in enumerate(_grid(size_wh, margin, 3, 3, 0.02)):
        height = bottom - top
        back = (
            np.full((height, right - left, 3), rng.uniform(90, 150), np.float32)
            * np.linspace(0.5, 1.0, height, dtype=np.float32)[:, None, None]
        )
        canvas.behind[top:bottom, left:right] = np.clip(back, 0, 255)
        step = max(9, (right - left) // 16)
        colour = (205, 208, 210) if rng.random() < 0.7 else (40, 40, 42)
        for x in range(left, right, step):
            cv2.line(canvas.behind, (x, top), (x, bottom), tuple(int(c * 0.6) for c in colour), 1, cv2.LINE_AA)
        units = int(rng.integers(2, 5))
        size = int((right - left) / units * 1.02), int(height * rng.uniform(0.62, 0.78))
        product = maker.package(f"p{index:02d}", size, rng)
        pitch = (right - left) / units
        order = rng.permutation(units)
        seats = tuple(
            Stand((left + pitch * (int(n) + 0.5), bottom - 5.0), angle_deg=float(rng.normal(0, 2.5))) for n in order
        )
        for x in range(left, right, step):
            cv2.line(canvas.front, (x, bottom - height // 4), (x, bottom), colour, 2)
            cv2.line(canvas.front_alpha, (x, bottom - height // 4), (x, bottom), 255, 2)
        for y in (bottom - height // 4, bottom - height // 8, bottom):
            cv2.line(canvas.front, (left, y), (right, y), colour, 2)
            cv2.line(canvas.front_alpha, (left, y), (right, y), 255, 2)
        full = Content(product, tuple(natural(rng) for _ in seats))
        tall = product.size_wh[1]
        places.append(Place("", "", seats, box_outline(left + 2, bottom - 5 - tall, right - 2, bottom - 3), full))
    return Shelf(speckle(canvas.behind, rng, 2.0), canvas.front_sprite(), numbered(places), shadow=0.5)
