"""How much polygons lie over each other, by painting them small."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from edgekit.shelf.polygon import Polygon, bounds_xyxy

__all__ = ["NOTABLE_OVERLAP", "overlaps"]

NOTABLE_OVERLAP = 0.1
"""Share of the smaller polygon. Neighbours drawn by hand touch: less than a tenth of a package is its own edge."""

_SIDE = 96  # of the painted box around the smaller polygon: a share is right to about a hundredth


def overlaps(polygons_xy_px: Sequence[Polygon], *, min_share: float = NOTABLE_OVERLAP) -> list[tuple[int, int, float]]:
    """Pairs of polygons that lie over each other.

    Args:
        polygons_xy_px: each with three points or more; may cross itself.
        min_share: overlaps of less, as a share (0-1) of the smaller polygon, are left out.

    Returns:
        (index, index, share of the smaller one) with the first index below the second.
    """
    boxes = [bounds_xyxy(polygon) for polygon in polygons_xy_px]
    found = []
    for (i, one), (j, other) in combinations(enumerate(boxes), 2):
        if min(one[2], other[2]) <= max(one[0], other[0]) or min(one[3], other[3]) <= max(one[1], other[1]):
            continue
        share = _share(polygons_xy_px[i], polygons_xy_px[j])
        if share >= min_share:
            found.append((i, j, share))
    return found


def _share(one: Polygon, other: Polygon) -> float:
    boxes = [bounds_xyxy(one), bounds_xyxy(other)]
    small = min(boxes, key=lambda box: (box[2] - box[0]) * (box[3] - box[1]))
    left, top = min(box[0] for box in boxes), min(box[1] for box in boxes)
    span = max(max(box[2] for box in boxes) - left, max(box[3] for box in boxes) - top)
    scale = _SIDE / max(small[2] - small[0], small[3] - small[1], 1e-6)
    scale = min(scale, 16 * _SIDE / max(span, 1e-6))  # a dot within a wall: painted coarser, not without bound
    side = int(span * scale) + 2
    masks = [_painted(polygon, (left, top), scale, side) for polygon in (one, other)]
    smaller = min(int(mask.sum()) for mask in masks)
    return float((masks[0] & masks[1]).sum()) / smaller if smaller else 0.0


def _painted(polygon: Polygon, origin: tuple[float, float], scale: float, side: int) -> NDArray[np.uint8]:
    import cv2

    mask = np.zeros((side, side), np.uint8)
    points = (np.array(polygon, np.float64) - origin) * scale
    cv2.fillPoly(mask, [np.round(points * 16).astype(np.int32)], 1, shift=4)
    return mask
