"""Photographs of groceries and shelves, kept apart for tuning and for held-out clips."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from market_clips.paint import Image


@dataclass(frozen=True, slots=True)
class Album:
    """The photographs that one clip may use.

    Attributes:
        data: the folder that holds grocerystore/ and shelf-photos/.
        held_out: whether the validation split and shelf photo 04 are used instead of the others.
    """

    data: Path
    held_out: bool

    def grocery(self, family: str, rng: np.random.Generator) -> Image:
        """The middle of one photograph of a family: Packages, Fruit or Vegetables."""
        split = "val" if self.held_out else "train"
        dataset = self.data / "grocerystore" / "dataset"
        lines = (dataset / f"{split}.txt").read_text().splitlines()
        paths = [line.split(",")[0].strip() for line in lines if f"/{family}/" in line]
        picture = _read(dataset / paths[int(rng.integers(len(paths)))])
        height, width = picture.shape[:2]
        half = int(min(height, width) * 0.24)
        middle: Image = picture[height // 2 - half : height // 2 + half, width // 2 - half : width // 2 + half]
        return np.ascontiguousarray(middle)

    def shelf(self) -> Image:
        """The photograph of a real shelf for this split, 640x640."""
        return _read(self.data / "shelf-photos" / ("shelf-04.jpg" if self.held_out else "shelf-03.jpg"))


def _read(path: Path) -> Image:
    picture: Image | None = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if picture is None:
        raise FileNotFoundError(f"{path} is not a picture; pass the folder that holds grocerystore/ and shelf-photos/.")
    return picture
