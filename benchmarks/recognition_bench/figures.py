"""Figures of one shop: how many photos are named rightly, and how many strangers are taken for a product."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edgekit.recognition.index import Index, Product
from edgekit.recognition.recogniser import Recogniser
from recognition_bench.features import Features
from recognition_bench.grocery import Draw, Grocery

__all__ = ["THRESHOLDS", "Figures", "class_means", "ours"]

THRESHOLDS = (0.1, 0.3, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98)

Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Figures:
    """Shares (0-1) of the val photos.

    Attributes:
        top1: of the candidates' photos, named rightly when one of them must be named.
        known_right: named rightly at the index's own threshold; the others are wrong or `unknown`.
        known_wrong: named wrongly at it.
        strangers_accepted: of the strangers' photos, named at it.
        min_probability: that threshold.
        curve: (threshold, known_right, strangers_accepted) at THRESHOLDS.
        photos: val photos of candidates, of strangers.
    """

    top1: float
    known_right: float | None = None
    known_wrong: float | None = None
    strangers_accepted: float | None = None
    min_probability: float | None = None
    curve: tuple[tuple[float, float, float], ...] = ()
    photos: tuple[int, int] = (0, 0)


def class_means(draw: Draw, photos: int, grocery: Grocery, train: Features, val: Features) -> Figures:
    """Nearest class mean on the raw features of the photos as they are."""
    means = np.stack([np.mean([train[path][0] for path in paths[:photos]], axis=0) for paths in draw.enrolled.values()])
    wanted, rows = _looked_up(list(draw.enrolled), grocery, val)
    distances = ((rows[:, None, 0] - means[None]) ** 2).sum(axis=-1)
    named = np.array(list(draw.enrolled))[distances.argmin(axis=1)]
    return Figures(float(np.mean(named == wanted)), photos=(len(wanted), 0))


def ours(draw: Draw, photos: int, grocery: Grocery, train: Features, val: Features, *, query_views: int) -> Figures:
    """As `edgekit similar` (three views of a photo) or the shelf (one) would say."""
    products = [
        Product(f"{number:03d}", None, ("",) * photos, np.stack([unit(train[path]) for path in paths[:photos]]))
        for number, paths in draw.enrolled.items()
    ]
    recogniser = Recogniser(Index("0" * 64, "", tuple(products)), query_views=query_views)
    wanted, rows = _looked_up(list(draw.enrolled), grocery, val)
    _, strange = _looked_up(draw.strangers, grocery, val)
    told = recogniser.probabilities(unit(rows[:, :query_views]))
    stranger = recogniser.probabilities(unit(strange[:, :query_views])).max(axis=1)
    right = np.array([int(one.name) for one in recogniser.candidates])[told.argmax(axis=1)] == wanted
    best, least = told.max(axis=1), recogniser.calibration.min_probability
    return Figures(
        top1=float(right.mean()),
        known_right=float((right & (best >= least)).mean()),
        known_wrong=float((~right & (best >= least)).mean()),
        strangers_accepted=float((stranger >= least).mean()),
        min_probability=least,
        curve=tuple((at, float((right & (best >= at)).mean()), float((stranger >= at).mean())) for at in THRESHOLDS),
        photos=(len(wanted), len(stranger)),
    )


def unit(rows: Array) -> Array:
    """Of length 1, as the runtime gives them."""
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=-1, keepdims=True), 1e-9), np.float32)


def _looked_up(numbers: Sequence[int], grocery: Grocery, val: Features) -> tuple[NDArray[np.intp], Array]:
    pairs = [(number, val[path]) for number in numbers for path in grocery.val[number]]
    return np.array([number for number, _ in pairs]), np.stack([rows for _, rows in pairs])
