"""A planogram as headquarters draw it: products on shelves in centimetres or inches, seen straight from the front."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edgekit.errors import PlanogramError
from edgekit.planograms.draft import Draft, DraftFacing
from edgekit.shelf.polygon import Polygon, crosses_itself

__all__ = ["Layout", "Placed", "parsed_corners", "projected"]

Corners = Sequence[tuple[float, float]]
"""Top left, top right, bottom right and bottom left of the area that the products fill, pixels."""

MIN_SIDE_PX = 20.0


@dataclass(frozen=True, slots=True)
class Placed:
    """One facing's front, in the plan's own unit; x to the right, y upwards.

    Attributes:
        shelf: counted from the top, from 1.
        product: its name.
        gtin: 14 digits, or None.
        box: left, bottom, right, top.
        capacity: units that are seen above each other when it is full.
    """

    shelf: int
    product: str
    gtin: str | None
    box: tuple[float, float, float, float]
    capacity: int = 1


@dataclass(frozen=True, slots=True)
class Layout:
    """All facings of a plan, at least one.

    Attributes:
        placed: by shelf from the top, then from the left.
        notes: what was left out or changed, one sentence each.
    """

    placed: tuple[Placed, ...]
    notes: tuple[str, ...] = ()

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """Left, bottom, right, top of all facings together."""
        lefts, bottoms, rights, tops = zip(*(one.box for one in self.placed), strict=True)
        return min(lefts), min(bottoms), max(rights), max(tops)


def projected(layout: Layout, corners: Corners, size_hw: tuple[int, int]) -> Draft:
    """The layout in a picture of the shelf, by the perspective that four corners tell.

    Args:
        layout: what stands where.
        corners: where the corners of the layout's bounds lie in the picture.
        size_hw: height and width of the picture.

    Returns:
        A draft; facings get ids `s1-f1` (shelf from the top, facing from the left). What reaches beyond the
        picture's edge is cut off there.

    Raises:
        PlanogramError: the corners span no shelf: not four, twisted, or hardly apart.
    """
    import cv2

    quad = _checked(corners)
    left, bottom, right, top = layout.bounds
    plan = np.array([(left, top), (right, top), (right, bottom), (left, bottom)], np.float32)
    matrix = cv2.getPerspectiveTransform(plan, quad.astype(np.float32))
    facings: list[DraftFacing] = []
    numbers: dict[int, int] = {}
    for one in layout.placed:
        numbers[one.shelf] = numbers.get(one.shelf, 0) + 1
        facings.append(
            DraftFacing(
                id=f"s{one.shelf}-f{numbers[one.shelf]}",
                product=one.product,
                polygon_xy_px=_in_picture(one.box, matrix, size_hw),
                gtin=one.gtin,
                capacity=one.capacity,
            )
        )
    return Draft(size_hw, tuple(facings))


def parsed_corners(text: str) -> tuple[tuple[float, float], ...]:
    """ "40,30 600,32 598,330 44,334" → four points.

    Raises:
        PlanogramError: it is not four pairs of numbers.
    """
    try:
        points = tuple((float(x), float(y)) for x, y in (pair.split(",") for pair in text.split()))
    except ValueError:
        points = ()
    if len(points) != 4:
        raise PlanogramError(
            f"--corners {text!r} is not four points.",
            hint='Top left, top right, bottom right, bottom left: --corners "40,30 600,32 598,330 44,334"',
        )
    return points


def _checked(corners: Corners) -> NDArray[np.float64]:
    quad = np.array(corners, np.float64)
    if quad.shape != (4, 2) or not np.isfinite(quad).all():
        raise PlanogramError("A shelf has four corners, two numbers each.")
    turns = [_turn(quad[i], quad[(i + 1) % 4], quad[(i + 2) % 4]) for i in range(4)]
    sides = [float(np.hypot(*(quad[(i + 1) % 4] - quad[i]))) for i in range(4)]
    if crosses_itself(tuple((float(x), float(y)) for x, y in quad)) or min(turns) <= 0 or min(sides) < MIN_SIDE_PX:
        raise PlanogramError(
            "These corners span no shelf.", hint="In this order: top left, top right, bottom right, bottom left."
        )
    return quad


def _turn(a: NDArray[np.float64], b: NDArray[np.float64], c: NDArray[np.float64]) -> float:
    """Above 0: to the right, as all corners of a shelf that is walked around clockwise."""
    return float((b[0] - a[0]) * (c[1] - b[1]) - (b[1] - a[1]) * (c[0] - b[0]))


def _in_picture(
    box: tuple[float, float, float, float], matrix: NDArray[np.float64], size_hw: tuple[int, int]
) -> Polygon:
    left, bottom, right, top = box
    plan = np.array([(left, top, 1), (right, top, 1), (right, bottom, 1), (left, bottom, 1)], np.float64)
    points = plan @ matrix.T
    height, width = size_hw
    xy = np.clip(points[:, :2] / points[:, 2:], 0, (width, height))
    return tuple((round(float(x), 1), round(float(y), 1)) for x, y in xy)
