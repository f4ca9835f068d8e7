"""What counts as an error of a classifier: probabilities that change.

Logits are what a network ends in, not what anybody uses: of a class that is far off, or already sure, they may move
without changing anything, and one picture with large logits outweighs all others. So outputs become probabilities.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from edgekit.vision.decoders.classify import probabilities
from edgekit_export.quantize.noise import Outputs, Yardstick

__all__ = ["ClassificationNoise"]


@dataclass(frozen=True, slots=True)
class ClassificationNoise:
    """One group: squared error of the probabilities over their squared distance from knowing nothing, 1 / classes.

    Attributes:
        decoder: of the bundle: "softmax" or "probabilities".
    """

    # ValueNoise's. On 500 CIFAR-10 pictures that nothing was calibrated or judged on, MobileNetV2 and V3 with 0.002 to
    # 0.003 give float's answer on 96 to 98 of 100, and EfficientNet-B0 with 0.04 on 88, none of them less accurate than
    # float by more than a point.
    max_noise: ClassVar[float] = 0.02
    bad_noise: ClassVar[float] = 0.10

    decoder: str

    def of(self, references: Sequence[Outputs]) -> Yardstick:
        """See Measure."""
        return _Told(self, tuple(self.told(outputs) for outputs in references))

    def told(self, outputs: Outputs) -> NDArray[np.float64]:
        """Probabilities (1, classes) of one picture."""
        return probabilities(self.decoder, outputs[0]).astype(np.float64)


class _Told:
    """Float's probabilities on all pictures."""

    def __init__(self, measure: ClassificationNoise, references: tuple[NDArray[np.float64], ...]) -> None:
        self._measure, self._references = measure, references
        self._energy = sum(float(np.square(one - 1.0 / one.shape[-1]).sum()) for one in references)
        self.groups = 1 if self._energy > 0 else 0

    def share(self, picture: int, outputs: Outputs) -> NDArray[np.float64]:
        """See Yardstick."""
        error = self._measure.told(outputs) - self._references[picture]
        return np.array([float(np.square(error).sum()) / self._energy])
