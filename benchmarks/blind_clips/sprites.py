"""A thing cut out of its surroundings, and how it is put into a picture."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Sprite:
    """A thing with its outline.

    Attributes:
        bgr: uint8, (height, width, 3).
        alpha: uint8, (height, width); 255 is the thing, 0 is none of it.
    """

    bgr: Picture
    alpha: Picture

    @property
    def size_wh(self) -> tuple[int, int]:
        return self.alpha.shape[1], self.alpha.shape[0]


@dataclass(frozen=True, slots=True)
class Stand:
    """Where and how a sprite stands: its lowest middle point, its size, its turn and how much light reaches it."""

    foot_xy: tuple[float, float]
    scale: float = 1.0
    angle_deg: float = 0.0
    shade: float = 1.0
    mirrored: bool = False


def placed(sprite: Sprite, stand: Stand) -> tuple[Sprite, tuple[int, int]]:
    """The sprite as it stands, and the picture point of its upper left corner."""
    width, height = sprite.size_wh
    bgr, alpha = (sprite.bgr[:, ::-1], sprite.alpha[:, ::-1]) if stand.mirrored else (sprite.bgr, sprite.alpha)
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), stand.angle_deg, stand.scale)
    corners = np.array([[0, 0, 1], [width, 0, 1], [width, height, 1], [0, height, 1]], float) @ matrix.T
    left, top = corners.min(axis=0)
    right, bottom = corners.max(axis=0)
    x0, y0 = stand.foot_xy[0] - (right - left) / 2, stand.foot_xy[1] - (bottom - top)
    at = int(np.floor(x0)), int(np.floor(y0))
    matrix[:, 2] += (x0 - at[0] - left, y0 - at[1] - top)
    size = int(np.ceil(right - left)) + 2, int(np.ceil(bottom - top)) + 2
    how = cv2.INTER_AREA if stand.scale < 0.6 else cv2.INTER_LINEAR
    turned = cv2.warpAffine(np.ascontiguousarray(bgr), matrix, size, flags=how, borderMode=cv2.BORDER_REPLICATE)
    mask = cv2.warpAffine(np.ascontiguousarray(alpha), matrix, size, flags=how)
    if stand.shade != 1.0:
        turned = cv2.convertScaleAbs(turned, alpha=stand.shade)
    return Sprite(turned, mask), at


def overlap(
    size_wh: tuple[int, int], at: tuple[int, int], part_wh: tuple[int, int]
) -> tuple[slice, slice, slice, slice]:
    """Rows and columns of a canvas that a part at `at` lies over, and the rows and columns of the part itself."""
    x0, y0 = max(at[0], 0), max(at[1], 0)
    x1, y1 = max(min(at[0] + part_wh[0], size_wh[0]), x0), max(min(at[1] + part_wh[1], size_wh[1]), y0)
    return slice(y0, y1), slice(x0, x1), slice(y0 - at[1], y1 - at[1]), slice(x0 - at[0], x1 - at[0])


def paste(canvas: Picture, sprite: Sprite, at: tuple[int, int]) -> None:
    """Lay the sprite over the canvas, its upper left corner at `at`; what lies outside is cut off."""
    rows, columns, own_rows, own_columns = overlap((canvas.shape[1], canvas.shape[0]), at, sprite.size_wh)
    under = canvas[rows, columns]
    if under.size == 0:
        return
    alpha = sprite.alpha[own_rows, own_columns].astype(np.float32) / 255
    over = np.ascontiguousarray(sprite.bgr[own_rows, own_columns])
    canvas[rows, columns] = cv2.blendLinear(over, np.ascontiguousarray(under), alpha, 1 - alpha)


def cover(mask: Picture, sprite: Sprite, at: tuple[int, int]) -> None:
    """Add the sprite's outline to a mask of what is covered."""
    rows, columns, own_rows, own_columns = overlap((mask.shape[1], mask.shape[0]), at, sprite.size_wh)
    part = mask[rows, columns]
    if part.size:
        mask[rows, columns] = np.maximum(part, sprite.alpha[own_rows, own_columns])


def speckle(picture: Picture, rng: np.random.Generator, sigma: float, blur: float = 0.0) -> Picture:
    """The picture with a grain that belongs to the thing itself, not to the camera."""
    grain = rng.normal(0, 1, picture.shape[:2]).astype(np.float32)
    if blur > 0:
        grain = cv2.GaussianBlur(grain, (0, 0), blur)
        grain /= max(float(grain.std()), 1e-6)
    return np.clip(picture + grain[..., None] * sigma, 0, 255).astype(np.uint8)
