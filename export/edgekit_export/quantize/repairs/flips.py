"""Roundings improved one number at a time: a step up or down wherever the layer's output then comes closer.

The squared error of a layer's output is quadratic in its weights once the covariance of its inputs is known. Adaptive
rounding (Nagel et al., "Up or Down? Adaptive Rounding for Post-Training Quantization", 2020) minimises that by
gradient descent over relaxed roundings; from a good start (see weights) coordinate descent over the steps themselves
comes as far without a framework.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from edgekit_export.quantize.scales import half_exact

__all__ = ["flipped"]

# Rounds of one flip a channel, at most this share of the columns: later ones gain next to nothing.
_MOST_FLIPS = 0.5

# How often the scale is fitted to the steps and the steps to the scale.
_ROUNDS = 2


def flipped(
    rows: NDArray[np.float64],
    steps: NDArray[np.float64],
    scales: NDArray[np.float64],
    covariance: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Steps and scales whose output error is no larger: the sum of (steps * scale - row) C (steps * scale - row)'.

    Args:
        rows: (groups, channels, columns) the real weights.
        steps: whole numbers of that shape, -127 to 127.
        scales: (groups, channels).
        covariance: (groups, columns, columns) of the inputs.
    """
    steps, scales = steps.copy(), scales.copy()
    for _ in range(_ROUNDS):
        _flip(rows, steps, scales, covariance)
        _fit_scales(rows, steps, scales, covariance)
    _flip(rows, steps, scales, covariance)
    return steps, scales


def _flip(
    rows: NDArray[np.float64],
    steps: NDArray[np.float64],
    scales: NDArray[np.float64],
    covariance: NDArray[np.float64],
) -> None:
    """In each round every channel takes the one step up or down that lowers its error most, until none does."""
    columns = rows.shape[2]
    diagonal = np.einsum("gkk->gk", covariance)
    gradient = np.matmul(steps * scales[:, :, None] - rows, covariance)
    cost = np.square(scales)[:, :, None] * diagonal[:, None, :]
    for _ in range(max(1, int(columns * _MOST_FLIPS))):
        # Down where the gradient is positive, but not beyond the eight bits.
        direction = np.where(gradient > 0, -1.0, 1.0)
        change = cost - 2.0 * scales[:, :, None] * np.abs(gradient)
        change[np.abs(steps + direction) > 127] = 0.0
        best = change.argmin(axis=2)
        group, channel = np.nonzero(np.take_along_axis(change, best[:, :, None], axis=2)[:, :, 0] < -1e-12)
        if not len(group):
            return
        column = best[group, channel]
        moved = direction[group, channel, column]
        steps[group, channel, column] += moved
        gradient[group, channel] += (moved * scales[group, channel])[:, None] * covariance[group, column]


def _fit_scales(
    rows: NDArray[np.float64],
    steps: NDArray[np.float64],
    scales: NDArray[np.float64],
    covariance: NDArray[np.float64],
) -> None:
    """The scale with the least error for each channel's steps, as an FP16 number, where that is nearer than it was."""
    through = np.matmul(steps, covariance)
    energy, overlap = (np.einsum("gck,gck->gc", through, other) for other in (steps, rows))
    fitted = np.where(energy > 0, overlap / np.where(energy > 0, energy, 1.0), scales)
    exact = half_exact(np.maximum(fitted, 0.0))
    # The error is quadratic in the scale, so nearer to the best one is better.
    better = np.abs(exact - fitted) < np.abs(scales - fitted)
    scales[better] = exact[better]
