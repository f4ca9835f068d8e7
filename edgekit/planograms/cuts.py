"""Where one package ends and the next begins along a row: by seams, and by what repeats."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from edgekit.frame import Pixels

__all__ = ["Cell", "cells_of"]

Cell = tuple[int, int, int, int]
"""Left, top, right, bottom in the strip's pixels."""

_LOW_SHARE, _HIGH_SHARE = 0.28, 1.7  # width of a package as a share of its row's height
_USUAL_SHARE = 0.62
_GAP_SHARE = 0.5  # of the row's height: an empty place is at least so wide
_BLANK_TEXTURE = 7.0  # grey levels: the back wall of an empty place has less, printed packages more
_MIN_REPEAT = 0.3  # correlation below which nothing repeats


def cells_of(strip: Pixels) -> list[Cell]:
    """Packages beside each other in one row, from the left; blank places are left out.

    Args:
        strip: uint8 (height, width, 3) BGR, one row of an upright picture.
    """
    height, width = strip.shape[:2]
    low, high = max(6, round(_LOW_SHARE * height)), max(12, round(_HIGH_SHARE * height))
    if width < low or height < 8:
        return []
    texture = _texture(strip)
    cells: list[Cell] = []
    for left, right in _filled(texture, low, round(_GAP_SHARE * height)):
        part = strip[:, left:right]
        for start, end in pairwise(_best_cuts(part, low, high)):
            if end - start >= low:
                top = _top_of(texture[:, left + start : left + end])
                cells.append((left + start, top, left + end, height))
    return cells


def _texture(strip: Pixels) -> NDArray[np.float32]:
    """Standard deviation around each pixel, grey levels; float32 (height, width)."""
    import cv2

    grey = cv2.cvtColor(strip, cv2.COLOR_BGR2GRAY).astype(np.float32)
    side = max(3, strip.shape[0] // 12 | 1)
    mean = cv2.blur(grey, (side, side))
    spread = cv2.blur(grey * grey, (side, side)) - mean * mean
    texture: NDArray[np.float32] = np.sqrt(np.maximum(spread, 0))
    return texture


def _filled(texture: NDArray[np.float32], low: int, gap: int) -> list[tuple[int, int]]:
    """Runs of columns in which something stands; the lower half decides, since low things have air above them."""
    columns = np.median(texture[texture.shape[0] // 2 :], axis=0) >= _BLANK_TEXTURE
    # A narrower blank stripe is a gap between two packages, or a plain part of one, and no empty place.
    runs: list[list[int]] = []
    for x in np.flatnonzero(columns):
        if runs and x - runs[-1][1] <= gap:
            runs[-1][1] = int(x) + 1
        else:
            runs.append([int(x), int(x) + 1])
    return [(left, right) for left, right in runs if right - left >= low]


def _best_cuts(part: Pixels, low: int, high: int) -> list[int]:
    """Cut places from 0 to the width: the cheapest chain of packages, found from the left (dynamic programming)."""
    width = part.shape[1]
    if width <= low:
        return [0, width]
    seams = _seams(part)
    usual = _usual_widths(part, low, high)
    cost = np.full(width + 1, np.inf)
    cost[0] = 0.0
    origin = np.zeros(width + 1, np.int64)
    for end in range(1, width + 1):
        starts = np.arange(max(0, end - high), max(1, end - low + 1))
        widths = end - starts
        middle = np.minimum((starts + end) // 2, width - 1)
        # Wider or narrower than usual by a factor counts alike; paid by width, so that many thin ones do not win.
        odd = np.square(np.log(widths / usual[middle])) * widths / usual[middle]
        edge = 0.0 if end == width else 1.0 - float(seams[end])
        total = cost[starts] + 1.6 * odd + edge
        best = int(np.argmin(total))
        cost[end], origin[end] = total[best], starts[best]
    cuts = [width]
    while cuts[-1] > 0:
        cuts.append(int(origin[cuts[-1]]))
    return cuts[::-1]


def _seams(part: Pixels) -> NDArray[np.float32]:
    """0-1 per column: how much of a seam runs down it (a long vertical edge, or a dark slit)."""
    import cv2

    grey = cv2.cvtColor(part, cv2.COLOR_BGR2GRAY).astype(np.float32)
    gradient = cv2.Sobel(part.astype(np.float32), cv2.CV_32F, 1, 0, ksize=3)
    # A seam runs all the way down, what is printed on a package does not; the top is air above low packages.
    top, step = part.shape[0] // 4, max(1, part.shape[0] // 4)
    bands = [np.abs(gradient[y : y + step].mean(axis=0)).max(axis=1) for y in range(top, top + 3 * step, step)]
    edge = np.cbrt(np.prod(np.stack(bands), axis=0))
    dark = cv2.blur(grey, (max(5, part.shape[0] // 4 | 1), 1)) - cv2.blur(grey, (3, 1))
    slit = np.maximum(dark, 0).mean(axis=0)
    score = _level(edge) + _level(slit)
    smooth = np.convolve(score, [0.25, 0.5, 0.25], "same")
    return np.clip(smooth / max(float(np.percentile(smooth, 97)), 1e-6), 0, 1).astype(np.float32)


def _level(values: NDArray[np.float32]) -> NDArray[np.float32]:
    spread = float(np.percentile(values, 95) - np.median(values))
    level: NDArray[np.float32] = np.clip((values - np.median(values)) / max(spread, 1e-6), 0, 1.5).astype(np.float32)
    return level


def _usual_widths(part: Pixels, low: int, high: int) -> NDArray[np.float64]:
    """At each column the width at which the picture repeats itself around it, else the usual share of the height."""
    height, width = part.shape[:2]
    columns = _columns(part)
    fallback = float(np.clip(_USUAL_SHARE * height, low, high))
    best = np.full(width, fallback)
    best_score = np.full(width, _MIN_REPEAT)
    for lag in range(low, min(high, width - 1) + 1):
        alike = (columns[:, :-lag] * columns[:, lag:]).sum(axis=0)
        window = np.ones(lag) / lag
        score = np.convolve(alike, window, "same") if len(alike) >= lag else np.full(len(alike), float(alike.mean()))
        score = score[: len(alike)]
        # What repeats at a lag repeats at twice the lag too: the shorter one must be clearly beaten.
        here = np.zeros(width)
        here[lag // 2 : lag // 2 + len(score)] = score
        better = here > best_score * 1.08
        best[better], best_score[better] = lag, here[better]
    return best


def _columns(part: Pixels) -> NDArray[np.float32]:
    """Each column as a vector of length 1: colours in six heights, less what its wider surroundings have."""
    import cv2

    bands = cv2.resize(part.astype(np.float32), (part.shape[1], 6), interpolation=cv2.INTER_AREA)
    bands = cv2.GaussianBlur(bands, (3, 1), 0)
    wide = cv2.blur(bands, (max(3, 2 * part.shape[0]), 1))
    flat = (bands - wide).transpose(0, 2, 1).reshape(-1, part.shape[1])
    unit: NDArray[np.float32] = flat / np.maximum(np.linalg.norm(flat, axis=0), 12.0)
    return unit


def _top_of(texture: NDArray[np.float32]) -> int:
    """The row at which the package begins; at most 60 % of it is taken for air above."""
    rows = np.mean(texture >= _BLANK_TEXTURE, axis=1) >= 0.5
    busy = np.flatnonzero(rows)
    height: int = texture.shape[0]
    top = int(busy[0]) if len(busy) else 0
    return min(max(0, top - height // 20), round(0.6 * height))
