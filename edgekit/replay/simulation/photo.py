"""A scene made from a photograph of a shelf: its products can be taken out, and what is left looks empty."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from edgekit.errors import PlanogramError
from edgekit.frame import Pixels
from edgekit.replay.simulation.layers import Layer, fitted, layer_of
from edgekit.replay.simulation.pictures import read_picture
from edgekit.replay.simulation.recess import draw_recess, wall_colour
from edgekit.replay.simulation.scene import Place, Scene, Unit
from edgekit.replay.simulation.shelves import MARGIN_PX, elsewhere
from edgekit.shelf.planogram import Facing, Planogram

__all__ = ["LONGEST_PX", "photo_scene"]

LONGEST_PX: Final = 960
"""Larger photographs are reduced: what a shop's camera gives, and ten times as fast."""


def photo_scene(
    picture: Path, planogram: Planogram, random: np.random.Generator, *, products: Sequence[Layer] = ()
) -> Scene:
    """The shelf of a photograph, to play on.

    Args:
        picture: the photograph, every facing full but those that are `empty_in_reference`.
        planogram: the facings, drawn on a picture of the same size.
        random: decides how the empty places look.
        products: what may be put back wrongly, besides the shelf's own products.

    Raises:
        DataError: the picture cannot be read.
        PlanogramError: the planogram is drawn on a picture of another size.
    """
    import cv2

    pixels = read_picture(picture)
    height, width = pixels.shape[:2]
    if (height, width) != planogram.reference_size_hw:
        drawn_h, drawn_w = planogram.reference_size_hw
        raise PlanogramError(
            f"{planogram.path} is drawn on a picture of {drawn_w} x {drawn_h}, {picture} has {width} x {height}.",
            hint="Give the picture that the planogram names as its reference.",
        )
    scale = min(1.0, LONGEST_PX / max(height, width))
    size_wh = (round(width * scale) // 2 * 2, round(height * scale) // 2 * 2)
    if size_wh != (width, height):
        pixels = np.asarray(cv2.resize(pixels, size_wh, interpolation=cv2.INTER_AREA), np.uint8)
    ratio = (size_wh[0] / width, size_wh[1] / height)
    facings = [_scaled(facing, ratio) for facing in planogram.facings]
    wide: Pixels = np.asarray(
        cv2.copyMakeBorder(pixels, MARGIN_PX, MARGIN_PX, MARGIN_PX, MARGIN_PX, cv2.BORDER_REFLECT_101), np.uint8
    )
    cuts = [_cut(wide, facing) for facing in facings]
    back = wide.copy()
    wall = wall_colour(wide, random)
    for cut in cuts:
        if not cut.facing.empty_in_reference:
            draw_recess(back, cut.shape, (cut.x, cut.y), wall, random)
    places = tuple(_place(cut, cuts, products, random) for cut in cuts)
    return Scene(
        f"photograph {picture.name}", size_wh, MARGIN_PX, back, None, places, np.eye(3), elsewhere(random, size_wh)
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Cut:
    """A facing cut out of the photograph, at (x, y) of the picture with margins; `shape`: uint8 mask."""

    facing: Facing
    layer: Layer
    shape: NDArray[np.uint8]
    x: int
    y: int


def _scaled(facing: Facing, ratio: tuple[float, float]) -> Facing:
    points = tuple((round(x * ratio[0], 1), round(y * ratio[1], 1)) for x, y in facing.polygon_xy_px)
    return replace(facing, polygon_xy_px=points)


def _cut(wide: Pixels, facing: Facing) -> _Cut:
    import cv2

    points = np.array(facing.polygon_xy_px) + MARGIN_PX
    low, high = np.floor(points.min(0)).astype(int), np.ceil(points.max(0)).astype(int) + 1
    shape = np.zeros((high[1] - low[1], high[0] - low[0]), np.uint8)
    cv2.fillPoly(shape, [np.round(points - low).astype(np.int32)], 255)
    own = np.ascontiguousarray(wide[low[1] : high[1], low[0] : high[0]])
    return _Cut(facing, layer_of(own, shape), shape, int(low[0]), int(low[1]))


def _place(cut: _Cut, cuts: Sequence[_Cut], products: Sequence[Layer], random: np.random.Generator) -> Place:
    facing = cut.facing
    if facing.empty_in_reference:
        return Place(facing, ())
    strangers = [other.layer for other in cuts if other.facing.product != facing.product and _is_full(other)]
    pool = [*strangers, *products]
    picked = random.permutation(len(pool))[:3]
    others = tuple(fitted(pool[int(index)], *cut.layer.size_wh) for index in picked)
    return Place(facing, _units(cut), others)


def _is_full(cut: _Cut) -> bool:
    return not cut.facing.empty_in_reference


def _units(cut: _Cut) -> tuple[Unit, ...]:
    """The facing's units: all of it, or as many slices from the bottom to the top as its capacity."""
    count, height = cut.facing.capacity, cut.layer.size_wh[1]
    edges = [round(height * part / count) for part in range(count + 1)]
    return tuple(
        Unit(Layer(cut.layer.pixels[top:bottom], cut.layer.alpha[top:bottom]), cut.x, cut.y + top)
        for top, bottom in reversed(list(pairwise(edges)))
        if bottom > top
    )
