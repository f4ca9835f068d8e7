"""Whether a picture, laid over the reference, shows the same: block by block."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgekit.shelf.registration.geometry import Matrix
from edgekit.shelf.registration.picture import Structure
from edgekit.shelf.registration.straighten import in_view, straightened

__all__ = ["Agreement", "agreement_of"]

_BLOCK_PX = 24
_MIN_SPREAD = 12.0
_SAME = 0.5
"""Correlation of two blocks; unrelated ones of real shelves reach it in one of fifty."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """How much of the reference a picture shows.

    Attributes:
        share: of the blocks in view that hold any structure in the reference, those that look the same (0-1).
        blocks: how many such blocks are in view.
        spread: of the picture's four quarters that have such blocks, how many have some that look the same (0-1).
    """

    share: float
    blocks: int
    spread: float


def agreement_of(reference: Structure, now: Structure, alignment: Matrix) -> Agreement:
    """Lay `now` over `reference` by an alignment (at their scale, from pixel centres) and compare them."""
    rows, columns = reference.shape[0] // _BLOCK_PX, reference.shape[1] // _BLOCK_PX
    if not rows or not columns:
        return Agreement(0.0, 0, 0.0)
    there = straightened(now, alignment)
    seen = _blocks(in_view(now.shape[:2], alignment), rows, columns).all(1)
    first, second = (_blocks(one, rows, columns).astype(np.float32) for one in (reference, there))
    first -= first.mean(1, keepdims=True)
    second -= second.mean(1, keepdims=True)
    spread_first, spread_second = np.sqrt((first**2).mean(1)), np.sqrt((second**2).mean(1))
    told = seen & (spread_first >= _MIN_SPREAD)
    likeness = (first * second).mean(1) / np.maximum(spread_first * spread_second, 1.0)
    same = told & (likeness >= _SAME)
    count = int(np.count_nonzero(told))
    quarter = 2 * (np.arange(rows) >= rows / 2)[:, None] + (np.arange(columns) >= columns / 2)[None, :]
    having = set(quarter.ravel()[told].tolist())
    agreeing = set(quarter.ravel()[same].tolist())
    return Agreement(
        np.count_nonzero(same) / count if count else 0.0, count, len(agreeing) / len(having) if having else 0.0
    )


def _blocks(picture: NDArray[Any], rows: int, columns: int) -> NDArray[Any]:
    """(rows * columns, pixels of a block)."""
    cut = picture[: rows * _BLOCK_PX, : columns * _BLOCK_PX]
    blocks: NDArray[Any] = cut.reshape(rows, _BLOCK_PX, columns, _BLOCK_PX).swapaxes(1, 2).reshape(rows * columns, -1)
    return blocks
