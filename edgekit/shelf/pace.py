"""How far apart samples really come: a source may be slower than `sample_fps` asks, or a model may be."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import Final

__all__ = ["Pace"]

_GAPS: Final = 9
_FEWEST_GAPS: Final = 5
MAX_INTERVAL_S: Final = 2.0
"""Between samples further apart anything may have happened; nothing is concluded from them."""


@dataclass(frozen=True, slots=True)
class Pace:
    """The times between an epoch's last samples. Frozen; `after` gives the next one.

    Attributes:
        gaps_s: the newest of them, oldest first.
        time_s: the last sample's time; None before the first.
    """

    gaps_s: tuple[float, ...] = ()
    time_s: float | None = None

    def after(self, time_s: float) -> Pace:
        """With one more sample, later than the last."""
        gaps_s = self.gaps_s if self.time_s is None else (*self.gaps_s, time_s - self.time_s)[-_GAPS:]
        return Pace(gaps_s, time_s)

    def interval_s(self, configured_s: float) -> float:
        """The sample interval: as configured, or what samples really keep to where that is longer (at most 2 s).

        A single long gap changes nothing: it takes the median of at least 5.
        """
        if len(self.gaps_s) < _FEWEST_GAPS:
            return configured_s
        return max(configured_s, min(median(self.gaps_s), MAX_INTERVAL_S))
