"""Enrolled photos looked up as if they were new: photos held out of their product, products held out of the index."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from edgekit.recognition.space import Space, learn_space, means_of

__all__ = ["features", "photos_held_out", "products_held_out"]

Array = NDArray[np.float32]

_FOLDS: Final = 5
_NONE: Final = np.zeros((0, 3), np.float32)


def photos_held_out(products: Sequence[Array], candidates: Sequence[int], query_views: int) -> tuple[Array, Array]:
    """Every photo of a candidate that has others, once: features of its own product, and of the best other one.

    Args:
        products: rooted embeddings (photos, views, width) of every enrolled product.
        candidates: numbers of those that may be found.
        query_views: views of what is looked up.

    Returns:
        (photos, 3) and (photos, 3) or, of a single candidate, (0, 3).
    """
    known, wrong = [_NONE], [_NONE]
    for fold in range(min(_FOLDS, max(len(photos) for photos in products))):
        held = [_of_fold(len(photos), fold) for photos in products]
        kept = [np.delete(photos, out, axis=0) for photos, out in zip(products, held, strict=True)]
        space, means = _learnt(kept, candidates)
        rows = [_looked_up(products[number][held[number]], query_views) for number in candidates]
        owners = np.repeat(np.arange(len(candidates)), [len(one) for one in rows])
        told = features(space.cosines(np.concatenate(rows), means))
        own = owners[:, None] == np.arange(len(candidates))
        known.append(told[own])
        if len(candidates) > 1:
            wrong.append(_best(told[~own].reshape(len(told), len(candidates) - 1, 3)))
    return np.concatenate(known), np.concatenate(wrong)


def products_held_out(products: Sequence[Array], candidates: Sequence[int], query_views: int) -> Array:
    """Every photo of every product once, while a fifth of the products is left out, its own among them: the best other.

    Nothing of a product that is left out shapes the space either: it would be found less like the others than one that
    was never seen.

    Returns:
        Features (photos, 3); none where too few products are enrolled.
    """
    strange = [_NONE]
    folds = min(_FOLDS, len(products))
    for fold in range(folds):
        out = [number for number in range(len(products)) if number % folds == fold]
        left = [number for number in candidates if number not in out]
        if not left or len(out) == len(products):
            continue
        kept = [photos[:0] if number in out else photos for number, photos in enumerate(products)]
        space, means = _learnt(kept, left)
        rows = np.concatenate([_looked_up(products[number], query_views) for number in out])
        strange.append(_best(features(space.cosines(rows, means))))
    return np.concatenate(strange)


def features(scores: Array) -> Array:
    """Score, lead over the best other candidate (over 0 where there is none) and 1: (n, candidates, 3)."""
    count = scores.shape[1]
    lead = scores.copy()
    if count > 1:
        ordered = np.sort(scores, axis=1)
        best, second = ordered[:, -1:], ordered[:, -2:-1]
        lead = scores - np.where(scores == best, second, best)
    return np.stack([scores, lead, np.ones_like(scores)], axis=-1)


def _best(told: Array) -> Array:
    """(n, 3) of each row's best candidate; none where there are no candidates."""
    if not told.shape[1]:
        return _NONE
    best: Array = told[np.arange(len(told)), told[..., 0].argmax(axis=1)]
    return best


def _of_fold(photos: int, fold: int) -> list[int]:
    """Which of a product's photos are held out; none of a product that has but one."""
    folds = min(_FOLDS, photos)
    return [] if photos < 2 or fold >= folds else list(range(fold, photos, folds))


def _looked_up(photos: Array, query_views: int) -> Array:
    rows: Array = photos[:, :query_views].mean(axis=1)
    return rows


def _learnt(products: Sequence[Array], wanted: Sequence[int]) -> tuple[Space, Array]:
    """The space of some photos, and the means of the products `wanted` in it."""
    rows = np.concatenate([photos.reshape(-1, photos.shape[2]) for photos in products])
    owners = np.repeat(np.arange(len(products)), [photos.shape[0] * photos.shape[1] for photos in products])
    return learn_space(rows, owners), means_of(rows, owners, wanted)
