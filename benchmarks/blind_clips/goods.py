"""Products of every sort: drawn ones, photographed faces and loose produce."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from blind_clips.outlines import ball_light
from blind_clips.packages import ANY, SHAPES, Palette, draw_package, dressed, turned_face
from blind_clips.photographs import LOOSE_CLASSES, PACKED_CLASSES, ROUND_CLASSES, Photographs, crop
from blind_clips.sprites import Picture, Sprite, speckle

UNLIKE = 26.0  # a difference from which on anybody can tell two products apart


@dataclass(frozen=True, slots=True, eq=False)
class Product:
    """What is sold in a place.

    Attributes:
        name: unique in a clip.
        looks: the thing from its front, then turned; of produce, several items of a kind.
    """

    name: str
    looks: tuple[Sprite, ...]

    @property
    def size_wh(self) -> tuple[int, int]:
        return self.looks[0].size_wh


@dataclass(frozen=True, slots=True, eq=False)
class Maker:
    """Makes products; `share` is the share of them that wear photographs, the rest is drawn."""

    photographs: Photographs
    palette: Palette = ANY
    share: float = 0.4
    shapes: tuple[str, ...] = SHAPES

    def package(self, name: str, size_wh: tuple[int, int], rng: np.random.Generator) -> Product:
        """A package of about this size."""
        shape = self.shapes[int(rng.integers(0, len(self.shapes)))]
        width, height = size_wh
        if shape in ("bottle", "carton"):
            width = min(width, int(height * rng.uniform(0.36, 0.5)))
        elif shape in ("tub", "jar", "can"):
            height = min(height, int(width * rng.uniform(0.8, 1.35)))
        if rng.random() < self.share:
            return Product(name, self._photographed("box" if shape == "tub" else shape, (width, height), rng))
        return Product(name, draw_package(shape, (width, height), self.palette, rng))

    def _photographed(self, shape: str, size_wh: tuple[int, int], rng: np.random.Generator) -> tuple[Sprite, Sprite]:
        classes = PACKED_CLASSES if rng.random() < 0.7 else LOOSE_CLASSES
        picture = self.photographs.pick(classes, rng)
        front = cv2.resize(
            crop(picture, size_wh[0] / size_wh[1], float(rng.uniform(0.5, 0.75)), rng),
            size_wh,
            interpolation=cv2.INTER_AREA,
        )
        turned = turned_face(front, rng, bar_code=False)
        return dressed(front, shape, rng), dressed(turned, shape, rng)

    def produce(self, name: str, size_px: int, rng: np.random.Generator) -> Product:
        """Loose round produce: eight items cut from a photograph of a heap."""
        heap = self.photographs.pick(ROUND_CLASSES, rng)
        stretch = float(rng.uniform(0.85, 1.15))
        return Product(name, tuple(_item(heap, size_px, stretch, rng) for _ in range(8)))

    def piece(self, name: str, size_wh: tuple[int, int], rng: np.random.Generator) -> Product:
        """A piece of bakery: brown, baked unevenly, with seeds or icing."""
        width, height = size_wh
        brown = rng.uniform(0.6, 1.1)
        hue = np.array([rng.uniform(55, 95), rng.uniform(115, 145), rng.uniform(180, 215)]) * brown
        kind = int(rng.integers(0, 3))
        looks = tuple(_baked((width, height), hue, kind, rng) for _ in range(4))
        return Product(name, looks)


def half_as_tall(product: Product, rng: np.random.Generator) -> Product:
    """A thing of the same width and style that is about half as tall."""
    share = float(rng.uniform(0.48, 0.6))
    looks = tuple(
        Sprite(
            cv2.resize(s.bgr, (s.size_wh[0], int(s.size_wh[1] * share))),
            cv2.resize(s.alpha, (s.size_wh[0], int(s.size_wh[1] * share))),
        )
        for s in product.looks
    )
    return replace(product, looks=looks)


def other_sort(product: Product, name: str, rng: np.random.Generator) -> Product:
    """The same package in another flavour: its colours go round the circle."""
    turn = int(rng.integers(35, 110))
    return Product(name, tuple(Sprite(_hue_turned(s.bgr, turn), s.alpha) for s in product.looks))


def difference(one: Product, other: Product) -> float:
    """How unlike two products look from some way off, 0 to 255: of small pictures, laid on each other at best."""
    a, b = (_thumbnail(product.looks[0]) for product in (one, other))
    height, width = a.shape[:2]
    shifted = (
        np.abs(a[1:-1, 1:-1] - b[y : y + height - 2, x : x + width - 2]).mean() for y in range(3) for x in range(3)
    )
    return float(min(shifted))


def _thumbnail(sprite: Sprite) -> NDArray[np.float32]:
    """The thing on grey, 12 points wide and 16 tall."""
    alpha = sprite.alpha[..., None].astype(np.float32) / 255
    on_grey = sprite.bgr * alpha + 128 * (1 - alpha)
    return cv2.resize(on_grey.astype(np.float32), (12, 16), interpolation=cv2.INTER_AREA)


def _hue_turned(bgr: Picture, turn: int) -> Picture:
    hsv = cv2.cvtColor(bgr, cv2.COLOR_BGR2HSV)
    hsv[..., 0] = (hsv[..., 0].astype(int) + turn) % 180
    return cv2.cvtColor(hsv, cv2.COLOR_HSV2BGR)


def _item(heap: Picture, size_px: int, stretch: float, rng: np.random.Generator) -> Sprite:
    width = int(size_px * rng.uniform(0.9, 1.1))
    height = int(width * stretch)
    patch = cv2.resize(crop(heap, width / height, float(rng.uniform(0.12, 0.2)), rng), (width, height))
    patch = cv2.GaussianBlur(patch, (0, 0), width * 0.06)
    colour = np.median(heap.reshape(-1, 3), axis=0)
    mean = patch.reshape(-1, 3).mean(axis=0)
    skin = (patch - mean) * 0.7 + mean * 0.45 + colour * 0.75
    light, alpha = ball_light((width, height), rng)
    return Sprite(speckle(np.clip(skin * light, 0, 255).astype(np.uint8), rng, 3.0), alpha)


def _baked(size_wh: tuple[int, int], colour: np.ndarray, kind: int, rng: np.random.Generator) -> Sprite:
    width, height = size_wh
    light, alpha = ball_light(size_wh, rng)
    crust = cv2.GaussianBlur(rng.normal(0, 1, (height, width)), (0, 0), width * 0.08)
    skin = colour * (1.15 + 0.12 * crust / max(float(crust.std()), 1e-6))[..., None]
    if kind == 1:
        seeds = rng.random((height, width)) < 0.03
        skin[seeds] = (150, 200, 225)
    elif kind == 2:
        cut = np.abs((np.arange(width) / width * 5 + rng.random()) % 1 - 0.5)[None, :] < 0.13
        skin[np.broadcast_to(cut, (height, width))] *= 1.35
    lit = np.clip(skin * (0.35 + 0.75 * light), 0, 255).astype(np.uint8)
    return Sprite(speckle(lit, rng, 4.0), alpha)
