"""How goods are handled: what a place holds after it was emptied, filled, disturbed or given something else."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from blind_clips.furniture import leftover
from blind_clips.goods import UNLIKE, Maker, Product, difference, half_as_tall, other_sort
from blind_clips.shelf import Content, Place, Pose, Shelf

HEAP = 8  # places of so many units and more are heaps: emptied by handfuls, filled by staff


def levels(capacity: int) -> tuple[int, ...]:
    """Units at which a place may rest, from full to none: clear of the border between stocked and low."""
    fixed = {1: (1, 0), 2: (2, 1, 0), 3: (3, 2, 1, 0), 4: (4, 2, 0), 5: (5, 3, 1, 0), 6: (6, 3, 1, 0), 7: (7, 4, 1, 0)}
    return fixed.get(capacity) or (capacity, round(capacity * 0.6), max(1, round(capacity * 0.1)), 0)


def emptied(place: Place, content: Content, units: int, leftovers: float, rng: np.random.Generator) -> Content:
    rest = content.left_behind
    if units == 0 and rng.random() < leftovers:
        rest = leftover(int(place.size_wh[0] * 0.92), int(place.size_wh[1]), rng)
    return Content(content.product, content.poses[:units], rest)


def set_down(place: Place, rng: np.random.Generator) -> Content:
    """A full place as somebody fills it anew: near to how it was."""
    if place.capacity >= HEAP:
        poses = tuple(
            Pose(
                (float(rng.normal(0, 0.14)), float(rng.normal(0, 0.08))),
                float(rng.uniform(-40, 40)),
                int(rng.integers(0, 8)),
            )
            for _ in range(place.capacity)
        )
    else:
        poses = tuple(laid_down(rng, 0.05, 1.8) for _ in range(place.capacity))
    return Content(place.full.product, poses)


def laid_down(rng: np.random.Generator, off: float, turn_deg: float) -> Pose:
    sign = 1 if rng.random() < 0.5 else -1
    return Pose(
        (sign * float(rng.uniform(0.02, 0.02 + off)), float(rng.uniform(-0.01, 0.012))), float(rng.normal(0, turn_deg))
    )


def disturbed(place: Place, content: Content, rng: np.random.Generator, *, strong: bool) -> Content:
    """The same units, moved a little; strongly: one askew, turned to its side or lying, as customers put it back."""
    poses = list(content.poses)
    if place.capacity >= HEAP:
        for i in rng.permutation(len(poses))[: len(poses) // (3 if strong else 8)]:
            poses[i] = Pose(
                (float(rng.normal(0, 0.15)), float(rng.normal(0, 0.1))),
                float(rng.uniform(-40, 40)),
                int(rng.integers(0, 8)),
            )
    elif strong:
        front = poses[-1]
        kind = rng.random()
        if kind < 0.5 or place.capacity > 1:
            poses[-1] = laid_down(rng, 0.06, 3.5)
        elif kind < 0.75 or content.product.size_wh[1] > 1.3 * content.product.size_wh[0]:
            # What is tall would lie before its neighbours.
            poses[-1] = Pose(front.off_xy, float(rng.normal(0, 1.5)), 1)
        else:
            poses[-1] = Pose((0.0, 0.0), 90.0 if rng.random() < 0.5 else -90.0, 0)
    elif rng.random() < 0.5:
        front = poses[-1]
        poses[-1] = replace(front, off_xy=(front.off_xy[0] + float(rng.normal(0, 0.015)), front.off_xy[1]))
    return Content(content.product, tuple(poses), content.left_behind)


def stranger_for(place: Place, shelf: Shelf, sorts: tuple[str, ...], maker: Maker, rng: np.random.Generator) -> Product:
    """Another product for a place, one that can be told from its own."""
    own = place.full.product
    best = _stranger(own, shelf, sorts, maker, rng)
    for _ in range(8):
        if difference(own, best) > UNLIKE:
            break
        other = _stranger(own, shelf, sorts, maker, rng)
        best = max(best, other, key=lambda product: difference(own, product))
    return best


def _stranger(own: Product, shelf: Shelf, sorts: tuple[str, ...], maker: Maker, rng: np.random.Generator) -> Product:
    """Some other product: `sort` is the same package in other colours, `small` about half as tall."""
    kind = sorts[int(rng.integers(0, len(sorts)))]
    if kind == "sort" and rng.random() < 0.8:
        return other_sort(own, "alien", rng)
    width, height = own.size_wh
    others = [place.full.product for place in shelf.places if place.full.product.name != own.name]
    others = [
        product for product in others if 0.6 < product.size_wh[1] / height < 1.15 and product.size_wh[0] < width * 1.25
    ]
    if kind == "neighbour" and others:
        return others[int(rng.integers(0, len(others)))]
    made = maker.package("alien", (int(width * rng.uniform(0.85, 1.05)), int(height * rng.uniform(0.8, 1.0))), rng)
    return half_as_tall(made, rng) if kind == "small" else made
