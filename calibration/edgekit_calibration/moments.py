"""First and second moments of what a layer's weights are multiplied with: mean and covariance of patches, streamed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgekit_calibration.patches import PatchShape, spread_positions

__all__ = ["MomentObserver", "PatchShape"]

# Patches taken of each image, spread over the whole picture: twice as many as a patch has columns, within these
# bounds. Over some dozen images that is enough to estimate the covariance.
_FEWEST_PATCHES, _MOST_PATCHES = 256, 512

# Patches of all images together: 64 for each column, within these bounds, so that more images mean another choice
# of patches and no more work (EfficientNet-Lite0, 384 images: the moments took 100 s of two cores, now 9 s).
_PATCHES_A_COLUMN = 64
_FEWEST_IN_ALL, _MOST_IN_ALL = 4096, 8192

# Patches that are multiplied at once: of the few of one image the product would cost less than adding it to the sum.
_PATCHES_AT_ONCE = 512


class MomentObserver:
    """Mean and covariance of a layer's input patches.

    Args:
        shape: how a convolution cuts them; None for a matrix product, whose last axis is the patch.
        images: how many images are expected; patches are taken of each accordingly. None: as of a few dozen.

    Attributes:
        count: patches seen.
    """

    def __init__(self, shape: PatchShape | None, *, images: int | None = None) -> None:
        self.shape = shape
        self.count = 0
        self._images = images
        self._seen = 0
        self._waiting: list[NDArray[np.float32]] = []
        self._sum: NDArray[np.float64] | None = None
        self._products: NDArray[np.float32] | None = None

    def _patches_of_one(self, columns: int) -> int:
        patches = max(_FEWEST_PATCHES, min(2 * columns, _MOST_PATCHES))
        if self._images is None:
            return patches
        in_all = max(_FEWEST_IN_ALL, min(_PATCHES_A_COLUMN * columns, _MOST_IN_ALL))
        return min(patches, -(-in_all // self._images))

    def update(self, values: NDArray[np.float32]) -> None:
        """Take in a layer's input on one image: (1, channels, height, width) for a convolution, else (..., columns)."""
        if self.shape is None:
            rows = values.reshape(1, -1, values.shape[-1])
        else:
            height, width = self.shape.output_hw(values.shape)
            wanted = self._patches_of_one(self.shape.columns(values.shape[1]))
            rows = self.shape.patches(values, spread_positions(height * width, wanted, self._seen))
        self._seen += 1
        self.count += rows.shape[1]
        self._waiting.append(rows)
        # A grouped convolution has many short products, and its patches together are too large to keep.
        if len(rows) > 1 or sum(one.shape[1] for one in self._waiting) >= _PATCHES_AT_ONCE:
            self._multiply()

    def _multiply(self) -> None:
        """Take the patches that wait into the sums."""
        if not self._waiting:
            return
        rows = np.concatenate(self._waiting, axis=1)
        self._waiting.clear()
        total = rows.sum(axis=1, dtype=np.float64)
        with np.errstate(over="ignore", invalid="ignore"):  # beyond 1e19 the covariance is inf: nobody then uses it
            # One matrix times itself transposed is half the work to BLAS; numpy sees it only without the batch axis.
            products = (rows[0].T @ rows[0])[None] if len(rows) == 1 else np.matmul(rows.transpose(0, 2, 1), rows)
        if self._sum is None or self._products is None:
            self._sum, self._products = total, products
        else:
            self._sum += total
            self._products += products

    def mean(self) -> NDArray[np.float64]:
        """(groups, columns). Only after an update."""
        self._multiply()
        assert self._sum is not None, "nothing was observed"
        return self._sum / self.count

    def covariance(self) -> NDArray[np.float64]:
        """(groups, columns, columns). Only after an update."""
        self._multiply()
        assert self._products is not None, "nothing was observed"
        mean = self.mean()
        with np.errstate(invalid="ignore"):  # as above
            products = self._products.astype(np.float64) / self.count
            result: NDArray[np.float64] = products - mean[:, :, None] * mean[:, None, :]
        return result

    def state(self) -> dict[str, NDArray[Any]]:
        """All that was gathered, as arrays; see `restore`.

        Patches that wait go on waiting: taken into the sums earlier they would be added in another order, and whether
        the state was asked for would change the last digits, and with them roundings of weights.
        """
        state: dict[str, NDArray[Any]] = {}
        if self._seen:
            state["counted"] = np.array([self.count, self._seen], np.int64)
        if self._sum is not None and self._products is not None:
            state |= {"sum": self._sum, "products": self._products}
        if self._waiting:
            state["waiting"] = np.concatenate(self._waiting, axis=1)
        return state

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Go on from what `state` returned."""
        if not state:
            return
        self.count, self._seen = (int(number) for number in state["counted"])
        self._sum, self._products = state.get("sum"), state.get("products")
        self._waiting = [state["waiting"]] if "waiting" in state else []
