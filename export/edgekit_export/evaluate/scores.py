"""Scores: what an evaluation found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

__all__ = ["MAIN_METRIC", "METRIC_WORDS", "Scores"]

METRIC_WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {"top1": "top-1", "top5": "top-5", "map": "mAP", "map50": "AP50", "map75": "AP75"}
)
"""How people write the metrics."""

MAIN_METRIC: Final[Mapping[str, str]] = MappingProxyType({"classify": "top1", "detect": "map"})
"""The metric by which encodings are compared, by task."""


@dataclass(frozen=True, slots=True)
class Scores:
    """Metrics of one model on one set of pictures.

    Attributes:
        metrics: fractions of 1 by name.
        images: pictures that were evaluated.
        skipped: "path: reason" of each that could not be read.
        notes: how labels were matched, for people.
    """

    metrics: Mapping[str, float]
    images: int
    skipped: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
