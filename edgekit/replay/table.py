"""Figures as rows of text, for the terminal and the page alike."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Final

from edgekit.replay.bench import Replayed
from edgekit.replay.figures import Figures, figures_of

__all__ = ["HEADS", "by_scenario", "cells", "share"]

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


def cells(figures: Figures) -> tuple[str, ...]:
    """The figures under HEADS, with what they count; a dash where there was nothing to count."""
    return (
        share(figures.right, figures.raised),
        share(figures.told, figures.due),
        share(figures.resolutions_told, figures.resolutions_due),
        f"{_seconds(figures.delay_p50_s)}, {_seconds(figures.delay_p95_s)}" if figures.right else _NOTHING,
        str(figures.late),
        str(figures.false_alarms),
        f"{figures.false_alarms_per_day:.1f}",
        _flags(figures),
        _NOTHING if figures.stocked_share is None else f"{figures.stocked_share:.0%}",
    )


def share(part: int, whole: int) -> str:
    """A share with what it counts.

    >>> share(49, 50)
    '0.980 (49/50)'
    """
    return f"{part / whole:.3f} ({part}/{whole})" if whole else _NOTHING


def _seconds(value: float | None) -> str:
    return _NOTHING if value is None else f"{value:.1f} s"


def _flags(figures: Figures) -> str:
    parts = [f"{figures.flagged}/{figures.trouble}"] if figures.trouble else []
    parts += [f"{figures.false_flags} false"] if figures.false_flags else []
    return ", ".join(parts) or _NOTHING
