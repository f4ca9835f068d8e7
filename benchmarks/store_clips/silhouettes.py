"""The shapes of packages and goods, seen from the front."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np
from numpy.typing import NDArray

from store_clips.draws import smooth_noise


@dataclass(frozen=True, slots=True)
class Form:
    """The shape of a kind of goods.

    Attributes:
        aspect: width to height.
        heights: from 0 (top) to 1, where `halves` are given.
        halves: half the width there, in widths.
        is_round: darker towards the sides.
        wobble: how uneven its sides are, in widths.
        is_creased: soft, with folds.
        is_glossy: with a bright streak, where it is round.
    """

    aspect: float
    heights: tuple[float, ...]
    halves: tuple[float, ...]
    is_round: bool = False
    wobble: float = 0.0
    is_creased: bool = False
    is_glossy: bool = False


_BOTTLE = (0, 0.03, 0.06, 0.07, 0.26, 0.42, 0.5, 0.97, 1), (0.13, 0.16, 0.16, 0.13, 0.14, 0.46, 0.5, 0.5, 0.46)
_WINE = (0, 0.05, 0.06, 0.33, 0.43, 0.48, 0.98, 1), (0.15, 0.16, 0.13, 0.15, 0.46, 0.5, 0.5, 0.47)
_CAN = (0, 0.04, 0.06, 0.94, 0.97, 1), (0.42, 0.47, 0.5, 0.5, 0.47, 0.43)
_JAR = (0, 0.14, 0.15, 0.2, 0.25, 0.95, 1), (0.42, 0.42, 0.38, 0.47, 0.5, 0.5, 0.45)
_BOX = (0, 1), (0.49, 0.49)
_BOOK = _BLISTER = (0, 1), (0.5, 0.5)
_CARTON = (0, 0.06, 0.2, 1), (0.34, 0.34, 0.5, 0.5)
_BAG = (0, 0.05, 0.12, 0.5, 0.92, 1), (0.44, 0.43, 0.47, 0.5, 0.49, 0.45)
_TUB = (0, 0.18, 0.19, 1), (0.5, 0.5, 0.47, 0.4)
_SPRAY = (0, 0.1, 0.12, 0.2, 0.3, 0.4, 1), (0.2, 0.26, 0.12, 0.14, 0.42, 0.5, 0.48)
_TUBE = (0, 0.06, 0.75, 0.8, 1), (0.5, 0.5, 0.36, 0.24, 0.26)
_LOAF = (0, 0.06, 0.18, 0.4, 0.9, 1), (0.2, 0.34, 0.45, 0.5, 0.5, 0.46)
_SHIRT = (0, 0.1, 0.9, 1), (0.48, 0.5, 0.5, 0.49)
_EGGS = (0, 0.12, 0.9, 1), (0.46, 0.5, 0.5, 0.47)
_BOUQUET = (0, 0.2, 0.45, 0.6, 1), (0.3, 0.48, 0.5, 0.38, 0.16)
_PLUSH = (0, 0.12, 0.3, 0.42, 0.55, 0.85, 1), (0.3, 0.42, 0.42, 0.3, 0.48, 0.5, 0.4)

FORMS: Final = MappingProxyType(
    {
        "bottle": Form(0.36, *_BOTTLE, is_round=True, is_glossy=True),
        "wine": Form(0.29, *_WINE, is_round=True, is_glossy=True),
        "can": Form(0.62, *_CAN, is_round=True, is_glossy=True),
        "jar": Form(0.68, *_JAR, is_round=True, is_glossy=True),
        "box": Form(0.7, *_BOX),
        "book": Form(0.74, *_BOOK),
        "carton": Form(0.46, *_CARTON),
        "bag": Form(0.72, *_BAG, wobble=0.02, is_creased=True),
        "tub": Form(1.15, *_TUB, is_round=True),
        "spray": Form(0.36, *_SPRAY, is_round=True),
        "tube": Form(0.4, *_TUBE),
        "blister": Form(0.72, *_BLISTER),
        "loaf": Form(1.3, *_LOAF, is_round=True, is_creased=True),
        "shirt": Form(1.5, *_SHIRT, wobble=0.012, is_creased=True),
        "eggs": Form(1.9, *_EGGS),
        "bouquet": Form(0.8, *_BOUQUET, is_round=True, wobble=0.07, is_creased=True),
        "plush": Form(0.78, *_PLUSH, is_round=True, wobble=0.03, is_creased=True),
    }
)
"""By kind of goods."""


def outline(
    form: Form, height: int, width: int, rng: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The shape as a mask (0 to 1), and how far each point lies from the middle (-1 to 1): both (height, width)."""
    rows = (np.arange(height) + 0.5) / height
    half = np.interp(rows, form.heights, form.halves) * width * 0.98
    left = right = half
    if form.wobble:
        noise = smooth_noise(rng, height, 2, max(6, height / 12))
        left, right = half + noise[:, 0] * form.wobble * width, half + noise[:, 1] * form.wobble * width
    columns = np.arange(width)[None, :] + 0.5 - width / 2
    mask = np.clip(np.minimum(columns + left[:, None], right[:, None] - columns) + 0.5, 0, 1)
    return mask, np.clip(columns / np.maximum(half[:, None], 1), -1, 1)
