"""Where the shelf boards of a picture run: how they lie, and the bands between one board and the next."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise, product

import numpy as np
from numpy.typing import NDArray

from edgekit.frame import Pixels

__all__ = ["Lie", "Row", "levelled", "lie_of", "rows_of"]

Grey = NDArray[np.float32]

MAX_TILT_DEG = 14.0
"""Cameras that hang more askew are hung again; and beyond it a row of slanted packages looks like a board."""

MAX_FAN = 0.24
"""Slope of the lowest boards less that of the topmost: a camera that looks along the aisle sees them fan out."""

_SIDE_PX = 280  # of the small picture in which the lie is searched
_RUN_SHARE = 1 / 8  # of the width: a board's edge runs on so far, a package's does not
_MIN_ROW_SHARE, _MAX_ROW_SHARE = 0.035, 0.5  # of the picture's height
_APART_SHARE = 0.055  # of the picture's height, from board to board
_EDGE_SHARE = 0.22  # of the strongest long edge: what a board's has at least
_CALM_SHARE = 0.8  # of the rows around: what a board's front has of upright edges at most


@dataclass(frozen=True, slots=True)
class Lie:
    """How boards lie in a picture.

    Attributes:
        tilt_deg: by how much the middle ones fall to the right, degrees.
        fan: slope of the lowest less slope of the topmost.
    """

    tilt_deg: float = 0.0
    fan: float = 0.0

    def in_picture(self, points_xy: NDArray[np.float64], size_hw: tuple[int, int]) -> NDArray[np.float64]:
        """Where points (n, 2) of the levelled picture lie in the picture itself."""
        height, width = size_hw
        xs, ys = points_xy.T
        across = xs - width / 2
        fanned = ys + across * self.fan * (ys - height / 2) / height
        angle = np.radians(self.tilt_deg)
        down = fanned - height / 2
        return np.stack(
            [
                width / 2 + across * np.cos(angle) - down * np.sin(angle),
                height / 2 + across * np.sin(angle) + down * np.cos(angle),
            ],
            axis=1,
        )


@dataclass(frozen=True, slots=True)
class Row:
    """What stands on one board, in pixels of the levelled picture: from under the board above to the board's edge."""

    top: int
    bottom: int

    @property
    def height(self) -> int:
        """Pixels."""
        return self.bottom - self.top


def lie_of(grey: Grey) -> Lie:
    """How the boards of a picture lie: as levels its long edges best; first coarsely, then finely around that.

    Args:
        grey: float32 (height, width).
    """
    import cv2

    scale = min(1.0, _SIDE_PX / max(grey.shape))
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    tilts, fans = np.arange(-MAX_TILT_DEG, MAX_TILT_DEG + 0.1, 2.0), np.arange(-MAX_FAN, MAX_FAN + 0.01, 0.06)
    best = max((Lie(float(t), float(f)) for t, f in product(tilts, fans)), key=lambda lie: _evenness(small, lie))
    for tilt_step, fan_step in ((1.0, 0.03), (0.5, 0.015)):
        near = [Lie(best.tilt_deg + i * tilt_step, best.fan + j * fan_step) for i, j in product((0, -1, 1), (0, -1, 1))]
        best = max(near, key=lambda lie: _evenness(small, lie))
    return best


def levelled(picture: Pixels | Grey, lie: Lie) -> NDArray[np.generic]:
    """The picture with its boards level, of the same size; what was outside repeats the edge."""
    import cv2

    height, width = picture.shape[:2]
    ys, xs = np.mgrid[0:height, 0:width]
    points = lie.in_picture(np.stack([xs.ravel(), ys.ravel()], axis=1).astype(np.float64), (height, width))
    map_x, map_y = (np.ascontiguousarray(axis, np.float32).reshape(height, width) for axis in points.T)
    level: NDArray[np.generic] = cv2.remap(picture, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return level


def rows_of(grey: Grey) -> list[Row]:
    """The rows of a levelled picture, from the top; none where no two boards are found.

    Args:
        grey: float32 (height, width), level.
    """
    height = grey.shape[0]
    boards = _boards(grey)
    low, high = _MIN_ROW_SHARE * height, _MAX_ROW_SHARE * height
    rows = [Row(above[1], below[0]) for above, below in pairwise(boards) if low <= below[0] - above[1] <= high]
    if not rows:
        return []
    usual = float(np.median([row.height for row in rows]))
    if rows[-1].height > 1.8 * usual and len(rows) > 2:
        rows.pop()  # the floor
    # Above the first board stands a row as well, as far as the picture shows it.
    top = max(0, round(boards[0][0] - 1.35 * usual))
    if boards[0][0] - top >= 0.6 * usual:
        rows.insert(0, Row(top, boards[0][0]))
    return rows


def _evenness(small: Grey, lie: Lie) -> float:
    level = levelled(small, lie).astype(np.float32)
    margin = small.shape[0] // 16
    profile = np.abs(_long_edges(level)).mean(axis=1)[margin:-margin]
    return float(np.square(profile).sum())


def _boards(grey: Grey) -> list[tuple[int, int]]:
    """(top, bottom) of each board's front: neighbouring long edges, with few upright ones between them."""
    height = grey.shape[0]
    profile = np.abs(_long_edges(grey)).mean(axis=1)
    excess = profile - _smoothed(profile, max(3, height // 12))
    calm = _calm(grey)
    boards: list[tuple[int, int]] = []
    for peak in _peaks(excess, height):
        if not calm[peak]:
            continue
        if boards and peak - boards[-1][1] <= 0.025 * height and peak - boards[-1][0] <= 0.045 * height:
            boards[-1] = (boards[-1][0], peak)
        else:
            boards.append((peak, peak))
    return _apart(boards, excess)


def _apart(boards: list[tuple[int, int]], excess: NDArray[np.float32]) -> list[tuple[int, int]]:
    """Of two boards that no row fits between, the one with the weaker edges goes: it is the tops of packages."""
    kept: list[tuple[int, int]] = []
    for board in sorted(boards, key=lambda board: -float(excess[board[0] : board[1] + 1].max())):
        middle = sum(board) / 2
        if all(abs(middle - sum(other) / 2) >= _APART_SHARE * len(excess) for other in kept):
            kept.append(board)
    return sorted(kept)


def _calm(grey: Grey) -> NDArray[np.bool_]:
    """Per row: whether near it are clearly fewer upright edges than in the busy rows around."""
    import cv2

    height = grey.shape[0]
    upright = np.abs(cv2.Sobel(cv2.GaussianBlur(grey, (3, 3), 0), cv2.CV_32F, 1, 0, ksize=3)).mean(axis=1)
    upright = _smoothed(upright, max(3, height // 128 | 1))
    near, around = max(1, height // 70), height // 8
    found = np.zeros(height, bool)
    for y in range(height):
        busy = float(np.percentile(upright[max(0, y - around) : y + around + 1], 75))
        found[y] = upright[max(0, y - near) : y + near + 1].min() <= _CALM_SHARE * busy
    return found


def _peaks(excess: NDArray[np.float32], height: int) -> list[int]:
    limit = max(_EDGE_SHARE * float(np.percentile(excess, 99)), 1e-3)
    reach = max(1, height // 160)
    peaks: list[int] = []
    for y in range(len(excess)):
        window = excess[max(0, y - reach) : y + reach + 1]
        if excess[y] >= limit and excess[y] == window.max() and (not peaks or y - peaks[-1] > reach):
            peaks.append(y)
    return peaks


def _long_edges(grey: Grey) -> Grey:
    """The vertical gradient, averaged along the row: texture of packages cancels out, a board's edge stays."""
    import cv2

    gradient = cv2.Sobel(cv2.GaussianBlur(grey, (3, 3), 0), cv2.CV_32F, 0, 1, ksize=3)
    edges: Grey = cv2.blur(gradient, (max(3, round(grey.shape[1] * _RUN_SHARE)), 1))
    return edges


def _smoothed(values: NDArray[np.float32], width: int) -> NDArray[np.float32]:
    padded = np.pad(values, width // 2, mode="reflect")
    smooth: NDArray[np.float32] = np.convolve(padded, np.ones(width) / width, "same").astype(np.float32)
    return smooth[width // 2 : width // 2 + len(values)]
