"""Crops of rendered facings with what is in them: full, empty, or something else that stands or reaches in front."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from edgekit.frame import Pixels
from edgekit.replay.simulation.figures import arm, crate, shopper, trolley
from edgekit.replay.simulation.layers import Layer, Mask, cover, lay
from edgekit.replay.simulation.scene import Scene, Unit, picture_of
from edgekit.replay.simulation.shelves import MARGIN_PX, rendered_scene
from edgekit.vision.geometry import square_crop

__all__ = ["CLASSES", "INPUT_PX", "Crop", "rendered_crops"]

CLASSES: Final = ("full", "empty", "other")
INPUT_PX: Final = 64
PAD_VALUE: Final = 114

_HIDDEN: Final = 0.5
"""A facing that is covered by more than this is `other`; one that is covered by a little is left out."""
_CLEAR: Final = 0.08


@dataclass(frozen=True, slots=True, eq=False)
class Crop:
    """One facing, cut out as `method: classifier` cuts it.

    Attributes:
        pixels: uint8 (side, side, 3) BGR.
        label: of CLASSES.
    """

    pixels: Pixels
    label: str


def rendered_crops(random: np.random.Generator, pictures: int) -> Iterator[Crop]:
    """The crops of a new shelf's facings in `pictures` pictures of it, each with other stock, light and passers-by."""
    scene = rendered_scene(random)
    for _ in range(pictures):
        sold = random.uniform(0.2, 0.8)
        stock = {
            place.facing.id: () if random.random() < sold else _standing(random, place.units, place.others)
            for place in scene.places
        }
        picture = picture_of(scene, stock)
        hidden = np.zeros(picture.shape[:2], np.uint8)
        if random.random() < 0.6:
            _pass_by(random, scene, picture, hidden)
        seen = _lit(random, picture[MARGIN_PX:-MARGIN_PX, MARGIN_PX:-MARGIN_PX])
        hidden = hidden[MARGIN_PX:-MARGIN_PX, MARGIN_PX:-MARGIN_PX]
        for place in scene.places:
            left, top, right, bottom = _box(random, place.facing.polygon_xy_px)
            share = float((hidden[top:bottom, left:right] > 127).mean())
            if _CLEAR < share < _HIDDEN:
                continue
            label = "other" if share >= _HIDDEN else "full" if stock[place.facing.id] else "empty"
            yield Crop(square_crop(seen, (left, top, right, bottom), PAD_VALUE), label)


def _standing(random: np.random.Generator, units: tuple[Unit, ...], others: tuple[Layer, ...]) -> tuple[Unit, ...]:
    """Its own units; now and then another product, which is as full."""
    if len(units) == 1 and others and random.random() < 0.4:
        return (Unit(others[int(random.integers(len(others)))], units[0].x, units[0].y, units[0].shade),)
    return units


def _pass_by(random: np.random.Generator, scene: Scene, picture: Pixels, hidden: Mask) -> None:
    """Somebody or something before the shelf, near one of the facings."""
    height, width = picture.shape[:2]
    place = scene.places[int(random.integers(len(scene.places)))]
    points = np.array(place.facing.polygon_xy_px) + MARGIN_PX
    x, y = points.mean(0) + random.normal(0, 6, 2)
    size = points.max(0) - points.min(0)
    kind = int(random.integers(4))
    if kind == 0:
        hand = float(np.clip(max(size[0], size[1] * 0.5) * random.uniform(0.8, 1.6), 18, 150))
        layer, grip_x, grip_y = arm(random, hand, height * 1.2, float(random.normal(0, 35)))
        at = (round(x) - grip_x, round(y - size[1] * random.uniform(0, 0.3)) - grip_y)
    elif kind == 1:
        layer = shopper(random, round(height * random.uniform(0.9, 1.5)), phases=1)[0]
        at = (round(x - layer.size_wh[0] / 2), round(height * random.uniform(-0.05, 0.25)))
    else:
        wide, high = round(width * random.uniform(0.2, 0.45)), round(height * random.uniform(0.3, 0.6))
        layer = crate(random, wide, high) if kind == 2 else trolley(random, wide, high)
        at = (round(x - wide / 2), round(y - high * random.uniform(0.3, 0.7)))
    lay(picture, layer, *at)
    cover(hidden, layer, *at)


def _lit(random: np.random.Generator, picture: Pixels) -> Pixels:
    """Another exposure, tint, gamma, focus, noise and compression."""
    import cv2

    gains = np.exp(random.normal(0, 0.25)) * np.exp(random.normal(0, 0.06, 3))
    levels = (np.arange(256) / 255.0) ** float(np.exp(random.normal(0, 0.2)))
    tables = np.stack([np.clip(levels * gain, 0, 1) * 255 for gain in gains], -1).astype(np.uint8)
    seen = cv2.LUT(np.ascontiguousarray(picture), tables[None])
    if random.random() < 0.4:
        seen = cv2.GaussianBlur(seen, (0, 0), random.uniform(0.4, 1.6))
    noise = random.normal(0, random.uniform(0.5, 7.0), seen.shape).astype(np.float32)
    seen = np.clip(seen + noise, 0, 255).astype(np.uint8)
    if random.random() < 0.5:
        coded = cv2.imencode(".jpg", seen, [cv2.IMWRITE_JPEG_QUALITY, int(random.uniform(35, 95))])[1]
        seen = cv2.imdecode(coded, cv2.IMREAD_COLOR)
    return np.asarray(seen, np.uint8)


def _box(random: np.random.Generator, polygon_xy_px: tuple[tuple[float, float], ...]) -> tuple[int, int, int, int]:
    """The facing's bounding box, a little beside it."""
    points = np.array(polygon_xy_px)
    size = points.max(0) - points.min(0)
    left, top = (max(0, int(value)) for value in points.min(0) + random.normal(0, 0.02, 2) * size)
    right, bottom = (int(np.ceil(value)) for value in points.max(0) + random.normal(0, 0.02, 2) * size)
    return left, top, max(left + 4, right), max(top + 4, bottom)
