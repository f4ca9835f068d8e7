"""Polygons of facings: area, crossing edges, bounding boxes."""

from __future__ import annotations

from itertools import combinations

import numpy as np
from numpy.typing import NDArray

__all__ = ["area_px2", "bounds_xyxy", "crosses_itself", "is_line", "rounded_bounds", "scaled"]

Point = tuple[float, float]
Polygon = tuple[Point, ...]


def area_px2(polygon_xy_px: Polygon) -> float:
    """Enclosed area (shoelace formula), whatever the direction of the points."""
    xs, ys = np.array(polygon_xy_px, np.float64).T
    return float(abs(np.dot(xs, np.roll(ys, -1)) - np.dot(ys, np.roll(xs, -1)))) / 2


def bounds_xyxy(polygon_xy_px: Polygon) -> tuple[float, float, float, float]:
    """Left, top, right, bottom."""
    xs, ys = zip(*polygon_xy_px, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def rounded_bounds(polygon_xy_px: Polygon) -> tuple[int, int, int, int]:
    """Left, top, right, bottom in whole pixels, at least one pixel each way."""
    left, top, right, bottom = (round(value) for value in bounds_xyxy(polygon_xy_px))
    return left, top, max(right, left + 1), max(bottom, top + 1)


def scaled(polygon_xy_px: Polygon, scale_xy: tuple[float, float]) -> NDArray[np.float32]:
    """float32 (n, 2): the polygon in a picture of another size."""
    return np.array(polygon_xy_px, np.float32) * np.array(scale_xy, np.float32)


def crosses_itself(polygon_xy_px: Polygon) -> bool:
    """Whether two edges that are not neighbours meet, or two neighbours fold back onto each other."""
    count = len(polygon_xy_px)
    edges = [(polygon_xy_px[i], polygon_xy_px[(i + 1) % count]) for i in range(count)]
    for (i, first), (j, second) in combinations(enumerate(edges), 2):
        if j == i + 1 or (i == 0 and j == count - 1):
            shared, before, after = (first[1], first[0], second[1]) if j == i + 1 else (first[0], first[1], second[0])
            if _side(before, shared, after) == 0 and _dot(before, shared, after) > 0:
                return True
        elif _meet(first, second):
            return True
    return False


def is_line(polygon_xy_px: Polygon) -> bool:
    """All points lie on one line, or are one point."""
    first = polygon_xy_px[0]
    return all(_side(first, b, c) == 0 for b in polygon_xy_px for c in polygon_xy_px)


def _side(a: Point, b: Point, c: Point) -> float:
    return (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])


def _dot(before: Point, shared: Point, after: Point) -> float:
    return (before[0] - shared[0]) * (after[0] - shared[0]) + (before[1] - shared[1]) * (after[1] - shared[1])


def _meet(first: tuple[Point, Point], second: tuple[Point, Point]) -> bool:
    (a, b), (c, d) = first, second
    abc, abd, cda, cdb = _side(a, b, c), _side(a, b, d), _side(c, d, a), _side(c, d, b)
    if abc * abd < 0 and cda * cdb < 0:
        return True
    return any(
        side == 0 and _between(p, q, point)
        for side, p, q, point in ((abc, a, b, c), (abd, a, b, d), (cda, c, d, a), (cdb, c, d, b))
    )


def _between(a: Point, b: Point, point: Point) -> bool:
    return min(a[0], b[0]) <= point[0] <= max(a[0], b[0]) and min(a[1], b[1]) <= point[1] <= max(a[1], b[1])
