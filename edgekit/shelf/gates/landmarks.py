"""Landmarks: edges of the scene outside the facings. Where most of them are gone, the camera sees something else."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edgekit.shelf.gates.motion import Texture

__all__ = ["MIN_KEPT", "Landmarks", "Sight", "landmarks_of", "sight_of"]

MIN_KEPT = 0.4
"""People in front of less than half of the scene leave more; a covered, blurred or turned lens leaves chance."""
_STRONG = 12
_LEFT_OF_STRENGTH = 0.35
_MIN_SHARE = 0.005
_GREY = 128


@dataclass(frozen=True, slots=True, eq=False)
class Landmarks:
    """Strong points of a texture picture.

    Attributes:
        bright, dark: flat indices of points that are brighter or darker than their neighbourhood.
        bright_by, dark_by: float32, by how many grey levels.
    """

    bright: NDArray[np.intp]
    dark: NDArray[np.intp]
    bright_by: NDArray[np.float32]
    dark_by: NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Sight:
    """What a picture has left of the landmarks.

    Attributes:
        bright, dark: bool, which of them are still there.
        kept_share: share (0-1) of them that are.
        edges_share: how many such points the picture has of its own, as a multiple of the landmarks: little where
            something covers or blurs the lens, as much as ever where the camera was turned.
    """

    bright: NDArray[np.bool_]
    dark: NDArray[np.bool_]
    kept_share: float
    edges_share: float


def landmarks_of(texture: Texture, outside: NDArray[np.uint8]) -> Landmarks | None:
    """The landmarks of a texture picture where `outside` is 1; None where too few are to be had."""
    away = texture.picture.astype(np.int16) - _GREY
    away[outside == 0] = 0
    flat = away.ravel()
    bright, dark = np.flatnonzero(flat >= _STRONG), np.flatnonzero(flat <= -_STRONG)
    if bright.size + dark.size < _MIN_SHARE * flat.size:
        return None
    return Landmarks(bright, dark, flat[bright].astype(np.float32), -flat[dark].astype(np.float32))


def sight_of(landmarks: Landmarks, texture: Texture, gain: float) -> Sight:
    """What a texture picture has left of the landmarks, within a pixel, in light multiplied by `gain`."""
    least = np.float32(_LEFT_OF_STRENGTH * min(gain, 1.0))
    highest = texture.highest.reshape(-1)[landmarks.bright] - np.float32(_GREY)
    lowest = np.float32(_GREY) - texture.lowest.reshape(-1)[landmarks.dark]
    bright, dark = highest >= least * landmarks.bright_by, lowest >= least * landmarks.dark_by
    kept = np.count_nonzero(bright) + np.count_nonzero(dark)
    edges = np.count_nonzero(texture.picture >= _GREY + _STRONG) + np.count_nonzero(texture.picture <= _GREY - _STRONG)
    count = landmarks.bright.size + landmarks.dark.size
    return Sight(bright, dark, float(kept) / count, float(edges) / count)
