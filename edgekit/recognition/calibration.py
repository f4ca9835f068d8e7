"""From scores to probabilities, by what the enrolled photos say of each other when one is held out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.typing import NDArray

from edgekit.recognition.holding_out import features, photos_held_out, products_held_out

__all__ = ["Calibration", "calibrate"]

Array = NDArray[np.float32]

_PRIOR: Final = (10.0, 8.0, -3.5)
"""Weights of score, lead and 1 before any photo is seen. Of an index of one photo a product nothing can be held out:
then the weight of 1 alone is moved, to where photos of other products give the threshold."""
_PRIOR_STRENGTH: Final = 0.02
"""Pull towards _PRIOR: a few photos held out already outweigh it."""
_STEPS: Final = 40
_LONGEST_STEP: Final = 4.0
_HIGHEST: Final = 0.98
"""A product that is surely seen must still be accepted, whatever few photos say of strangers."""


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

    A photo held out and looked up among all candidates is what a known product gives; the photos of a product that is
    left out altogether are what an unknown one gives. Both count alike: before it is looked at, a picture shows
    something enrolled or not with even odds.

    Args:
        products: rooted embeddings (photos, views, width) of every enrolled product.
        candidates: numbers of those that may be found.
        unknown_rate: share (0-1) of unknown photos that may pass `min_probability`.
        query_views: views of what will be looked up.
    """
    known, wrong = photos_held_out(products, candidates, query_views)
    strange = products_held_out(products, candidates, query_views)
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
