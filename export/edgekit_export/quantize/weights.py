"""A weight in eight bits: one scale per output channel, rounded so that the layer's output, not the weight, is kept.

Rounding each number to its nearest step is best only where the inputs are independent. Pixels and activations are
not: neighbours are bright together, so rounding errors of one sign add up (YOLOX-nano's first convolution: 11 % noise
in the outputs from its weights alone, 0.05 % from its activations). With the covariance of the inputs known, each
number's rounding error is made up for by those still to be rounded (Frantar et al., "GPTQ", 2022, itself after
Hassibi and Stork's optimal brain surgeon), and what is left of the mean goes into the bias.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from edgekit_calibration import MomentObserver
from numpy.typing import NDArray

from edgekit_export.quantize.repairs.flips import flipped
from edgekit_export.quantize.scales import half_exact

__all__ = ["MAX_COLUMNS", "QuantizedWeight", "quantize_weight", "round_rows"]

MAX_COLUMNS = 1536
"""Weights with longer rows are rounded to nearest: their covariance would take 20 MB and seconds each."""

# Fractions of a channel's largest weight that are tried as its range.
_FRACTIONS = np.linspace(0.5, 1.0, 26)

# Columns after which the errors are carried to all later columns at once, as one matrix product.
_BLOCK = 64

# Added to the covariance's diagonal, as a share of its mean: keeps directions that no image showed from running away.
_DAMPING = 0.01


@dataclass(frozen=True, slots=True, eq=False)
class QuantizedWeight:
    """A weight as TensorRT and ONNX Runtime want it.

    Attributes:
        values: int8, the weight's shape, -127 to 127.
        scales: float32 (channels,), each exact in FP16 as `quantize_weight` and `round_rows` choose it.
        axis: the axis of the channels.
        bias_change: float32 (channels,): what is to be added to the bias, so that the mean output stays.
    """

    values: NDArray[np.int8]
    scales: NDArray[np.float32]
    axis: int
    bias_change: NDArray[np.float32]

    def dequantized(self) -> NDArray[np.float32]:
        """The weight that the INT8 graph really multiplies with."""
        shape = [1] * self.values.ndim
        shape[self.axis] = -1
        result: NDArray[np.float32] = self.values.astype(np.float32) * self.scales.reshape(shape)
        return result


def _steps(values: NDArray[np.float64], scales: NDArray[np.float64]) -> NDArray[np.float64]:
    steps: NDArray[np.float64] = np.clip(np.rint(values / scales), -127, 127)
    return steps


def _scales(rows: NDArray[np.float64], importance: NDArray[np.float64]) -> NDArray[np.float64]:
    """(groups, channels) FP16 numbers with the least squared error, each column weighted by its importance."""
    full = half_exact(np.abs(rows).max(axis=2) / 127.0)
    best, least = full.copy(), np.full(full.shape, np.inf)
    for fraction in _FRACTIONS[::-1]:
        scales = half_exact(full * fraction)
        difference = _steps(rows, scales[:, :, None]) * scales[:, :, None] - rows
        errors = np.einsum("gck,gk->gc", np.square(difference), importance)
        better = errors < least
        best[better], least[better] = scales[better], errors[better]
    result: NDArray[np.float64] = best
    return result


def _inverse_factor(covariance: NDArray[np.float64]) -> NDArray[np.float64]:
    """The upper Cholesky factor of each damped covariance's inverse.

    A covariance of few patches is not of full rank, and rounding may make it slightly negative: then more is added.
    """
    columns = covariance.shape[-1]
    share = _DAMPING * np.abs(np.einsum("gkk->gk", covariance)).mean(axis=1) + 1e-12
    while True:
        try:
            damped = covariance + share[:, None, None] * np.eye(columns)
            np.linalg.cholesky(damped)
            result: NDArray[np.float64] = np.linalg.cholesky(np.linalg.inv(damped)).transpose(0, 2, 1)
        except np.linalg.LinAlgError:
            share = share * 10.0
        else:
            return result


def _compensated(
    rows: NDArray[np.float64], scales: NDArray[np.float64], covariance: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Steps (groups, channels, columns), each column's rounding error made up for by the columns after it."""
    groups, _, columns = rows.shape
    diagonal = np.einsum("gkk->gk", covariance)
    # The columns that matter most first, while there are others left to make up for them.
    order = np.argsort(-diagonal, axis=1, kind="stable")
    across = np.arange(groups)[:, None]
    factor = _inverse_factor(covariance[across[:, :, None], order[:, :, None], order[:, None, :]])
    left = np.take_along_axis(rows, order[:, None, :], axis=2).copy()
    steps = np.empty_like(left)
    for start in range(0, columns, _BLOCK):
        end = min(start + _BLOCK, columns)
        errors = np.empty((groups, rows.shape[1], end - start))
        for column in range(start, end):
            steps[:, :, column] = _steps(left[:, :, column], scales)
            error = (left[:, :, column] - steps[:, :, column] * scales) / factor[:, None, column, column]
            left[:, :, column + 1 : end] -= error[:, :, None] * factor[:, None, column, column + 1 : end]
            errors[:, :, column - start] = error
        left[:, :, end:] -= errors @ factor[:, start:end, end:]
    result: NDArray[np.float64] = np.empty_like(steps)
    np.put_along_axis(result, np.broadcast_to(order[:, None, :], steps.shape), steps, axis=2)
    return result


def round_rows(
    rows: NDArray[np.float64], covariance: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Steps (groups, channels, columns) and scales (groups, channels) that keep the output for inputs of `covariance`.

    Compensated first, then improved by single flips, which see the covariance as it is.
    """
    scales = _scales(rows, np.maximum(np.einsum("gkk->gk", covariance), 0.0))
    steps = _compensated(rows, scales, covariance)
    return flipped(rows, steps, scales, covariance)


def quantize_weight(weight: NDArray[np.float32], axis: int, moments: MomentObserver | None = None) -> QuantizedWeight:
    """Quantize symmetrically per channel of `axis`.

    Scales are FP16 numbers of at least 2^-14: a channel of smaller weights is rounded to that grid, an error of at most
    2^-15.

    Args:
        weight: (out, in / groups, height, width) with axis 0, or a matrix with either axis.
        axis: the output channels'.
        moments: of the layer's inputs; without them, or with rows over MAX_COLUMNS, every number goes to its nearest
            step and the bias stays.
    """
    moved = np.moveaxis(weight, axis, 0)
    flat = moved.reshape(len(moved), -1).astype(np.float64)
    known = moments is not None and moments.count > 0 and flat.shape[1] <= MAX_COLUMNS
    covariance = moments.covariance() if moments is not None and known else None
    # Activations beyond 1e19 square to more than float32 holds.
    if moments is not None and covariance is not None and np.all(np.isfinite(covariance)):
        mean = moments.mean()
        rows = flat.reshape(len(covariance), -1, flat.shape[1])
        scales = _scales(rows, np.maximum(np.einsum("gkk->gk", covariance), 0.0))
        steps = _compensated(rows, scales, covariance)
        bias_change = np.einsum("gck,gk->gc", rows - steps * scales[:, :, None], mean).ravel()
    else:
        rows = flat[None]
        scales = _scales(rows, np.ones((1, flat.shape[1])))
        steps = _steps(rows, scales[:, :, None])
        bias_change = np.zeros(len(flat))
    values = np.moveaxis(steps.reshape(moved.shape).astype(np.int8), 0, axis)
    return QuantizedWeight(
        np.ascontiguousarray(values), scales.ravel().astype(np.float32), axis, bias_change.astype(np.float32)
    )
