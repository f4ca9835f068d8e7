"""Is an encoding safe, judged by what it loses on labelled pictures?"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from edgekit_export.evaluate.intervals import Estimate
from edgekit_export.evaluate.scores import METRIC_WORDS
from edgekit_export.report.levels import IMPROVE, LEAST_IMAGES, EncodingVerdict, Level, called, rounded_up
from edgekit_export.report.words import count, lost, metric_text, points

__all__ = ["MAX_LOSS", "SERIOUS_LOSS", "LabelledFindings", "judged_by_labels", "means_something"]

MAX_LOSS: Final = 0.01
"""What INT8 may cost of the main metric, one point, where nobody asks for less."""

SERIOUS_LOSS: Final = 0.03
"""What it must not cost, with 95 % confidence."""

# A detector under this mAP finds nothing of what is labelled: then INT8 has nothing to lose.
_FINDS_NOTHING: Final = 0.02

_MOST_ADVISED: Final = 20_000


@dataclass(frozen=True, slots=True)
class LabelledFindings:
    """What float does on the labelled pictures.

    Attributes:
        metric: the main metric's name, such as "map".
        value: float's.
        images: how many pictures.
        guessing: classifiers: what always naming the most frequent class would reach.
        answers: classifiers: how many different classes float names.
    """

    metric: str
    value: float
    images: int
    guessing: float | None = None
    answers: int | None = None


def means_something(labelled: LabelledFindings) -> bool:
    """Whether float's metric says anything: not where it answers alike on all pictures, or no better than guessing."""
    if labelled.metric == "map":
        return labelled.value >= _FINDS_NOTHING
    if labelled.answers == 1:
        return False
    return labelled.guessing is None or labelled.guessing == 1.0 or labelled.value > labelled.guessing


def judged_by_labels(
    encoding: str, metric: float, loss: Estimate, labelled: LabelledFindings, max_loss: float
) -> EncodingVerdict:
    """Safe: at most `max_loss` lost, and surely no serious loss. Unsafe: surely more lost. Else: cannot tell.

    Args:
        encoding: its name.
        metric: its main metric, a fraction.
        loss: float's metric minus its own.
        labelled: what float does.
        max_loss: what it may cost, a fraction.
    """
    name, pictures = labelled.metric, count(labelled.images, "labelled picture")
    own, theirs = metric_text(name, metric), metric_text(name, labelled.value)
    if not means_something(labelled):
        return EncodingVerdict(
            encoding,
            Level.UNSURE,
            f"The original model itself reaches {theirs} ({METRIC_WORDS.get(name, name)}) on {pictures}, no better "
            "than guessing, or by one answer to all: nothing can be said of INT8.",
            "Check that labels, class names and preprocessing belong to this model.",
        )
    what = (
        f"reaches {own} mAP on {pictures}, the original model {theirs}"
        if name == "map"
        else f"is right on {own} of {pictures}, the original model on {theirs}"
    )
    figure = f"{called(encoding)} {what}: {lost(loss.value)}"
    low, high, serious = loss.interval.low, loss.interval.high, max(SERIOUS_LOSS, max_loss)
    if low > max_loss or (loss.value > serious and low > 0):
        return EncodingVerdict(encoding, Level.UNSAFE, f"{figure}, at least {points(low)} (95 % sure).", IMPROVE)
    # What cannot be seen in the printed figure is no loss.
    harmless, few = round(loss.value, 4) <= max_loss, labelled.images < LEAST_IMAGES
    if harmless and high <= serious and not few:
        return EncodingVerdict(encoding, Level.SAFE, f"{figure}, {_at_most(loss)} (95 % sure).")
    advice, needed = _more_labels(loss, labelled.images, max_loss, serious)
    doubt = _doubt(low, high, harmless=harmless, narrow=high <= serious)
    return EncodingVerdict(encoding, Level.UNSURE, f"{figure}, but {doubt}.", advice, needed)


def _at_most(loss: Estimate) -> str:
    high = loss.interval.high
    if high <= 0:
        return f"at least {points(-high)}"
    return f"at most {points(high)}" if round(100 * loss.value, 1) > 0 else f"at most {points(high)} lost"


def _doubt(low: float, high: float, *, harmless: bool, narrow: bool) -> str:
    if harmless:
        return "these are too few to trust" if narrow else f"with so few pictures it may as well be {points(high)}"
    return f"with so few pictures it may be {f'only {points(low)}' if low > 0 else 'nothing'}"


def _more_labels(loss: Estimate, images: int, max_loss: float, serious: float) -> tuple[str, int | None]:
    """How many labelled pictures would tell: an interval narrows with the root of their number."""
    harmless = loss.value <= max_loss
    spare = serious - loss.value if harmless else loss.value - max_loss
    reach = loss.interval.high - loss.value if harmless else loss.value - loss.interval.low
    needed = max(2 * LEAST_IMAGES, images + 1, images * (reach / spare) ** 2) if spare > 0 else math.inf
    if needed > _MOST_ADVISED:
        return "Give many more labelled pictures: --data.", None
    return "labelled pictures would tell: --data.", rounded_up(needed)
