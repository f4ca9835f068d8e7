"""How sure a measured figure is: intervals of proportions, and of anything else by drawing pictures again.

Sources: E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927), for one
proportion; D. G. Bonett and R. M. Price, "Adjusted Wald confidence interval for a difference of binomial proportions
based on paired data", J. Educational and Behavioral Statistics 37 (2012), for two on the same pictures; B. Efron and
R. J. Tibshirani, "An Introduction to the Bootstrap" (1993), chapters 8 and 13, for everything that has no formula.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "CONFIDENCE",
    "REPLICATES",
    "Estimate",
    "Interval",
    "bootstrap",
    "difference",
    "difference_of",
    "level_of",
    "paired_difference",
    "percentiles",
    "wilson",
]

CONFIDENCE: Final = 0.95

REPLICATES: Final = 1000
"""The ends of a 95 % interval are then the 25th and 975th of the draws: good to about a twentieth of its width."""

_AT_ONCE: Final = 2_000_000
"""Weights (draws times pictures) that are in memory at once: 16 MB."""

Weights = NDArray[np.float64]
"""(draws, pictures): how often each picture was drawn; every row adds up to the number of pictures."""


@dataclass(frozen=True, slots=True)
class Interval:
    """From `low` to `high`: of intervals made this way 95 in 100 hold the true value."""

    low: float
    high: float

    @property
    def half_width(self) -> float:
        """How far the true value may lie from the middle."""
        return (self.high - self.low) / 2


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure and how sure it is."""

    value: float
    interval: Interval


def _quantile(confidence: float) -> float:
    return NormalDist().inv_cdf(0.5 + confidence / 2)


def wilson(successes: float, trials: int, *, confidence: float = CONFIDENCE) -> Interval:
    """Wilson's score interval of a proportion; of no trial it is 0 to 1.

    >>> interval = wilson(81, 263)
    >>> round(interval.low, 4), round(interval.high, 4)
    (0.2553, 0.3662)
    """
    if trials == 0:
        return Interval(0.0, 1.0)
    z = _quantile(confidence)
    share, weight = successes / trials, z * z / trials
    middle = (share + weight / 2) / (1 + weight)
    half = z / (1 + weight) * math.sqrt(share * (1 - share) / trials + weight / trials / 4)
    return Interval(max(0.0, min(share, middle - half)), min(1.0, max(share, middle + half)))


def paired_difference(first_only: int, second_only: int, trials: int, *, confidence: float = CONFIDENCE) -> Estimate:
    """Proportion of the first minus that of the second, both on the same `trials` pictures (Bonett and Price 2012).

    A bootstrap of pictures on which both agree everywhere would say that they cannot differ at all; this says how
    much they may.

    Args:
        first_only: pictures on which only the first is right.
        second_only: pictures on which only the second is right.
        trials: all pictures.
        confidence: of the interval.
    """
    if trials == 0:
        return Estimate(0.0, Interval(-1.0, 1.0))
    one, two = (first_only + 1) / (trials + 2), (second_only + 1) / (trials + 2)
    half = _quantile(confidence) * math.sqrt((one + two - (one - two) ** 2) / (trials + 2))
    value = (first_only - second_only) / trials
    return Estimate(value, Interval(max(-1.0, one - two - half), min(1.0, one - two + half)))


def bootstrap(
    statistic: Callable[[Weights], NDArray[np.float64]],
    pictures: int,
    rng: np.random.Generator,
    *,
    replicates: int = REPLICATES,
) -> NDArray[np.float64]:
    """Statistics over draws of pictures with replacement.

    For a paired difference take both sides from the same draws.

    Args:
        statistic: from weights (draws, pictures) to (draws,) or (draws, statistics); nan where a draw has none.
        pictures: how many there are.
        rng: gives the draws.
        replicates: how many draws.

    Returns:
        float64, first axis the draw.
    """
    chunk = max(1, min(replicates, _AT_ONCE // max(pictures, 1)))
    even = np.full(pictures, 1 / pictures)
    values = []
    for start in range(0, replicates, chunk):
        count = min(chunk, replicates - start)
        values.append(np.asarray(statistic(rng.multinomial(pictures, even, size=count).astype(np.float64)), np.float64))
    return np.concatenate(values)


def percentiles(values: NDArray[np.float64], *, confidence: float = CONFIDENCE) -> Interval:
    """The percentile interval of bootstrap values; nan is left out, and of nothing it is minus to plus infinity."""
    finite = values[np.isfinite(values)]
    if not len(finite):
        return Interval(-math.inf, math.inf)
    low, high = np.quantile(finite, (0.5 - confidence / 2, 0.5 + confidence / 2))
    return Interval(float(low), float(high))


def level_of(value: float, draws: NDArray[np.float64]) -> Estimate:
    """A fraction of 1 with its standard interval from the spread of `draws`.

    Not their percentiles: a draw repeats pictures and lacks classes, and its average precision is not centred on that
    of all pictures (YOLOX-nano on coco-64: 0.373 on average, 0.348 on all), though it spreads as that does.
    """
    half = _quantile(CONFIDENCE) * float(np.nanstd(draws)) if np.isfinite(draws).any() else 1.0
    return Estimate(value, Interval(max(0.0, value - half), min(1.0, value + half)))


def difference(
    statistic: Callable[[Weights], NDArray[np.float64]], pictures: int, rng: np.random.Generator
) -> Estimate:
    """A difference over all pictures, each counted once, with its bootstrap interval; see `difference_of`."""
    value = float(statistic(np.ones((1, pictures)))[0])
    return difference_of(value, bootstrap(statistic, pictures, rng), pictures)


def difference_of(value: float, draws: NDArray[np.float64], pictures: int) -> Estimate:
    """A difference with the percentile interval of `draws`, which always holds it.

    Where no draw differs from any other, the interval is that of "the rule of three": what was not seen in n pictures
    happens in up to 3 of n (J. A. Hanley and A. Lippman-Hand, JAMA 249, 1983), and no picture changes by more than 1.
    """
    found = percentiles(draws)
    if found.half_width < 1e-9:
        return Estimate(value, Interval(max(-1.0, value - 3 / pictures), min(1.0, value + 3 / pictures)))
    return Estimate(value, Interval(min(found.low, value), max(found.high, value)))
