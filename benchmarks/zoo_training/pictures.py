"""Folders of class folders as arrays."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from edgekit_export.pictures import pictures_in, read_picture
from numpy.typing import NDArray

from edgekit.frame import Pixels
from edgekit.vision.geometry import Geometry, prepare

__all__ = ["LabelledPictures", "read_labelled"]


@dataclass(frozen=True, slots=True, eq=False)
class LabelledPictures:
    """Pictures of one size with their labels.

    Attributes:
        pixels: uint8 (pictures, height, width, 3), BGR.
        labels: int64 (pictures,), indices into `classes`.
        classes: names, sorted.
        sha256: of pixels and labels, hex.
    """

    pixels: NDArray[np.uint8]
    labels: NDArray[np.int64]
    classes: tuple[str, ...]
    sha256: str

    def prepared(self, geometry: Geometry) -> NDArray[np.uint8]:
        """The pictures as the runtime would prepare them: uint8 (pictures, *geometry.size_hw, 3), BGR."""
        return np.stack([prepare(picture, geometry) for picture in self.pixels])


def read_labelled(folder: Path) -> LabelledPictures:
    """Read every picture of `folder`'s class folders, in sorted order; all must have one size."""
    classes = tuple(sorted(entry.name for entry in folder.iterdir() if entry.is_dir()))
    pictures: list[Pixels] = []
    labels: list[int] = []
    for index, name in enumerate(classes):
        found = [read_picture(path) for path in pictures_in(folder / name)]
        pictures += found
        labels += [index] * len(found)
    if not pictures:
        raise SystemExit(f"{folder}: no class folders with pictures")
    pixels, ids = np.stack(pictures), np.array(labels, np.int64)
    return LabelledPictures(pixels, ids, classes, hashlib.sha256(pixels.tobytes() + ids.tobytes()).hexdigest())
