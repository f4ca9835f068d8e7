"""Outlines of packages, and how light falls on them."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from blind_clips.sprites import Picture

_HALF_WIDTHS = {
    "box": ((0.0, 1.0), (1.0, 1.0)),
    "carton": ((0.0, 0.9), (0.05, 0.92), (0.06, 0.78), (0.17, 1.0), (1.0, 1.0)),
    "can": ((0.0, 0.86), (0.03, 0.98), (0.06, 1.0), (0.95, 1.0), (1.0, 0.9)),
    "bottle": ((0.0, 0.34), (0.13, 0.36), (0.2, 0.36), (0.36, 0.98), (0.4, 1.0), (0.97, 1.0), (1.0, 0.92)),
    "jar": ((0.0, 0.86), (0.14, 0.88), (0.16, 0.8), (0.24, 1.0), (0.96, 1.0), (1.0, 0.9)),
    "bag": ((0.0, 0.88), (0.05, 0.94), (0.1, 0.86), (0.3, 1.0), (0.8, 0.99), (0.95, 0.93), (1.0, 0.9)),
    "tub": ((0.0, 1.0), (0.1, 1.0), (0.12, 0.95), (1.0, 0.78)),
}


def outline_of(shape: str, size_wh: tuple[int, int]) -> Picture:
    """The outline of a shape as an alpha mask with soft edges."""
    width, height = size_wh
    at, half = np.array(_HALF_WIDTHS[shape]).T
    rows = np.interp((np.arange(height) + 0.5) / height, at, half)[:, None]
    across = np.abs((np.arange(width) + 0.5) / width * 2 - 1)[None, :]
    alpha = np.clip((rows - across) * width / 2 + 0.5, 0, 1) * 255
    return cv2.GaussianBlur(alpha.astype(np.uint8), (3, 3), 0)


def rounded_light(shape: str, size_wh: tuple[int, int], rng: np.random.Generator) -> NDArray[np.float32]:
    """How bright each point of a shape is, (height, width, 1): round ones darken to their sides, bags are creased."""
    width, height = size_wh
    across = ((np.arange(width) + 0.5) / width * 2 - 1)[None, :]
    down = ((np.arange(height) + 0.5) / height)[:, None]
    if shape in ("can", "bottle", "jar", "tub"):
        light = 0.5 + 0.55 * np.sqrt(np.clip(1 - (across * 0.96) ** 2, 0, 1))
        gloss = np.exp(-(((across - rng.uniform(-0.5, -0.25)) / 0.09) ** 2)) * 0.28
        light = np.broadcast_to(light + gloss, (height, width)).copy()
    elif shape == "bag":
        creases = cv2.GaussianBlur(rng.normal(0, 1, (height, width)), (0, 0), width * 0.09)
        light = 0.96 + creases / max(float(creases.std()), 1e-6) * 0.09 - 0.18 * across**4
    else:
        light = np.broadcast_to(1.0 - 0.05 * across + 0 * down, (height, width)).copy()
        light[:, : max(1, width // 40)] *= 0.82
        light[:, -max(1, width // 40) :] *= 0.82
    return (light * (1.06 - 0.16 * down)).astype(np.float32)[..., None]


def ball_light(size_wh: tuple[int, int], rng: np.random.Generator) -> tuple[NDArray[np.float32], Picture]:
    """Light on and outline of something round, like a fruit: (height, width, 1) and its alpha."""
    width, height = size_wh
    x = ((np.arange(width) + 0.5) / width * 2 - 1)[None, :]
    y = ((np.arange(height) + 0.5) / height * 2 - 1)[:, None]
    radius = np.sqrt(x**2 + y**2)
    depth = np.sqrt(np.clip(1 - radius**2, 0, 1))
    light = 0.34 + 0.62 * np.clip(0.8 * depth - 0.25 * x - 0.45 * y, 0, 1.2)
    light += 0.35 * np.exp(-(((x - rng.uniform(-0.4, -0.1)) ** 2 + (y + 0.45) ** 2) / 0.02))
    alpha = np.clip((1 - radius) * min(width, height) / 2, 0, 1) * 255
    return light.astype(np.float32)[..., None], alpha.astype(np.uint8)
