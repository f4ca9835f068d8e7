"""What a layer makes of quantized inputs: the error of its output on patches kept from the images."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgekit_calibration.patches import PatchShape, spread_positions
from edgekit_calibration.ranges import Quantizer

__all__ = ["LayerReader", "total_error"]

# Numbers kept of each fold of the images (1 MB), and patches at most: with 400 a fold, and with 1,200, YOLOX-nano's
# outputs were equally near to float.
_NUMBERS, _PATCHES = 2**18, 384


class LayerReader:
    """A layer that reads a tensor, with some of its input patches from each of two folds of the images.

    The error of a layer's output is not the sum of its inputs' errors: what is cut off lies in the same channels on
    every image, and weights make much of some channels and nothing of others.

    Args:
        data: the tensor that it reads.
        weight: (channels, columns), channels in the order of the groups.
        shape: how a convolution cuts patches; None for a matrix product.
        images: how many images are expected, over both folds.
    """

    def __init__(self, data: str, weight: NDArray[np.float32], shape: PatchShape | None, *, images: int) -> None:
        self.data = data
        groups = 1 if shape is None else shape.groups
        self._weight = weight.reshape(groups, -1, weight.shape[-1]).transpose(0, 2, 1)
        self._shape = shape
        most = max(1, min(_PATCHES, _NUMBERS // (groups * weight.shape[-1])))
        self._patches_of_one = -(-2 * most // max(1, images))
        self._most = most
        self._seen = 0
        self._kept: tuple[list[NDArray[np.float32]], list[NDArray[np.float32]]] = ([], [])

    def update(self, values: NDArray[np.float32], fold: int) -> None:
        """Keep some patches of the tensor on one image."""
        kept = self._kept[fold]
        left = min(self._patches_of_one, self._most - sum(one.shape[1] for one in kept))
        self._seen += 1
        if left <= 0:
            return
        if self._shape is None:
            rows = values.reshape(1, -1, values.shape[-1])
            kept.append(rows[:, spread_positions(rows.shape[1], left, self._seen)])
        else:
            height, width = self._shape.output_hw(values.shape)
            kept.append(self._shape.patches(values, spread_positions(height * width, left, self._seen)))

    def error(self, chosen: Quantizer, fold: int) -> float:
        """Squared error of the layer's output over the fold's patches, with its input quantized; 0 without patches."""
        if not self._kept[fold]:
            return 0.0
        rows = np.concatenate(self._kept[fold], axis=1)
        self._kept[fold][:] = [rows]
        steps = np.rint(rows / np.float32(chosen.scale))
        np.clip(steps, chosen.lowest - chosen.zero_point, chosen.highest - chosen.zero_point, out=steps)
        difference = steps * np.float32(chosen.scale) - rows
        return float(np.square(np.matmul(difference, self._weight), dtype=np.float64).sum())

    def state(self) -> dict[str, NDArray[Any]]:
        """All that was kept, as arrays; see `restore`."""
        kept = {f"fold{fold}": np.concatenate(rows, axis=1) for fold, rows in enumerate(self._kept) if rows}
        return {"seen": np.array(self._seen), **kept}

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Go on from what `state` returned."""
        self._seen = int(state["seen"])
        for fold, rows in enumerate(self._kept):
            rows[:] = [state[f"fold{fold}"]] if f"fold{fold}" in state else []


def total_error(readers: Sequence[LayerReader], chosen: Quantizer, fold: int) -> float:
    """Of all that read one tensor."""
    return sum(reader.error(chosen, fold) for reader in readers)
