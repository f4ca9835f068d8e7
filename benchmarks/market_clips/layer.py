"""The sheet on which things in front of the shelf are drawn, and which keeps what they cover."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import cv2
import numpy as np
from numpy.typing import ArrayLike

from market_clips.paint import Colour, Image, dimmed, shaded, sheet, smooth_noise
from market_clips.scene import paste, turned_picture

CLOTH_HW = (960, 760)


@dataclass(frozen=True, slots=True, eq=False)
class Cloth:
    """A woven or printed surface, cut anew wherever it is needed."""

    weave: Image


@dataclass(frozen=True, slots=True)
class Layer:
    """One frame and its cover.

    Attributes:
        frame: the canvas to draw on, changed in place; None when only the cover is wanted.
        cover: how much of each pixel is hidden (0-255), changed in place, same size as the canvas.
    """

    frame: Image | None
    cover: Image

    def fill(self, points: ArrayLike, paint: Colour | Cloth, anchor: tuple[float, float] = (0, 0)) -> None:
        """Fill a polygon, opaque; a cloth hangs from the anchor, so that it moves with its wearer."""
        whole = np.asarray(points, np.float64).round().astype(np.int32)
        height, width = self.cover.shape
        x0, y0 = np.maximum(whole.min(axis=0), 0)
        x1, y1 = np.minimum(whole.max(axis=0) + 1, (width, height))
        if x1 <= x0 or y1 <= y0:
            return
        mask = np.zeros((y1 - y0, x1 - x0), np.uint8)
        cv2.fillPoly(mask, [whole - (x0, y0)], 255)
        cover = self.cover[y0:y1, x0:x1]
        np.maximum(cover, mask, out=cover)
        if self.frame is None:
            return
        part = self.frame[y0:y1, x0:x1]
        if isinstance(paint, Cloth):
            left, top = int(x0 - anchor[0]) % 60, int(y0 - anchor[1]) % 60
            cut = paint.weave[top : top + y1 - y0, left : left + x1 - x0]
            if cut.shape != part.shape:
                cut = cv2.resize(paint.weave, (part.shape[1], part.shape[0]))
            np.copyto(part, cut, where=mask[..., None] > 0)
        else:
            part[mask > 0] = paint

    def disc(self, centre: tuple[float, float], axes: tuple[float, float], paint: Colour | Cloth) -> None:
        """Fill an upright ellipse."""
        turn = np.linspace(0, 2 * np.pi, 20)
        points = np.column_stack([centre[0] + axes[0] * np.cos(turn), centre[1] + axes[1] * np.sin(turn)])
        self.fill(points, paint, centre)

    def stamp(self, picture: Image, centre: tuple[float, float], degrees: float = 0.0) -> None:
        """Lay a BGRA picture over the canvas."""
        turned = turned_picture(picture, degrees) if degrees else picture
        if self.frame is not None:
            paste(self.frame, turned, centre)
        height, width = turned.shape[:2]
        x, y = round(centre[0] - width / 2), round(centre[1] - height / 2)
        x0, y0, x1, y1 = max(0, x), max(0, y), min(self.cover.shape[1], x + width), min(self.cover.shape[0], y + height)
        if x1 > x0 and y1 > y0:
            cover = self.cover[y0:y1, x0:x1]
            np.maximum(cover, turned[y0 - y : y1 - y, x0 - x : x1 - x, 3], out=cover)

    def veil(self, points: ArrayLike, colour: Colour, share: float) -> None:
        """Mix a colour into a polygon: glass, fog, a reflection."""
        whole = np.asarray(points, np.float64).round().astype(np.int32)
        mask = np.zeros(self.cover.shape, np.uint8)
        cv2.fillPoly(mask, [whole], int(255 * share))
        np.maximum(self.cover, mask, out=self.cover)
        if self.frame is not None:
            x0, y0 = np.maximum(whole.min(axis=0), 0)
            x1, y1 = whole.max(axis=0) + 1
            part, inside = self.frame[y0:y1, x0:x1], mask[y0:y1, x0:x1]
            if part.size:
                weight = inside.astype(np.float32)[..., None] / 255
                part[:] = (part * (1 - weight) + np.array(colour, np.float32) * weight).astype(np.uint8)


class Act(Protocol):
    """Something in front of the shelf for a while."""

    @property
    def from_s(self) -> float:
        """When it first may be seen."""

    @property
    def until_s(self) -> float:
        """When it is gone."""

    def draw(self, layer: Layer, time_s: float) -> None:
        """Draw it as it is at a time between the two."""


def new_cloth(rng: np.random.Generator, colour: Colour, pattern: str) -> Cloth:
    """A cloth: plain, stripes, checks or dots, with folds."""
    weave = sheet(CLOTH_HW, colour)
    other = dimmed(colour, 0.45) if sum(colour) > 300 else dimmed(colour, 2.4)
    step = int(rng.integers(10, 26))
    if pattern in ("stripes", "checks"):
        for y in range(0, CLOTH_HW[0], step):
            weave[y : y + step // 3] = other
    if pattern == "checks":
        for x in range(0, CLOTH_HW[1], step):
            weave[:, x : x + step // 3] = dimmed(other, 0.8)
    if pattern == "dots":
        for y in range(0, CLOTH_HW[0], step):
            for x in range(0, CLOTH_HW[1], step):
                cv2.circle(weave, (x, y), step // 5, other, -1)
    return Cloth(shaded(weave, 1 + smooth_noise(rng, CLOTH_HW, 45, 0.14)))
