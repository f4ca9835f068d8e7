"""First and second moments of what a layer's weights are multiplied with: mean and covariance of patches, streamed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["MomentObserver", "PatchShape"]

# Positions taken of each image, spread over the whole picture: twice as many as a patch has columns, within these
# bounds. Over some dozen images that is enough to estimate the covariance.
_FEWEST_POSITIONS, _MOST_POSITIONS = 256, 512


@dataclass(frozen=True, slots=True)
class PatchShape:
    """How a convolution cuts patches out of (1, channels, height, width).

    Attributes:
        groups: the convolution's groups.
        kernel_hw, strides_hw, dilations_hw: as ONNX has them.
        pads_tlbr: zero padding: top, left, bottom, right.
    """

    groups: int
    kernel_hw: tuple[int, int]
    strides_hw: tuple[int, int]
    dilations_hw: tuple[int, int]
    pads_tlbr: tuple[int, int, int, int]

    def patches(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        """Patches at evenly spread output positions: (groups, positions, channels / groups * kernel height * width)."""
        top, left, bottom, right = self.pads_tlbr
        padded = np.pad(values[0], ((0, 0), (top, bottom), (left, right)))
        (kernel_h, kernel_w), (step_h, step_w) = self.kernel_hw, self.dilations_hw
        reach = ((kernel_h - 1) * step_h + 1, (kernel_w - 1) * step_w + 1)
        windows = np.lib.stride_tricks.sliding_window_view(padded, reach, axis=(1, 2))
        windows = windows[:, :: self.strides_hw[0], :: self.strides_hw[1], ::step_h, ::step_w]
        channels, height, width = windows.shape[:3]
        columns = channels // self.groups * kernel_h * kernel_w
        count = min(max(_FEWEST_POSITIONS, min(2 * columns, _MOST_POSITIONS)), height * width)
        rows, across = np.divmod(np.linspace(0, height * width - 1, count).astype(np.intp), width)
        chosen = windows[:, rows, across].reshape(self.groups, channels // self.groups, count, kernel_h * kernel_w)
        return np.ascontiguousarray(chosen.transpose(0, 2, 1, 3)).reshape(self.groups, count, -1)


class MomentObserver:
    """Mean and covariance of a layer's input patches.

    Args:
        shape: how a convolution cuts them; None for a matrix product, whose last axis is the patch.
    """

    def __init__(self, shape: PatchShape | None) -> None:
        self.shape = shape
        self.count = 0
        self._sum: NDArray[np.float64] | None = None
        self._products: NDArray[np.float32] | None = None

    def update(self, values: NDArray[np.float32]) -> None:
        """Take in a layer's input: (1, channels, height, width) for a convolution, else (..., columns)."""
        rows = values.reshape(1, -1, values.shape[-1]) if self.shape is None else self.shape.patches(values)
        total = rows.sum(axis=1, dtype=np.float64)
        # One matrix times itself transposed is half the work to BLAS; numpy sees it only without the batch axis.
        products = (rows[0].T @ rows[0])[None] if len(rows) == 1 else np.matmul(rows.transpose(0, 2, 1), rows)
        if self._sum is None or self._products is None:
            self._sum, self._products = total, products
        else:
            self._sum += total
            self._products += products
        self.count += rows.shape[1]

    def mean(self) -> NDArray[np.float64]:
        """(groups, columns). Only after an update."""
        assert self._sum is not None, "nothing was observed"
        return self._sum / self.count

    def covariance(self) -> NDArray[np.float64]:
        """(groups, columns, columns). Only after an update."""
        assert self._products is not None, "nothing was observed"
        mean = self.mean()
        result: NDArray[np.float64] = (
            self._products.astype(np.float64) / self.count - mean[:, :, None] * mean[:, None, :]
        )
        return result
