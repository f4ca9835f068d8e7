"""Which classes an encoding gained and lost against float, and what it answers instead."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from edgekit_export.evaluate.answers import ClassAnswers

__all__ = ["ClassChange", "ConfusionChanges", "Mixup", "confusion_changes"]

_MOST = 10


@dataclass(frozen=True, slots=True)
class ClassChange:
    """One class on the labelled pictures: how many it has, and how many of them each model gets right."""

    name: str
    pictures: int
    float_right: int
    right: int


@dataclass(frozen=True, slots=True)
class Mixup:
    """Pictures of class `truth` that float gets right and the encoding calls `answer`."""

    truth: str
    answer: str
    pictures: int


@dataclass(frozen=True, slots=True)
class ConfusionChanges:
    """Where a classifier's answers changed.

    Attributes:
        newly_wrong: pictures that float alone gets right.
        newly_right: pictures that the encoding alone gets right.
        lost: classes that lost most pictures, the worst first, at most ten.
        gained: classes that gained most, the best first, at most ten.
        mixups: what newly wrong pictures are called instead, the most frequent first, at most ten.
    """

    newly_wrong: int
    newly_right: int
    lost: tuple[ClassChange, ...]
    gained: tuple[ClassChange, ...]
    mixups: tuple[Mixup, ...]


def confusion_changes(
    floating: ClassAnswers, other: ClassAnswers, class_names: tuple[str, ...]
) -> ConfusionChanges | None:
    """Compare two models' answers to the same labelled pictures; None without labels or where the pictures differ."""
    if floating.truth is None or floating.names != other.names:
        return None
    truth = floating.truth.tolist()
    triples = list(zip(truth, floating.first.tolist(), other.first.tolist(), strict=True))
    count, before, after = (
        Counter(true for true, one, two in triples if wanted(true, one, two))
        for wanted in (
            lambda true, one, two: True,
            lambda true, one, two: true == one,
            lambda true, one, two: true == two,
        )
    )
    changes = [
        ClassChange(class_names[index], count[index], before[index], after[index])
        for index in sorted(count)
        if before[index] != after[index]
    ]
    mixed = Counter((true, two) for true, one, two in triples if true == one != two)
    return ConfusionChanges(
        newly_wrong=sum(true == one != two for true, one, two in triples),
        newly_right=sum(true == two != one for true, one, two in triples),
        lost=tuple(sorted((c for c in changes if c.right < c.float_right), key=lambda c: c.right - c.float_right))[
            :_MOST
        ],
        gained=tuple(sorted((c for c in changes if c.right > c.float_right), key=lambda c: c.float_right - c.right))[
            :_MOST
        ],
        mixups=tuple(
            Mixup(class_names[true], class_names[two], pictures)
            for (true, two), pictures in sorted(mixed.items(), key=lambda item: (-item[1], item[0]))[:_MOST]
        ),
    )
