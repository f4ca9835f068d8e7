"""Where a facing is in its picture, and how a unit is stood in it."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from comparator.layers import Canvas, Size, laid, lying, turned
from comparator.products import Product, Side

__all__ = ["Place", "Pose", "random_place"]

_HIGHEST_PX = 200.0


@dataclass(frozen=True, slots=True)
class Pose:
    """How a unit stands.

    Attributes:
        size_wh: its width and height as shares of the facing's.
        shift, lift: how far to the right and up, as shares of the facing's width and height.
        angle_deg: leaning, counter-clockwise.
        gain: how bright it is.
        side: which of its sides is seen.
        quarter_turns: 1 or 3, it lies on its side; 2, upside down.
    """

    size_wh: tuple[float, float]
    shift: float = 0.0
    lift: float = 0.0
    angle_deg: float = 0.0
    gain: float = 1.0
    side: Side = Side.FRONT
    quarter_turns: int = 0


@dataclass(frozen=True, slots=True)
class Place:
    """A facing in the middle of a picture that is twice as wide.

    Attributes:
        width, height: of the facing in pixels.
        foot: y in pixels on which its product stands.
        shade: 0-1, how dark the shadow of what stands there is.
        hung: its product hangs from a hook.
    """

    width: float
    height: float
    foot: float
    shade: float
    hung: bool = False

    @property
    def size_wh(self) -> Size:
        """Of the picture."""
        return int(2 * self.width), int(1.9 * self.height)

    @property
    def middle(self) -> float:
        """X of the facing's middle."""
        return self.width

    @property
    def left(self) -> float:
        """X of the facing's left side."""
        return 0.5 * self.width

    @property
    def top(self) -> float:
        """Y of the facing's upper side."""
        return 0.45 * self.height

    def with_unit(self, canvas: Canvas, product: Product, pose: Pose) -> Canvas:
        """The picture with a unit in the facing, and the unit's shadow."""
        wide, high = pose.size_wh
        layer = product.layer(self.width * wide, self.height * high, side=pose.side)
        if pose.quarter_turns:
            layer = lying(layer, pose.quarter_turns, 1.05 * self.width)
        layer, grown = turned(layer, pose.angle_deg)
        lift = max(0.0, 1 - high) if self.hung else pose.lift
        x = int(self.middle - layer.size_wh[0] / 2 + pose.shift * self.width)
        y = int(self.foot - layer.size_wh[1] + grown - lift * self.height)
        shown = self._shaded(canvas, x, y, layer.size_wh)
        laid(shown, layer, x, y, pose.gain)
        return shown

    def _shaded(self, canvas: Canvas, x: int, y: int, size_wh: Size) -> Canvas:
        """The picture with the shadow of something of that size at (x, y)."""
        wide, high = size_wh
        shadow, top = np.zeros(canvas.shape[:2], np.float32), y + 0.1 * self.height
        cv2.rectangle(shadow, (x, int(top)), (x + wide, int(top + 0.95 * high)), self.shade, -1)
        shadow = cv2.GaussianBlur(shadow, (0, 0), max(1.0, 0.08 * wide))
        shaded: Canvas = canvas * (1 - shadow)[..., None]
        return shaded


def random_place(random: np.random.Generator) -> Place:
    """A facing of 22 to 120 px, from wider than high to much higher than wide."""
    width, aspect = random.uniform(22, 120), np.exp(random.uniform(np.log(0.7), np.log(2.6)))
    height = min(width * aspect, _HIGHEST_PX)
    foot = height * (0.45 + random.uniform(0.93, 1.04))
    return Place(float(height / aspect), float(height), float(foot), shade=random.uniform(0, 0.225))
