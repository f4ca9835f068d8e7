"""How the camera sees the shelf through a clip: light, lens, mount and stream, each a function of the time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from store_clips.sprites import Picture, Placed

Span = tuple[float, float]
"""From and until, in seconds."""


@dataclass(frozen=True, slots=True)
class Motion:
    """How far the picture is shifted and turned about its middle."""

    dx: float
    dy: float
    angle_deg: float


@dataclass(slots=True)
class Sight:
    """What is between the shelf and the file; functions of the time in seconds.

    Attributes:
        gains: factors on blue, green and red.
        maps: the same by place, shape (rows, columns) or (rows, columns, 3), coarser than the picture; None: no effect.
        lens: what sticks on the lens.
        motions: how the camera was moved; None: not at all.
        after: what is done to the finished picture, in this order.
        noise: deviation of the picture's grain.
        blind: when nothing can be seen.
        frozen: when the stream repeats a picture.
    """

    gains: list[Callable[[float], ArrayLike]] = field(default_factory=list)
    maps: list[Callable[[float], NDArray[np.float32] | None]] = field(default_factory=list)
    lens: list[Callable[[float], list[Placed]]] = field(default_factory=list)
    motions: list[Callable[[float], Motion | None]] = field(default_factory=list)
    after: list[Callable[[Picture, float], Picture]] = field(default_factory=list)
    noise: Callable[[float], float] = lambda time_s: 2.0
    blind: list[Span] = field(default_factory=list)
    frozen: list[Span] = field(default_factory=list)

    def is_blind(self, time_s: float) -> bool:
        return any(from_s <= time_s < until_s for from_s, until_s in self.blind)

    def is_frozen(self, time_s: float) -> bool:
        return any(from_s <= time_s < until_s for from_s, until_s in self.frozen)

    def on_lens(self, time_s: float) -> list[Placed]:
        return [placed for each in self.lens for placed in each(time_s)]

    def motion(self, time_s: float, size_wh: tuple[int, int]) -> NDArray[np.float64] | None:
        """All motions together: from a point of the undisturbed picture to where it is now, shape (3, 3)."""
        whole: NDArray[np.float64] | None = None
        for each in self.motions:
            motion = each(time_s)
            if motion is not None:
                matrix = np.eye(3)
                matrix[:2] = cv2.getRotationMatrix2D((size_wh[0] / 2, size_wh[1] / 2), motion.angle_deg, 1.0)
                matrix[0, 2] += motion.dx
                matrix[1, 2] += motion.dy
                whole = matrix if whole is None else matrix @ whole
        return whole

    def gain(self, time_s: float) -> NDArray[np.float32]:
        """All gains together, shape (3,)."""
        gain = np.ones(3, np.float32)
        for each in self.gains:
            gain = gain * np.asarray(each(time_s), np.float32)
        return gain

    def gain_map(self, time_s: float) -> NDArray[np.float32] | None:
        """All maps together."""
        whole: NDArray[np.float32] | None = None
        for each in self.maps:
            part = each(time_s)
            if part is not None:
                whole = part if whole is None else whole * part
        return whole
