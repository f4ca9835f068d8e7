"""One sharp, bright, still picture of the shelf out of several frames; who only passes by is not in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from edgekit.errors import SourceError
from edgekit.frame import Pixels

__all__ = ["Reference", "reference_of"]

MAX_FRAMES = 11
"""Odd, so that the median is a value that was seen; 68 MB of 1080p."""

DARK_MEAN, BRIGHT_MEAN = 18.0, 240.0
"""Of 0-255: the means beyond which a frame shows no shelf (the scene gate's own limits are of the same size)."""

STILL_PX = 0.7
"""Frames that are shifted more against each other would blur in a median."""

_STRIP_ROWS = 64


@dataclass(frozen=True, slots=True, eq=False)
class Reference:
    """The picture, and how it came about.

    Attributes:
        pixels: uint8 (height, width, 3) BGR.
        frames: how many frames it is made of: 1 when the camera was not still enough for a median.
        shift_px: the largest shift between frames.
    """

    pixels: Pixels
    frames: int
    shift_px: float


def reference_of(frames: Sequence[Pixels]) -> Reference:
    """Make the reference picture out of frames of one size.

    Args:
        frames: uint8 (height, width, 3) BGR each; at most `MAX_FRAMES` of the brightest enough are used.

    Raises:
        SourceError: all of them are dark, over-exposed, or there is none.
    """
    if not frames:
        raise SourceError("The camera gave no picture.")
    lit = [frame for frame in frames if DARK_MEAN <= float(frame.mean()) <= BRIGHT_MEAN]
    if not lit:
        what = "dark" if float(frames[-1].mean()) < DARK_MEAN else "over-exposed"
        raise SourceError(
            f"All {len(frames)} pictures are {what}.", hint="Switch the shop's lights on, uncover the lens, try again."
        )
    chosen = [lit[round(i)] for i in np.linspace(0, len(lit) - 1, min(MAX_FRAMES, len(lit)))]
    if len(chosen) < 3:
        return Reference(max(chosen, key=_sharpness), 1, 0.0)
    median = _median(chosen)
    shift_px = _largest_shift_px(chosen, median)
    if shift_px <= STILL_PX:
        return Reference(median, len(chosen), shift_px)
    # The camera shook: the frame that is sharp and has the fewest passers-by, that is, is nearest to the median.
    return Reference(max(chosen, key=lambda frame: _sharpness(frame) / (1 + _distance(frame, median))), 1, shift_px)


def _median(frames: Sequence[Pixels]) -> Pixels:
    """Per pixel and channel, a few rows at a time: a second copy of all frames would double the memory."""
    median = np.empty_like(frames[0])
    for top in range(0, median.shape[0], _STRIP_ROWS):
        rows = slice(top, top + _STRIP_ROWS)
        stack = np.stack([frame[rows] for frame in frames])
        median[rows] = np.partition(stack, len(frames) // 2, axis=0)[len(frames) // 2]
    return median


def _largest_shift_px(frames: Sequence[Pixels], median: Pixels) -> float:
    import cv2

    window = cv2.createHanningWindow((median.shape[1], median.shape[0]), cv2.CV_32F)
    still = cv2.cvtColor(median, cv2.COLOR_BGR2GRAY).astype(np.float32)
    shifts = []
    for frame in frames:
        grey = cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY).astype(np.float32)
        (dx, dy), response = cv2.phaseCorrelate(still, grey, window)
        if response > 0.05:  # a frame that somebody fills correlates with nothing
            shifts.append(float(np.hypot(dx, dy)))
    return max(shifts, default=0.0)


def _sharpness(frame: Pixels) -> float:
    import cv2

    return float(cv2.Laplacian(cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY), cv2.CV_16S).var())


def _distance(frame: Pixels, median: Pixels) -> float:
    """Mean absolute difference, grey levels."""
    import cv2

    return float(np.mean(cv2.absdiff(frame, median)))
