"""Pictures of single facings, cut out of a frame."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from edgekit.errors import OutputError
from edgekit.files import write_whole
from edgekit.frame import Pixels

__all__ = ["facing_crop", "scaled_polygon", "write_picture"]


def scaled_polygon(
    polygon_xy_px: Sequence[Sequence[float]], from_hw: tuple[int, int], to_hw: tuple[int, int]
) -> list[tuple[float, float]]:
    """A polygon of a picture of size `from_hw` in one of size `to_hw` of the same view."""
    x_scale, y_scale = to_hw[1] / from_hw[1], to_hw[0] / from_hw[0]
    return [(float(x) * x_scale, float(y) * y_scale) for x, y in polygon_xy_px]


def facing_crop(pixels: Pixels, polygon_xy_px: Sequence[Sequence[float]], *, margin_share: float = 0.2) -> Pixels:
    """The polygon's bounding box and a margin around it.

    Args:
        pixels: uint8 (height, width, 3).
        polygon_xy_px: in pixels of this very picture.
        margin_share: margin on each side, as a share of the box's longer side.

    Returns:
        A view of `pixels`, clipped to the picture, at least one pixel in size.
    """
    corners = np.asarray(polygon_xy_px, np.float64)
    (left, top), (right, bottom) = corners.min(axis=0), corners.max(axis=0)
    margin = margin_share * max(right - left, bottom - top)
    height, width = pixels.shape[:2]
    x0, y0 = int(np.clip(left - margin, 0, width - 1)), int(np.clip(top - margin, 0, height - 1))
    x1, y1 = (
        int(np.clip(np.ceil(right + margin), x0 + 1, width)),
        int(np.clip(np.ceil(bottom + margin), y0 + 1, height)),
    )
    return pixels[y0:y1, x0:x1]


def write_picture(path: Path, pixels: Pixels) -> None:
    """Write a picture, whole or not at all; the suffix says the format (.png, .jpg).

    Raises:
        OutputError: it cannot be written, or the suffix names no format of pictures.
    """
    import cv2

    try:
        success, encoded = cv2.imencode(path.suffix, pixels)
    except cv2.error as error:
        raise OutputError(f"Cannot write {path}: {path.suffix or 'no suffix'} is no picture format here.") from error
    if not success:
        raise OutputError(f"Cannot write {path}: the picture cannot be encoded.")
    write_whole(path, encoded.tobytes())
