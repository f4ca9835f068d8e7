"""What an encoding loses against float on the same labelled pictures, metric by metric, and how sure that is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from edgekit_export.evaluate.answers import BoxAnswers, ClassAnswers
from edgekit_export.evaluate.classification import macro_f1
from edgekit_export.evaluate.intervals import (
    REPLICATES,
    Estimate,
    Weights,
    bootstrap,
    difference_of,
    level_of,
    paired_difference,
    wilson,
)
from edgekit_export.evaluate.scores import Scores

__all__ = ["levels", "losses"]

# Detections times draws, about ten seconds on one core. Two hundred draws still give a standard error to a twentieth
# (Efron and Tibshirani 1993, chapter 6), and so many detections come from so many pictures that it is small anyway.
_MOST_WORK: Final = 20_000_000
_FEWEST_DRAWS: Final = 200


@dataclass(frozen=True, slots=True, eq=False)
class _Drawable:
    """What can be computed of draws of pictures: `metrics` from weights (draws, pictures), one column each."""

    metrics: tuple[str, ...]
    statistic: Callable[[Weights], NDArray[np.float64]]
    pictures: int
    replicates: int = REPLICATES


def levels(scores: Scores, rng: np.random.Generator) -> dict[str, Estimate]:
    """Metrics with their intervals: top1 and top5 (Wilson's), macro_f1, map and map50 (the bootstrap's)."""
    found = {}
    if isinstance(scores.answers, ClassAnswers):
        for name in ("top1", "top5"):
            value = scores.metrics[name]
            found[name] = Estimate(value, wilson(value * scores.images, scores.images))
    drawable = _drawable(scores.answers)
    if drawable is None:
        return found
    values = drawable.statistic(np.ones((1, drawable.pictures)))[0]
    draws = bootstrap(drawable.statistic, drawable.pictures, rng, replicates=drawable.replicates)
    return found | {
        name: level_of(float(values[index]), draws[:, index]) for index, name in enumerate(drawable.metrics)
    }


def losses(floating: Scores, other: Scores, rng: np.random.Generator) -> dict[str, Estimate]:
    """Float's metric minus the other's, both on the same pictures; empty where these are not the same.

    Differences of proportions by Bonett and Price, the others by a bootstrap in which both sides see the same draws.
    """
    one, two = floating.answers, other.answers
    if one is None or two is None or type(one) is not type(two) or one.names != two.names:
        return {}
    found = {}
    if isinstance(one, ClassAnswers) and isinstance(two, ClassAnswers):
        found = {name: _lost(one, two, best) for name, best in (("top1", 1), ("top5", 5))}
    mine, theirs = _drawable(one), _drawable(two)
    if mine is None or theirs is None:
        return found

    def minus(weights: Weights) -> NDArray[np.float64]:
        return mine.statistic(weights) - theirs.statistic(weights)

    values = minus(np.ones((1, mine.pictures)))[0]
    draws = bootstrap(minus, mine.pictures, rng, replicates=min(mine.replicates, theirs.replicates))
    for index, name in enumerate(mine.metrics):
        found[name] = difference_of(float(values[index]), draws[:, index], mine.pictures)
    return found


def _lost(one: ClassAnswers, two: ClassAnswers, best: int) -> Estimate:
    assert one.truth is not None, "answers on labelled pictures have a truth"
    right = [(answers.best[:, :best] == one.truth[:, None]).any(axis=1) for answers in (one, two)]
    return paired_difference(int((right[0] & ~right[1]).sum()), int((right[1] & ~right[0]).sum()), len(one))


def _drawable(answers: ClassAnswers | BoxAnswers | None) -> _Drawable | None:
    if isinstance(answers, ClassAnswers) and answers.truth is not None:
        truth, first = answers.truth, answers.first
        return _Drawable(("macro_f1",), lambda weights: macro_f1(truth, first, weights)[:, None], len(answers))
    if isinstance(answers, BoxAnswers) and answers.matches is not None:
        matches = answers.matches
        detections = sum(len(one.pictures) for one in matches.classes)
        replicates = int(np.clip(_MOST_WORK // max(detections, 1), _FEWEST_DRAWS, REPLICATES))
        return _Drawable(("map", "map50"), matches.mean_precisions, matches.pictures, replicates)
    return None
