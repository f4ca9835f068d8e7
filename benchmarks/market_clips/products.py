"""Units of goods as cut-out pictures: print, round shading, caps and transparent bodies."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

import cv2
import numpy as np

from market_clips.paint import (
    FONTS,
    Colour,
    Field,
    Image,
    bars,
    brand,
    dimmed,
    hsv,
    mixed,
    shaded,
    sheet,
    small_print,
    smooth_noise,
    write_word,
)
from market_clips.photos import Album

Outline = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """How one product looks, whatever its size in the picture.

    Attributes:
        shape: a key of SHAPES.
        design: decides the print; the same number gives the same print.
        photo: the picture on the label, or what a heap is made of.
    """

    shape: str
    base: Colour
    second: Colour
    ink: Colour
    design: int
    photo: Image | None = None


@dataclass(frozen=True, slots=True)
class Shape:
    """The outline of a product, its width over its height, and how light falls on it."""

    outline: Outline
    aspect: float
    round_by: float
    dress: Callable[[Image, Look, np.random.Generator], None]
    alpha: int = 255


def _panel(art: Image, look: Look, rng: np.random.Generator) -> None:
    """Cover a whole front with one of several usual designs."""
    height, width = art.shape[:2]
    design = int(rng.integers(5))
    if design == 0:
        art[int(height * 0.55) :] = look.second
    elif design == 1:
        points = np.array([[0, height * 0.7], [width, height * 0.35], [width, height], [0, height]], np.int32)
        cv2.fillPoly(art, [points], look.second, cv2.LINE_AA)
    elif design == 2:
        cv2.circle(art, (width // 2, int(height * 0.6)), int(width * 0.4), look.second, -1, cv2.LINE_AA)
    elif design == 3:
        for top in np.arange(0.35, 0.95, 0.14):
            art[int(height * top) : int(height * (top + 0.07))] = look.second
    else:
        art[:, : int(width * 0.3)] = look.second
    if look.photo is not None:
        _stick(art, look.photo, (0.14, 0.42, 0.86, 0.8))
    font = FONTS[int(rng.integers(len(FONTS)))]
    write_word(art, brand(rng), (0.1, 0.1, 0.9, 0.1 + rng.uniform(0.12, 0.2)), look.ink, font)
    small_print(art, rng, (0.12, 0.84, 0.9, 0.96), look.ink, 3)


def _stick(art: Image, photo: Image, box: tuple[float, float, float, float]) -> None:
    height, width = art.shape[:2]
    x0, y0, x1, y1 = int(box[0] * width), int(box[1] * height), int(box[2] * width), int(box[3] * height)
    art[y0:y1, x0:x1] = cv2.resize(photo, (x1 - x0, y1 - y0), interpolation=cv2.INTER_AREA)


def _label(art: Image, look: Look, rng: np.random.Generator, box: tuple[float, float, float, float]) -> None:
    height, width = art.shape[:2]
    part = art[int(box[1] * height) : int(box[3] * height), int(box[0] * width) : int(box[2] * width)]
    part[:] = look.second
    part[: max(1, part.shape[0] // 12)] = look.ink
    write_word(part, brand(rng), (0.12, 0.2, 0.9, 0.5), look.ink, FONTS[int(rng.integers(3))])
    if look.photo is not None and rng.random() < 0.5:
        _stick(part, look.photo, (0.3, 0.55, 0.7, 0.95))
    else:
        small_print(part, rng, (0.15, 0.6, 0.85, 0.95), look.ink, 3)


def _bottle(art: Image, look: Look, rng: np.random.Generator) -> None:
    height = art.shape[0]
    art[: int(height * 0.08)] = look.ink
    _label(art, look, rng, (0.0, 0.48, 1.0, 0.82))


def _wine(art: Image, look: Look, rng: np.random.Generator) -> None:
    art[: int(art.shape[0] * 0.22)] = look.ink
    _label(art, look, rng, (0.08, 0.6, 0.92, 0.9))


def _can(art: Image, look: Look, rng: np.random.Generator) -> None:
    _panel(art, look, rng)
    height = art.shape[0]
    art[: max(1, int(height * 0.06))] = (200, 200, 205)
    art[-max(1, int(height * 0.05)) :] = (150, 150, 155)


def _carton(art: Image, look: Look, rng: np.random.Generator) -> None:
    _panel(art, look, rng)
    height, width = art.shape[:2]
    art[: int(height * 0.07)] = mixed(look.base, (255, 255, 255), 0.5)
    cv2.line(art, (0, int(height * 0.2)), (width, int(height * 0.2)), dimmed(look.base, 0.7), 2)


def _tube(art: Image, look: Look, rng: np.random.Generator) -> None:
    _panel(art, look, rng)
    art[int(art.shape[0] * 0.84) :] = dimmed(look.second, 0.8)


def _jar(art: Image, look: Look, rng: np.random.Generator) -> None:
    art[: int(art.shape[0] * 0.17)] = look.ink
    _label(art, look, rng, (0.0, 0.36, 1.0, 0.82))


def _hanger(art: Image, look: Look, rng: np.random.Generator) -> None:
    _panel(art, look, rng)
    height, width = art.shape[:2]
    art[: int(height * 0.12)] = look.second
    cv2.ellipse(art, (width // 2, int(height * 0.06)), (width // 7, max(1, height // 50)), 0, 0, 360, (25, 25, 25), -1)


def _cup(art: Image, look: Look, rng: np.random.Generator) -> None:
    _panel(art, look, rng)
    art[: max(1, int(art.shape[0] * 0.1))] = mixed(look.second, (255, 255, 255), 0.6)


def _eggs(art: Image, look: Look, rng: np.random.Generator) -> None:
    height, width = art.shape[:2]
    for bump in range(5):
        centre = (int(width * (bump + 0.5) / 5), int(height * 0.22))
        cv2.ellipse(art, centre, (width // 12, height // 5), 0, 180, 360, dimmed(look.base, 1.12), -1)
    art[int(height * 0.55) : int(height * 0.6)] = dimmed(look.base, 0.6)
    _label(art, look, rng, (0.2, 0.62, 0.8, 0.95))


def _loaf(art: Image, look: Look, rng: np.random.Generator) -> None:
    height, width = art.shape[:2]
    art[:] = shaded(art, 1.0 + smooth_noise(rng, (height, width), max(2, width // 8), 0.16))
    for cut in np.arange(0.2, 0.9, 0.2):
        start, end = (int(width * cut), int(height * 0.12)), (int(width * (cut + 0.09)), int(height * 0.6))
        cv2.line(art, start, end, mixed(look.base, (225, 240, 250), 0.55), max(2, width // 16), cv2.LINE_AA)


def _case(art: Image, look: Look, rng: np.random.Generator) -> None:
    height = art.shape[0]
    art[int(height * 0.42) : int(height * 0.54)] = mixed(look.base, (190, 215, 225), 0.4)
    write_word(art, brand(rng), (0.08, 0.14, 0.6, 0.36), look.ink, FONTS[0])
    bars(art, rng, (0.66, 0.62, 0.93, 0.9))
    small_print(art, rng, (0.08, 0.66, 0.5, 0.92), look.ink, 3)
    art[:, :2] = dimmed(look.base, 0.5)
    art[:, -2:] = dimmed(look.base, 0.5)
    art[:2] = dimmed(look.base, 1.25)
    if look.photo is not None:
        _stick(art, look.photo, (0.66, 0.1, 0.93, 0.4))


def _magazine(art: Image, look: Look, rng: np.random.Generator) -> None:
    if look.photo is not None:
        _stick(art, look.photo, (0.0, 0.22, 1.0, 1.0))
    write_word(art, brand(rng), (0.05, 0.05, 0.95, 0.19), look.ink, FONTS[1])
    for line in range(3):
        top = 0.35 + 0.2 * line
        small_print(art, rng, (0.06, top, 0.5, top + 0.1), look.second, 2)


def _pack(art: Image, look: Look, rng: np.random.Generator) -> None:
    height = art.shape[0]
    art[int(height * 0.62) :] = (235, 235, 235)
    small_print(art, rng, (0.1, 0.66, 0.9, 0.95), (20, 20, 20), 3)
    write_word(art, brand(rng), (0.12, 0.3, 0.88, 0.5), look.ink, FONTS[1])
    art[: int(height * 0.14)] = look.second


def _heap(art: Image, look: Look, rng: np.random.Generator) -> None:
    """Pile up balls cut from the photograph, each lit from above."""
    height, width = art.shape[:2]
    photo = look.photo if look.photo is not None else sheet((40, 40), look.base)
    size = max(8, int(width * rng.uniform(0.16, 0.24)))
    yy, xx = np.mgrid[-1 : 1 : size * 1j, -1 : 1 : size * 1j].astype(np.float32)
    distance = np.sqrt(xx * xx + yy * yy)
    light = np.clip(1.15 - 0.35 * yy - 0.75 * distance**3, 0.15, 1.5)
    ball = (distance < 1.0).astype(np.uint8)
    for row in np.arange(0.0, height + size, size * 0.55):
        for column in np.arange(-size / 2, width + size, size * 0.85):
            x, y = int(column + rng.uniform(0, size / 2)) - size // 2, int(row + rng.uniform(0, size / 3)) - size // 2
            grain = photo[int(rng.integers(8)) :, int(rng.integers(8)) :]
            patch = shaded(cv2.resize(grain, (size, size)), light * rng.uniform(0.85, 1.1))
            x0, y0, x1, y1 = max(0, x), max(0, y), min(width, x + size), min(height, y + size)
            if x1 > x0 and y1 > y0:
                inner = (slice(y0 - y, y1 - y), slice(x0 - x, x1 - x))
                np.copyto(art[y0:y1, x0:x1], patch[inner], where=ball[inner][..., None] > 0)


RECT: Final[Outline] = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))


def _mirrored(*right: tuple[float, float]) -> Outline:
    """An outline that is the same on the left, from its right side top to bottom."""
    return (*right, *((1.0 - x, y) for x, y in reversed(right)))


BOTTLE: Final = _mirrored((0.62, 0), (0.62, 0.18), (0.66, 0.24), (0.92, 0.36), (1, 0.42), (1, 0.97), (0.95, 1))
WINE: Final = _mirrored((0.64, 0), (0.64, 0.3), (0.7, 0.36), (0.97, 0.44), (1, 0.5), (1, 0.98), (0.95, 1))
POUCH: Final = _mirrored((0.96, 0), (0.93, 0.08), (1, 0.35), (1, 0.7), (0.95, 1))
LOAF: Final = _mirrored((0.6, 0.03), (0.8, 0.12), (0.94, 0.35), (0.98, 0.7), (0.95, 1))
HEAP: Final = _mirrored((0.6, 0.0), (0.78, 0.07), (0.93, 0.2), (1.0, 0.36), (1.0, 1.0))

SHAPES: Final[Mapping[str, Shape]] = MappingProxyType(
    {
        "box": Shape(RECT, 0.66, 0.0, _panel),
        "slab": Shape(RECT, 1.7, 0.0, _panel),
        "carton": Shape(_mirrored((0.88, 0), (0.88, 0.06), (0.98, 0.2), (0.98, 1)), 0.42, 0.1, _carton),
        "bottle": Shape(BOTTLE, 0.36, 0.6, _bottle),
        "wine": Shape(WINE, 0.29, 0.75, _wine),
        "water": Shape(BOTTLE, 0.34, 0.5, _bottle, alpha=150),
        "can": Shape(_mirrored((0.94, 0), (1, 0.05), (1, 0.94), (0.93, 1)), 0.56, 0.8, _can),
        "tin": Shape(_mirrored((0.96, 0), (1, 0.05), (1, 0.95), (0.95, 1)), 0.95, 0.8, _can),
        "tube": Shape(_mirrored((1, 0), (0.92, 0.55), (0.84, 0.84), (0.84, 1)), 0.38, 0.5, _tube),
        "pouch": Shape(POUCH, 0.7, 0.25, _panel),
        "jar": Shape(_mirrored((0.88, 0), (0.88, 0.16), (1, 0.26), (1, 0.95), (0.93, 1)), 0.7, 0.6, _jar),
        "hanger": Shape(RECT, 0.6, 0.12, _hanger),
        "cup": Shape(_mirrored((1, 0), (1, 0.08), (0.95, 0.1), (0.85, 1)), 0.95, 0.6, _cup),
        "eggs": Shape(_mirrored((0.96, 0.04), (1, 0.2), (1, 1)), 2.2, 0.0, _eggs),
        "loaf": Shape(LOAF, 1.6, 0.35, _loaf),
        "case": Shape(RECT, 1.35, 0.0, _case),
        "magazine": Shape(RECT, 0.76, 0.0, _magazine),
        "pack": Shape(RECT, 0.62, 0.05, _pack),
        "heap": Shape(HEAP, 1.5, 0.0, _heap),
    }
)

PHOTO_FAMILIES: Final[Mapping[str, tuple[str, float]]] = MappingProxyType(
    {"heap": ("Fruit Vegetables", 1.0), "magazine": ("Packages Fruit", 1.0), "box": ("Packages Fruit", 0.4)}
)


def new_look(shape: str, rng: np.random.Generator, album: Album, hue: float) -> Look:
    """A product of a shape, mainly of one hue, with colours that such goods have."""
    base = hsv(hue, rng.uniform(0.5, 0.95), rng.uniform(0.45, 0.95))
    second = hsv(hue + rng.uniform(0.2, 0.8), rng.uniform(0.1, 0.8), rng.uniform(0.6, 1.0))
    ink = (245, 245, 245) if sum(base) < 380 else hsv(hue + 0.5, 0.8, 0.25)
    families, chance = PHOTO_FAMILIES.get(shape, ("Packages", 0.3))
    names = families.split()
    photo = album.grocery(names[int(rng.integers(len(names)))], rng) if rng.random() < chance else None
    look = Look(shape, base, second, ink, int(rng.integers(1 << 30)), photo)
    return _as_sold(look, rng)


def _as_sold(look: Look, rng: np.random.Generator) -> Look:
    if look.shape == "heap" and look.photo is not None:
        return replace(look, base=dimmed(_middling(look.photo), 0.3))
    if look.shape == "wine":
        body = (hsv(0.25, 0.6, 0.13), hsv(0.05, 0.7, 0.12), hsv(0.98, 0.7, 0.14))[int(rng.integers(3))]
        paper = hsv(rng.uniform(0.08, 0.16), rng.uniform(0.03, 0.25), rng.uniform(0.75, 0.95))
        return replace(look, base=body, second=paper, ink=dimmed(look.base, 0.6), photo=None)
    if look.shape == "water":
        return replace(look, base=hsv(rng.uniform(0.5, 0.6), 0.15, 0.8), ink=look.base, second=look.base)
    if look.shape == "loaf":
        return replace(look, base=hsv(rng.uniform(0.06, 0.1), rng.uniform(0.5, 0.7), rng.uniform(0.45, 0.8)))
    if look.shape == "case":
        return replace(look, base=hsv(0.08, rng.uniform(0.3, 0.5), rng.uniform(0.5, 0.75)), ink=dimmed(look.base, 0.6))
    if look.shape == "eggs":
        return replace(look, base=mixed(look.base, (150, 155, 160), 0.6), ink=(40, 40, 40))
    return look


def _middling(photo: Image) -> Colour:
    blue, green, red = (int(value) for value in photo.reshape(-1, 3).mean(axis=0))
    return blue, green, red


def paled(look: Look) -> Look:
    """The product in the near-white packing of medicines."""
    return replace(look, base=mixed(look.base, (246, 246, 246), 0.86), ink=dimmed(look.base, 0.8), photo=None)


def sibling(look: Look, rng: np.random.Generator) -> Look:
    """Another variety of the same brand: same print, other second colour."""
    second = hsv(rng.uniform(0, 1), rng.uniform(0.5, 0.9), rng.uniform(0.35, 0.9))
    return replace(look, second=second, ink=(250, 250, 250) if sum(second) < 360 else (30, 20, 20))


def unit_picture(look: Look, size_wh: tuple[int, int], *, turned: bool = False) -> Image:
    """One unit as BGRA of the size; turned shows its back with small print and a bar code."""
    shape = SHAPES[look.shape]
    width, height = max(6, size_wh[0]) * 2, max(6, size_wh[1]) * 2
    rng = np.random.default_rng([look.design, 7])
    art = sheet((height, width), look.base)
    if turned and look.shape not in ("heap", "loaf"):
        _back(art, look, rng)
    else:
        shape.dress(art, look, rng)
    art = shaded(art, _light(shape, (height, width), rng))
    mask = np.zeros((height, width), np.uint8)
    outline = np.array(shape.outline, np.float32) * (width - 1, height - 1)
    cv2.fillPoly(mask, [outline.astype(np.int32)], 255)
    alpha = _body_alpha(mask, shape)
    picture: Image = cv2.resize(np.dstack([art, alpha]), (width // 2, height // 2), interpolation=cv2.INTER_AREA)
    return picture


def _back(art: Image, look: Look, rng: np.random.Generator) -> None:
    height = art.shape[0]
    SHAPES[look.shape].dress(art, look, rng)
    inner = art[int(height * 0.4) : int(height * 0.88), int(art.shape[1] * 0.12) : int(art.shape[1] * 0.88)]
    inner[:] = mixed(look.base, (240, 240, 240), 0.6)
    small_print(inner, rng, (0.08, 0.05, 0.92, 0.6), (50, 50, 50), 6)
    bars(inner, rng, (0.4, 0.65, 0.9, 0.95))


def _body_alpha(mask: Image, shape: Shape) -> Image:
    if shape.alpha == 255:
        return mask
    height, width = mask.shape
    body = np.full((height, width), shape.alpha, np.float32)
    body[: int(height * 0.09)] = 255
    body[int(height * 0.48) : int(height * 0.82)] = 250
    across = np.abs(np.linspace(-1, 1, width, dtype=np.float32))
    body = np.maximum(body, 255 * np.clip(across[None] * 4 - 3.1, 0, 1))
    return np.minimum(body, mask.astype(np.float32)).astype(np.uint8)


def _light(shape: Shape, size_hw: tuple[int, int], rng: np.random.Generator) -> Field:
    height, width = size_hw
    across = np.linspace(-1, 1, width, dtype=np.float32)
    barrel = 1.0 - shape.round_by * 0.75 * np.abs(across) ** 2.2
    shine = shape.round_by * 0.9 * np.exp(-(((across + 0.35) / 0.09) ** 2))
    down = np.linspace(1.06, 0.86, height, dtype=np.float32)
    gain = (barrel + shine)[None] * down[:, None]
    edge = 1.0 - 0.3 * (np.abs(across) > 0.97)
    wrinkle = smooth_noise(rng, size_hw, max(3, width // 6), 0.14 if shape.outline is POUCH else 0.02)
    light: Field = (gain * edge[None] + wrinkle).astype(np.float32)
    return light
