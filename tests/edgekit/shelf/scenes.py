"""A rendered shelf for tests: a wall, a board, three products, and what may come in front of them."""

from pathlib import Path

import numpy as np

from edgekit.frame import Frame
from edgekit.shelf.gates.gate import gates_of, grey_of
from edgekit.shelf.gates.layout import small_picture
from edgekit.shelf.gates.scene import statistics_of
from edgekit.shelf.planogram import Facing, Planogram
from edgekit.shelf.rules import ShelfRules

SIZE_HW = (180, 320)
LEFTS = {"a": 40, "b": 130, "c": 220}
TOP, BOTTOM, WIDTH = 60, 140, 40


def planogram(method="appearance", capacity=1, product="bottle", classes=None, **kwargs) -> Planogram:
    facings = tuple(
        Facing(
            id=name,
            gtin=None,
            restricted=False,
            product=product,
            method=method,
            capacity=capacity,
            polygon_xy_px=(
                (left - 6.0, TOP - 6.0),
                (left + WIDTH + 6.0, TOP - 6.0),
                (left + WIDTH + 6.0, BOTTOM + 4.0),
                (left - 6.0, BOTTOM + 4.0),
            ),
            **kwargs,
        )
        for name, left in LEFTS.items()
    )
    return Planogram(Path("p.yaml"), Path("p.png"), SIZE_HW, facings, classes or {})


def picture(present="abc", *, aside=0, lift=0, light=1.0, noise=1.5, seed=0, draw=None):
    """uint8 (180, 320, 3): the shelf with the products in `present`; `aside`: all by so many pixels, or by name."""
    by_name = aside if isinstance(aside, dict) else dict.fromkeys(LEFTS, aside)
    random = np.random.default_rng(1)
    pixels = np.full((*SIZE_HW, 3), (170, 175, 180), np.float32)
    pixels[:30] = (90, 80, 70)  # a ceiling
    pixels[145:] = (200, 205, 210)  # the board
    pixels[150:154] = (60, 60, 60)
    pixels[20:150, 8:12] = (40, 50, 60)
    pixels[20:150, 300:306] = (40, 50, 60)
    labels = {name: random.uniform(40, 230, (8, 4, 3)) for name in LEFTS}
    for name in present:
        label = np.kron(labels[name], np.ones((10, 10, 1)))
        left = LEFTS[name] + by_name.get(name, 0)
        pixels[TOP - lift : BOTTOM - lift, left : left + WIDTH] = label
    if draw is not None:
        draw(pixels)
    noisy = pixels * light + np.random.default_rng(seed + 100).normal(0, noise, pixels.shape)
    return np.clip(noisy, 0, 255).astype(np.uint8)


def person(left):
    """Draws somebody from the upper edge to the lower one, 60 px wide."""

    def draw(pixels):
        cloth = np.random.default_rng(7).uniform(20, 140, (18, 6, 3))
        cloth = np.kron(cloth, np.ones((10, 10, 1)))
        start, end = max(0, left), min(SIZE_HW[1], left + 60)
        if end > start:
            pixels[:, start:end] = cloth[:, start - left : end - left]

    return draw


def frame(pixels, number, fps=5.0, epoch=0) -> Frame:
    return Frame(pixels, number / fps, number, epoch)


def watched(layout, reference, pictures):
    """The gates of each of these pictures, 5 a second, before a small reference picture."""
    memory, seen = None, []
    for number, pixels in enumerate(pictures):
        gates, memory = gates_of(
            layout,
            small_picture(pixels),
            number / 5,
            memory,
            (reference, statistics_of(reference, grey_of(reference))),
            ShelfRules(),
        )
        seen.append(gates)
    return seen
