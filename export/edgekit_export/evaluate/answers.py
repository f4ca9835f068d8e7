"""What a model said of each picture: what single figures are made of, and what two models are compared by."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edgekit.vision.detection import Detections
from edgekit_export.evaluate.resampled_precision import Matches

__all__ = ["BoxAnswers", "ClassAnswers"]


@dataclass(frozen=True, slots=True, eq=False)
class ClassAnswers:
    """A classifier's answers.

    Attributes:
        names: of the pictures, n.
        best: int64 (n, k): the k best classes (at most 5), the best first.
        probability: float32 (n,): of the best class.
        truth: int64 (n,), or None without labels.
    """

    names: tuple[str, ...]
    best: NDArray[np.int64]
    probability: NDArray[np.float32]
    truth: NDArray[np.int64] | None = None

    def __len__(self) -> int:
        return len(self.names)

    @property
    def first(self) -> NDArray[np.int64]:
        """The best class of each picture, (n,)."""
        first: NDArray[np.int64] = self.best[:, 0]
        return first

    @classmethod
    def of(
        cls, names: tuple[str, ...], probabilities: NDArray[np.float32], truth: NDArray[np.int64] | None = None
    ) -> ClassAnswers:
        """From probabilities (n, classes); of equal ones the lower index comes first, as argmax has it."""
        order = np.argsort(-probabilities, axis=1, kind="stable")[:, :5].astype(np.int64)
        best = np.take_along_axis(probabilities, order[:, :1], axis=1)[:, 0].astype(np.float32)
        return cls(names, order, best, truth)


@dataclass(frozen=True, slots=True, eq=False)
class BoxAnswers:
    """A detector's answers.

    Attributes:
        names: of the pictures, n.
        found: its detections in each, best first.
        matches: which of them are right, or None where nothing was there to be found.
    """

    names: tuple[str, ...]
    found: tuple[Detections, ...]
    matches: Matches | None = None

    def __len__(self) -> int:
        return len(self.names)
