"""Photographs of groceries by split: heaps of produce and things in hands, and which of them show what."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from blind_clips.sprites import Picture

# Classes of GroceryStore whose pictures are mostly heaps that fill the picture, and whose items are nearly round.
ROUND_CLASSES = (0, 1, 2, 4, 7, 8, 9, 15, 16, 19, 24, 25, 27, 67, 68, 73, 74, 76, 77, 78)
LOOSE_CLASSES = (*ROUND_CLASSES, 11, 12, 13, 14, 20, 21, 22, 26, 61, 62, 65, 69, 70, 71, 72, 75, 79, 80)
PACKED_CLASSES = tuple(range(28, 59))


@dataclass(frozen=True, slots=True)
class Photographs:
    """The photographs a clip may draw from: those of one split."""

    root: Path
    paths: tuple[tuple[str, int], ...]

    @classmethod
    def of_split(cls, data: Path, *, held_out: bool) -> Photographs:
        root = data / "grocerystore" / "dataset"
        rows = (line.split(",") for line in (root / ("val.txt" if held_out else "train.txt")).read_text().splitlines())
        return cls(root, tuple((row[0].strip(), int(row[1])) for row in rows if len(row) == 3))

    def pick(self, classes: tuple[int, ...], rng: np.random.Generator) -> Picture:
        """Some photograph of one of the classes."""
        having = sorted({klass for _, klass in self.paths if klass in classes})
        klass = having[int(rng.integers(0, len(having)))]
        names = [path for path, its in self.paths if its == klass]
        picture = cv2.imread(str(self.root / names[int(rng.integers(0, len(names)))]))
        if picture is None:
            raise FileNotFoundError(f"no picture of class {klass} in {self.root}")
        return picture


def crop(picture: Picture, aspect: float, share: float, rng: np.random.Generator) -> Picture:
    """A part near the middle with width / height = `aspect`, its longer side `share` of what fits."""
    height, width = picture.shape[:2]
    w, h = (width, width / aspect) if width / aspect <= height else (height * aspect, height)
    w, h = max(8, int(w * share)), max(8, int(h * share))
    x = int((width - w) / 2 * (1 + rng.uniform(-0.5, 0.5)))
    y = int((height - h) / 2 * (1 + rng.uniform(-0.5, 0.5)))
    return picture[y : y + h, x : x + w]
