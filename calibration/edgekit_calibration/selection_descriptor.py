"""A picture as a few numbers by which it is compared with others: where it is light and dark, its colours, its light.

Distances are in steps of CIELAB lightness (0-100), root of the mean square over a part. For scale: the same shelf
half a second later 0.3 (sensor noise, JPEG at quality 50), 2 % more light 0.8, a bottle taken away 2 to 4, 10 % more
light 5, a hand in the picture 7 to 14, two photographs of different groceries 20 to 37.
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
_PROBES_WH: Final = (64, 48)
_QUANTILES: Final = (0.05, 0.25, 0.5, 0.75, 0.95)

_MASKED_SHARE: Final = 0.1
"""A cell counts as masked from here: what was painted over says nothing of the shop."""

_PARTS: Final = (
    _CELLS_WH[0] * _CELLS_WH[1],
    2 * _COLOUR_CELLS_WH[0] * _COLOUR_CELLS_WH[1],
    len(_QUANTILES),
)


@dataclass(frozen=True, slots=True, eq=False)
class Descriptor:
    """One picture.

    Attributes:
        values: float32 (221,): lightness of 16x12 cells about their mean, two colour axes of 4x3 cells, five
            quantiles of lightness.
        valid: bool (221,): False where the picture was masked.
        lightness: mean of the picture, 0-100.
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
    cells, cells_seen = _lab(pixels, _CELLS_WH), _seen(masks, _CELLS_WH)
    colours, colours_seen = _lab(pixels, _COLOUR_CELLS_WH), _seen(masks, _COLOUR_CELLS_WH)
    probes, probes_seen = _lab(pixels, _PROBES_WH)[..., 0], _seen(masks, _PROBES_WH)
    light = probes[probes_seen] if probes_seen.any() else probes.ravel()
    mean = cells[..., 0][cells_seen].mean() if cells_seen.any() else cells[..., 0].mean()
    values = (cells[..., 0] - mean, colours[..., 1:], np.quantile(light, _QUANTILES))
    valid = (cells_seen, np.repeat(colours_seen[..., None], 2, axis=2), np.ones(len(_QUANTILES), bool))
    return Descriptor(
        values=np.concatenate([np.asarray(part, np.float32).ravel() for part in values]),
        valid=np.concatenate([part.ravel() for part in valid]),
        lightness=float(light.mean()),
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
        values, valid: the others', (n, 221) each.

    Returns:
        (n,), in steps of lightness; a part that has no cell in common counts as equal.
    """
    squares = np.square((values - one.values).astype(np.float64))
    both = valid & one.valid
    total = np.zeros(len(values))
    start = 0
    for size in _PARTS:
        part = slice(start, start + size)
        count = both[:, part].sum(axis=1)
        total += (squares[:, part] * both[:, part]).sum(axis=1) / np.maximum(count, 1)
        start += size
    result: NDArray[np.float64] = np.sqrt(total)
    return result
