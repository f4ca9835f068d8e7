"""Alignments as matrices: at other scales, how far they move a picture, and which of them a bumped camera explains.

An alignment is float64 (3, 3), homogeneous: a point of the frame as the reference lays it out (its nominal place) to
the point of the frame that shows it now, in frame pixels counted from the picture's upper left edge.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["Matrix", "at_scale", "displacement_px", "frame_corners", "from_scale", "is_plausible", "mapped"]

Matrix = NDArray[np.float64]

MAX_SHIFT_SHARE = 0.25
"""Of the picture's sides. Further away too little of the reference is left in view to be sure of it."""
_SCALES = (0.85, 1.18)
_MAX_TURN_DEG = 12.0
_MAX_PERSPECTIVE = 0.12
_CORNERS = np.array([(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)])
_GRID = np.array([(x, y) for x in (0.1, 0.5, 0.9) for y in (0.1, 0.5, 0.9)])


def mapped(matrix: Matrix, points_xy: NDArray[np.float64]) -> NDArray[np.float64]:
    """float64 (n, 2): the points that `matrix` maps (n, 2) points to."""
    ends = points_xy @ matrix[:, :2].T + matrix[:, 2]
    moved: NDArray[np.float64] = ends[:, :2] / ends[:, 2:]
    return moved


def at_scale(matrix: Matrix, scale_xy: tuple[float, float]) -> Matrix:
    """An alignment of frames as one of pictures `scale_xy` times as large, for points that count from pixel centres.

    OpenCV's coordinates are 0 at the middle of the first pixel, edgekit's at its edge.
    """
    to_frame = np.array(((1 / scale_xy[0], 0, 0.5 / scale_xy[0]), (0, 1 / scale_xy[1], 0.5 / scale_xy[1]), (0, 0, 1)))
    scaled: Matrix = np.linalg.inv(to_frame) @ matrix @ to_frame
    scaled /= scaled[2, 2]
    return scaled


def from_scale(matrix: Matrix, scale_xy: tuple[float, float]) -> Matrix:
    """What `at_scale` was given."""
    to_frame = np.array(((1 / scale_xy[0], 0, 0.5 / scale_xy[0]), (0, 1 / scale_xy[1], 0.5 / scale_xy[1]), (0, 0, 1)))
    back: Matrix = to_frame @ matrix @ np.linalg.inv(to_frame)
    back /= back[2, 2]
    return back


def frame_corners(size_hw: tuple[int, int]) -> NDArray[np.float64]:
    """float64 (4, 2): the corners of a frame, clockwise from the upper left."""
    return _CORNERS * np.array((size_hw[1], size_hw[0]), np.float64)


def displacement_px(one: Matrix, other: Matrix, size_hw: tuple[int, int]) -> float:
    """How far apart two alignments put the picture's points: root mean square over a grid of nine."""
    points = _GRID * np.array((size_hw[1], size_hw[0]), np.float64)
    apart = mapped(one, points) - mapped(other, points)
    return float(np.sqrt((apart**2).sum(1).mean()))


def is_plausible(matrix: Matrix, size_hw: tuple[int, int]) -> bool:
    """Whether a camera that was bumped, and still sees mostly the same, explains this alignment."""
    if not np.isfinite(matrix).all():
        return False
    height, width = size_hw
    corners = frame_corners(size_hw)
    depth = corners @ matrix[2, :2] + matrix[2, 2]
    if (np.abs(depth / matrix[2, 2] - 1) > _MAX_PERSPECTIVE).any():
        return False
    ends = mapped(matrix, corners)
    shift = np.abs(ends.mean(0) - corners.mean(0))
    if shift[0] > MAX_SHIFT_SHARE * width or shift[1] > MAX_SHIFT_SHARE * height:
        return False
    sides, sides_now = np.roll(corners, -1, 0) - corners, np.roll(ends, -1, 0) - ends
    scales = np.hypot(*sides_now.T) / np.hypot(*sides.T)
    if scales.min() < _SCALES[0] or scales.max() > _SCALES[1]:
        return False
    cross = sides[:, 0] * sides_now[:, 1] - sides[:, 1] * sides_now[:, 0]
    turns_deg = np.degrees(np.arctan2(cross, (sides * sides_now).sum(1)))
    return bool(np.abs(turns_deg).max() <= _MAX_TURN_DEG)
