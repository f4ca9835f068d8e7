"""What evaluation needs of a model: probabilities or detections of whole pictures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from edgekit.frame import Pixels
from edgekit.vision.detection import Detections

__all__ = ["Predicts"]


class Predicts(Protocol):
    """edgekit.predictor.Predictor fits it, and so does a graph that export still has in its hands."""

    def classify(self, pictures: Sequence[Pixels]) -> NDArray[np.float32]:
        """Probabilities, (n, classes)."""

    def detect(
        self,
        pictures: Sequence[Pixels],
        *,
        min_score: float = 0.001,
        max_iou: float = 0.65,
        max_detections: int = 100,
    ) -> list[Detections]:
        """Detections in the pictures' own pixels, highest score first."""
