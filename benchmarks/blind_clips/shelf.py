"""A shelf: its places, what stands in them, and the picture of it all without anybody in front."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from blind_clips.goods import Product
from blind_clips.sprites import Picture, Sprite, Stand, cover, paste, placed

Outline = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Pose:
    """How one unit was set down, as it differs from its seat: off by a share of its size, turned, which look."""

    off_xy: tuple[float, float] = (0.0, 0.0)
    angle_deg: float = 0.0
    look: int = 0
    mirrored: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Content:
    """What a place holds: of one product, as many units as there are poses; what was left behind lies under them."""

    product: Product
    poses: tuple[Pose, ...]
    left_behind: Sprite | None = None

    @property
    def units(self) -> int:
        return len(self.poses)


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """One facing.

    Attributes:
        seats: where units stand, in the order in which they are drawn; with n units the first n are taken.
        outline: its corners on the shelf, (n, 2), in the points of the shelf's picture.
        full: what an installer sees.
    """

    name: str
    gtin: str
    seats: tuple[Stand, ...]
    outline: Outline
    full: Content

    @property
    def capacity(self) -> int:
        return len(self.seats)

    @property
    def centre_xy(self) -> tuple[float, float]:
        x, y = self.outline.mean(axis=0)
        return float(x), float(y)

    @property
    def size_wh(self) -> tuple[float, float]:
        w, h = self.outline.max(axis=0) - self.outline.min(axis=0)
        return float(w), float(h)

    def state(self, content: Content) -> str:
        """What a careful person would call it."""
        if content.units == 0:
            return "out_of_stock"
        if content.product.name != self.full.product.name:
            return "misplaced"
        return "low" if self.capacity > 1 and content.units / self.capacity <= 0.25 else "stocked"


@dataclass(frozen=True, slots=True, eq=False)
class Shelf:
    """The furniture and its places.

    Attributes:
        empty: the picture of the furniture with nothing on it.
        front: what is before the goods: rails, price cards, wires, glass.
        places: every place, the ones behind first.
        shadow: how dark goods make the wall behind them, 0 to 1; 0 for a photograph, which has its shadows.
    """

    empty: Picture
    front: Sprite
    places: tuple[Place, ...]
    others: tuple[tuple[Sprite, Stand], ...] = ()
    shadow: float = 0.45
    shadow_off_xy: tuple[int, int] = (6, 5)
    shadow_blur_px: float = 8.0


def unit_stand(place: Place, content: Content, index: int) -> Stand:
    """Where one unit of a content stands, with its pose."""
    seat, pose = place.seats[min(index, place.capacity - 1)], content.poses[index]
    width, height = content.product.looks[pose.look % len(content.product.looks)].size_wh
    foot = seat.foot_xy[0] + pose.off_xy[0] * width * seat.scale, seat.foot_xy[1] + pose.off_xy[1] * height * seat.scale
    return Stand(foot, seat.scale, seat.angle_deg + pose.angle_deg, seat.shade, pose.mirrored != seat.mirrored)


def picture_of(shelf: Shelf, contents: tuple[Content, ...]) -> Picture:
    """The shelf with these contents, one for each place."""
    parts: list[tuple[Sprite, tuple[int, int]]] = [placed(sprite, stand) for sprite, stand in shelf.others]
    under: list[tuple[Sprite, tuple[int, int]]] = []
    for place, content in zip(shelf.places, contents, strict=True):
        if content.left_behind is not None:
            foot = place.seats[0].foot_xy
            under.append(placed(content.left_behind, Stand((place.centre_xy[0], foot[1]), shade=0.85)))
        for index in range(content.units):
            look = content.product.looks[content.poses[index].look % len(content.product.looks)]
            parts.append(placed(look, unit_stand(place, content, index)))
    canvas = shelf.empty.copy()
    for sprite, at in under:
        paste(canvas, sprite, at)
    if shelf.shadow > 0:
        _shade(canvas, shelf, parts)
    for sprite, at in parts:
        paste(canvas, sprite, at)
    paste(canvas, shelf.front, (0, 0))
    return canvas


def _shade(canvas: Picture, shelf: Shelf, parts: list[tuple[Sprite, tuple[int, int]]]) -> None:
    """Darken what is behind the goods, a little beside them, and most where they stand."""
    mask = np.zeros(canvas.shape[:2], np.uint8)
    dx, dy = shelf.shadow_off_xy
    for sprite, (x, y) in parts:
        cover(mask, sprite, (x + dx, y + dy))
    wide = cv2.GaussianBlur(mask, (0, 0), shelf.shadow_blur_px * 2).astype(np.float32)
    near = cv2.GaussianBlur(mask, (0, 0), shelf.shadow_blur_px / 2).astype(np.float32)
    gain = 1 - shelf.shadow * (0.55 * wide + 0.45 * near) / 255
    np.copyto(canvas, (canvas * gain[..., None]).astype(np.uint8))
