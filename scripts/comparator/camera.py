"""What a camera makes of a scene: focus, motion, noise and JPEG."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from comparator.layers import Canvas
from edgekit.frame import Pixels

__all__ = ["Camera", "camera_of_now", "camera_of_reference"]

_SHAKEN_PX = 5
_IN_FOCUS_PX = 0.25
"""Blur below this is left out."""


@dataclass(frozen=True, slots=True)
class Camera:
    """A camera's faults.

    Attributes:
        blur_px: deviation of its blur.
        shaken_wh: width and height in pixels over which motion smears the picture.
        noise: deviation, of 255.
        quality: of JPEG, 0-100; None where it is not compressed.
    """

    blur_px: float
    shaken_wh: tuple[int, int]
    noise: float
    quality: int | None

    def picture_of(self, random: np.random.Generator, scene: Canvas) -> Pixels:
        """uint8 of the scene's size; `random` decides the noise."""
        if self.blur_px > _IN_FOCUS_PX:
            scene = cv2.GaussianBlur(scene, (0, 0), self.blur_px)
        if self.shaken_wh != (1, 1):
            scene = cv2.blur(scene, self.shaken_wh)
        noisy = random.standard_normal(scene.shape, np.float32)
        noisy *= np.float32(self.noise)
        noisy += scene
        picture: Pixels = np.clip(noisy, 0, 255, out=noisy).astype(np.uint8)
        if self.quality is not None:
            coded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, self.quality])[1]
            picture = np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR), np.uint8)
        return picture


def camera_of_reference(random: np.random.Generator) -> Camera:
    """A camera on a good day: references are taken with care."""
    quality = int(random.uniform(70, 96)) if random.random() < 0.75 else None
    return Camera(abs(random.normal(0, 0.35)), (1, 1), 0.4 + abs(random.normal(0, 3)), quality)


def camera_of_now(random: np.random.Generator, strength: float) -> Camera:
    """A camera as it is now; the larger `strength` (0.2-1.4), the worse."""
    along = (_SHAKEN_PX, 1) if random.random() < 0.5 else (1, _SHAKEN_PX)
    coarse = random.random() < 0.3 * min(1.0, strength)
    quality = int(random.uniform(25, 60) if coarse else random.uniform(60, 96))
    return Camera(
        blur_px=abs(random.normal(0, 0.55 * strength)),
        shaken_wh=along if random.random() < 0.06 * strength else (1, 1),
        noise=0.4 + abs(random.normal(0, 5 * strength)),
        quality=quality if random.random() < 0.75 else None,
    )
