"""Things that stand or are pushed before a shelf, as sprites."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from store_clips.colours import Colour, Opaque, hsv, opaque, shaded
from store_clips.draws import pick, smooth_noise
from store_clips.sprites import Sprite, clear, paste

CARDBOARD: Colour = (110, 150, 185)
CUPS: tuple[Colour, ...] = ((225, 230, 235), (70, 95, 140), (60, 130, 70))


def trolley_sprite(rng: np.random.Generator, width: int, height: int) -> Sprite:
    """A wire trolley with shopping in it, from the side: one sees through between the wires."""
    sprite = clear(height, width)
    for _ in range(5):
        x, y = rng.uniform(0.18, 0.62) * width, rng.uniform(0.4, 0.5) * height
        right, foot = x + rng.uniform(0.12, 0.2) * width, y + rng.uniform(0.16, 0.24) * height
        colour = hsv(int(rng.integers(180)), int(rng.integers(40, 200)), int(rng.integers(90, 230)))
        corners = (int(x), int(y)), (int(right), int(min(foot, height * 0.68)))
        cv2.rectangle(sprite, *corners, opaque(colour), -1)
    _draw_basket(sprite)
    grey: Opaque = (120, 120, 120, 255)
    ends = (0, int(height * 0.12)), (int(width * 0.02), int(height * 0.04))
    cv2.line(sprite, *ends, (40, 40, 200, 255), max(4, height // 30), cv2.LINE_AA)
    cv2.line(sprite, (int(width * 0.14), int(height * 0.7)), (int(width * 0.1), int(height * 0.9)), grey, 4)
    cv2.line(sprite, (int(width * 0.1), int(height * 0.88)), (int(width * 0.84), int(height * 0.88)), grey, 4)
    for x in (0.14, 0.8):
        wheel = int(width * x), int(height * 0.94)
        cv2.circle(sprite, wheel, int(height * 0.05), (35, 35, 35, 255), -1, cv2.LINE_AA)
    return sprite


def _draw_basket(sprite: Sprite) -> None:
    height, width = sprite.shape[:2]
    corners = [(0, 0.12), (0.94, 0.22), (0.84, 0.7), (0.14, 0.7)]
    outline = np.array([(width * x, height * y) for x, y in corners]).astype(np.int32)
    upper_left, upper_right, lower_right, lower_left = outline
    _draw_wires(sprite, (upper_left, upper_right), (lower_left, lower_right), 15, (165, 165, 170, 255))
    _draw_wires(sprite, (upper_left, lower_left), (upper_right, lower_right), 8, (150, 150, 155, 255))


def _draw_wires(
    sprite: Sprite,
    starts: tuple[NDArray[np.int32], NDArray[np.int32]],
    ends: tuple[NDArray[np.int32], NDArray[np.int32]],
    count: int,
    colour: Opaque,
) -> None:
    """So many wires from one side of a basket to the other."""
    for share in np.linspace(0, 1, count):
        start = starts[0] * (1 - share) + starts[1] * share
        end = ends[0] * (1 - share) + ends[1] * share
        points = (int(start[0]), int(start[1])), (int(end[0]), int(end[1]))
        cv2.line(sprite, *points, colour, max(1, sprite.shape[1] // 130), cv2.LINE_AA)


def box_sprite(
    rng: np.random.Generator, width: int, height: int, colour: Colour = CARDBOARD, *, is_open: bool = True
) -> Sprite:
    """A carton with a label, open on top or taped."""
    sprite = clear(height, width)
    sprite[int(height * 0.1) :] = opaque(colour)
    noise = smooth_noise(rng, height, width, 3)[..., None] * 4
    light = np.linspace(1.08, 0.8, height)[:, None, None]
    sprite[..., :3] = np.clip(sprite[..., :3].astype(np.float32) * light + noise, 0, 255)
    if is_open:
        rim = [(0, 0.1), (0.06, 0), (0.94, 0), (1, 0.1), (0.95, 0.16), (0.05, 0.16)]
        outline = np.array([(width * x, height * y) for x, y in rim]).astype(np.int32)
        cv2.fillPoly(sprite, [outline], opaque(shaded(colour, 0.55)), cv2.LINE_AA)
    tape = opaque(shaded(colour, 0.85))
    cv2.line(sprite, (0, int(height * 0.55)), (width, int(height * 0.55)), tape, max(2, height // 14))
    corners = (int(width * 0.1), int(height * 0.65)), (int(width * 0.35), int(height * 0.88))
    cv2.rectangle(sprite, *corners, (225, 228, 230, 255), -1)
    return sprite


def cup_sprite(rng: np.random.Generator, width: int, height: int) -> Sprite:
    """A paper cup with a lid."""
    sprite = clear(height, width)
    mask = np.zeros((height, width), np.uint8)
    top, foot = height * 0.12, height - 1
    sides = [(width * 0.04, top), (width * 0.96, top), (width * 0.8, foot), (width * 0.2, foot)]
    cv2.fillPoly(mask, [np.array(sides).astype(np.int32)], 255, cv2.LINE_AA)
    light = 1.05 - 0.4 * np.abs(np.linspace(-1, 1, width))[None, :, None] ** 2
    sprite[..., :3] = np.clip(np.array(pick(rng, CUPS), np.float32) * light, 0, 255)
    sleeve = np.array((90, 120, 165), np.float32) * light
    sprite[int(height * 0.4) : int(height * 0.7), :, :3] = np.clip(sleeve, 0, 255)
    sprite[..., 3] = mask
    cv2.rectangle(sprite, (0, int(height * 0.05)), (width - 1, int(height * 0.16)), (40, 40, 42, 255), -1)
    return sprite


def cage_sprite(rng: np.random.Generator, width: int, height: int) -> Sprite:
    """A roll cage full of cartons, behind its wires."""
    sprite = clear(height, width)
    foot = height
    while foot > height * 0.15:
        row, x = int(rng.uniform(0.13, 0.2) * height), 0
        while x < width - 8:
            wide = min(width - x, int(rng.uniform(0.3, 0.5) * width))
            colour = hsv(int(rng.integers(8, 22)), int(rng.integers(60, 130)), int(rng.integers(120, 190)))
            paste(sprite, box_sprite(rng, wide, row, colour, is_open=False), x, max(0, foot - row))
            x += wide
        foot -= row
    for left in np.linspace(2, width - 3, 7):
        cv2.line(sprite, (int(left), 0), (int(left), height), (150, 150, 155, 255), 3, cv2.LINE_AA)
    for top in np.linspace(2, height - 3, 6):
        cv2.line(sprite, (0, int(top)), (width, int(top)), (140, 140, 145, 255), 3, cv2.LINE_AA)
    return sprite
