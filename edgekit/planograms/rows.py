"""Where the shelf boards of a picture run: its tilt, and the bands between one board and the next."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from edgekit.frame import Pixels

__all__ = ["Row", "rows_of", "tilt_deg", "upright"]

Grey = NDArray[np.float32]

MAX_TILT_DEG = 14.0
"""Cameras that hang more askew are hung again; and beyond it a row of slanted packages looks like a board."""

_TILT_STEP_DEG = 0.5
_TILT_SIDE_PX = 400
_RUN_SHARE = 1 / 8  # of the width: a board's edge runs on so far, a package's does not
_MIN_ROW_SHARE, _MAX_ROW_SHARE = 0.045, 0.5  # of the picture's height


@dataclass(frozen=True, slots=True)
class Row:
    """What stands on one board, in pixels of the upright picture: from under the board above to the board's edge."""

    top: int
    bottom: int

    @property
    def height(self) -> int:
        """Pixels."""
        return self.bottom - self.top


def tilt_deg(grey: Grey) -> float:
    """By how much the boards fall to the right, degrees; the angle at which horizontal edges line up best.

    Args:
        grey: float32 (height, width).
    """
    import cv2

    scale = min(1.0, _TILT_SIDE_PX / max(grey.shape))
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    best, best_score = 0.0, -1.0
    for angle in np.arange(-MAX_TILT_DEG, MAX_TILT_DEG + 0.01, _TILT_STEP_DEG):
        edges = np.abs(_long_edges(_turned(small, float(angle))))
        score = float(np.square(edges.mean(axis=1)).sum())
        if score > best_score:
            best, best_score = float(angle), score
    return best


def upright(picture: Pixels | Grey, angle_deg: float) -> tuple[NDArray[np.generic], NDArray[np.float64]]:
    """The picture turned so that its boards lie level, and the matrix (2, 3) that leads from it to the turned one."""
    import cv2

    height, width = picture.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), angle_deg, 1.0)
    turned = cv2.warpAffine(picture, matrix, (width, height), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return turned, matrix


def rows_of(grey: Grey) -> list[Row]:
    """The rows of an upright picture, from the top; none where no two boards are found.

    Args:
        grey: float32 (height, width), level.
    """
    height = grey.shape[0]
    boards = _boards(grey)
    low, high = _MIN_ROW_SHARE * height, _MAX_ROW_SHARE * height
    rows = [Row(above[1], below[0]) for above, below in pairwise(boards) if low <= below[0] - above[1] <= high]
    if boards and rows:
        # Above the first board stands a row as well, as far as the picture shows it.
        usual = float(np.median([row.height for row in rows]))
        top = max(0, round(boards[0][0] - 1.35 * usual))
        if boards[0][0] - top >= 0.6 * usual:
            rows.insert(0, Row(top, boards[0][0]))
    return rows


def _boards(grey: Grey) -> list[tuple[int, int]]:
    """(top, bottom) of each board's front: neighbouring long edges belong to one."""
    height = grey.shape[0]
    profile = np.abs(_long_edges(grey)).mean(axis=1)
    base = _smoothed(profile, max(3, height // 12))
    peaks = _peaks(profile - base, height)
    boards: list[tuple[int, int]] = []
    for peak in peaks:
        if boards and peak - boards[-1][1] <= 0.035 * height and peak - boards[-1][0] <= 0.06 * height:
            boards[-1] = (boards[-1][0], peak)
        else:
            boards.append((peak, peak))
    return boards


def _peaks(excess: NDArray[np.float32], height: int) -> list[int]:
    limit = max(0.35 * float(np.percentile(excess, 99)), 1e-3)
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


def _turned(picture: Grey, angle_deg: float) -> Grey:
    import cv2

    height, width = picture.shape
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), angle_deg, 1.0)
    turned: Grey = cv2.warpAffine(picture, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE)
    return turned[height // 12 : -(height // 12)]


def _smoothed(values: NDArray[np.float32], width: int) -> NDArray[np.float32]:
    padded = np.pad(values, width // 2, mode="reflect")
    smooth: NDArray[np.float32] = np.convolve(padded, np.ones(width) / width, "same").astype(np.float32)
    return smooth[width // 2 : width // 2 + len(values)]
