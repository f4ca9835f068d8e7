"""From scores to probabilities, by what the enrolled photos say of each other when one is held out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.typing import NDArray

from edgekit.recognition.space import learn_space, means_of

__all__ = ["Calibration", "calibrate", "features"]

Array = NDArray[np.float32]

_FOLDS: Final = 5

_PRIOR: Final = (10.0, 8.0, -3.5)
"""Weights of score, lead and 1 before any photo is seen. Of an index of one photo a product nothing can be held out:
then the weight of 1 alone is moved, to where photos of other products give the threshold."""
_PRIOR_STRENGTH: Final = 0.02
"""Pull towards _PRIOR: a few photos held out already outweigh it."""
_STEPS: Final = 40
_LONGEST_STEP: Final = 4.0
_HIGHEST: Final = 0.98
"""A product that is surely seen must still be accepted, whatever few photos say of strangers."""
_NONE: Final = np.zeros((0, 3), np.float32)


@dataclass(frozen=True, slots=True)
class Calibration:
    """How scores become probabilities.

    Attributes:
        weights: of score, lead over the next candidate, and 1, in log-odds.
        min_probability: from which a candidate is accepted.
        held_out: photos that were held out of their own product.
        strangers: photos that were compared with other products alone.
    """

    weights: tuple[float, float, float]
    min_probability: float
    held_out: int
    strangers: int

    def probabilities(self, scores: Array) -> Array:
        """(n, candidates) from scores of that shape; rows sum to at most 1."""
        told = _sigmoid(features(scores) @ np.asarray(self.weights))
        sums = told.sum(axis=1, keepdims=True)
        bounded: Array = (told / np.maximum(sums, 1.0)).astype(np.float32)
        return bounded


def calibrate(
    products: Sequence[Array], candidates: Sequence[int], *, unknown_rate: float, query_views: int
) -> Calibration:
    """Hold out photos, look them up, and fit.

    A photo held out and looked up among all candidates is what a known product gives; the same photo with its own
    product left out is what an unknown one gives. Both count alike: before it is looked at, a facing shows something
    enrolled or not with even odds.

    Args:
        products: rooted embeddings (photos, views, width) of every enrolled product.
        candidates: numbers of those that may be found.
        unknown_rate: share (0-1) of unknown photos that may pass `min_probability`.
        query_views: views of what will be looked up.
    """
    folds = min(_FOLDS, max(len(photos) for photos in products))
    found = [_lookups(products, candidates, fold, folds, query_views) for fold in range(folds)]
    known, wrong, strange = (np.concatenate([getattr(one, name) for one in found]) for name in _Lookups.__slots__)
    weights = _fitted(known, wrong, strange) if len(known) else _moved(strange, unknown_rate)
    odds = strange @ np.asarray(weights)
    least = float(_sigmoid(np.asarray(_passed_by(odds, unknown_rate, len(products))))) if len(odds) else 0.5
    return Calibration(weights, min(max(0.5, least), _HIGHEST), len(known), len(strange))


def _passed_by(odds: NDArray[np.floating], rate: float, products: int) -> float:
    """Log-odds that `rate` of strangers pass.

    That share of these strangers, and no less than a normal distribution as wide as theirs says: photos of one product
    are alike, so that of few products the largest value seen is no bound (Student's t for their number).
    """
    normal = NormalDist().inv_cdf(1 - rate)
    spare = max(1, products - 1)
    student = normal * (1 + (normal**2 + 1) / (4 * spare)) * math.sqrt(1 + 1 / products)
    return max(float(np.quantile(odds, 1 - rate)), float(odds.mean() + student * odds.std()))


@dataclass(frozen=True, slots=True, eq=False)
class _Lookups:
    """Features (n, 3) of photos looked up.

    Attributes:
        known: each photo's own product.
        wrong: the best other product of the same photos.
        strange: the best product of photos whose own is left out, or is no candidate.
    """

    known: Array
    wrong: Array
    strange: Array


def _lookups(products: Sequence[Array], candidates: Sequence[int], fold: int, folds: int, query_views: int) -> _Lookups:
    """Every `folds`th photo held out; of a product's only photo, looked up with its product left out, nothing is."""
    held = [
        [number for number in range(len(photos)) if number % folds == fold % max(1, min(folds, len(photos)))]
        if fold < len(photos)
        else []
        for photos in products
    ]
    kept = [
        np.delete(photos, out, axis=0) if len(out) < len(photos) else photos
        for photos, out in zip(products, held, strict=True)
    ]
    rows = np.concatenate([photos.reshape(-1, photos.shape[2]) for photos in kept])
    owners = np.concatenate([np.full(photos.shape[0] * photos.shape[1], n) for n, photos in enumerate(kept)])
    space = learn_space(rows, owners)
    looked = [photos[out, :query_views].mean(axis=1) for photos, out in zip(products, held, strict=True)]
    cosines = space.cosines(np.concatenate(looked), means_of(rows, owners, candidates))
    each = np.split(cosines, np.cumsum([len(one) for one in looked])[:-1])
    known, wrong, strange = [_NONE], [_NONE], [_NONE]
    for number, (photos, out, scores) in enumerate(zip(products, held, each, strict=True)):
        if not out:
            continue
        own = candidates.index(number) if number in candidates else None
        if own is not None and len(out) < len(photos):
            told = features(scores)
            known.append(told[:, own])
            wrong.append(_best(np.delete(told, own, axis=1)))
        strange.append(_best(features(scores if own is None else np.delete(scores, own, axis=1))))
    return _Lookups(np.concatenate(known), np.concatenate(wrong), np.concatenate(strange))


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


def _fitted(known: Array, wrong: Array, strange: Array) -> tuple[float, float, float]:
    """Logistic regression by Newton's steps, drawn towards _PRIOR."""
    rows = np.concatenate([known, wrong, strange]).astype(np.float64)
    wanted = np.zeros(len(rows))
    wanted[: len(known)] = 1
    counts = np.ones(len(rows))
    counts[len(known) + len(wrong) :] = len(known) / max(1, len(strange))
    prior = np.asarray(_PRIOR)
    weights = prior.copy()
    pull = _PRIOR_STRENGTH * np.eye(3)
    for _ in range(_STEPS):
        told = _sigmoid(rows @ weights)
        slope = rows.T @ (counts * (told - wanted)) + pull @ (weights - prior)
        bend = (rows * (counts * told * (1 - told))[:, None]).T @ rows + pull
        step = np.linalg.solve(bend, slope)
        weights = weights - step * min(1.0, _LONGEST_STEP / max(float(np.abs(step).max()), 1e-9))
    return float(weights[0]), float(weights[1]), float(weights[2])


def _moved(strange: Array, unknown_rate: float) -> tuple[float, float, float]:
    """_PRIOR, moved so far that `unknown_rate` of the strangers is believed."""
    score, lead, one = _PRIOR
    if not len(strange):
        return _PRIOR
    return score, lead, one - float(np.quantile(strange @ np.asarray(_PRIOR), 1 - unknown_rate))


def _sigmoid(values: NDArray[np.floating]) -> NDArray[np.float64]:
    told: NDArray[np.float64] = 1 / (1 + np.exp(-np.clip(values.astype(np.float64), -60, 60)))
    return told
