"""What one repair did to the noise, measured with everything in INT8 and nothing returned to float."""

from __future__ import annotations

import math
from dataclasses import dataclass

__all__ = ["RepairGain"]


@dataclass(frozen=True, slots=True)
class RepairGain:
    """One repair of one encoding.

    Attributes:
        name: the repair: "equalization", "bias correction" or "adaptive rounding".
        applied: whether its result was kept: only where the noise fell.
        noise_before, noise_after: mean over the groups of outputs of squared error over energy, on the held-back
            images; `noise_after` is what the repair gave, kept or not.
        detail: how much was changed, for people.
    """

    name: str
    applied: bool
    noise_before: float
    noise_after: float
    detail: str = ""

    @property
    def decibels(self) -> float:
        """How far the noise fell; negative where it rose."""
        smallest = 1e-30
        return 10.0 * math.log10(max(self.noise_before, smallest) / max(self.noise_after, smallest))
