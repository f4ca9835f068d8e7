"""The space in which products are compared: directions in which photos of one product differ count less."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["Prepared", "Space", "learn_space", "means_of", "rooted"]

Array = NDArray[np.float32]

_SHRINK: Final = 0.3
"""Share of a sphere in the scatter within products. From 0.01 to 0.9 it changes top-1 by less than half a point."""


def rooted(embeddings: Array) -> Array:
    """Roots of embeddings with their signs, each row of length 1: no single strong value drowns the rest."""
    return _unit(np.sign(embeddings) * np.sqrt(np.abs(embeddings)))


@dataclass(frozen=True, slots=True, eq=False)
class Space:
    """What was learnt of the enrolled photos: cosines here are those of Mahalanobis' geometry.

    Attributes:
        centre: mean of the products, (width,).
        scatter: of photos within products, shrunk, (width, width); None where no product has two to differ.
    """

    centre: Array
    scatter: Array | None

    def cosines(self, rows: Array, means: Array) -> Array:
        """(n, products) of rows (n, width) and products' means (products, width), as `rooted` gives them."""
        left, right = rows - self.centre, means - self.centre
        if self.scatter is None:
            return _dots(_unit(left), _unit(right))
        solved = np.linalg.solve(self.scatter, np.concatenate([left, right]).T).T.astype(np.float32)
        return _cosines(left, right, solved[: len(left)], solved[len(left) :])

    def prepared(self, means: Array) -> Prepared:
        """For many rows against the same means."""
        inverse = None if self.scatter is None else np.linalg.inv(self.scatter).astype(np.float32)
        return Prepared(self.centre, means - self.centre, inverse)


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """A space and the products' places in it: (width,), (products, width), (width, width) or None."""

    centre: Array
    means: Array
    inverse: Array | None

    def cosines(self, rows: Array) -> Array:
        """(n, products) of rows (n, width), as `rooted` gives them."""
        left = rows - self.centre
        if self.inverse is None:
            return _dots(_unit(left), _unit(self.means))
        return _cosines(left, self.means, _dots(left, self.inverse), _dots(self.means, self.inverse))


def means_of(rows: Array, owners: NDArray[np.intp], numbers: Sequence[int]) -> Array:
    """Mean row of each of the products `numbers`, (products, width)."""
    return np.stack([rows[owners == number].mean(axis=0) for number in numbers]).astype(np.float32)


def learn_space(rows: Array, owners: NDArray[np.intp]) -> Space:
    """Fisher's discriminant with a shrunk scatter.

    Args:
        rows: what `rooted` gives of the enrolled pictures, (n, width).
        owners: number of each one's product.
    """
    numbers, places = np.unique(owners, return_inverse=True)
    sums = np.zeros((len(numbers), rows.shape[1]), np.float64)
    np.add.at(sums, places, rows)
    means = sums / np.bincount(places)[:, None]
    centre = means.mean(axis=0).astype(np.float32)
    spare = len(rows) - len(numbers)
    within = (rows - means[places]).astype(np.float32)
    scatter = within.T @ within / max(spare, 1)
    level = float(np.trace(scatter)) / rows.shape[1]
    if spare < 1 or level <= 1e-12:
        return Space(centre, None)
    shrunk = (1 - _SHRINK) * scatter
    shrunk[np.diag_indices_from(shrunk)] += _SHRINK * level
    return Space(centre, shrunk)


def _cosines(left: Array, right: Array, left_solved: Array, right_solved: Array) -> Array:
    lengths = np.sqrt(np.maximum((left * left_solved).sum(axis=1), 1e-12))
    others = np.sqrt(np.maximum((right * right_solved).sum(axis=1), 1e-12))
    cosines: Array = ((left @ right_solved.T) / lengths[:, None] / others).astype(np.float32)
    return cosines


def _dots(left: Array, right: Array) -> Array:
    """Products of each row of one with each row of the other."""
    dots: Array = left @ right.T
    return dots


def _unit(rows: Array) -> Array:
    lengths = np.linalg.norm(rows, axis=-1, keepdims=True)
    unit: Array = (rows / np.where(lengths > 0, lengths, 1)).astype(np.float32)
    return unit
