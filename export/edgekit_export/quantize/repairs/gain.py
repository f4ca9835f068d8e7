"""What one repair did to the noise, measured with everything in INT8 and nothing returned to float."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import onnx

from edgekit_export.graph.running import session
from edgekit_export.quantize.insert import with_int8
from edgekit_export.quantize.judge import Panel
from edgekit_export.quantize.noise import noise
from edgekit_export.quantize.plan import Plan

__all__ = ["RepairGain", "gain_of", "noise_of"]


@dataclass(frozen=True, slots=True)
class RepairGain:
    """One repair of one encoding.

    Attributes:
        name: the repair: "equalization", "bias correction" or "adaptive rounding".
        applied: whether its result is to be kept: only where the noise fell.
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


def noise_of(panel: Panel, model: onnx.ModelProto, plans: Sequence[Plan]) -> float:
    """Mean noise over the groups of outputs on all held-back images, with every plan in INT8.

    Args:
        panel: the held-back images and the float outputs on them.
        model: the panel's float graph, or one that computes the same.
        plans: how its nodes are quantized.
    """
    # As written: Q/DQ are to be computed, not merged.
    runner = session(with_int8(model, plans), optimise=False, threads=panel.threads)
    feed = model.graph.input[0].name
    outputs = [runner.run(None, {feed: image[None]}) for image in panel.images]
    return float(noise(panel.yardstick, outputs).mean())


def gain_of(name: str, before: float, after: float, detail: str = "") -> RepairGain:
    """The gain of a repair from the noise without and with it; it is to be applied where the noise fell."""
    return RepairGain(name, after < before, before, after, detail)
