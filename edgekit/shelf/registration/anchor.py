"""What samples are aligned to: the reference picture's structure, and well spread corners in it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edgekit.shelf.registration.picture import Structure

__all__ = ["Anchor", "anchor_of"]

_CELLS_XY = (12, 8)
_PER_CELL = 1
_SPACING_PX = 6
_BORDER_PX = 6
_QUALITY = 0.02
_MIN_STRENGTH = 1e-4


@dataclass(frozen=True, slots=True, eq=False)
class Anchor:
    """The structure that samples are aligned to.

    Attributes:
        structure: uint8 (height, width), where everything lies as in the reference.
        points_xy: float32 (n, 2): its corners, some in each part of the picture, counted from pixel centres.
    """

    structure: Structure
    points_xy: NDArray[np.float32]


def anchor_of(structure: Structure) -> Anchor:
    """An anchor of a structure; one without corners aligns nothing."""
    import cv2

    height, width = structure.shape
    strength = cv2.cornerMinEigenVal(structure, 5)
    strongest = float(strength.max()) if strength.size else 0.0
    least = max(_QUALITY * strongest, _MIN_STRENGTH)
    found: list[NDArray[np.float32]] = []
    for row in range(_CELLS_XY[1]):
        for column in range(_CELLS_XY[0]):
            top, bottom = row * height // _CELLS_XY[1], (row + 1) * height // _CELLS_XY[1]
            left, right = column * width // _CELLS_XY[0], (column + 1) * width // _CELLS_XY[0]
            found += _strongest(strength[top:bottom, left:right].copy(), least, left, top, (height, width))
    points = np.array(found, np.float32).reshape(-1, 2)
    return Anchor(structure, points)


def _strongest(
    strength: NDArray[np.float32], least: float, left: int, top: int, size_hw: tuple[int, int]
) -> list[NDArray[np.float32]]:
    """The strongest corners of one cell, apart from each other and from the picture's border."""
    height, width = size_hw
    found: list[NDArray[np.float32]] = []
    while strength.size and len(found) < _PER_CELL:
        place = int(strength.argmax())
        y, x = divmod(place, strength.shape[1])
        if strength[y, x] < least:
            break
        if _BORDER_PX <= left + x < width - _BORDER_PX and _BORDER_PX <= top + y < height - _BORDER_PX:
            found.append(np.array((left + x, top + y), np.float32))
            strength[max(0, y - _SPACING_PX) : y + _SPACING_PX + 1, max(0, x - _SPACING_PX) : x + _SPACING_PX + 1] = 0
        else:
            strength[y, x] = 0
    return found
