"""A first planogram of a picture: from what a detector finds, else from the rows and repeats of the picture itself."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from edgekit.frame import Pixels
from edgekit.planograms.cuts import cells_of
from edgekit.planograms.draft import Draft, DraftFacing
from edgekit.planograms.rows import Lie, levelled, lie_of, rows_of
from edgekit.shelf.polygon import Polygon
from edgekit.vision.detection import Detection

__all__ = ["from_detections", "from_picture"]

WORKING_SIDE_PX = 900
"""Long side at which a picture is looked at: packages of a whole bay are 30 to 150 pixels wide there."""

_UNNAMED = "product"
_MIN_IN_PICTURE = 0.7  # a facing that the picture shows less of is left out


def from_picture(pixels: Pixels) -> Draft:
    """Propose facings by boards, seams and repeats; their products have no name yet.

    Args:
        pixels: uint8 (height, width, 3) BGR, the reference picture.

    Returns:
        A draft with ids `s1-f1` (shelf from the top, facing from the left); without facings where the picture shows
        no two shelf boards.
    """
    import cv2

    scale = min(1.0, WORKING_SIDE_PX / max(pixels.shape[:2]))
    small = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else pixels
    grey = cv2.cvtColor(small, cv2.COLOR_BGR2GRAY).astype(np.float32)
    lie = lie_of(grey)
    level_pixels: Pixels = levelled(small, lie).astype(np.uint8)
    level_grey = cv2.cvtColor(level_pixels, cv2.COLOR_BGR2GRAY).astype(np.float32)
    size_hw = (pixels.shape[0], pixels.shape[1])
    facings: list[DraftFacing] = []
    shelf = 0
    for row in rows_of(level_grey):
        boxes = [
            (left, top + row.top, right, bottom + row.top)
            for left, top, right, bottom in cells_of(level_pixels[row.top : row.bottom])
        ]
        polygons = [polygon for box in boxes if (polygon := _in_picture(box, lie, scale, size_hw)) is not None]
        shelf += bool(polygons)
        facings += [
            DraftFacing(id=f"s{shelf}-f{number}", product=_UNNAMED, polygon_xy_px=polygon)
            for number, polygon in enumerate(polygons, 1)
        ]
    return Draft(size_hw, tuple(facings))


def from_detections(
    found: Sequence[Detection], class_names: Sequence[str], size_hw: tuple[int, int], *, max_iou: float = 0.5
) -> Draft:
    """Propose a facing for each detection, named by its class.

    Args:
        found: boxes in the picture's pixels.
        class_names: by class id.
        size_hw: height and width of the picture.
        max_iou: of two boxes that overlap more, the one with the higher score is taken, whatever their classes.
    """
    kept: list[Detection] = []
    for one in sorted(found, key=lambda detection: -detection.score):
        if all(_iou(one.box_xyxy_px, other.box_xyxy_px) <= max_iou for other in kept):
            kept.append(one)
    height, width = size_hw
    facings: list[DraftFacing] = []
    for shelf, row in enumerate(_shelves(kept), 1):
        for number, one in enumerate(row, 1):
            left, top, right, bottom = one.box_xyxy_px
            pad = 0.04 * (right - left)  # a box lies tight; the next package stands a little elsewhere
            left, right = max(0.0, left - pad), min(float(width), right + pad)
            top, bottom = max(0.0, top - pad), min(float(height), bottom + pad)
            facings.append(
                DraftFacing(
                    id=f"s{shelf}-f{number}",
                    product=class_names[one.class_id] if one.class_id < len(class_names) else _UNNAMED,
                    polygon_xy_px=_rounded(((left, top), (right, top), (right, bottom), (left, bottom))),
                )
            )
    return Draft(size_hw, tuple(facings))


def _shelves(found: Sequence[Detection]) -> list[list[Detection]]:
    """By shelf from the top: boxes whose lower edges are less than half a box apart stand on one; left to right."""
    shelves: list[list[Detection]] = []
    for one in sorted(found, key=lambda detection: detection.box_xyxy_px[3]):
        floor = one.box_xyxy_px[3]
        if shelves:
            others = shelves[-1]
            usual = float(np.median([box.box_xyxy_px[3] - box.box_xyxy_px[1] for box in others]))
            if floor - float(np.median([box.box_xyxy_px[3] for box in others])) <= 0.5 * usual:
                others.append(one)
                continue
        shelves.append([one])
    return [sorted(shelf, key=lambda detection: detection.box_xyxy_px[0]) for shelf in shelves]


def _iou(one: Sequence[float], other: Sequence[float]) -> float:
    width = min(one[2], other[2]) - max(one[0], other[0])
    height = min(one[3], other[3]) - max(one[1], other[1])
    shared = max(0.0, width) * max(0.0, height)
    areas = sum((box[2] - box[0]) * (box[3] - box[1]) for box in (one, other))
    return shared / (areas - shared) if areas > shared else 0.0


def _in_picture(box: tuple[int, int, int, int], lie: Lie, scale: float, size_hw: tuple[int, int]) -> Polygon | None:
    """The box of the levelled picture, made `scale` as large, as a polygon; None where too little of it is seen."""
    left, top, right, bottom = box
    height, width = size_hw
    corners = np.array([(left, top), (right, top), (right, bottom), (left, bottom)], np.float64)
    points = lie.in_picture(corners, (round(height * scale), round(width * scale))) / scale
    inside = np.clip(points, 0, (width, height))
    if _area(inside) < _MIN_IN_PICTURE * _area(points):
        return None
    return _rounded(tuple((float(x), float(y)) for x, y in inside))


def _area(points: NDArray[np.float64]) -> float:
    xs, ys = points.T
    return abs(float(np.dot(xs, np.roll(ys, -1)) - np.dot(ys, np.roll(xs, -1)))) / 2


def _rounded(polygon: Polygon) -> Polygon:
    return tuple((round(x, 1), round(y, 1)) for x, y in polygon)
