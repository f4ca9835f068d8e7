"""What an encoding loses against float on the same labelled pictures, metric by metric, and how sure that is."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from edgekit_export.evaluate.answers import BoxAnswers, ClassAnswers
from edgekit_export.evaluate.classification import macro_f1
from edgekit_export.evaluate.intervals import Estimate, Weights, difference, level, paired_difference, wilson
from edgekit_export.evaluate.scores import Scores

__all__ = ["levels", "losses"]

Statistic = Callable[[Weights], NDArray[np.float64]]


def levels(scores: Scores, rng: np.random.Generator) -> dict[str, Estimate]:
    """The metrics that pictures can be drawn again for, with their intervals: top1, top5, macro_f1, map, map50.

    Proportions get Wilson's interval, the others the bootstrap's.
    """
    answers = scores.answers
    if isinstance(answers, ClassAnswers):
        found = {
            name: Estimate(value, wilson(value * scores.images, scores.images))
            for name, value in scores.metrics.items()
            if name in ("top1", "top5")
        }
        return found | {name: level(one, len(answers), rng) for name, one in _drawn(answers).items()}
    if isinstance(answers, BoxAnswers) and answers.matches is not None:
        return {name: level(one, answers.matches.pictures, rng) for name, one in _drawn(answers).items()}
    return {}


def losses(floating: Scores, other: Scores, rng: np.random.Generator) -> dict[str, Estimate]:
    """Float's metric minus the other's, both on the same pictures; empty where these are not the same.

    Differences of proportions by Bonett and Price, the others by a bootstrap in which both sides see the same draws.
    """
    one, two = floating.answers, other.answers
    if isinstance(one, ClassAnswers) and isinstance(two, ClassAnswers) and one.names == two.names:
        found = {name: _lost(one, two, best) for name, best in (("top1", 1), ("top5", 5))}
    elif isinstance(one, BoxAnswers) and isinstance(two, BoxAnswers) and one.names == two.names:
        found = {}
    else:
        return {}
    mine, theirs = _drawn(one), _drawn(two)
    pairs = {name: (mine[name], theirs[name]) for name in mine if name in theirs}
    return found | {name: difference(_minus(*pair), len(one), rng) for name, pair in pairs.items()}


def _lost(one: ClassAnswers, two: ClassAnswers, best: int) -> Estimate:
    assert one.truth is not None, "answers on labelled pictures have a truth"
    right = [(answers.best[:, :best] == one.truth[:, None]).any(axis=1) for answers in (one, two)]
    return paired_difference(int((right[0] & ~right[1]).sum()), int((right[1] & ~right[0]).sum()), len(one))


def _minus(one: Statistic, two: Statistic) -> Statistic:
    return lambda weights: one(weights) - two(weights)


def _drawn(answers: ClassAnswers | BoxAnswers) -> dict[str, Statistic]:
    """By metric, its value on draws of the pictures."""
    if isinstance(answers, ClassAnswers):
        truth, first = answers.truth, answers.first
        return {} if truth is None else {"macro_f1": lambda weights: macro_f1(truth, first, weights)}
    matches = answers.matches
    if matches is None:
        return {}
    return {
        "map": matches.mean_precision,
        "map50": lambda weights: matches.mean_precision(weights, threshold=0),
    }
