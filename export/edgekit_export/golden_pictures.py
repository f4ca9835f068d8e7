"""Pictures that show whether a device prepares and reads pictures as export did."""

from __future__ import annotations

from typing import Final

import numpy as np

from edgekit.frame import Pixels
from edgekit.vision.geometry import Geometry, ResizeMode, mapping, prepare
from edgekit_export.calibration_images import PreparedPicture

__all__ = ["golden_picture", "padded_otherwise", "pattern_pictures", "with_stronger_colours", "without_blue"]

_PICTURE_SIDE_PX: Final = 640


def padded_otherwise(candidate: PreparedPicture, geometry: Geometry) -> Pixels | None:
    """The prepared picture with another pad value; None where nothing of it is padding."""
    if geometry.mode is not ResizeMode.LETTERBOX:
        return None
    height, width = candidate.frame_size_hw
    where = mapping(candidate.frame_size_hw, geometry)
    left, top = (int(value) for value in where.offset_xy)
    right, bottom = left + round(width * where.scale_xy[0]), top + round(height * where.scale_xy[1])
    if (bottom - top, right - left) == geometry.size_hw:
        return None
    other: Pixels = np.full_like(candidate.prepared, 0 if geometry.pad_value >= 64 else 114)
    other[top:bottom, left:right] = candidate.prepared[top:bottom, left:right]
    return other


def with_stronger_colours(candidate: PreparedPicture) -> PreparedPicture:
    """The picture with each pixel three times as far from its own grey: swapped colours then change it more."""
    pixels = candidate.prepared.astype(np.int16)
    grey = pixels.mean(axis=2, keepdims=True).astype(np.int16)
    stronger = np.clip(grey + 3 * (pixels - grey), 0, 255).astype(np.uint8)
    return PreparedPicture(f"{candidate.name}, colours strengthened", stronger, candidate.frame_size_hw)


def without_blue(candidate: PreparedPicture) -> PreparedPicture:
    """The picture in red and green alone: with swapped colours it is one in blue and green.

    Of pale pictures this is what swapped colours change most (an aisle, YOLOX-nano: 9.3 dB left instead of 13.6).
    """
    pixels = candidate.prepared.copy()
    pixels[..., 0] = 0
    return PreparedPicture(f"{candidate.name}, without blue", pixels, candidate.frame_size_hw)


def golden_picture(original: Pixels | None, geometry: Geometry) -> tuple[Pixels, Pixels]:
    """The picture that checks `prepare`, at most 640 pixels a side, and what `prepare` makes of it."""
    if original is None:
        original = _pattern(480, 640, 0)
    picture = np.ascontiguousarray(original[:_PICTURE_SIDE_PX, :_PICTURE_SIDE_PX])
    return picture, prepare(picture, geometry)


def pattern_pictures(geometry: Geometry) -> list[PreparedPicture]:
    """Rendered pictures, always the same: coloured shapes on a gradient, one wide and one tall."""
    made = []
    for number, size_hw in enumerate(((360, 640), (640, 360))):
        pixels = _pattern(*size_hw, number)
        made.append(PreparedPicture(f"rendered picture {number}", prepare(pixels, geometry), size_hw))
    return made


def _pattern(height: int, width: int, number: int) -> Pixels:
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    picture = np.empty((height, width, 3), np.uint8)
    picture[..., 0] = 40 + 60 * y / height
    picture[..., 1] = 70 + 90 * x / width
    picture[..., 2] = 200 - 80 * (x + y) / (width + height)
    colours = ((20, 30, 220), (230, 120, 20), (30, 200, 210), (40, 160, 40), (10, 10, 10), (245, 245, 245))
    for index, colour in enumerate(colours):
        centre_x = width * (0.15 + 0.14 * index)
        centre_y = height * (0.3 + 0.4 * ((index + number) % 2))
        reach = min(height, width) * (0.1 + 0.02 * index)
        inside = (x - centre_x) ** 2 + (y - centre_y) ** 2 < reach**2
        if index % 2:
            inside = (abs(x - centre_x) < reach * 0.6) & (abs(y - centre_y) < reach * 1.4)
        picture[inside] = colour
    return picture
