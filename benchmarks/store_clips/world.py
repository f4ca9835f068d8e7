"""The shelf: a canvas with places, and how the camera sees it."""

from __future__ import annotations

from collections.abc import Iterable

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from store_clips.facing import Facing
from store_clips.sprites import Picture, Placed, blend

Matrix = NDArray[np.float64]
"""Shape (3, 3): from points to points."""

Snapshot = tuple[Placed, ...]
"""All that stands in the places at some time, back to front."""


class World:
    """A shelf before the camera.

    Attributes:
        back: the canvas: the furniture with all places empty, with a margin that only a moved camera sees.
        facings: the places that are watched.
        view: from points of the canvas to points of the picture.
        size_wh: of the picture.
        fixed: what stands in other places.
        front: what hangs before all of it, as large as the canvas.
        reference: the picture of the full shelf, taken by `installing.install`.
    """

    def __init__(
        self,
        back: Picture,
        facings: list[Facing],
        view: Matrix,
        size_wh: tuple[int, int],
        fixed: list[Placed] | None = None,
    ) -> None:
        self.back, self.facings, self.view, self.size_wh = back, facings, view, size_wh
        self.fixed = fixed or []
        self.front: Placed | None = None
        self.reference: Picture = back

    def snapshot(self) -> Snapshot:
        """What stands on the shelf now."""
        return tuple(item for facing in self.facings for item in facing.items())

    def close_up(self, facing: Facing, items: Iterable[Placed]) -> Picture:
        """A place as it looks with these items, in points of the canvas."""
        left, top, right, bottom = (int(bound) for bound in facing.box)
        left, top = max(0, left), max(0, top)
        cut: Picture = self.back[top:bottom, left:right].copy()
        _lay(cut, (Placed(item.sprite, item.x - left, item.y - top) for item in items))
        return cut

    def canvas(self, snapshot: Snapshot) -> Picture:
        """The shelf with all that stands on it."""
        canvas: Picture = self.back.copy()
        _lay(canvas, self.fixed)
        _lay(canvas, snapshot)
        if self.front is not None:
            blend(canvas, self.front)
        return canvas

    def seen(self, canvas: Picture, motion: Matrix | None = None) -> Picture:
        """What the camera sees; `motion` as in `to_picture`."""
        matrix = self.view if motion is None else motion @ self.view
        how = cv2.INTER_CUBIC if abs(matrix[0, 0]) > 1.15 else cv2.INTER_LINEAR
        picture: Picture = cv2.warpPerspective(canvas, matrix, self.size_wh, flags=how, borderMode=cv2.BORDER_REPLICATE)
        return picture

    def to_picture(self, points: ArrayLike, motion: Matrix | None = None) -> NDArray[np.float64]:
        """Points of the canvas, shape (n, 2), in the picture; `motion` is that of a camera that was moved."""
        matrix = self.view if motion is None else motion @ self.view
        seen: NDArray[np.float64] = cv2.perspectiveTransform(np.asarray(points, float).reshape(1, -1, 2), matrix)[0]
        return seen

    def spot(self, facing: Facing) -> tuple[NDArray[np.float64], float, float]:
        """Middle, width and height of a place in the picture."""
        corners = self.to_picture(corners_of(*facing.box))
        return corners.mean(0), np.ptp(corners[:, 0]), np.ptp(corners[:, 1])

    def unit_spot(self, facing: Facing, index: int) -> tuple[NDArray[np.float64], float]:
        """Middle of a unit's home in the picture, and how many of its points one of the canvas takes there."""
        home = facing.units[index].home
        height, width = home.sprite.shape[:2]
        corners = self.to_picture(corners_of(home.x, home.y, home.x + width, home.y + height))
        return corners.mean(0), float(np.ptp(corners[:, 0]) / width)


def corners_of(left: float, top: float, right: float, bottom: float) -> list[tuple[float, float]]:
    """The corners of a box, from the upper left one clockwise."""
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


def _lay(canvas: Picture, items: Iterable[Placed]) -> None:
    for item in items:
        blend(canvas, item)
