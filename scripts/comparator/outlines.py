"""The outlines of products: boxes, bottles, cans, pouches, heaps."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from comparator.layers import Canvas, Mask

__all__ = ["OUTLINES", "SHARES"]


def _box(random: np.random.Generator, pixels: Canvas, alpha: Mask) -> None:
    alpha[:] = 1


def _rounded(random: np.random.Generator, pixels: Canvas, alpha: Mask) -> None:
    height, width = alpha.shape
    radius = max(1, int(min(width, height) * 0.18))
    right, bottom = width - 1 - radius, height - 1 - radius
    cv2.rectangle(alpha, (radius, 0), (right, height - 1), 1, -1)
    cv2.rectangle(alpha, (0, radius), (width - 1, bottom), 1, -1)
    for corner in ((radius, radius), (radius, bottom), (right, radius), (right, bottom)):
        cv2.circle(alpha, corner, radius, 1, -1)


def _bottle(random: np.random.Generator, pixels: Canvas, alpha: Mask) -> None:
    neck, slim = random.uniform(0.15, 0.4), random.uniform(0.25, 0.6)
    left, right = 0.5 - slim / 2, 0.5 + slim / 2
    shoulders = ((right, neck * 0.6), (1, neck * 1.3), (1, 1), (0, 1), (0, neck * 1.3), (left, neck * 0.6))
    _polygon(alpha, np.array(((left, 0), (right, 0), *shoulders)))


def _can(random: np.random.Generator, pixels: Canvas, alpha: Mask) -> None:
    height, width = alpha.shape
    curve = max(1, int(0.06 * height))
    cv2.rectangle(alpha, (0, curve), (width - 1, height - 1 - curve), 1, -1)
    for y in (curve, height - 1 - curve):
        cv2.ellipse(alpha, (width // 2, y), (width // 2, curve), 0, 0, 360, 1, -1)


def _blob(random: np.random.Generator, pixels: Canvas, alpha: Mask) -> None:
    middle = (alpha.shape[1] // 2, alpha.shape[0] // 2)
    cv2.ellipse(alpha, middle, middle, 0, 0, 360, 1, -1)


def _pouch(random: np.random.Generator, pixels: Canvas, alpha: Mask) -> None:
    turns = np.arange(24) * 2 * np.pi / 24
    across, down = np.cos(turns), np.sin(turns)
    reach = np.minimum(1 / np.maximum(np.abs(across), np.abs(down)), 1.25) * random.uniform(0.88, 1, 24)
    _polygon(alpha, np.clip(0.5 + 0.49 * reach[:, None] * np.stack([across, down], -1), 0, 1))


def _trapeze(random: np.random.Generator, pixels: Canvas, alpha: Mask) -> None:
    inset = random.uniform(0.05, 0.25)
    _polygon(alpha, np.array(((inset, 0), (1 - inset, 0), (1, 1), (0, 1))))


def _heap(random: np.random.Generator, pixels: Canvas, alpha: Mask) -> None:
    """Round goods on each other, each darker towards its rim."""
    height, width = alpha.shape
    across, down = np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32)[:, None]
    count, radius = random.integers(5, 14), max(2, int(min(width, height) * random.uniform(0.18, 0.32)))
    for _ in range(count):
        x = int(random.uniform(0.15, 0.85) * width)
        y = int(max(radius, height - radius - abs(random.normal(0, 0.3)) * (height - 2 * radius)))
        ball = np.zeros((height, width), np.float32)
        cv2.circle(ball, (x, y), radius, 1, -1)
        away = ((across - x) / radius + 0.2) ** 2 + ((down - y) / radius + 0.2) ** 2
        rim = np.clip(1 - 0.45 * away, 0.3, 1.1)
        pixels *= (1 + (rim - 1) * ball)[..., None]
        np.maximum(alpha, ball, out=alpha)


def _polygon(alpha: Mask, corners: NDArray[np.float64]) -> None:
    """Fill a polygon of shares of the width and height."""
    height, width = alpha.shape
    cv2.fillPoly(alpha, [np.round(corners * (width - 1, height - 1) * 16).astype(np.int32)], 1, shift=4)


OUTLINES: Final[MappingProxyType[str, Callable[[np.random.Generator, Canvas, Mask], None]]] = MappingProxyType(
    {
        "box": _box,
        "rounded": _rounded,
        "bottle": _bottle,
        "can": _can,
        "blob": _blob,
        "pouch": _pouch,
        "trapeze": _trapeze,
        "heap": _heap,
    }
)
"""Each draws 1 into an empty alpha where the product is; the heap shades the pixels as well."""

SHARES: Final = (0.4, 0.12, 0.14, 0.1, 0.06, 0.08, 0.04, 0.06)
"""How often a product has which of OUTLINES."""
