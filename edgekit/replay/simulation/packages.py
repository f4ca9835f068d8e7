"""Packages that are on no shelf in the world: boxes, bottles, cans, jars, bags, drawn from chance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgekit.replay.simulation.layers import Layer, layer_of
from edgekit.replay.simulation.print import Colour, print_label, random_colour

__all__ = ["SHAPES", "Look", "package", "random_look", "similar_look"]

Drawing = NDArray[Any]
"""float32 (height, width, 3), 0-255 and beyond."""

Mask = NDArray[np.uint8]

FINE = 3
"""Packages are drawn so many times larger and then reduced."""


@dataclass(frozen=True, slots=True)
class Look:
    """How a product looks; the same look at the same size gives the same picture.

    Attributes:
        shape: a key of SHAPES.
        body, second, ink: BGR colours of the package, of its label, and of what is printed.
        print_seed: decides marks and letters.
        opacity: 0-1; below 1 one sees through it a little.
        busy: 0-1, how much is printed on it; 0 is a plain package.
    """

    shape: str
    body: Colour
    second: Colour
    ink: Colour
    print_seed: int
    opacity: float = 1.0
    busy: float = 1.0


def random_look(random: np.random.Generator, *, shape: str | None = None, body: Colour | None = None) -> Look:
    """Some product."""
    shape = shape or str(random.choice(list(SHAPES)))
    body = body or random_colour(random)
    glassy = shape in ("bottle", "jar") and random.random() < 0.25
    return Look(
        shape,
        body,
        random_colour(random),
        random_colour(random),
        int(random.integers(1 << 30)),
        opacity=float(random.uniform(0.55, 0.8)) if glassy else 1.0,
        busy=0.0 if random.random() < 0.1 else float(random.uniform(0.3, 1.0)),
    )


def similar_look(random: np.random.Generator, look: Look) -> Look:
    """Another variety of the same brand: the same shape and print, one colour changed a little or entirely."""
    near = tuple(float(np.clip(value + random.normal(0, 30), 0, 255)) for value in look.body)
    body = (near[0], near[1], near[2])
    if random.random() < 0.5:
        return replace(look, body=body, print_seed=look.print_seed + 1)
    return replace(look, second=random_colour(random))


def package(look: Look, width: int, height: int) -> Layer:
    """The front of a package of `look`, `width` x `height` pixels."""
    import cv2

    wide, high = max(4, width) * FINE, max(4, height) * FINE
    random = np.random.default_rng(look.print_seed)
    pixels = np.empty((high, wide, 3), np.float32)
    pixels[:] = look.body
    alpha = np.zeros((high, wide), np.uint8)
    SHAPES[look.shape](look, pixels, alpha, random)
    alpha = cv2.convertScaleAbs(alpha, alpha=look.opacity)
    size = (max(4, width), max(4, height))
    small = cv2.resize(np.clip(pixels, 0, 255).astype(np.uint8), size, interpolation=cv2.INTER_AREA)
    return layer_of(small, cv2.resize(alpha, size, interpolation=cv2.INTER_AREA))


def _round_shade(pixels: Drawing, left: int, right: int, random: np.random.Generator, depth: float = 0.55) -> None:
    """Shade columns as a cylinder lit from somewhere in front, with a streak of light."""
    across = np.linspace(-1, 1, max(2, right - left))
    light = random.uniform(-0.5, 0.5)
    gain = 1 - depth * np.abs(across - light * 0.4) ** 2.2
    streak = 40 * np.exp(-(((across - light) / 0.12) ** 2))
    pixels[:, left:right] = pixels[:, left:right] * gain[None, :, None] + streak[None, :, None]


def _flat_shade(pixels: Drawing, random: np.random.Generator) -> None:
    high, wide = pixels.shape[:2]
    across, down = np.linspace(0, 1, wide)[None, :, None], np.linspace(0, 1, high)[:, None, None]
    pixels *= 1 + random.uniform(-0.15, 0.15) * (across - 0.5) + random.uniform(-0.2, 0.05) * (down - 0.5)
    edge = max(1, wide // 40)
    pixels[:, :edge] *= 0.75
    pixels[:, -edge:] *= 0.7
    pixels[-edge:] *= 0.7
    pixels[:edge] = pixels[:edge] * 0.8 + 40


def _box(look: Look, pixels: Drawing, alpha: Mask, random: np.random.Generator) -> None:
    print_label(pixels, random, look.second, look.ink, look.busy)
    _flat_shade(pixels, random)
    alpha[:] = 255


def _carton(look: Look, pixels: Drawing, alpha: Mask, random: np.random.Generator) -> None:
    """A carton of milk: a gabled top, perhaps a cap."""
    import cv2

    high, wide = alpha.shape
    roof = round(high * random.uniform(0.12, 0.2))
    print_label(pixels[roof:], random, look.second, look.ink, look.busy)
    _flat_shade(pixels, random)
    pixels[:roof] = pixels[:roof] * 0.85 + 25
    slope = round(wide * random.uniform(0.05, 0.22))
    outline = np.array(
        [(0, roof), (slope, roof // 4), (wide - slope, roof // 4), (wide, roof), (wide, high), (0, high)]
    )
    cv2.fillPoly(alpha, [outline], 255)
    if random.random() < 0.6:
        cap = round(wide * random.uniform(0.1, 0.2))
        cv2.rectangle(alpha, (wide // 2 - cap, 0), (wide // 2 + cap, roof // 2), 255, -1)
        cv2.rectangle(pixels, (wide // 2 - cap, 0), (wide // 2 + cap, roof // 2), look.ink, -1)


def _bottle(look: Look, pixels: Drawing, alpha: Mask, random: np.random.Generator) -> None:
    import cv2

    high, wide = alpha.shape
    neck = round(wide * random.uniform(0.12, 0.22))
    neck_end, shoulder = round(high * random.uniform(0.15, 0.3)), round(high * random.uniform(0.32, 0.48))
    middle, side = wide // 2, round(wide * random.uniform(0.02, 0.08))
    left = [(middle - neck, 0), (middle - neck, neck_end), (side, shoulder), (side, high - side), (side * 3, high)]
    right = [(wide - x, y) for x, y in reversed(left)]
    cv2.fillPoly(alpha, [np.array(left + right)], 255)
    if look.busy > 0:
        top, bottom = round(high * random.uniform(0.48, 0.55)), round(high * random.uniform(0.8, 0.93))
        pixels[top:bottom] = look.second
        print_label(pixels[top:bottom], random, look.body, look.ink, look.busy)
    cap = round(high * random.uniform(0.05, 0.09))
    pixels[:cap] = look.ink
    _round_shade(pixels, 0, wide, random, 0.65)


def _can(look: Look, pixels: Drawing, alpha: Mask, random: np.random.Generator) -> None:
    import cv2

    high, wide = alpha.shape
    print_label(pixels, random, look.second, look.ink, look.busy)
    rim = max(2, high // 18)
    pixels[:rim] = pixels[-rim:] = 185
    _round_shade(pixels, 0, wide, random)
    curve = max(2, round(wide * 0.08))
    cv2.rectangle(alpha, (0, curve // 2), (wide, high - curve // 2), 255, -1)
    for y in (curve // 2, high - curve // 2 - 1):
        cv2.ellipse(alpha, (wide // 2, y), (wide // 2, curve // 2), 0, 0, 360, 255, -1)


def _jar(look: Look, pixels: Drawing, alpha: Mask, random: np.random.Generator) -> None:
    import cv2

    high, wide = alpha.shape
    lid, inset = round(high * random.uniform(0.12, 0.2)), round(wide * random.uniform(0.04, 0.12))
    top, bottom = round(high * random.uniform(0.35, 0.45)), round(high * random.uniform(0.75, 0.88))
    pixels += random.normal(0, 12, (high, wide, 1)).astype(np.float32)
    pixels[top:bottom] = look.second
    print_label(pixels[top:bottom], random, look.body, look.ink, look.busy)
    pixels[:lid] = look.ink
    _round_shade(pixels, 0, wide, random)
    cv2.rectangle(alpha, (inset, 0), (wide - inset, lid), 255, -1)
    low = lid + inset
    outline = [(inset, lid), (wide - inset, lid), (wide, low), (wide, high - inset), (wide - inset, high)]
    cv2.fillPoly(alpha, [np.array([*outline, (inset, high), (0, high - inset), (0, low)])], 255)


def _tub(look: Look, pixels: Drawing, alpha: Mask, random: np.random.Generator) -> None:
    import cv2

    high, wide = alpha.shape
    lid, slope = round(high * random.uniform(0.1, 0.25)), round(wide * random.uniform(0.06, 0.16))
    print_label(pixels[lid:], random, look.second, look.ink, look.busy)
    pixels[:lid] = look.ink
    _round_shade(pixels, 0, wide, random, 0.4)
    cv2.fillPoly(alpha, [np.array([(0, lid), (wide, lid), (wide - slope, high), (slope, high)])], 255)
    cv2.rectangle(alpha, (0, 0), (wide, lid), 255, -1)


def _bag(look: Look, pixels: Drawing, alpha: Mask, random: np.random.Generator) -> None:
    import cv2

    high, wide = alpha.shape
    print_label(pixels, random, look.second, look.ink, look.busy)
    rough = cv2.resize(random.normal(1, 0.16, (9, 6)).astype(np.float32), (wide, high), interpolation=cv2.INTER_CUBIC)
    pixels *= rough[:, :, None]
    seam = round(high * random.uniform(0.04, 0.09))
    pixels[:seam] *= 0.8
    pixels[-seam:] *= 0.75
    down = np.linspace(0, 1, 24)
    inset = wide * (
        0.05 + 0.05 * np.cos(down * 2 * np.pi * random.uniform(0.7, 1.3)) + random.uniform(-0.015, 0.015, 24)
    )
    left = np.stack([np.maximum(inset, 0), down * high], 1)
    right = np.stack([wide - np.maximum(inset[::-1], 0), down[::-1] * high], 1)
    cv2.fillPoly(alpha, [np.concatenate([left, right]).astype(np.int32)], 255)


def _tube(look: Look, pixels: Drawing, alpha: Mask, random: np.random.Generator) -> None:
    """A plain tube or roll: nothing is printed on it but a band."""
    import cv2

    high, wide = alpha.shape
    band = round(high * random.uniform(0.1, 0.7))
    pixels[band : band + high // 12] = look.second
    _round_shade(pixels, 0, wide, random, 0.35)
    radius = wide // 5
    cv2.rectangle(alpha, (0, radius), (wide, high), 255, -1)
    cv2.rectangle(alpha, (radius, 0), (wide - radius, high), 255, -1)
    for x in (radius, wide - radius - 1):
        cv2.circle(alpha, (x, radius), radius, 255, -1)


SHAPES: dict[str, Callable[[Look, Drawing, Mask, np.random.Generator], None]] = {
    "box": _box,
    "carton": _carton,
    "bottle": _bottle,
    "can": _can,
    "jar": _jar,
    "tub": _tub,
    "bag": _bag,
    "tube": _tube,
}
"""What a package can be; each draws into float32 pixels and a uint8 alpha, `FINE` times the size."""
