"""A facing's surroundings, its place emptied and with its product: drawn, or cut from a photograph of a shelf."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from comparator.chance import cloud
from comparator.layers import Canvas
from comparator.photographs import Photographs, piece_of
from comparator.places import Place, Pose, random_place
from comparator.products import Product, random_product
from comparator.rooms import furnished, neighbours
from comparator.walls import wall

__all__ = ["Scene", "drawn_scene", "photographed_scene"]


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """One facing.

    Attributes:
        place: where it is.
        product: its product; in a photograph, one that was never there.
        fill_wh: width and height of the product's units as shares of the facing's.
        empty, full: the pictures without and with the product; not to be written to.
        outline_xy_px: float64 (4, 2), what is marked as the facing.
        photographed: `full` is a photograph.
    """

    place: Place
    product: Product
    fill_wh: tuple[float, float]
    empty: Canvas
    full: Canvas
    outline_xy_px: NDArray[np.float64]
    photographed: bool


def drawn_scene(random: np.random.Generator, photographs: Photographs) -> Scene:
    """A drawn room with a drawn product, which may hang from a hook."""
    place = replace(random_place(random), hung=random.random() < 0.07)
    product, fill = random_product(random, photographs), (random.uniform(0.72, 1.06), random.uniform(0.62, 1.04))
    empty = furnished(random, photographs, place, product, fill)
    neighbours(random, photographs, place, empty, product, fill)
    full = place.with_unit(empty, product, Pose(fill))
    tight = random.uniform(0, 1)
    wide, high = place.width * (1 - tight + tight * fill[0]), place.height * (1 - tight + tight * fill[1])
    top = place.top + 0.05 * place.height if place.hung else place.foot - high
    outline = _rectangle(place.middle - wide / 2, top, wide, high)
    return Scene(place, product, fill, empty, full, outline, photographed=False)


def photographed_scene(random: np.random.Generator, photographs: Photographs) -> Scene:
    """A part of a photograph of a shelf, whatever is in its middle; it is emptied by painting that over."""
    place = random_place(random)
    product, fill = random_product(random, photographs), (random.uniform(0.72, 1.06), random.uniform(0.62, 1.04))
    zoom = random.uniform(0.9, 1.6)
    cut = (int(place.size_wh[0] / zoom), int(place.size_wh[1] / zoom))
    full = piece_of(random, photographs.shelf(random), cut, place.size_wh).astype(np.float32)
    outline = _rectangle(place.left, place.top, place.width, place.height)
    outline += random.normal(0, 0.03, (4, 2)) * (place.width, place.height)
    empty = _emptied(random, photographs, place, full, outline)
    return Scene(place, product, fill, empty, full, outline, photographed=True)


def _rectangle(left: float, top: float, wide: float, high: float) -> NDArray[np.float64]:
    """float64 (4, 2), its corners clockwise from the left upper one."""
    right, bottom = left + wide, top + high
    return np.array(((left, top), (right, top), (right, bottom), (left, bottom)))


def _emptied(
    random: np.random.Generator, photographs: Photographs, place: Place, full: Canvas, outline: NDArray[np.float64]
) -> Canvas:
    """A photograph with a hole about where the outline is."""
    middle = outline.mean(0)
    edge = middle + (outline - middle) * (1 + random.uniform(-0.06, 0.06))
    hole = np.zeros(full.shape[:2], np.float32)
    cv2.fillPoly(hole, [(edge * 16).astype(np.int32)], 1, shift=4)
    hole = cv2.GaussianBlur(hole, (0, 0), random.uniform(0.4, 2.5))[..., None]
    if random.random() < 0.5:
        behind = _dark_of(random, full)
    else:
        behind = wall(random, photographs, place.size_wh)
        if random.random() < 0.5:
            behind *= np.float32(random.uniform(0.25, 0.7))
    if random.random() < 0.5:
        floor = int(place.foot - random.uniform(0.02, 0.2) * place.height)
        behind[floor:] *= np.float32(random.uniform(1.2, 2.5))
    emptied: Canvas = full + (behind - full) * hole
    return emptied


def _dark_of(random: np.random.Generator, photograph: Canvas) -> Canvas:
    """The darker colours of a photograph, as deep shelves show them."""
    height, width = photograph.shape[:2]
    some = photograph.reshape(-1, 3)[random.integers(0, width * height, 200)]
    slope = np.exp(np.linspace(-1, 1, height) * random.normal(0, 0.4))[:, None, None]
    dark = np.tile((np.percentile(some, random.uniform(5, 45), axis=0) * slope).astype(np.float32), (1, width, 1))
    dark += cloud(random, (width, height), 3)[..., None] * np.float32(random.uniform(0, 6))
    return dark
