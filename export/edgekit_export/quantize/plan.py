"""How one node is to be quantized."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from edgekit_calibration import Quantizer
from numpy.typing import NDArray

from edgekit_export.quantize.layers import Layer
from edgekit_export.quantize.passes import Pass
from edgekit_export.quantize.stem import ChannelSteps, Stem
from edgekit_export.quantize.weights import QuantizedWeight

__all__ = ["LayerPlan", "PassPlan", "Plan", "StemPlan", "as_signed", "centre_of"]


@dataclass(frozen=True, slots=True, eq=False)
class LayerPlan:
    """A layer in INT8.

    Attributes:
        layer: the node.
        weight: its quantized weight.
        data: how the tensor that it reads is quantized.
        result: how the tensor that it makes is quantized too, or None where that stays float.
        centred: signed encodings only: `data` is unsigned, and the graph subtracts the middle of its range first,
            so that the signed, symmetric eight bits span just that range.
        factors: float32 (channels,), signed encodings of depthwise convolutions only: the graph multiplies each channel
            of the data by its factor first; `data` and `weight` are of what that gives.
    """

    layer: Layer
    weight: QuantizedWeight
    data: Quantizer
    result: Quantizer | None = None
    centred: bool = False
    factors: NDArray[np.float32] | None = None

    @property
    def node(self) -> Layer:
        """What is quantized."""
        return self.layer

    @property
    def inputs(self) -> dict[str, Quantizer]:
        """The variable tensors that it reads quantized."""
        return {self.layer.data: self.data}

    def floating(self, weight: NDArray[np.float32]) -> NDArray[np.float32]:
        """What of the float weight stands against the data as the graph quantizes it."""
        return weight if self.factors is None else weight / self.factors.reshape(-1, 1, 1, 1)


@dataclass(frozen=True, slots=True, eq=False)
class PassPlan:
    """A node without weights in INT8: all that it reads and what it makes is quantized.

    Attributes:
        node: the node.
        inputs: how each tensor that it reads is quantized.
        result: how the tensor that it makes is quantized.
    """

    node: Pass
    inputs: dict[str, Quantizer]
    result: Quantizer


@dataclass(frozen=True, slots=True, eq=False)
class StemPlan:
    """The first convolution in INT8, reading the picture's bytes in blocks.

    Attributes:
        layer: the node.
        stem: how it looks on blocks.
        weight: on blocks.
        bias: float32 (phases * channels,).
        result: how the tensor that it makes is quantized.
        steps: of each channel of that tensor, where it is not one quantizer's for all: weight and bias then give the
            channels in their own steps, `result` only rounds.
    """

    layer: Layer
    stem: Stem
    weight: QuantizedWeight
    bias: NDArray[np.float32]
    result: Quantizer
    steps: ChannelSteps | None = None

    @property
    def node(self) -> Layer:
        """What is quantized."""
        return self.layer

    @property
    def inputs(self) -> dict[str, Quantizer]:
        """Nothing is quantized for it: bytes are."""
        return {}


Plan = LayerPlan | PassPlan | StemPlan


def centre_of(data: Quantizer) -> float:
    """What is subtracted to make an unsigned quantizer a signed one with zero point 0: a multiple of its scale."""
    return (128 - data.zero_point) * data.scale


def as_signed(data: Quantizer) -> Quantizer:
    """The signed quantizer that on `x - centre_of(data)` gives the same steps as `data` on x."""
    return Quantizer(data.scale, 0, -128, 127)
