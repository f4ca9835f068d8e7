"""Scales that FP16 holds exactly: the graph for TensorRT keeps its float parts, and so its scales, in FP16."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["SMALLEST_SCALE", "half_exact"]

SMALLEST_SCALE = np.float32(2.0**-14)
"""The smallest normal FP16 number."""

_LARGEST = 65504.0


def half_exact(scales: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
    """The nearest numbers to positive `scales` that FP16 holds with all its digits; larger ones stay float32.

    Chosen before rounding they cost nothing; rounded to FP16 afterwards, a scale would change all its steps.
    """
    within = np.clip(scales, float(SMALLEST_SCALE), _LARGEST).astype(np.float16).astype(np.float64)
    result: NDArray[np.float64] = np.where(scales > _LARGEST, scales.astype(np.float32), within)
    return result
