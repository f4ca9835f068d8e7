"""People and things that come before a shelf: arms with hands, shoppers, trolleys, crates."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgekit.replay.simulation.layers import Layer, layer_of
from edgekit.replay.simulation.print import Colour, random_colour

__all__ = ["arm", "crate", "shopper", "trolley"]

_SKINS: tuple[Colour, ...] = ((190, 205, 235), (140, 170, 220), (100, 135, 190), (70, 95, 145), (45, 60, 95))


def _skin(random: np.random.Generator) -> Colour:
    skin = _SKINS[int(random.integers(len(_SKINS)))]
    return (skin[0] + random.normal(0, 6), skin[1] + random.normal(0, 6), skin[2] + random.normal(0, 6))


def _cloth(random: np.random.Generator, width: int, height: int) -> NDArray[Any]:
    """A piece of clothing: plain, striped, checked or wild, with folds."""
    import cv2

    cloth = np.empty((height, width, 3), np.float32)
    cloth[:] = random_colour(random)
    kind, step = int(random.integers(5)), int(random.integers(4, 16))
    if kind in (1, 3):
        for y in range(0, height, 2 * step):
            cloth[y : y + step] = cloth[y : y + step] * 0.5 + np.array(random_colour(random), np.float32) * 0.5
    if kind in (2, 3):
        for x in range(0, width, 2 * step):
            cloth[:, x : x + step] *= 0.7
    if kind == 4:
        wild = random.uniform(0, 255, (max(2, height // 12), max(2, width // 12), 3)).astype(np.float32)
        cloth = cloth * 0.5 + cv2.resize(wild, (width, height)) * 0.5
    folds = random.normal(1, 0.14, (max(3, height // 30), max(3, width // 20))).astype(np.float32)
    folded: NDArray[Any] = cloth * cv2.resize(folds, (width, height), interpolation=cv2.INTER_CUBIC)[:, :, None]
    return folded


def arm(random: np.random.Generator, hand_px: float, length_px: float, angle_deg: float) -> tuple[Layer, int, int]:
    """An arm whose hand is at its upper end before it is turned by `angle_deg` (0: it comes from below).

    Returns:
        The layer, and the point of it where the hand holds something.
    """
    import cv2

    width, length = round(hand_px * 2.2), round(length_px)
    wrist, elbow = hand_px * random.uniform(0.26, 0.34), hand_px * random.uniform(0.42, 0.6)
    middle, skin = width / 2, _skin(random)
    pixels = np.empty((length, width, 3), np.float32)
    pixels[:] = skin
    alpha = np.zeros((length, width), np.uint8)
    hand = round(hand_px)
    outline = [(middle - wrist, hand), (middle + wrist, hand), (middle + elbow, length), (middle - elbow, length)]
    cv2.fillPoly(alpha, [np.array(outline, np.int32)], 255)
    cv2.ellipse(alpha, (round(middle), round(hand * 0.62)), (round(hand * 0.4), round(hand * 0.44)), 0, 0, 360, 255, -1)
    for finger in range(4):
        x = middle + (finger - 1.5) * hand * 0.21
        tip = (round(x + random.normal(0, hand * 0.05)), round(hand * random.uniform(0.05, 0.2)))
        cv2.line(alpha, (round(x), round(hand * 0.5)), tip, 255, max(2, round(hand * 0.17)), cv2.LINE_AA)
        cv2.line(
            pixels, (round(x + hand * 0.1), round(hand * 0.5)), (tip[0] + round(hand * 0.1), tip[1]), _darker(skin), 1
        )
    side = 1 if random.random() < 0.5 else -1
    thumb = (round(middle + side * hand * 0.62), round(hand * 0.35))
    cv2.line(alpha, (round(middle), round(hand * 0.8)), thumb, 255, max(2, round(hand * 0.2)), cv2.LINE_AA)
    if random.random() < 0.75:
        cuff = round(hand_px * random.uniform(1.0, 2.5))
        if cuff < length - 4:
            pixels[cuff:] = _cloth(random, width, length - cuff)
    across = 1 - 0.3 * np.abs(np.linspace(-1, 1, width))[None, :, None]
    return _turned(layer_of(_bytes(pixels * across), alpha), (middle, hand * 0.35), angle_deg)


def _darker(colour: Colour) -> Colour:
    return (colour[0] * 0.75, colour[1] * 0.75, colour[2] * 0.75)


def _bytes(pixels: NDArray[Any]) -> NDArray[np.uint8]:
    clipped: NDArray[np.uint8] = np.clip(pixels, 0, 255).astype(np.uint8)
    return clipped


def _turned(layer: Layer, point: tuple[float, float], angle_deg: float) -> tuple[Layer, int, int]:
    import cv2

    width, height = layer.size_wh
    matrix = cv2.getRotationMatrix2D(point, angle_deg, 1.0)
    corners = np.array([(0, 0, 1), (width, 0, 1), (0, height, 1), (width, height, 1)]) @ matrix.T
    low, high = np.floor(corners.min(0)), np.ceil(corners.max(0))
    matrix[:, 2] -= low
    size = (int(high[0] - low[0]), int(high[1] - low[1]))
    turned = Layer(cv2.warpAffine(layer.pixels, matrix, size), cv2.warpAffine(layer.alpha, matrix, size))
    at = matrix @ np.array((*point, 1.0))
    return turned, round(float(at[0])), round(float(at[1]))


def shopper(random: np.random.Generator, height_px: int, *, phases: int = 4) -> tuple[Layer, ...]:
    """Somebody as the camera sees them, with `phases` pictures of their steps; all of one size."""
    width = round(height_px * random.uniform(0.34, 0.46))
    seed = int(random.integers(1 << 30))
    return tuple(
        _person(np.random.default_rng(seed), width, height_px, phase / max(1, phases)) for phase in range(phases)
    )


def _person(random: np.random.Generator, width: int, height: int, phase: float) -> Layer:
    import cv2

    pixels = np.zeros((height, width, 3), np.float32)
    alpha = np.zeros((height, width), np.uint8)
    middle, head = width / 2, height * random.uniform(0.062, 0.075)
    neck, waist = round(head * 2.3), round(height * random.uniform(0.48, 0.56))
    shoulder = width * random.uniform(0.27, 0.36)
    swing = np.sin(phase * 2 * np.pi)
    trousers = _cloth(random, width, height)
    for side in (-1, 1):
        foot = round(middle + side * width * 0.1 + side * swing * width * 0.16)
        thigh = round(middle + side * width * 0.09)
        _limb(
            pixels,
            alpha,
            trousers,
            [(thigh, waist - 4), (thigh, round(height * 0.74)), (foot, height)],
            round(width * 0.17),
        )
    top = _cloth(random, width, height)
    torso = [
        (middle - shoulder, neck + head * 0.4),
        (middle - head * 0.6, neck - head * 0.2),
        (middle + head * 0.6, neck - head * 0.2),
        (middle + shoulder, neck + head * 0.4),
        (middle + shoulder * 0.85, waist),
        (middle - shoulder * 0.85, waist),
    ]
    _filled(pixels, alpha, top, np.array(torso, np.int32))
    sleeve = top * 0.85
    for side in (-1, 1):
        hand = (round(middle + side * shoulder * 1.05 - side * swing * width * 0.12), round(waist + head))
        elbow = (round(middle + side * shoulder * 1.2), round((neck + waist) / 2))
        start = (round(middle + side * shoulder * 0.9), round(neck + head * 0.6))
        _limb(pixels, alpha, sleeve, [start, elbow, hand], max(3, round(width * 0.11)))
    skin, hair = _skin(random), random_colour(random)
    centre = (round(middle), round(head * 1.15))
    cv2.ellipse(pixels, centre, (round(head * 0.8), round(head)), 0, 0, 360, skin, -1)
    cv2.ellipse(alpha, centre, (round(head * 0.8), round(head)), 0, 0, 360, 255, -1)
    cv2.ellipse(
        pixels, centre, (round(head * 0.88), round(head * 1.05)), 0, 150 + 60 * random.random(), 390, _darker(hair), -1
    )
    cv2.ellipse(alpha, centre, (round(head * 0.88), round(head * 1.05)), 0, 180, 360, 255, -1)
    if random.random() < 0.6:
        bag = (round(width * 0.3), round(height * 0.14))
        x, y = round(random.uniform(0, width - bag[0])), round(waist - bag[1] * random.uniform(0.2, 1.0))
        cloth = _cloth(random, width, height)
        _filled(pixels, alpha, cloth, np.array([(x, y), (x + bag[0], y), (x + bag[0], y + bag[1]), (x, y + bag[1])]))
    return layer_of(_bytes(pixels), alpha)


def _filled(pixels: NDArray[Any], alpha: NDArray[np.uint8], cloth: NDArray[Any], outline: NDArray[np.int32]) -> None:
    import cv2

    own = np.zeros_like(alpha)
    cv2.fillPoly(own, [np.asarray(outline, np.int32)], 255)
    pixels[own > 0] = cloth[own > 0]
    np.maximum(alpha, own, out=alpha)


def _limb(
    pixels: NDArray[Any],
    alpha: NDArray[np.uint8],
    cloth: NDArray[Any],
    points: list[tuple[int, int]],
    thick: int,
) -> None:
    import cv2

    own = np.zeros_like(alpha)
    for start, end in pairwise(points):
        cv2.line(own, start, end, 255, thick)
    pixels[own > 0] = cloth[own > 0]
    np.maximum(alpha, own, out=alpha)


def crate(random: np.random.Generator, width: int, height: int) -> Layer:
    """A crate or a pile of boxes, closed, with handles and tape."""
    import cv2

    pixels = np.empty((height, width, 3), np.float32)
    pixels[:] = (95, 140, 180) if random.random() < 0.5 else random_colour(random)
    boxes = int(random.integers(1, 4))
    for index in range(boxes):
        top, bottom = height * index // boxes, height * (index + 1) // boxes
        pixels[top:bottom] *= random.uniform(0.75, 1.15)
        cv2.rectangle(pixels, (0, top), (width - 1, bottom - 1), (40, 50, 60), 2)
        hole = ((width * 2 // 5, top + (bottom - top) // 5), (width * 3 // 5, top + (bottom - top) // 3))
        cv2.rectangle(pixels, *hole, (30, 35, 40), -1)
        middle = (top + bottom) // 2
        pixels[middle : middle + max(2, height // 30)] = pixels[middle : middle + max(2, height // 30)] * 0.6 + 80
    pixels += random.normal(0, 5, pixels.shape).astype(np.float32)
    return layer_of(_bytes(pixels), np.full((height, width), 255, np.uint8))


def trolley(random: np.random.Generator, width: int, height: int) -> Layer:
    """A shopping trolley: a wire basket with things in it, and wheels."""
    import cv2

    pixels = np.empty((height, width, 3), np.float32)
    pixels[:] = 150
    alpha = np.zeros((height, width), np.uint8)
    basket, step = round(height * 0.62), max(5, width // 18)
    for _ in range(int(random.integers(2, 9))):
        x, y = int(random.uniform(0, width * 0.7)), int(random.uniform(0, basket * 0.8))
        size = (int(width * random.uniform(0.1, 0.3)), int(basket * random.uniform(0.2, 0.5)))
        end = (min(width - 1, x + size[0]), min(basket, y + size[1]))
        cv2.rectangle(pixels, (x, y), end, random_colour(random), -1)
        cv2.rectangle(alpha, (x, y), end, 255, -1)
    for x in range(0, width, step):
        cv2.line(alpha, (x, 0), (x, basket), 255, 2)
        cv2.line(pixels, (x, 0), (x, basket), (165, 165, 165), 2)
    for y in range(0, basket, step):
        cv2.line(alpha, (0, y), (width, y), 255, 2)
        cv2.line(pixels, (0, y), (width, y), (165, 165, 165), 2)
    for x in (width // 8, width * 7 // 8):
        cv2.line(alpha, (x, basket), (x, height - 8), 255, 5)
        cv2.circle(alpha, (x, height - 9), 8, 255, -1)
        cv2.circle(pixels, (x, height - 9), 8, (30, 30, 30), -1)
    return layer_of(_bytes(pixels), alpha)
