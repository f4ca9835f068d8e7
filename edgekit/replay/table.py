"""Figures as rows of text, for the terminal and the page alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from edgekit.replay.bench import Replayed
from edgekit.replay.figures import Figures, figures_of

__all__ = ["FEW_HEADS", "HEADS", "Figure", "by_scenario", "cells", "few_cells", "share"]

HEADS: Final = (
    "precision",
    "recall",
    "resolved",
    "delay p50, p95",
    "late",
    "false alarms",
    "a camera-day",
    "camera flags",
    "stocked",
)
FEW_HEADS: Final = ("precision", "recall", "resolved", "p95", "false", "flags")
_NOTHING: Final = "–"


def by_scenario(replayed: Sequence[Replayed]) -> list[tuple[str, Figures]]:
    """A row for each scenario (or take, where it has none), and one for all where there are several."""
    named = sorted(replayed, key=_scenario)
    rows = [
        (name, figures_of([one.graded for one in group]))
        for name, group in ((name, list(group)) for name, group in groupby(named, _scenario))
    ]
    return rows if len(rows) == 1 else [*rows, ("in all", figures_of([one.graded for one in replayed]))]


def _scenario(one: Replayed) -> str:
    return one.take.truth.scenario or one.take.name


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure as written, and what it counts ("49/50"), or ""."""

    value: str
    counted: str = ""

    def __str__(self) -> str:
        return f"{self.value} ({self.counted})" if self.counted else self.value


def cells(figures: Figures) -> tuple[Figure, ...]:
    """The figures under HEADS, with what they count; a dash where there was nothing to count."""
    delays = f"{figures.delay_p50_s or 0.0:.1f}, {figures.delay_p95_s or 0.0:.1f} s"
    stocked = _NOTHING if figures.stocked_share is None else f"{figures.stocked_share:.0%}"
    return (
        share(figures.right, figures.raised),
        share(figures.told, figures.due),
        share(figures.resolutions_told, figures.resolutions_due),
        Figure(_NOTHING if figures.delay_p50_s is None else delays),
        Figure(str(figures.late)),
        Figure(str(figures.false_alarms)),
        Figure(f"{figures.false_alarms_per_day:.1f}"),
        Figure(_flags(figures)),
        Figure(stocked),
    )


def few_cells(figures: Figures) -> tuple[str, ...]:
    """The figures under FEW_HEADS, without what they count: what fits a narrow terminal."""
    delay = _NOTHING if figures.delay_p95_s is None else f"{figures.delay_p95_s:.1f} s"
    precision, recall, resolved, *_ = (one.value for one in cells(figures))
    return precision, recall, resolved, delay, str(figures.false_alarms), _flags(figures)


def share(part: int, whole: int) -> Figure:
    """A share with what it counts.

    >>> str(share(49, 50))
    '0.980 (49/50)'
    """
    return Figure(f"{part / whole:.3f}", f"{part}/{whole}") if whole else Figure(_NOTHING)


def _flags(figures: Figures) -> str:
    parts = [f"{figures.flagged}/{figures.trouble}"] if figures.trouble else []
    parts += [f"{figures.false_flags} false"] if figures.false_flags else []
    return ", ".join(parts) or _NOTHING
