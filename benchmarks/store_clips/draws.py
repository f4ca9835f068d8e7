"""What is drawn by lot: one of some options, noise."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from store_clips.errors import UnfairError

Item = TypeVar("Item")


def pick(rng: np.random.Generator, options: Sequence[Item]) -> Item:
    """One of the options, each as likely; without any the story cannot be told."""
    if not options:
        raise UnfairError("nothing to choose from")
    return options[int(rng.integers(len(options)))]


def smooth_noise(rng: np.random.Generator, height: int, width: int, wave_px: float) -> NDArray[np.float32]:
    """Noise of about unit deviation and `wave_px` points a wave; shape (height, width)."""
    shape = max(2, int(height / wave_px) + 2), max(2, int(width / wave_px) + 2)
    coarse = rng.normal(size=shape).astype(np.float32)
    noise: NDArray[np.float32] = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    return noise
