"""A small network that holds a facing against its reference: its product, nothing, or another product."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from typing import Final

import numpy as np
from numpy.typing import NDArray

from edgekit.frame import Pixels

__all__ = ["VIEW", "Comparator", "Compared", "Crop", "View", "crop_of"]

_BLURRED_FROM: Final = 1.3
"""Pixels a crop's pixel from which they are averaged."""


@dataclass(frozen=True, slots=True)
class View:
    """How much of a picture a network sees of a facing.

    Attributes:
        px: width and height of its input.
        margin: beyond the facing, as a share of its sides, on each.
    """

    px: int
    margin: float


VIEW: Final = View(48, 0.25)
"""What stands and lies around a facing tells a wall from a product."""


@dataclass(frozen=True, slots=True, eq=False)
class Crop:
    """A facing as a network sees it.

    Attributes:
        pixels: uint8 (px, px, 3) BGR, its bounding box with a margin, stretched.
        outline: uint8 (px, px), 1 inside its polygon.
    """

    pixels: NDArray[np.uint8]
    outline: NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Compared:
    """Log-odds of what a facing shows.

    Attributes:
        product: that its product stands there, however turned, against anything else.
        another: that it is another product, against an emptied place, where it is not its own.
    """

    product: float
    another: float


class Comparator:
    """Weights of our own (COMPARATOR.md, scripts/train_comparator.py), run by ONNX Runtime on one thread."""

    def __init__(self) -> None:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        weights = files("edgekit.shelf.evidence").joinpath("comparator.onnx").read_bytes()
        self._session = onnxruntime.InferenceSession(weights, options, providers=["CPUExecutionProvider"])

    def compare(self, reference: Crop, now: Crop) -> Compared:
        """Hold a facing against its reference."""
        given = {"now": now.pixels[None], "reference": reference.pixels[None], "outline": now.outline[None]}
        product, empty, another = (float(value) for value in self._session.run(None, given)[0][0])
        return Compared(product - float(np.logaddexp(empty, another)), another - empty)


def crop_of(pixels: Pixels, polygon_xy_px: NDArray[np.float32], view: View = VIEW) -> Crop:
    """What a network sees of a facing; beyond the picture its border is repeated.

    Args:
        pixels: uint8 (height, width, 3) BGR.
        polygon_xy_px: float32 (n, 2).
        view: the network's.
    """
    import cv2

    low, size = polygon_xy_px.min(0), np.ptp(polygon_xy_px, axis=0)
    corner, step = low - view.margin * size, np.maximum(size, 1.0) * (1 + 2 * view.margin) / view.px
    around, offset = _cut(pixels, corner, step, view.px)
    if step.max() > _BLURRED_FROM:
        around = cv2.blur(around, (max(1, round(float(step[0]))), max(1, round(float(step[1])))))
    (across, down), (x, y) = step, corner - offset + step / 2 - 0.5
    sampled = cv2.warpAffine(
        around,
        np.array(((across, 0, x), (0, down, y)), np.float32),
        (view.px, view.px),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    outline = np.zeros((view.px, view.px), np.uint8)
    cv2.fillPoly(outline, [np.round((polygon_xy_px - corner) / step * 16).astype(np.int32)], (1,), shift=4)
    return Crop(sampled, outline)


def _cut(
    pixels: Pixels, corner: NDArray[np.float32], step: NDArray[np.float32], px: int
) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """As much of a picture as a crop is averaged from, and where its corner is in it."""
    height, width = pixels.shape[:2]
    beside = 2 * np.ceil(step) + 1
    low = np.clip(np.floor(corner - beside), 0, (width - 1, height - 1)).astype(int)
    high = np.clip(np.ceil(corner + px * step + beside), 1, (width, height)).astype(int)
    return pixels[low[1] : high[1], low[0] : high[0]], low
