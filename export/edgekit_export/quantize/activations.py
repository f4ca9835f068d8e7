"""Activations that stand between a layer and whoever reads it, as functions of numpy arrays."""

from __future__ import annotations

import numpy as np
from edgekit_calibration import Activation
from numpy.typing import NDArray

from edgekit_export.graph.view import GraphView
from edgekit_export.quantize.gates import gate_of

__all__ = ["activation_behind", "hard_swish", "silu"]


def silu(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """x times its sigmoid (Elfwing et al., 2017; Ramachandran et al., "Swish", 2017)."""
    result: NDArray[np.float64] = values / (1.0 + np.exp(-np.clip(values, -700.0, None)))
    return result


def hard_swish(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """x times clip(x / 6 + 1/2, 0, 1) (Howard et al., MobileNetV3, 2019; ONNX HardSwish)."""
    result: NDArray[np.float64] = values * np.clip(values / 6.0 + 0.5, 0.0, 1.0)
    return result


def activation_behind(tensor: str, view: GraphView) -> Activation | None:
    """The activation that alone reads a tensor: SiLU as Sigmoid and Mul, HardSwish or HardSigmoid; else None."""
    readers = view.consumers.get(tensor, [])
    if tensor in view.outputs:
        return None
    if [node.op_type for node in readers] == ["HardSwish"]:
        return hard_swish
    if [node.op_type for node in readers] == ["HardSigmoid"]:
        return gate_of(readers[0])
    if sorted(node.op_type for node in readers) != ["Mul", "Sigmoid"]:
        return None
    gate, product = sorted(readers, key=lambda node: node.op_type, reverse=True)
    return silu if gate.output[0] in product.input else None
