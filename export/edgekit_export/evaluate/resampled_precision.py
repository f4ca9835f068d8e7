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

    def mean_precision(self, weights: NDArray[np.float64], *, threshold: int | None = None) -> NDArray[np.float64]:
        """Mean average precision of each draw; classes without an object in a draw are left out of it.

        Args:
            weights: (draws, pictures), how often each picture counts.
            threshold: index of one overlap threshold, 0 for IoU 0.50; None for the mean over all ten.

        Returns:
            float64 (draws,), fractions of 1; nan where a draw holds no object.
        """
        total, counted = np.zeros(len(weights)), np.zeros(len(weights))
        for one in self.classes:
            objects = weights @ one.objects.astype(np.float64)
            there = objects > 0
            counted += there
            step = max(1, _MOST_VALUES // max(len(one.pictures), 1))
            rows = np.flatnonzero(there)
            for start in range(0, len(rows), step):
                part = rows[start : start + step]
                total[part] += _class_precision(one, weights[part], objects[part], threshold)
        mean: NDArray[np.float64] = np.divide(total, counted, out=np.full(len(weights), np.nan), where=counted > 0)
        return mean


def _class_precision(
    one: ClassMatches, weights: NDArray[np.float64], objects: NDArray[np.float64], threshold: int | None
) -> NDArray[np.float64]:
    drawn = weights[:, one.pictures]
    all_seen = np.cumsum(drawn, axis=1)
    chosen = range(len(one.right)) if threshold is None else (threshold,)
    total = np.zeros(len(weights))
    for index in chosen:
        ignored = one.ignored[index]
        seen = np.cumsum(drawn * ~ignored, axis=1) if ignored.any() else all_seen
        # Precision rises only at right detections: the others need not be looked at.
        at = np.flatnonzero(one.right[index] & ~ignored)
        if not len(at):
            continue
        right = np.cumsum(drawn[:, at], axis=1)
        precision = right / np.maximum(seen[:, at], 1e-300)
        envelope = np.maximum.accumulate(precision[:, ::-1], axis=1)[:, ::-1]
        reached = np.searchsorted(_RECALLS, right / objects[:, None], side="right")
        total += (envelope * np.diff(reached, axis=1, prepend=0)).sum(axis=1) / len(_RECALLS)
    return total / len(chosen)


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
