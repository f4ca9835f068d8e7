"""What the installer of a camera does: the reference picture, names, and the places drawn by hand."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from store_clips.world import World, corners_of


def install(world: World, rng: np.random.Generator, sloppy: float = 0.06) -> None:
    """Take the reference and draw the places; `sloppy` is how far off, in widths and heights of a place."""
    world.reference = world.seen(world.canvas(world.snapshot()))
    draw_places(world, rng, sloppy)


def draw_places(world: World, rng: np.random.Generator, sloppy: float = 0.06) -> None:
    """Give every place a name, most a number, and an outline in the picture."""
    numbers: dict[str, int] = {}
    for index, facing in enumerate(world.facings):
        facing.id = f"f{index + 1:02d}"
        has_number = rng.random() < 0.8
        facing.gtin = gtin(numbers.setdefault(facing.product, len(numbers) + 11)) if has_number else None
        corners = world.to_picture(corners_of(*facing.box))
        size = np.array((np.ptp(corners[:, 0]), np.ptp(corners[:, 1])))
        moved = corners + rng.uniform(-sloppy, sloppy, size=2) * size * 0.6
        moved = moved + rng.uniform(-sloppy, sloppy, size=(4, 2)) * size * 0.4
        moved[:, 0] = np.clip(moved[:, 0], 0, world.size_wh[0] - 1)
        moved[:, 1] = np.clip(moved[:, 1], 0, world.size_wh[1] - 1)
        facing.drawn = np.round(moved, 1)
        facing.samples = _samples(world, moved)


def _samples(world: World, corners: NDArray[np.float64]) -> NDArray[np.float64]:
    """Points spread evenly over an outline in the picture, as points of the canvas; shape (81, 2)."""
    steps = np.linspace(0.06, 0.94, 9)
    grid = np.stack(np.meshgrid(steps, steps), -1).reshape(-1, 2)
    u, v = grid[:, :1], grid[:, 1:]
    upper = corners[0] * (1 - u) * (1 - v) + corners[1] * u * (1 - v)
    points = upper + corners[2] * u * v + corners[3] * (1 - u) * v
    back: NDArray[np.float64] = cv2.perspectiveTransform(points.reshape(1, -1, 2), np.linalg.inv(world.view))[0]
    return back


def gtin(number: int) -> str:
    """An in-store GTIN of 14 digits with its check digit."""
    digits = f"020000{number:07d}"
    total = sum(int(digit) * (3 if at % 2 == 0 else 1) for at, digit in enumerate(digits))
    return digits + str(-total % 10)
