"""A made-up product: its look is kept, so that every unit of it looks the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto

import cv2
import numpy as np
from numpy.typing import NDArray

from store_clips.colours import Colour, hsv
from store_clips.draws import smooth_noise
from store_clips.prints import PRINTS
from store_clips.sheet import Sheet, pack
from store_clips.silhouettes import FORMS, Form, outline
from store_clips.sprites import Picture, Sprite

Art = Callable[[np.random.Generator], Picture]
"""Gives a photograph to print on a package."""


class Tone(Enum):
    """Which colours a shelf's packages have."""

    ANY = auto()
    PALE = auto()
    DARK = auto()


@dataclass(frozen=True, slots=True, eq=False)
class Product:
    """What a product looks like.

    Attributes:
        kind: one of FORMS.
        name: in the planogram.
        seed: of its print.
        hue: of its main colour, modulo 180.
        art: the photograph on it.
    """

    kind: str
    name: str
    seed: int
    hue: int
    tone: Tone
    art: Picture

    def sprite(self, width: float, height: float) -> Sprite:
        """One unit of it, so many points wide and high (cut down to whole ones); drawn at twice the size."""
        rng = np.random.default_rng(self.seed)
        form = FORMS[self.kind]
        mask, across = outline(form, int(height) * 2, int(width) * 2, rng)
        base, second = self._colours(rng)
        picture = np.empty((*mask.shape, 3), np.uint8)
        picture[:] = base
        sheet = Sheet(picture, rng, base, second, self.hue, self.tone is Tone.DARK, self.art)
        PRINTS.get(self.kind, pack)(sheet)
        shown = _shone_on(form, picture.astype(np.float32), across, rng)
        large = np.dstack([np.clip(shown, 0, 255), mask * 255]).astype(np.uint8)
        small: Sprite = cv2.resize(large, (int(width), int(height)), interpolation=cv2.INTER_AREA)
        return small

    def _colours(self, rng: np.random.Generator) -> tuple[Colour, Colour]:
        saturation, value = int(rng.integers(110, 230)), int(rng.integers(110, 235))
        if self.tone is Tone.PALE:
            saturation, value = int(rng.integers(4, 26)), int(rng.integers(205, 240))
        if self.tone is Tone.DARK:
            saturation, value = int(rng.integers(20, 120)), int(rng.integers(26, 62))
        other_hue = self.hue + int(rng.integers(20, 160))
        return (
            hsv(self.hue, saturation, value),
            hsv(other_hue, int(rng.integers(60, 220)), int(rng.integers(90, 245))),
        )


def new_product(
    rng: np.random.Generator, kind: str, name: str, art: Art, *, hue: int | None = None, tone: Tone = Tone.ANY
) -> Product:
    """A product of a kind with a print of its own; without a hue, of any."""
    seed = int(rng.integers(1 << 30))
    hue = int(rng.integers(180)) if hue is None else hue
    return Product(kind, name, seed, hue, tone, art(rng))


def _shone_on(
    form: Form, picture: NDArray[np.float32], across: NDArray[np.float64], rng: np.random.Generator
) -> NDArray[np.float32]:
    """The print in the light of a shop, by the form of what it is on."""
    height, width = picture.shape[:2]
    if form.is_round:
        picture *= (0.45 + 0.6 * np.sqrt(np.clip(1 - across * across, 0, 1)))[..., None]
        streak = np.exp(-(((across + 0.45) / 0.09) ** 2)) * (60 if form.is_glossy else 14)
        picture += streak[..., None]
    else:
        picture *= (1.04 - 0.14 * (across + 1) / 2)[..., None]
    if form.is_creased:
        noise = smooth_noise(rng, height, width, max(5, width / 9))
        folds = cv2.Sobel(noise, cv2.CV_32F, 1, 1, ksize=3) / 1.2 + noise * 0.25
        picture *= (1 + 0.2 * np.clip(folds, -1, 1))[..., None]
    picture *= np.linspace(1.05, 0.9, height)[:, None, None]
    return picture
