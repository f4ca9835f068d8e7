"""Packages drawn with print: boxes, cartons, cans, bottles, jars, bags and tubs of no real maker."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from blind_clips.outlines import outline_of, rounded_light
from blind_clips.sprites import Picture, Sprite, speckle

SHAPES = ("box", "carton", "can", "bottle", "jar", "bag", "tub")
_LETTERS = np.array(list("AEIOULRNSTMKDBPVGZ"))
_FONTS = (cv2.FONT_HERSHEY_DUPLEX, cv2.FONT_HERSHEY_TRIPLEX, cv2.FONT_HERSHEY_COMPLEX, cv2.FONT_HERSHEY_SIMPLEX)


@dataclass(frozen=True, slots=True)
class Palette:
    """How bright and how coloured packages are: ranges of 0 to 255, and how loud their print is."""

    saturation: tuple[int, int] = (60, 230)
    value: tuple[int, int] = (70, 240)
    print_contrast: float = 1.0

    def colour(self, rng: np.random.Generator) -> tuple[int, int, int]:
        hsv = np.uint8([[[rng.integers(0, 180), rng.integers(*self.saturation), rng.integers(*self.value)]]])
        b, g, r = cv2.cvtColor(hsv, cv2.COLOR_HSV2BGR)[0, 0]
        return int(b), int(g), int(r)


ANY = Palette()
PALE = Palette((4, 32), (196, 240), 0.75)
DARK = Palette((20, 120), (28, 74), 0.8)
LOUD = Palette((150, 250), (130, 250), 1.3)
DULL = Palette((20, 70), (110, 190), 0.35)


def draw_package(
    shape: str, size_wh: tuple[int, int], palette: Palette, rng: np.random.Generator
) -> tuple[Sprite, Sprite]:
    """A package from its front and from its side, which shows less print."""
    base, second = palette.colour(rng), palette.colour(rng)
    front = _face(size_wh, base, second, palette, rng)
    side = turned_face(front, rng, bar_code=True)
    return dressed(front, shape, rng), dressed(side, shape, rng)


def dressed(face: Picture, shape: str, rng: np.random.Generator) -> Sprite:
    """A printed face given the outline and the light of a shape."""
    height, width = face.shape[:2]
    alpha = outline_of(shape, (width, height))
    lit = np.clip(face * rounded_light(shape, (width, height), rng), 0, 255).astype(np.uint8)
    if shape in ("bottle", "jar"):
        top = int(height * (0.13 if shape == "bottle" else 0.15))
        cap = np.array(rng.integers(30, 230, 3), np.float32)
        lit[:top] = np.clip(cap * rounded_light(shape, (width, top), rng), 0, 255)
    return Sprite(speckle(lit, rng, 2.0), alpha)


def _face(
    size_wh: tuple[int, int], base: tuple[int, ...], second: tuple[int, ...], palette: Palette, rng: np.random.Generator
) -> Picture:
    """The printed front, drawn twice as large and shrunk, so that small print is as soft as a camera sees it."""
    width, height = size_wh[0] * 2, size_wh[1] * 2
    face = np.full((height, width, 3), base, np.uint8)
    _ground(face, _mix(base, second, min(palette.print_contrast, 1.0)), rng)
    ink = _ink(base, palette, rng)
    for _ in range(int(rng.integers(1, 3))):
        _picture(face, palette, rng)
    _word(face, ink, float(rng.uniform(0.18, 0.34)), rng)
    _small_print(face, ink, rng)
    return cv2.resize(face, size_wh, interpolation=cv2.INTER_AREA)


def turned_face(front: Picture, rng: np.random.Generator, *, bar_code: bool) -> Picture:
    """The same package turned by a third: its print has gone round, perhaps a bar code has come to the front."""
    height, width = front.shape[:2]
    face = np.roll(front, int(width * rng.uniform(0.25, 0.4)) * (1 if rng.random() < 0.5 else -1), axis=1)
    if bar_code:
        x, y, w, h = int(width * 0.1), int(height * 0.62), int(width * 0.35), int(height * 0.14)
        face[y : y + h, x : x + w] = 235
        face[y : y + h, x : x + w][:, rng.random(w) < 0.5] = 40
    return face


def _mix(a: tuple[int, ...], b: tuple[int, ...], share: float) -> tuple[int, ...]:
    return tuple(int(x + (y - x) * share) for x, y in zip(a, b, strict=True))


def _ink(base: tuple[int, ...], palette: Palette, rng: np.random.Generator) -> tuple[int, ...]:
    contrary = (20, 20, 30) if sum(base) > 330 else (245, 245, 240)
    return _mix(base, _mix(contrary, palette.colour(rng), 0.3), min(0.85 * palette.print_contrast, 1.0))


def _ground(face: Picture, colour: tuple[int, ...], rng: np.random.Generator) -> None:
    """The larger fields of colour under the print."""
    height, width = face.shape[:2]
    kind = rng.integers(0, 6)
    if kind == 0:
        y = int(height * rng.uniform(0.3, 0.7))
        face[y:] = colour
    elif kind == 1:
        a, b = sorted(rng.uniform(0.1, 0.9, 2))
        cv2.fillPoly(face, [np.int32([[0, height * a], [width, height * b], [width, height], [0, height]])], colour)
    elif kind == 2:
        step = int(rng.integers(width // 10 + 2, width // 4 + 4))
        for x in range(0, width, step * 2):
            cv2.rectangle(face, (x, 0), (x + step, height), colour, -1)
    elif kind == 3:
        cv2.ellipse(
            face,
            (width // 2, int(height * rng.uniform(0.9, 1.1))),
            (int(width * 0.7), int(height * 0.5)),
            0,
            0,
            360,
            colour,
            -1,
            cv2.LINE_AA,
        )
    elif kind == 4:
        step = int(rng.integers(width // 8 + 3, width // 3 + 4))
        for x in range(-height, width, step * 2):
            cv2.fillPoly(
                face, [np.int32([[x, 0], [x + step, 0], [x + step + height, height], [x + height, height]])], colour
            )
    else:
        y = int(height * rng.uniform(0.1, 0.3))
        cv2.rectangle(face, (0, y), (width, y + int(height * 0.25)), colour, -1)


def _picture(face: Picture, palette: Palette, rng: np.random.Generator) -> None:
    """A printed picture: some blobs that could be fruit, a leaf, a plate."""
    height, width = face.shape[:2]
    centre = np.array([rng.uniform(0.25, 0.75) * width, rng.uniform(0.5, 0.85) * height])
    for _ in range(int(rng.integers(1, 5))):
        colour = _mix(
            tuple(int(v) for v in face[int(centre[1]), int(centre[0])]),
            palette.colour(rng),
            min(palette.print_contrast, 1.0),
        )
        at = centre + rng.normal(0, width * 0.12, 2)
        axes = int(width * rng.uniform(0.08, 0.24)), int(width * rng.uniform(0.06, 0.22))
        cv2.ellipse(face, (int(at[0]), int(at[1])), axes, float(rng.uniform(0, 180)), 0, 360, colour, -1, cv2.LINE_AA)


def _word(face: Picture, ink: tuple[int, ...], at_height: float, rng: np.random.Generator) -> None:
    """A name in large letters."""
    height, width = face.shape[:2]
    word = "".join(rng.choice(_LETTERS, int(rng.integers(3, 7))))
    font = _FONTS[int(rng.integers(0, len(_FONTS)))]
    (w, h), _ = cv2.getTextSize(word, font, 1.0, 2)
    scale = min(width * 0.8 / w, height * 0.25 / h)
    at = int((width - w * scale) / 2), int(height * at_height + h * scale / 2)
    cv2.putText(face, word, at, font, scale, ink, max(2, int(scale * 3)), cv2.LINE_AA)


def _small_print(face: Picture, ink: tuple[int, ...], rng: np.random.Generator) -> None:
    """Lines that are too small to read."""
    height, width = face.shape[:2]
    y = height * rng.uniform(0.42, 0.5)
    for _ in range(int(rng.integers(2, 5))):
        half = width * rng.uniform(0.15, 0.38)
        cv2.line(face, (int(width / 2 - half), int(y)), (int(width / 2 + half), int(y)), ink, max(1, height // 110))
        y += height * rng.uniform(0.025, 0.05)
