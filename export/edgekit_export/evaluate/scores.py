"""Scores: what an evaluation found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from edgekit_export.evaluate.answers import BoxAnswers, ClassAnswers

__all__ = ["MAIN_METRIC", "METRIC_WORDS", "Scores"]

METRIC_WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "top1": "top-1",
        "top5": "top-5",
        "macro_f1": "macro F1",
        "map": "mAP",
        "map50": "AP50",
        "map75": "AP75",
        "map_small": "mAP small",
        "map_medium": "mAP medium",
        "map_large": "mAP large",
    }
)
"""How people write the metrics."""

MAIN_METRIC: Final[Mapping[str, str]] = MappingProxyType({"classify": "top1", "detect": "map"})
"""The metric by which encodings are compared, by task."""


@dataclass(frozen=True, slots=True)
class Scores:
    """Metrics of one model on one set of pictures.

    Attributes:
        metrics: fractions of 1 by name: top1, top5, or map, map50, map75.
        images: pictures that were evaluated.
        skipped: "path: reason" of each that could not be read.
        notes: how labels were matched, for people.
        details: more metrics, fractions of 1: macro_f1, or map_small, map_medium, map_large where such objects are.
        answers: what the model said of each picture.
    """

    metrics: Mapping[str, float]
    images: int
    skipped: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    details: Mapping[str, float] = field(default_factory=dict)
    answers: ClassAnswers | BoxAnswers | None = field(default=None, compare=False, repr=False)
