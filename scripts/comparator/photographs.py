"""Public photographs, by split: of groceries and of whole shelves, and random parts of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from comparator.layers import Size
from edgekit.frame import Pixels

__all__ = ["Photographs", "part_of", "piece_of"]


@dataclass(frozen=True, slots=True, eq=False)
class Photographs:
    """What is rendered from: the photographs of one split.

    Attributes:
        groceries: of GroceryStore, uint8 (height, width, 3) BGR: products, in hands and on shelves.
        shelves: of whole shelves, uint8 (640, 640, 3) BGR.
    """

    groceries: tuple[Pixels, ...]
    shelves: tuple[Pixels, ...]

    @classmethod
    def of_split(cls, data: Path, *, held_out: bool) -> Photographs:
        """Those to train on, or those held out for the report."""
        root = data / "grocerystore" / "dataset"
        rows = (root / ("val.txt" if held_out else "train.txt")).read_text().splitlines()
        names = ("shelf-02", "shelf-04") if held_out else ("shelf-01", "shelf-03")
        return cls(
            tuple(_read(root / row.split(",")[0].strip()) for row in rows),
            tuple(_read(data / "shelf-photos" / f"{name}.jpg") for name in names),
        )

    def grocery(self, random: np.random.Generator) -> Pixels:
        """One of the groceries."""
        return self.groceries[int(random.integers(len(self.groceries)))]

    def shelf(self, random: np.random.Generator) -> Pixels:
        """One of the shelves."""
        return self.shelves[int(random.integers(len(self.shelves)))]


def part_of(random: np.random.Generator, photograph: Pixels, size_wh: Size) -> Pixels:
    """A third to all of what fits of a photograph, uint8 of the size asked for, not stretched."""
    (width, height), aspect = photograph.shape[1::-1], size_wh[0] / size_wh[1]
    share = random.uniform(0.35, 1)
    widest = min(width, height * aspect)
    cut = (max(8, min(int(widest * share), width)), max(8, min(int(widest * share / aspect), height)))
    return piece_of(random, photograph, cut, size_wh)


def piece_of(random: np.random.Generator, photograph: Pixels, cut_wh: Size, size_wh: Size) -> Pixels:
    """Somewhere `cut_wh` pixels of a photograph, as uint8 of the size asked for."""
    (width, height), (wide, high) = photograph.shape[1::-1], cut_wh
    x, y = random.integers(width - wide + 1), random.integers(height - high + 1)
    way = cv2.INTER_AREA if wide > size_wh[0] else cv2.INTER_LINEAR
    piece: Pixels = cv2.resize(photograph[y : y + high, x : x + wide], size_wh, interpolation=way)
    return piece


def _read(path: Path) -> Pixels:
    photograph: Pixels | None = cv2.imread(str(path))
    if photograph is None:
        raise FileNotFoundError(f"no picture at {path}; --data names the folder of public data")
    return photograph
