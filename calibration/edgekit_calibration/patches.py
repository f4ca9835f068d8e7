"""How a convolution cuts patches out of its input, and at which places they are looked at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["PatchShape", "spread_positions"]

# The golden ratio's fraction: its multiples, taken modulo 1, are as evenly spread as multiples of one number can be.
_GOLDEN = 0.6180339887498949


def spread_positions(available: int, wanted: int, turn: int = 0) -> NDArray[np.intp]:
    """Evenly spread positions out of `available`, in order; another turn, other positions.

    >>> spread_positions(100, 4)
    array([ 0, 25, 50, 75])
    >>> spread_positions(100, 4, turn=1)
    array([15, 40, 65, 90])
    """
    if wanted >= available:
        return np.arange(available, dtype=np.intp)
    shift = (turn * _GOLDEN) % 1.0
    positions: NDArray[np.intp] = ((np.arange(wanted) + shift) * (available / wanted)).astype(np.intp)
    return positions


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

    def columns(self, channels: int) -> int:
        """Numbers in one patch: channels / groups * kernel height * width."""
        return channels // self.groups * self.kernel_hw[0] * self.kernel_hw[1]

    def output_hw(self, shape: Sequence[int]) -> tuple[int, int]:
        """Height and width of what the convolution makes of an input of this shape: (..., height, width)."""
        top, left, bottom, right = self.pads_tlbr
        sizes = (shape[-2] + top + bottom, shape[-1] + left + right)
        reach = [(kernel - 1) * step + 1 for kernel, step in zip(self.kernel_hw, self.dilations_hw, strict=True)]
        height, width = (
            (size - one) // stride + 1 for size, one, stride in zip(sizes, reach, self.strides_hw, strict=True)
        )
        return height, width

    def patches(self, values: NDArray[np.float32], positions: NDArray[np.intp] | None = None) -> NDArray[np.float32]:
        """Patches at output positions, counted row by row: (groups, positions, columns).

        Args:
            values: (1, channels, height, width).
            positions: below height * width of the output; None for all of them.
        """
        _, channels, height, width = values.shape
        output_hw = self.output_hw(values.shape)
        if positions is None:
            positions = np.arange(output_hw[0] * output_hw[1], dtype=np.intp)
        rows, across = np.divmod(positions, output_hw[1])
        top, left = self.pads_tlbr[:2]
        flat = values.reshape(channels, height * width)
        taps = self.kernel_hw[0] * self.kernel_hw[1]
        result = np.empty((self.groups, len(positions), channels // self.groups, taps), np.float32)
        for tap in range(taps):
            down, right = divmod(tap, self.kernel_hw[1])
            y = rows * self.strides_hw[0] + down * self.dilations_hw[0] - top
            x = across * self.strides_hw[1] + right * self.dilations_hw[1] - left
            inside = (y >= 0) & (y < height) & (x >= 0) & (x < width)
            taken = flat[:, np.where(inside, y * width + x, 0)]
            if not inside.all():
                taken *= inside
            result[..., tap] = taken.reshape(self.groups, channels // self.groups, -1).transpose(0, 2, 1)
        return result.reshape(self.groups, len(positions), -1)
