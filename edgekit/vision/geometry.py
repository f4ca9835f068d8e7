"""The geometric half of the preprocessing contract: frame pixels → prepared pixels, and coordinates back."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from edgekit.frame import Pixels

__all__ = [
    "Anchor",
    "FrameMapping",
    "Geometry",
    "Interpolation",
    "ResizeMode",
    "mapping",
    "prepare",
    "square_crop",
]


class ResizeMode(str, Enum):
    """How a picture of any size becomes one of the model's size."""

    LETTERBOX = "letterbox"
    STRETCH = "stretch"
    CENTER_CROP = "center_crop"


class Anchor(str, Enum):
    """Where a letterboxed picture lies on its canvas."""

    TOP_LEFT = "top_left"
    CENTER = "center"


class Interpolation(str, Enum):
    """How pixels are interpolated, by OpenCV's names; area is linear where a picture grows."""

    LINEAR = "linear"
    AREA = "area"
    CUBIC = "cubic"


@dataclass(frozen=True, slots=True)
class Geometry:
    """How a picture becomes the uint8 array that a graph takes.

    Attributes:
        mode: letterbox keeps the aspect ratio and pads; stretch does not keep it; center_crop resizes the
            shorter side to `resize_shorter_px` and cuts the middle out.
        size_hw: height and width of the result, pixels.
        anchor: letterbox only: where the picture lies.
        pad_value: letterbox and facing crops: grey value (0-255) of the padding.
        interpolation: how pixels are interpolated.
        resize_shorter_px: center_crop only: length of the shorter side after resizing.
    """

    mode: ResizeMode
    size_hw: tuple[int, int]
    anchor: Anchor = Anchor.TOP_LEFT
    pad_value: int = 114
    interpolation: Interpolation = Interpolation.LINEAR
    resize_shorter_px: int | None = None


def _float32(values: tuple[float, ...]) -> NDArray[np.float32]:
    return np.array(values, np.float32)


@dataclass(frozen=True, slots=True)
class FrameMapping:
    """Where a picture's pixels went: `prepared = frame * scale_xy + offset_xy` (pixel edges, origin top left)."""

    scale_xy: tuple[float, float]
    offset_xy: tuple[float, float]

    def to_prepared(self, points_xy_px: NDArray[np.float32]) -> NDArray[np.float32]:
        """Map (..., 2) frame coordinates to prepared coordinates."""
        mapped: NDArray[np.float32] = points_xy_px * _float32(self.scale_xy) + _float32(self.offset_xy)
        return mapped

    def to_frame(self, points_xy_px: NDArray[np.float32]) -> NDArray[np.float32]:
        """Map (..., 2) prepared coordinates back to frame coordinates."""
        mapped: NDArray[np.float32] = (points_xy_px - _float32(self.offset_xy)) / _float32(self.scale_xy)
        return mapped

    def boxes_to_frame(self, boxes_xyxy_px: NDArray[np.float32], frame_size_hw: tuple[int, int]) -> NDArray[np.float32]:
        """Map (n, 4) prepared boxes to frame boxes, clipped to the frame."""
        height, width = frame_size_hw
        boxes = self.to_frame(boxes_xyxy_px.reshape(-1, 2, 2)).reshape(-1, 4)
        clipped: NDArray[np.float32] = np.clip(boxes, 0, _float32((width, height, width, height)))
        return clipped


def _resized_hw(size_hw: tuple[int, int], geometry: Geometry) -> tuple[int, int]:
    height, width = size_hw
    out_h, out_w = geometry.size_hw
    if geometry.mode is ResizeMode.STRETCH:
        return out_h, out_w
    if geometry.mode is ResizeMode.LETTERBOX:
        # Whole numbers: 660 * (416 / 660) is 415.99999999999994, and truncates to a column too few.
        if out_h * width <= out_w * height:
            return out_h, max(1, width * out_h // height)
        return max(1, height * out_w // width), out_w
    # torchvision's Resize truncates the longer side as well: int(size * long / short).
    shorter = geometry.resize_shorter_px or min(out_h, out_w)
    if height <= width:
        return shorter, int(shorter * width / height)
    return int(shorter * height / width), shorter


def _offset_yx(resized_hw: tuple[int, int], geometry: Geometry) -> tuple[int, int]:
    out_h, out_w = geometry.size_hw
    if geometry.mode is ResizeMode.CENTER_CROP:
        # torchvision's CenterCrop rounds half to even; negative offsets cut, positive ones pad.
        return -round((resized_hw[0] - out_h) / 2.0), -round((resized_hw[1] - out_w) / 2.0)
    if geometry.mode is ResizeMode.LETTERBOX and geometry.anchor is Anchor.CENTER:
        return (out_h - resized_hw[0]) // 2, (out_w - resized_hw[1]) // 2
    return 0, 0


def mapping(frame_size_hw: tuple[int, int], geometry: Geometry) -> FrameMapping:
    """The FrameMapping that `prepare` applies to a frame of `frame_size_hw`."""
    resized = _resized_hw(frame_size_hw, geometry)
    top, left = _offset_yx(resized, geometry)
    return FrameMapping(
        scale_xy=(resized[1] / frame_size_hw[1], resized[0] / frame_size_hw[0]),
        offset_xy=(float(left), float(top)),
    )


def prepare(pixels: Pixels, geometry: Geometry, out: Pixels | None = None) -> Pixels:
    """Resize, pad or crop `pixels` as `geometry` says; the one function that does, everywhere.

    Args:
        pixels: uint8 (height, width, 3) BGR.
        geometry: the bundle's geometry.
        out: a C-contiguous uint8 array of shape (*geometry.size_hw, 3) to write into (its old content is
            overwritten whole), or None for a new one.

    Returns:
        uint8 (*geometry.size_hw, 3) BGR: `out` where it was given.

    Raises:
        ValueError: `pixels` is not uint8 (height, width, 3), or is empty.
    """
    import cv2

    if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] != 3 or 0 in pixels.shape:
        raise ValueError(f"pixels must be uint8 (height, width, 3), got {pixels.dtype} {pixels.shape}")
    out_h, out_w = geometry.size_hw
    if out is None:
        out = np.empty((out_h, out_w, 3), np.uint8)
    elif out.dtype != np.uint8 or out.shape != (out_h, out_w, 3):
        raise ValueError(f"out must be uint8 {(out_h, out_w, 3)}, got {out.dtype} {out.shape}")
    new_h, new_w = _resized_hw((pixels.shape[0], pixels.shape[1]), geometry)
    # Area interpolation averages what a pixel covers; of pictures that grow it would make blocks.
    shrinks = new_h <= pixels.shape[0] and new_w <= pixels.shape[1]
    interpolation = {
        Interpolation.LINEAR: cv2.INTER_LINEAR,
        Interpolation.AREA: cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR,
        Interpolation.CUBIC: cv2.INTER_CUBIC,
    }[geometry.interpolation]
    top, left = _offset_yx((new_h, new_w), geometry)
    if top >= 0 and left >= 0 and top + new_h <= out_h and left + new_w <= out_w:
        # The picture lies wholly inside the canvas: OpenCV writes it there itself, without a copy between.
        inside = out[top : top + new_h, left : left + new_w]
        if (new_h, new_w) == pixels.shape[:2]:
            inside[...] = pixels
        else:
            cv2.resize(pixels, (new_w, new_h), dst=inside, interpolation=interpolation)
    else:
        resized = cv2.resize(pixels, (new_w, new_h), interpolation=interpolation)
        source = resized[max(0, -top) : max(0, -top) + out_h, max(0, -left) : max(0, -left) + out_w]
        top, left = max(0, top), max(0, left)
        new_h, new_w = source.shape[:2]
        out[top : top + new_h, left : left + new_w] = source
    _pad(out, top, left, top + new_h, left + new_w, geometry.pad_value)
    return out


def _pad(out: Pixels, top: int, left: int, bottom: int, right: int, value: int) -> None:
    """Fill everything outside the rectangle."""
    out[:top] = value
    out[bottom:] = value
    out[top:bottom, :left] = value
    out[top:bottom, right:] = value


def square_crop(pixels: Pixels, box_xyxy_px: tuple[int, int, int, int], pad_value: int) -> Pixels:
    """Cut `box_xyxy_px` out of `pixels` and pad it to a square, the box in the middle.

    Args:
        pixels: uint8 (height, width, 3).
        box_xyxy_px: left, top, right, bottom; clipped to the picture.
        pad_value: grey value (0-255) of the padding.

    Returns:
        A new uint8 (side, side, 3) array, side = the clipped box's longer side (at least 1).
    """
    height, width = pixels.shape[:2]
    left, right = (min(max(v, 0), width) for v in (box_xyxy_px[0], box_xyxy_px[2]))
    top, bottom = (min(max(v, 0), height) for v in (box_xyxy_px[1], box_xyxy_px[3]))
    crop_h, crop_w = max(0, bottom - top), max(0, right - left)
    side = max(crop_h, crop_w, 1)
    square = np.full((side, side, 3), pad_value, np.uint8)
    y, x = (side - crop_h) // 2, (side - crop_w) // 2
    square[y : y + crop_h, x : x + crop_w] = pixels[top : top + crop_h, left : left + crop_w]
    return square
