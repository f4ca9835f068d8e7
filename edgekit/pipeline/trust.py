"""Which frames can be trusted: repeated, corrupt and late ones are counted by cause and never become evidence."""

from __future__ import annotations

import math
from enum import Enum
from typing import Final

import numpy as np

from edgekit.frame import Frame, Pixels

__all__ = ["DropCause", "FrameTrust"]

_SPARSE: Final = 16
"""Every so many rows are compared first; that tells nearly all frames apart at a sixteenth of the price."""


class DropCause(str, Enum):
    """Why a frame was not looked at."""

    LATE = "late"
    REPEATED = "repeated"
    CORRUPT = "corrupt"
    TIME_BACKWARDS = "time_backwards"


class FrameTrust:
    """Compares each frame of a source with the one before.

    Repeated content is a sign of trouble only of a camera, whose noise makes every picture new: a recording may hold
    the same picture twice. One thread uses it.
    """

    def __init__(self, *, live: bool) -> None:
        self._live = live
        self._last: Frame | None = None

    def objection(self, frame: Frame) -> DropCause | None:
        """Why `frame` must not be used; None where it may."""
        last = self._last
        if last is not None and frame.epoch != last.epoch:
            last = None
        pixels = frame.pixels
        if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] != 3 or 0 in pixels.shape:
            return DropCause.CORRUPT
        if not math.isfinite(frame.time_s) or (last is not None and last.pixels.shape != pixels.shape):
            return DropCause.CORRUPT
        if last is not None and frame.time_s <= last.time_s:
            return DropCause.TIME_BACKWARDS
        if self._live and last is not None and _same(pixels, last.pixels):
            return DropCause.REPEATED
        self._last = frame
        return None


def _same(pixels: Pixels, others: Pixels) -> bool:
    return np.array_equal(pixels[::_SPARSE], others[::_SPARSE]) and np.array_equal(pixels, others)
