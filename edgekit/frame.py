"""One camera image and when it was taken."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["Frame", "Pixels"]

Pixels = NDArray[np.uint8]
"""uint8, shape (height, width, 3), BGR as OpenCV gives them."""


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One camera image and when it was taken.

    Attributes:
        pixels: uint8, shape (height, width, 3), BGR; read-only, not reused while referenced.
        time_s: seconds in the source's epoch (never wall time): live, monotonic arrival time;
            recordings, presentation time.
        index: number of this frame within its epoch, from 0; counts dropped frames too.
        epoch: number of this opening of the source, from 0.
    """

    pixels: Pixels
    time_s: float
    index: int
    epoch: int = 0

    @property
    def size_hw(self) -> tuple[int, int]:
        """Height and width in pixels."""
        return self.pixels.shape[0], self.pixels.shape[1]
