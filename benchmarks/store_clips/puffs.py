"""Soft round shapes of one colour: limbs, cloth, hair."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from store_clips.colours import Colour
from store_clips.draws import smooth_noise
from store_clips.sprites import Sprite, paste

Mask = NDArray[np.uint8]
"""Shape (height, width); 255 is the shape, 0 is none of it."""

Shade = NDArray[np.float32]
"""Shape (height, width); the share of its light that each point has."""


def puff(sprite: Sprite, mask: Mask, colour: Colour, depth_px: float | None = None) -> None:
    """Lay a shape over the sprite, shaded towards its rim; so deep in it, it gets no lighter."""
    cut = _bounds(mask)
    if cut is not None:
        _lay(sprite, mask, cut, colour, _round(mask[cut], depth_px))


def cloth(sprite: Sprite, mask: Mask, colour: Colour, rng: np.random.Generator, roughness: float) -> None:
    """As `puff`, with folds."""
    cut = _bounds(mask)
    if cut is not None:
        _lay(sprite, mask, cut, colour, _folded(_round(mask[cut], None), rng, roughness))


def _bounds(mask: Mask) -> tuple[slice, slice] | None:
    rows, columns = np.where(mask > 0)
    if len(rows) == 0:
        return None
    return slice(rows.min(), rows.max() + 1), slice(columns.min(), columns.max() + 1)


def _round(shape: Mask, depth_px: float | None) -> Shade:
    solid = cv2.copyMakeBorder((shape > 127).astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT)
    depth = cv2.distanceTransform(solid, cv2.DIST_L2, 3)[1:-1, 1:-1]
    shade: Shade = 0.62 + 0.42 * np.sqrt(np.clip(depth / (depth_px or max(2.0, float(depth.max()))), 0, 1))
    return shade


def _folded(shade: Shade, rng: np.random.Generator, roughness: float) -> Shade:
    height, width = shade.shape
    wide = smooth_noise(rng, height, width, max(6, width / 2.5))
    folds = wide + 0.35 * smooth_noise(rng, height, width, max(5, width / 6))
    folds = cv2.GaussianBlur(np.abs(folds), (0, 0), max(1.0, width / 60))
    shade *= 1 + roughness * (0.7 - np.clip(folds, 0, 1.6)) * 0.5
    shade += smooth_noise(rng, height, width, 1.5) * 0.02
    return shade


def _lay(sprite: Sprite, mask: Mask, cut: tuple[slice, slice], colour: Colour, shade: Shade) -> None:
    shown = np.clip(np.array(colour, np.float32) * shade[..., None], 0, 255)
    paste(sprite, np.dstack([shown, mask[cut]]).astype(np.uint8), cut[1].start, cut[0].start)
