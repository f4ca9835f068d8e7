"""Photographs of groceries: prints for packages, and heaps of fruit and vegetables."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from store_clips.draws import pick
from store_clips.sprites import Picture

# Classes of GroceryStore whose pictures are mostly heaps that fill the picture.
PRODUCE_CLASSES = (0, 1, 2, 4, 8, 9, 14, 16, 26, 62, 70, 71, 72, 73, 75, 68, 79, 6, 7, 63)


@dataclass(frozen=True, slots=True)
class Photographs:
    """What a clip may be made of: tuning clips and held-out ones share no photograph.

    Attributes:
        data: folder of the public data.
        paths: photographs of groceries with their class.
        shelves: names of the photographs of shelves: packages of chilled and dry food, and sauces or rice.
    """

    data: Path
    paths: tuple[tuple[Path, int], ...]
    shelves: tuple[str, str]

    @classmethod
    def of_group(cls, data: Path, *, held_out: bool) -> Photographs:
        root = data / "grocerystore/dataset"
        listed = (root / ("val.txt" if held_out else "train.txt")).read_text().splitlines()
        rows = [line.split(",") for line in listed if line.strip()]
        paths = tuple((root / row[0].strip(), int(row[1])) for row in rows)
        return cls(data, paths, ("shelf-02", "shelf-04") if held_out else ("shelf-01", "shelf-03"))

    def art(self, rng: np.random.Generator) -> Picture:
        """A square out of some photograph of groceries, a little brightened."""
        photograph = _read(pick(rng, self.paths)[0])
        height, width = photograph.shape[:2]
        side = int(min(height, width) * rng.uniform(0.45, 0.9))
        x, y = int(rng.integers(width - side + 1)), int(rng.integers(height - side + 1))
        bright: Picture = cv2.convertScaleAbs(photograph[y : y + side, x : x + side], alpha=1.1, beta=8)
        return bright

    def produce(self, rng: np.random.Generator, count: int) -> list[tuple[int, Picture]]:
        """So many photographs of heaps, each of another class, with the class."""
        by_class: dict[int, list[Path]] = {}
        order = [int(each) for each in rng.permutation(PRODUCE_CLASSES)]
        for path, its in self.paths:
            by_class.setdefault(its, []).append(path)
        chosen = [each for each in order if each in by_class][:count]
        return [(each, _read(pick(rng, by_class[each]))) for each in chosen]

    def shelf(self, name: str) -> Picture:
        """A photograph of a shelf as it is."""
        return _read(self.data / f"shelf-photos/{name}.jpg")


def _read(path: Path) -> Picture:
    picture: Picture | None = cv2.imread(str(path))
    if picture is None:
        raise FileNotFoundError(f"{path} is no picture that can be read")
    return picture
