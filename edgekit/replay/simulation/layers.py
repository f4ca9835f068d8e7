"""Cut-out pictures, and laying them over another picture."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edgekit.frame import Pixels

__all__ = ["Layer", "adjusted", "cover", "fitted", "lay", "layer_of", "mirrored", "resized"]

Mask = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Layer:
    """A picture with transparency.

    Attributes:
        pixels: uint8 (height, width, 3), BGR, already multiplied by alpha.
        alpha: uint8 (height, width); 255 hides what is behind.
    """

    pixels: Pixels
    alpha: Mask

    @property
    def size_wh(self) -> tuple[int, int]:
        """Width and height, pixels."""
        return self.alpha.shape[1], self.alpha.shape[0]


def layer_of(pixels: Pixels, alpha: Mask) -> Layer:
    """A layer of a picture and its alpha; `pixels` are not yet multiplied by it."""
    import cv2

    return Layer(cv2.multiply(pixels, cv2.merge([alpha] * 3), scale=1 / 255), alpha)


def resized(layer: Layer, width: int, height: int) -> Layer:
    """The layer at another size."""
    import cv2

    size, smaller = (max(1, width), max(1, height)), width * height < layer.alpha.size
    how = cv2.INTER_AREA if smaller else cv2.INTER_LINEAR
    return Layer(cv2.resize(layer.pixels, size, interpolation=how), cv2.resize(layer.alpha, size, interpolation=how))


def fitted(layer: Layer, width: int, height: int) -> Layer:
    """The middle of the layer, cut to the shape of `width` x `height` as far as need be, at that size."""
    own_width, own_height = layer.size_wh
    scale = max(width / own_width, height / own_height)
    keep_w, keep_h = max(1, min(own_width, round(width / scale))), max(1, min(own_height, round(height / scale)))
    x, y = (own_width - keep_w) // 2, (own_height - keep_h) // 2
    part = Layer(layer.pixels[y : y + keep_h, x : x + keep_w], layer.alpha[y : y + keep_h, x : x + keep_w])
    return resized(part, width, height)


def mirrored(layer: Layer) -> Layer:
    """The layer with left and right swapped."""
    return Layer(np.ascontiguousarray(layer.pixels[:, ::-1]), np.ascontiguousarray(layer.alpha[:, ::-1]))


def adjusted(layer: Layer, *, gain: float = 1.0, angle_deg: float = 0.0, scale: float = 1.0) -> Layer:
    """The layer brighter or darker, turned about the middle of its foot, or a little larger; same size."""
    import cv2

    width, height = layer.size_wh
    pixels, alpha = layer.pixels, layer.alpha
    if angle_deg or scale != 1.0:
        matrix = cv2.getRotationMatrix2D((width / 2, height), angle_deg, scale)
        pixels, alpha = (cv2.warpAffine(part, matrix, (width, height)) for part in (pixels, alpha))
    if gain != 1.0:
        pixels = cv2.min(cv2.convertScaleAbs(pixels, alpha=gain), cv2.merge([alpha] * 3))
    return Layer(pixels, alpha)


def _overlap(under_hw: tuple[int, int], layer: Layer, x: int, y: int) -> tuple[slice, slice, slice, slice] | None:
    width, height = layer.size_wh
    left, top, right, bottom = max(0, x), max(0, y), min(under_hw[1], x + width), min(under_hw[0], y + height)
    if left >= right or top >= bottom:
        return None
    return slice(top, bottom), slice(left, right), slice(top - y, bottom - y), slice(left - x, right - x)


def lay(under: Pixels, layer: Layer, x: int, y: int) -> None:
    """Lay `layer` over `under` in place, its upper left corner at (x, y); what reaches outside is cut."""
    import cv2

    if (at := _overlap((under.shape[0], under.shape[1]), layer, x, y)) is None:
        return
    rows, columns, own_rows, own_columns = at
    part = under[rows, columns]
    rest = cv2.bitwise_not(layer.alpha[own_rows, own_columns])
    kept = cv2.multiply(part, cv2.merge([rest] * 3), scale=1 / 255)
    part[:] = cv2.add(kept, layer.pixels[own_rows, own_columns])


def cover(mask: Mask, layer: Layer, x: int, y: int) -> None:
    """Mark in `mask` (uint8, 255: covered) in place what `layer` would cover at (x, y)."""
    if (at := _overlap((mask.shape[0], mask.shape[1]), layer, x, y)) is not None:
        rows, columns, own_rows, own_columns = at
        np.maximum(mask[rows, columns], layer.alpha[own_rows, own_columns], out=mask[rows, columns])
