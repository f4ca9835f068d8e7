"""A shelf to play on: its empty picture, the packages that stand on it, and the facings they make."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edgekit.frame import Pixels
from edgekit.replay.simulation.layers import Layer, lay
from edgekit.shelf.planogram import Facing

__all__ = ["Place", "Scene", "Stock", "Unit", "picture_of"]


@dataclass(frozen=True, slots=True, eq=False)
class Unit:
    """One package where it stands.

    Attributes:
        layer: how it looks.
        x, y: its upper left corner, pixels of the scene's flat picture.
        shade: darkness that it throws on what is behind it, about the same middle; None for none.
        stood: how and where it stood at first, if it has been moved since.
    """

    layer: Layer
    x: int
    y: int
    shade: Layer | None = None
    stood: Unit | None = None

    @property
    def at_first(self) -> Unit:
        """How it stood before anybody moved it."""
        return self.stood or self


Stock = Mapping[str, tuple[Unit, ...]]
"""What stands in each facing, from the back to the front; the last is taken first."""


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """A facing of a scene.

    Attributes:
        facing: as the planogram has it, polygon in picture pixels.
        units: what stands there when it is full; as many as its capacity.
        others: looks of other products that fit in its place, for what is put back wrongly.
    """

    facing: Facing
    units: tuple[Unit, ...]
    others: tuple[Layer, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Scene:
    """A shelf before a camera.

    Attributes:
        name: what it is, for people.
        size_wh: the camera's picture.
        margin_px: how much wider than the picture the scene is known, on each side (a bumped camera sees it).
        back: uint8 (height + 2 margins, width + 2 margins, 3): everything but the packages, seen from the front.
        front: what stands before the packages (price rails), same size; None for nothing.
        places: at least one.
        view: float64 (3, 3): the flat picture's points to those of the camera's picture with its margins.
        elsewhere: uint8 (height, width, 3): what the camera sees when it is turned away.
    """

    name: str
    size_wh: tuple[int, int]
    margin_px: int
    back: Pixels
    front: Layer | None
    places: tuple[Place, ...]
    view: NDArray[np.float64]
    elsewhere: Pixels

    @property
    def facings(self) -> tuple[Facing, ...]:
        """The facings, in the order of the planogram."""
        return tuple(place.facing for place in self.places)

    @property
    def full(self) -> Stock:
        """Every facing with all its units."""
        return {place.facing.id: place.units for place in self.places}

    def in_view(self, x: float, y: float) -> tuple[float, float]:
        """A point of the flat picture in the camera's picture with margins."""
        across, down, depth = self.view @ np.array((x, y, 1.0))
        return float(across / depth), float(down / depth)


def picture_of(scene: Scene, stock: Stock) -> Pixels:
    """uint8, the camera's picture with its margins: the scene with what stands in it, nobody in front, even light."""
    import cv2

    flat: Pixels = scene.back.copy()
    for place in scene.places:
        for unit in stock[place.facing.id]:
            if unit.shade is not None:
                wider, higher = (a - b for a, b in zip(unit.shade.size_wh, unit.layer.size_wh, strict=True))
                lay(flat, unit.shade, unit.x - wider // 2, unit.y - higher // 2)
    for place in scene.places:
        for unit in stock[place.facing.id]:
            lay(flat, unit.layer, unit.x, unit.y)
    if scene.front is not None:
        lay(flat, scene.front, 0, 0)
    if np.array_equal(scene.view, np.eye(3)):
        return flat
    height, width = flat.shape[:2]
    seen: Pixels = cv2.warpPerspective(flat, scene.view, (width, height), borderMode=cv2.BORDER_REFLECT_101)
    return seen
