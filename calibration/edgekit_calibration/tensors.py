"""One tensor over the calibration images, in two folds: a range chosen on one can be tried on the other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgekit_calibration.observers import HistogramObserver

__all__ = ["TensorObserver"]


class TensorObserver:
    """Histograms of one tensor over two folds of the images.

    Attributes:
        name: the tensor.
        folds: what was seen of each fold.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.folds = (HistogramObserver(name), HistogramObserver(name))

    def update(self, values: NDArray[Any], fold: int) -> None:
        """Take in the tensor on one image of fold 0 or 1.

        Raises:
            CalibrationError: a value is not finite.
        """
        self.folds[fold].update(values)

    def whole(self) -> HistogramObserver:
        """Both folds together."""
        return self.folds[0].together(self.folds[1])

    def state(self) -> dict[str, NDArray[Any]]:
        """All that was seen, as arrays; see `restore`."""
        return {
            "counts": np.stack([fold.counts for fold in self.folds]),
            "numbers": np.array([[fold.count, fold.zeros] for fold in self.folds], np.int64),
            "limits": np.array([[fold.limit, fold.minimum, fold.maximum] for fold in self.folds]),
        }

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Go on from what `state` returned."""
        for fold, counts, numbers, limits in zip(
            self.folds, state["counts"], state["numbers"], state["limits"], strict=True
        ):
            fold.counts = counts.copy()
            fold.count, fold.zeros = (int(number) for number in numbers)
            fold.limit, fold.minimum, fold.maximum = (float(limit) for limit in limits)
