"""Pictures of faults: the facing with some of what is around it, and the whole frame, small."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from edgekit.frame import Pixels
from edgekit.shelf.planogram import Facing, Planogram
from edgekit.shelf.polygon import scaled

__all__ = ["Views", "views_of"]

_CROP_PX: Final = 440
_WHOLE_PX: Final = 220
_CONTEXT: Final = 0.6
"""Of the facing's longer side, on each side of it."""
_LINE_BGR: Final = (79, 90, 255)


@dataclass(frozen=True, slots=True)
class Views:
    """Two views of one moment, as data: URIs; without a facing there is no close one."""

    close: str | None
    whole: str


def views_of(jpeg: bytes, planogram: Planogram, facing: str | None) -> Views | None:
    """A facing at one moment, outlined where the reference has it.

    Args:
        jpeg: the frame, of any size.
        planogram: where the facing is.
        facing: its id; None: the whole frame alone.

    Returns:
        None where the picture cannot be read.
    """
    import cv2

    pixels = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    if pixels is None:
        return None
    frame: Pixels = pixels.astype(np.uint8, copy=False)
    found = next((one for one in planogram.facings if one.id == facing), None)
    if found is None:
        return Views(None, _uri(_within(frame, _WHOLE_PX)))
    outline = _outline(found, planogram, frame)
    drawn = frame.copy()
    thickness = max(2, round(frame.shape[1] / 300))
    cv2.polylines(drawn, [outline], isClosed=True, color=_LINE_BGR, thickness=thickness, lineType=cv2.LINE_AA)
    return Views(_uri(_within(_around(drawn, outline), _CROP_PX)), _uri(_within(drawn, _WHOLE_PX)))


def _outline(facing: Facing, planogram: Planogram, frame: Pixels) -> NDArray[np.int32]:
    """int32 (n, 2): the polygon in the frame, by the ratio of the two pictures' sizes."""
    height, width = planogram.reference_size_hw
    scale_xy = (frame.shape[1] / width, frame.shape[0] / height)
    outline: NDArray[np.int32] = scaled(facing.polygon_xy_px, scale_xy).round().astype(np.int32)
    return outline


def _around(frame: Pixels, outline: NDArray[np.int32]) -> Pixels:
    (left, top), (right, bottom) = outline.min(0), outline.max(0)
    margin = round(_CONTEXT * max(right - left, bottom - top))
    return frame[max(0, top - margin) : bottom + margin, max(0, left - margin) : right + margin]


def _within(pixels: Pixels, most_px: int) -> Pixels:
    import cv2

    height, width = pixels.shape[:2]
    scale = most_px / max(height, width)
    if 1.0 <= scale < 2.0:
        return pixels
    size_wh = (max(1, round(width * scale)), max(1, round(height * scale)))
    sized: Pixels = cv2.resize(pixels, size_wh, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC).astype(
        np.uint8, copy=False
    )
    return sized


def _uri(pixels: Pixels) -> str:
    import cv2

    jpeg = bytes(cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, 78])[1])
    return f"data:image/jpeg;base64,{b64encode(jpeg).decode()}"
