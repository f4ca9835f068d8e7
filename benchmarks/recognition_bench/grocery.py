"""GroceryStore's photos and who may see which: products to tune on, to enrol, and to be unknown."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

__all__ = ["Draw", "Grocery", "draws", "read_grocery"]


@dataclass(frozen=True, slots=True)
class Grocery:
    """Photos by class number.

    Attributes:
        names: of the classes.
        train, val: files by class.
    """

    names: Sequence[str]
    train: Mapping[int, Sequence[Path]]
    val: Mapping[int, Sequence[Path]]

    @property
    def judged(self) -> list[int]:
        """Products with photos in the val split: judged on, never tuned or trained on."""
        return sorted(self.val)

    @property
    def tuning(self) -> list[int]:
        """The others: settings were chosen on their train photos, and backbones are calibrated on them."""
        return sorted(set(self.train) - set(self.val))


@dataclass(frozen=True, slots=True)
class Draw:
    """One shop.

    Attributes:
        enrolled: train photos of each candidate, in the order in which they are enrolled.
        strangers: products of `judged` that are not enrolled.
    """

    enrolled: Mapping[int, Sequence[Path]]
    strangers: Sequence[int]


def read_grocery(folder: Path) -> Grocery:
    """The dataset under `folder` (its own train.txt and val.txt)."""
    with (folder / "classes.csv").open(newline="") as table:
        names = [row["Class Name (str)"] for row in csv.DictReader(table)]
    return Grocery(names, _split(folder, "train"), _split(folder, "val"))


def _split(folder: Path, part: str) -> dict[int, list[Path]]:
    found: dict[int, list[Path]] = {}
    for line in (folder / f"{part}.txt").read_text().splitlines():
        path, number, _ = line.split(", ")
        found.setdefault(int(number), []).append(folder / path)
    return found


def draws(grocery: Grocery, *, count: int, candidates: int, photos: int, pool: int, seed: int) -> list[Draw]:
    """`count` shops of `candidates` products by `photos` train photos each, all out of the same `pool` a product."""
    rng = np.random.default_rng(seed)
    pools = {
        number: [grocery.train[number][at] for at in rng.permutation(len(grocery.train[number]))[:pool]]
        for number in grocery.judged
    }
    made = []
    for _ in range(count):
        mixed = [int(number) for number in rng.permutation(grocery.judged)]
        enrolled = {
            number: [pools[number][at] for at in rng.permutation(len(pools[number]))[:photos]]
            for number in sorted(mixed[:candidates])
        }
        made.append(Draw(enrolled, sorted(mixed[candidates:])))
    return made
