"""Mean average precision of pictures that are drawn again and again, without matching their boxes again.

Which detection matches which object does not depend on the other pictures, so it is found once (by pycocotools); a
draw only says how often each picture's detections and objects count. The figure is pycocotools' own: precision made
monotone, read at 101 recalls, mean over thresholds and classes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["ClassMatches", "Matches", "matches_of"]

_RECALLS: Final = np.linspace(0.0, 1.0, 101)
_MOST_VALUES: Final = 4_000_000
"""Values of one array in memory at once (draws times detections of one class): 32 MB."""


@dataclass(frozen=True, slots=True, eq=False)
class ClassMatches:
    """One class: d detections in n pictures at t overlap thresholds, the best score first.

    Attributes:
        pictures: int (d,): the picture of each.
        right: bool (t, d): it matches an object.
        ignored: bool (t, d): it counts neither way (it matches a crowd).
        objects: int64 (n,): objects of the class in each picture.
    """

    pictures: NDArray[np.intp]
    right: NDArray[np.bool_]
    ignored: NDArray[np.bool_]
    objects: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Matches:
    """Every class that has objects, and in how many pictures."""

    pictures: int
    classes: tuple[ClassMatches, ...]

    def mean_precision(self, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """Over all thresholds, (draws,); see `mean_precisions`."""
        over_all: NDArray[np.float64] = self.mean_precisions(weights)[:, 0]
        return over_all

    def mean_precisions(self, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        """Mean average precision of each draw; classes without an object in a draw are left out of it.

        Args:
            weights: (draws, pictures), how often each picture counts.

        Returns:
            float64 (draws, 2), fractions of 1: over all thresholds, and at the first (IoU 0.50); nan where a draw holds
            no object.
        """
        total, counted = np.zeros((len(weights), 2)), np.zeros(len(weights))
        for one in self.classes:
            objects = weights @ one.objects.astype(np.float64)
            counted += objects > 0
            rows = np.flatnonzero(objects > 0)
            step = max(1, _MOST_VALUES // max(len(one.pictures), 1))
            for start in range(0, len(rows), step):
                part = rows[start : start + step]
                total[part] += _class_precision(one, weights[part], objects[part])
        there = np.broadcast_to(counted[:, None] > 0, total.shape)
        mean: NDArray[np.float64] = np.divide(total, counted[:, None], out=np.full_like(total, np.nan), where=there)
        return mean


def _class_precision(
    one: ClassMatches, weights: NDArray[np.float64], objects: NDArray[np.float64]
) -> NDArray[np.float64]:
    """(draws, 2): the mean over thresholds, and the first one's."""
    # Whole numbers: single precision holds them, at half the time.
    drawn = weights.astype(np.float32)[:, one.pictures]
    all_seen = np.cumsum(drawn, axis=1)
    precisions = np.zeros((len(weights), len(one.right)))
    for index, right_here in enumerate(one.right):
        ignored = one.ignored[index]
        seen = np.cumsum(drawn * ~ignored, axis=1) if ignored.any() else all_seen
        # Precision rises only at right detections: the others need not be looked at.
        at = np.flatnonzero(right_here & ~ignored)
        if not len(at):
            continue
        right = np.cumsum(drawn[:, at], axis=1, dtype=np.float64)
        precision = right / np.maximum(seen[:, at], 1e-30)
        envelope = np.maximum.accumulate(precision[:, ::-1], axis=1)[:, ::-1]
        reached = np.searchsorted(_RECALLS, right / objects[:, None], side="right")
        precisions[:, index] = (envelope * np.diff(reached, axis=1, prepend=0)).sum(axis=1) / len(_RECALLS)
    return np.stack([precisions.mean(axis=1), precisions[:, 0]], axis=1)


def matches_of(
    evaluated: Sequence[Mapping[str, Any] | None], classes: int, areas: int, pictures: int, thresholds: int
) -> Matches:
    """From COCOeval.evalImgs: one entry for each class, area and picture, in this order; the first area is "all"."""
    found = []
    for index in range(classes):
        start = index * areas * pictures
        entries = evaluated[start : start + pictures]
        objects = np.array(
            [0 if entry is None else int(np.sum(np.asarray(entry["gtIgnore"]) == 0)) for entry in entries], np.int64
        )
        if objects.any():
            found.append(_of_class(entries, objects, thresholds))
    return Matches(pictures, tuple(found))


def _of_class(entries: Sequence[Mapping[str, Any] | None], objects: NDArray[np.int64], thresholds: int) -> ClassMatches:
    there = [(index, entry) for index, entry in enumerate(entries) if entry is not None and len(entry["dtScores"])]
    if not there:
        nothing = np.zeros((thresholds, 0), np.bool_)
        return ClassMatches(np.zeros(0, np.intp), nothing, nothing, objects)
    # The sort that pycocotools uses: stable, so that equal scores stay in the order of pictures.
    order = np.argsort(-np.concatenate([np.asarray(entry["dtScores"]) for _, entry in there]), kind="mergesort")
    pictures = np.concatenate([np.full(len(entry["dtScores"]), index, np.intp) for index, entry in there])
    right, ignored = (
        np.concatenate([np.asarray(entry[key]).reshape(thresholds, -1) for _, entry in there], axis=1) != 0
        for key in ("dtMatches", "dtIgnore")
    )
    return ClassMatches(pictures[order], right[:, order], ignored[:, order], objects)
