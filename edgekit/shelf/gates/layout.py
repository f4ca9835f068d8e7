"""Where the facings lie in frames of one size, and in the small pictures that the gates work on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from edgekit.frame import Pixels
from edgekit.shelf.planogram import Facing
from edgekit.shelf.registration import Registration

__all__ = ["OVERHANG_PX", "FacingPlace", "Layout", "grown", "layout_of", "small_picture", "with_overhang"]

SMALL_WIDTH_PX = 320
"""Pictures are halved until they are narrower than this: 640x360 becomes 160x90 in 0.07 ms on one core of an EPYC,
where one area resize by four takes 0.25 ms."""


OVERHANG_PX = 2
"""Products and their shadows reach a little beyond their facing's polygon, in the small picture."""


@dataclass(frozen=True, slots=True, eq=False)
class FacingPlace:
    """One facing in frames of one size.

    Attributes:
        facing: the facing.
        polygon_xy_px: float32 (n, 2), frame pixels.
        bounds_xyxy_px: its bounding box.
        box_xyxy_px: the same in whole pixels, inside the frame.
        rows, columns: its bounding box in the small picture.
        mask: uint8 (rows, columns) of that box, 1 inside the polygon.
        area_px: how many pixels of `mask` are 1; at least 1.
        ring: flat indices into the small picture of what lies just around the polygon.
        free_ring: those of them that lie in no facing.
    """

    facing: Facing
    polygon_xy_px: NDArray[np.float32]
    bounds_xyxy_px: tuple[float, float, float, float]
    box_xyxy_px: tuple[int, int, int, int]
    rows: slice
    columns: slice
    mask: NDArray[np.uint8]
    area_px: int
    ring: NDArray[np.intp]
    free_ring: NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """All facings in frames of one size.

    Attributes:
        frame_size_hw: height and width of the frames.
        small_size_hw: height and width of their small pictures.
        places: one a facing, in the planogram's order.
        outside: uint8 (small height, small width), 1 where no facing is.
        between: the same without OVERHANG_PX around each facing, where products and their shadows reach.
    """

    frame_size_hw: tuple[int, int]
    small_size_hw: tuple[int, int]
    places: tuple[FacingPlace, ...]
    outside: NDArray[np.uint8]
    between: NDArray[np.uint8]


def small_picture(pixels: Pixels) -> Pixels:
    """uint8 (height, width, 3): the frame, halved (2x2 means) until it is narrower than SMALL_WIDTH_PX."""
    import cv2

    small = pixels
    while small.shape[1] >= SMALL_WIDTH_PX and small.shape[0] >= 2:
        height, width = small.shape[0] // 2, small.shape[1] // 2
        small = cv2.resize(small[: 2 * height, : 2 * width], (width, height), interpolation=cv2.INTER_AREA)
    return small


def _small_size_hw(frame_size_hw: tuple[int, int]) -> tuple[int, int]:
    height, width = frame_size_hw
    while width >= SMALL_WIDTH_PX and height >= 2:
        height, width = height // 2, width // 2
    return height, width


def grown(place: FacingPlace, size_hw: tuple[int, ...], by: float) -> tuple[slice, slice]:
    """Rows and columns of a facing's box, larger by a share of its sides on each, inside a small picture."""
    spans = []
    for span, most in zip((place.rows, place.columns), size_hw, strict=False):
        more = max(1, round(by * (span.stop - span.start)))
        spans.append(slice(max(0, span.start - more), min(most, span.stop + more)))
    return spans[0], spans[1]


def with_overhang(place: FacingPlace, size_hw: tuple[int, ...], by_px: int = OVERHANG_PX) -> tuple[slice, slice]:
    """Rows and columns of a facing's box with so much beyond it, inside a small picture."""
    rows, columns = place.rows, place.columns
    return (
        slice(max(0, rows.start - by_px), min(size_hw[0], rows.stop + by_px)),
        slice(max(0, columns.start - by_px), min(size_hw[1], columns.stop + by_px)),
    )


def layout_of(facings: Sequence[Facing], registration: Registration) -> Layout:
    """Lay the facings out in frames of the registration's size."""
    small_size_hw = _small_size_hw(registration.frame_size_hw)
    outside = np.ones(small_size_hw, np.uint8)
    places = []
    for facing in facings:
        place, mask = _place(facing, registration, small_size_hw)
        places.append(place)
        outside[mask > 0] = 0
    import cv2

    rings = [_ring(place, small_size_hw) for place in places]
    free = [ring[outside.reshape(-1)[ring] > 0] for ring in rings]
    places = [replace(place, ring=one, free_ring=two) for place, one, two in zip(places, rings, free, strict=True)]
    between = cv2.erode(outside, np.ones((2 * OVERHANG_PX + 1,) * 2, np.uint8), borderValue=1)
    return Layout(registration.frame_size_hw, small_size_hw, tuple(places), outside, between)


def _place(
    facing: Facing, registration: Registration, small_size_hw: tuple[int, int]
) -> tuple[FacingPlace, NDArray[np.uint8]]:
    import cv2

    frame_h, frame_w = registration.frame_size_hw
    polygon = registration.in_frame(facing.polygon_xy_px)
    left, top, right, bottom = _box(polygon, registration.frame_size_hw)
    shrink = np.array((small_size_hw[1] / frame_w, small_size_hw[0] / frame_h), np.float32)
    small_left, small_top, small_right, small_bottom = _box(polygon * shrink, small_size_hw)
    mask = np.zeros(small_size_hw, np.uint8)
    # Pixel centres lie half a pixel from the edges that coordinates count from.
    cv2.fillPoly(mask, [np.round((polygon * shrink - 0.5) * 16).astype(np.int32)], 1, shift=4)
    rows, columns = slice(small_top, small_bottom), slice(small_left, small_right)
    if not mask[rows, columns].any():
        mask[rows, columns] = 1
    inside = np.ascontiguousarray(mask[rows, columns])
    place = FacingPlace(
        facing=facing,
        polygon_xy_px=polygon,
        bounds_xyxy_px=tuple(float(value) for value in (*polygon.min(0), *polygon.max(0))),  # type: ignore[arg-type]
        box_xyxy_px=(left, top, right, bottom),
        rows=rows,
        columns=columns,
        mask=inside,
        area_px=int(inside.sum()),
        ring=np.empty(0, np.intp),
        free_ring=np.empty(0, np.intp),
    )
    return place, mask


def _ring(place: FacingPlace, small_size_hw: tuple[int, int]) -> NDArray[np.intp]:
    import cv2

    mask = np.zeros(small_size_hw, np.uint8)
    mask[place.rows, place.columns] = place.mask
    near, far = (cv2.dilate(mask, np.ones((2 * by + 1,) * 2, np.uint8)) for by in (OVERHANG_PX, 2 * OVERHANG_PX))
    found: NDArray[np.intp] = np.flatnonzero((far > 0) & (near == 0))
    return found


def _box(polygon_xy_px: NDArray[np.float32], size_hw: tuple[int, int]) -> tuple[int, int, int, int]:
    """Bounding box in whole pixels, inside a picture of `size_hw`, at least one pixel each way."""
    height, width = size_hw
    left, top = (int(value) for value in np.floor(polygon_xy_px.min(0) + 0.25))
    right, bottom = (int(value) for value in np.ceil(polygon_xy_px.max(0) - 0.25))
    left, top = min(max(left, 0), width - 1), min(max(top, 0), height - 1)
    return left, top, min(max(right, left + 1), width), min(max(bottom, top + 1), height)
