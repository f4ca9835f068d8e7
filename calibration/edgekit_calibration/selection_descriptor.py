"""A picture as a few numbers by which it is compared with others: where it is light and dark, and its colours.

Distances are in steps of CIELAB lightness (0-100), root of the mean square over the picture. For scale: JPEG at
quality 50 and sensor noise make 0.3 and 0.4, 2 % more light 0.8, a camera that adjusts its exposure 1.5 in half a
second, a bottle that is gone 2 and more, 10 % more light 5, a hand in the picture 5 to 10, two photographs of different
groceries 20 to 37.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from edgekit.frame import Pixels

__all__ = ["Descriptor", "describe", "distances"]

_CELLS_WH: Final = (16, 12)
_COLOUR_CELLS_WH: Final = (4, 3)

_MASKED_SHARE: Final = 0.01
"""A cell counts as masked from here: what was painted over says nothing of the shop."""

_PARTS: Final = (_CELLS_WH[0] * _CELLS_WH[1], 2 * _COLOUR_CELLS_WH[0] * _COLOUR_CELLS_WH[1])


@dataclass(frozen=True, slots=True, eq=False)
class Descriptor:
    """One picture.

    Attributes:
        values: float32 (216,): lightness of 16x12 cells, two colour axes of 4x3 cells, in CIELAB.
        valid: bool (216,): False where the picture was masked.
        lightness: mean of what was not masked, 0-100.
    """

    values: NDArray[np.float32]
    valid: NDArray[np.bool_]
    lightness: float


def describe(pixels: Pixels, masked_xyxy_px: Sequence[tuple[int, int, int, int]] = ()) -> Descriptor:
    """The descriptor of a picture, uint8 (height, width, 3) BGR of any size.

    Args:
        pixels: the picture.
        masked_xyxy_px: boxes that were painted over; they take no part in comparisons.
    """
    masks = np.zeros(pixels.shape[:2], np.float32)
    for left, top, right, bottom in masked_xyxy_px:
        masks[top:bottom, left:right] = 1.0
    light, light_seen = _lab(pixels, _CELLS_WH)[..., 0], _seen(masks, _CELLS_WH)
    colours, colours_seen = _lab(pixels, _COLOUR_CELLS_WH)[..., 1:], _seen(masks, _COLOUR_CELLS_WH)
    return Descriptor(
        values=np.concatenate([light.ravel(), colours.ravel()]),
        valid=np.concatenate([light_seen.ravel(), np.repeat(colours_seen.ravel(), 2)]),
        lightness=float(light[light_seen].mean() if light_seen.any() else light.mean()),
    )


def _lab(pixels: Pixels, size_wh: tuple[int, int]) -> NDArray[np.float32]:
    """CIELAB of the picture in so many cells: float32 (height, width, 3), lightness 0-100."""
    import cv2

    small = cv2.resize(pixels, size_wh, interpolation=cv2.INTER_AREA)
    converted: NDArray[np.float32] = cv2.cvtColor(small.astype(np.float32) / 255, cv2.COLOR_BGR2Lab)
    return converted


def _seen(masks: NDArray[np.float32], size_wh: tuple[int, int]) -> NDArray[np.bool_]:
    import cv2

    shares: NDArray[np.float32] = cv2.resize(masks, size_wh, interpolation=cv2.INTER_AREA)
    return shares <= _MASKED_SHARE


def distances(one: Descriptor, values: NDArray[np.float32], valid: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Distance of a picture from each of several; masked cells of either count for neither.

    Args:
        one: the picture.
        values, valid: the others', (n, 216) each.

    Returns:
        (n,), in steps of lightness; a part that has no cell in common counts as equal.
    """
    squares = np.square((values - one.values).astype(np.float64))
    both = valid & one.valid
    total = np.zeros(len(values))
    start = 0
    for size in _PARTS:
        part = slice(start, start + size)
        total += (squares[:, part] * both[:, part]).sum(axis=1) / np.maximum(both[:, part].sum(axis=1), 1)
        start += size
    result: NDArray[np.float64] = np.sqrt(total)
    return result
