"""Figures as people read them: percent, points, decibel, sizes, and where an encoding runs."""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from edgekit.page.markup import UNKNOWN
from edgekit_export.evaluate.intervals import Estimate, Interval

__all__ = [
    "PLACES",
    "UNKNOWN",
    "between",
    "count",
    "decibel",
    "interval_of",
    "lost",
    "megabytes",
    "metric_text",
    "percent",
    "place",
    "points",
    "share",
    "times",
]

PLACES: Final[Mapping[str, str]] = MappingProxyType(
    {"int8-tensorrt": "NVIDIA GPUs", "int8-cpu": "CPUs", "fp16": "NVIDIA GPUs in FP16"}
)
"""What each encoding is made for."""

_OUT_OF_100: Final = frozenset({"map", "map50", "map75", "map_small", "map_medium", "map_large"})


def place(encoding: str) -> str:
    """What an encoding is made for; its own name where nobody knows."""
    return PLACES.get(encoding, encoding)


def percent(fraction: float) -> str:
    """One figure behind the point.

    >>> percent(0.984)
    '98.4 %'
    """
    return f"{_plain(100 * fraction)} %"


def points(fraction: float) -> str:
    """A difference in points of 100, with a real minus sign.

    >>> points(-0.004)
    '−0.4'
    """
    return _plain(100 * fraction).replace("-", "−")


def _plain(value: float) -> str:
    return f"{round(value, 1) + 0.0:.1f}"  # + 0.0: no minus before zero


def lost(fraction: float) -> str:
    """A loss, or a gain, in words.

    >>> lost(0.004), lost(-0.012), lost(0.0)
    ('0.4 points lost', '1.2 points gained', 'nothing lost')
    """
    rounded = round(100 * fraction, 1)
    if rounded == 0:
        return "nothing lost"
    return f"{abs(rounded):.1f} points {'lost' if rounded > 0 else 'gained'}"


def metric_text(name: str, value: float) -> str:
    """A metric as its users write it: 80.9 % of pictures, but an average precision of 34.4."""
    return _plain(100 * value) if name in _OUT_OF_100 else percent(value)


def interval_of(estimate: Estimate | Interval) -> str:
    """The 95 % interval in points of 100.

    >>> interval_of(Interval(-0.003, 0.012))
    '−0.3 to 1.2'
    """
    interval = estimate.interval if isinstance(estimate, Estimate) else estimate
    return f"{points(interval.low)} to {points(interval.high)}"


def between(loss: Estimate) -> str:
    """A loss's interval in words, so that nobody has to know the sign's meaning.

    >>> between(Estimate(0.0, Interval(-0.003, 0.012)))
    '0.3 gained to 1.2 lost'
    >>> between(Estimate(0.02, Interval(0.01, 0.03)))
    '1.0 to 3.0 lost'
    """
    low, high = (round(100 * end, 1) + 0.0 for end in (loss.interval.low, loss.interval.high))
    if low >= 0:
        return f"{low:.1f} to {high:.1f} lost"
    if high <= 0:
        return f"{-high:.1f} to {-low:.1f} gained"
    return f"{-low:.1f} gained to {high:.1f} lost"


def share(part: int | None, whole: int) -> str:
    """Percent, or a dash where not known."""
    return UNKNOWN if part is None or not whole else percent(part / whole)


def megabytes(size_bytes: int) -> str:
    """Decimal megabytes, one figure behind the point."""
    return f"{size_bytes / 1e6:.1f} MB"


def decibel(value: float) -> str:
    """No difference at all is "equal"; nothing usable is "none"."""
    if math.isfinite(value):
        return f"{value:.1f} dB".replace("-", "−")
    return "equal" if value > 0 else "none"


def times(whole: float, part: float) -> str:
    """How many times smaller `part` is.

    >>> times(3.6, 1.1)
    '3.3×'
    """
    return f"{whole / part:.1f}×" if part > 0 else UNKNOWN


def count(number: int, one: str, many: str | None = None) -> str:
    """A number with its noun.

    >>> count(1, "picture"), count(1200, "picture")
    ('1 picture', '1 200 pictures')
    """
    return f"{number:,} {one if number == 1 else many or one + 's'}".replace(",", " ")
