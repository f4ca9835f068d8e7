"""Pictures with a shape: how they are laid over others, turned, lit and resized."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
"""Shape (height, width, 3), BGR."""

Sprite = NDArray[np.uint8]
"""Shape (height, width, 4), BGR and how much it covers (255: all)."""


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """A sprite and where its upper left corner lies, in points."""

    sprite: Sprite
    x: float
    y: float


def clear(height: int, width: int) -> Sprite:
    """A sprite that shows nothing yet."""
    return np.zeros((height, width, 4), np.uint8)


def blend(canvas: Picture, placed: Placed) -> None:
    """Lay the sprite over the canvas; what lies outside is cut off."""
    under, sprite = _overlap(canvas, placed)
    if under.size == 0:
        return
    alpha = sprite[..., 3:4].astype(np.float32) * (1 / 255.0)
    under[:] = (under + (sprite[..., :3].astype(np.float32) - under) * alpha + 0.5).astype(np.uint8)


def mark(mask: NDArray[np.uint8], placed: Placed) -> None:
    """Add what the sprite covers to a mask, shape (height, width)."""
    under, sprite = _overlap(mask, placed)
    if under.size:
        np.maximum(under, sprite[..., 3], out=under)


def _overlap(canvas: NDArray[np.uint8], placed: Placed) -> tuple[NDArray[np.uint8], Sprite]:
    """Views of the canvas under the sprite, and of the part of the sprite over it; both empty where there is none."""
    height, width = placed.sprite.shape[:2]
    x, y = round(placed.x), round(placed.y)
    left, top = max(0, x), max(0, y)
    right, bottom = max(left, min(canvas.shape[1], x + width)), max(top, min(canvas.shape[0], y + height))
    return canvas[top:bottom, left:right], placed.sprite[top - y : bottom - y, left - x : right - x]


def paste(sprite: Sprite, over: Sprite, x: int, y: int) -> None:
    """Lay one sprite over another at a point that is not negative; both may be see-through."""
    height, width = over.shape[:2]
    under = sprite[y : y + height, x : x + width]
    top = over[: under.shape[0], : under.shape[1]].astype(np.float32)
    alpha = top[..., 3:4] / 255
    under_alpha = under[..., 3:4].astype(np.float32) / 255
    both = alpha + under_alpha * (1 - alpha)
    mixed = top[..., :3] * alpha + under[..., :3] * under_alpha * (1 - alpha)
    under[..., :3] = mixed / np.maximum(both, 1e-3)
    under[..., 3:4] = both * 255


def rotated(sprite: Sprite, angle_deg: float, scale: float = 1.0) -> Sprite:
    """The sprite turned about its middle, on a canvas that holds all of it."""
    height, width = sprite.shape[:2]
    cosine, sine = abs(np.cos(np.radians(angle_deg))) * scale, abs(np.sin(np.radians(angle_deg))) * scale
    new_width, new_height = int(width * cosine + height * sine) + 2, int(width * sine + height * cosine) + 2
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), angle_deg, scale)
    matrix[:, 2] += (new_width / 2 - width / 2, new_height / 2 - height / 2)
    turned: Sprite = cv2.warpAffine(sprite, matrix, (new_width, new_height), flags=cv2.INTER_LINEAR)
    return turned


def lit(sprite: Sprite, gain: float) -> Sprite:
    """The sprite in other light."""
    out: Sprite = sprite.copy()
    out[..., :3] = np.clip(sprite[..., :3].astype(np.float32) * gain, 0, 255)
    return out


def resized(sprite: Sprite, width: float, height: float) -> Sprite:
    """The sprite at another size, at least 2 points each way."""
    how = cv2.INTER_AREA if width < sprite.shape[1] else cv2.INTER_CUBIC
    out: Sprite = cv2.resize(sprite, (max(2, round(width)), max(2, round(height))), interpolation=how)
    return out
