"""Whether a picture, laid over the reference, shows the same: block by block."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgekit.shelf.registration.geometry import Matrix
from edgekit.shelf.registration.picture import Structure
from edgekit.shelf.registration.straighten import in_view, straightened

__all__ = ["BLOCK_PX", "Agreement", "Blocks", "agreement_of", "blocks_in_view", "blocks_of"]

BLOCK_PX = 24
_MIN_SPREAD = 12.0
_SAME = 0.5
"""Correlation of two blocks; unrelated ones of real shelves reach it in one of fifty."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """How much of the reference a picture shows.

    Attributes:
        share: of the blocks in view that hold any structure in the reference, those that look the same (0-1).
        likeness: their mean correlation (0-1; what is less counts as 0).
        blocks: how many such blocks are in view.
        spread: of the picture's four quarters that have such blocks, how many have some that look the same (0-1).
    """

    share: float
    likeness: float
    blocks: int
    spread: float


@dataclass(frozen=True, slots=True, eq=False)
class Blocks:
    """Two structures that lie over each other, block by block; each array is (rows, columns).

    Attributes:
        likeness: float32, correlation (-1 to 1).
        first, second: bool, that one has structure there.
    """

    likeness: NDArray[np.float32]
    first: NDArray[np.bool_]
    second: NDArray[np.bool_]

    @property
    def alike(self) -> NDArray[np.bool_]:
        """Where both look the same, or both show nothing."""
        same: NDArray[np.bool_] = np.where(self.first | self.second, self.likeness >= _SAME, True)
        return same


def blocks_of(first: Structure, second: Structure) -> Blocks:
    """Compare two structures of one size that lie over each other."""
    rows, columns = first.shape[0] // BLOCK_PX, first.shape[1] // BLOCK_PX
    one, other = (_cut(picture, rows, columns).astype(np.float32) for picture in (first, second))
    one -= one.mean(1, keepdims=True)
    other -= other.mean(1, keepdims=True)
    spreads = [np.sqrt((pixels**2).mean(1)).reshape(rows, columns) for pixels in (one, other)]
    product = (one * other).mean(1).reshape(rows, columns)
    return Blocks(
        product / np.maximum(spreads[0] * spreads[1], 1.0), spreads[0] >= _MIN_SPREAD, spreads[1] >= _MIN_SPREAD
    )


def blocks_in_view(size_hw: tuple[int, int], alignment: Matrix) -> NDArray[np.bool_]:
    """bool (rows, columns): which blocks of a straightened picture were wholly in view."""
    rows, columns = size_hw[0] // BLOCK_PX, size_hw[1] // BLOCK_PX
    whole: NDArray[np.bool_] = _cut(in_view(size_hw, alignment), rows, columns).all(1).reshape(rows, columns)
    return whole


def agreement_of(reference: Structure, now: Structure, alignment: Matrix) -> Agreement:
    """Lay `now` over `reference` by an alignment (at their scale, from pixel centres) and compare them."""
    height, width = reference.shape
    rows, columns = height // BLOCK_PX, width // BLOCK_PX
    if not rows or not columns:
        return Agreement(0.0, 0.0, 0, 0.0)
    blocks = blocks_of(reference, straightened(now, alignment))
    told = blocks_in_view((height, width), alignment) & blocks.first
    same = told & (blocks.likeness >= _SAME)
    count = int(np.count_nonzero(told))
    quarter = 2 * (np.arange(rows) >= rows / 2)[:, None] + (np.arange(columns) >= columns / 2)[None, :]
    having, agreeing = (np.unique(quarter[where]).size for where in (told, same))
    share = float(np.count_nonzero(same)) / count if count else 0.0
    likeness = float(np.maximum(blocks.likeness[told], 0.0).mean()) if count else 0.0
    return Agreement(share, likeness, count, agreeing / having if having else 0.0)


def _cut(picture: NDArray[Any], rows: int, columns: int) -> NDArray[Any]:
    """(rows * columns, pixels of a block)."""
    whole = picture[: rows * BLOCK_PX, : columns * BLOCK_PX]
    blocks: NDArray[Any] = whole.reshape(rows, BLOCK_PX, columns, BLOCK_PX).swapaxes(1, 2).reshape(rows * columns, -1)
    return blocks
