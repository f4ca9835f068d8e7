"""int8-cpu: HardSigmoid, and with it HardSwish, on eight bits, where rounding itself makes the gate.

Why: ONNX Runtime has no integer HardSigmoid. But clip(a x + b, 0, 1) is x + b / a, written in 255 steps that reach from
0 to 1 / a (what lies beyond saturates), and read as steps from 0 to 1. So a gate costs one integer sum, HardSwish an
integer product besides, and the values stay in eight bits between two convolutions (MobileNetV3's: 0.5 ns a value
against 1.2 by floats). Pinned by test_gates.py.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import onnx
from edgekit_calibration import Quantizer
from numpy.typing import NDArray

from edgekit_export.graph.view import attribute

__all__ = ["OPENNESS", "Gate", "gate_of"]

OPENNESS = Quantizer(scale=float(np.float32(1.0 / 255.0)), zero_point=0, lowest=0, highest=255)
"""How the bytes of a gate are read: 0 is closed, 255 is open."""


@dataclass(frozen=True, slots=True)
class Gate:
    """clip(slope * x + middle, 0, 1).

    Attributes:
        slope, middle: ONNX's alpha and beta of HardSigmoid, both above 0.
    """

    slope: float
    middle: float

    @property
    def offset(self) -> float:
        """What is added to x."""
        return self.middle / self.slope

    @property
    def written(self) -> Quantizer:
        """How that sum is quantized."""
        return Quantizer(float(np.float32(1.0 / (255.0 * self.slope))), 0, 0, 255)

    def __call__(self, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """The gate itself."""
        result: NDArray[np.float64] = np.clip(self.slope * values + self.middle, 0.0, 1.0)
        return result


def gate_of(node: onnx.NodeProto) -> Gate | None:
    """The gate in a HardSigmoid or HardSwish node; None for others."""
    if node.op_type == "HardSwish":
        return Gate(1.0 / 6.0, 0.5)
    if node.op_type != "HardSigmoid":
        return None
    gate = Gate(attribute(node, "alpha", 0.2), attribute(node, "beta", 0.5))
    return gate if gate.slope > 0 and gate.middle > 0 else None
