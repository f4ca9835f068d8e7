"""The bias of an INT8 layer: the float one, and what quantizing moves into it."""

from __future__ import annotations

import numpy as np
import onnx
from numpy.typing import NDArray

from edgekit_export.graph.view import GraphView
from edgekit_export.quantize.layers import Layer
from edgekit_export.quantize.plan import LayerPlan, centre_of

__all__ = ["bias_of", "takes_bias"]


def takes_bias(layer: Layer) -> bool:
    """Whether the node has an input for a bias: a MatMul has none, so its weight is rounded without moving the mean."""
    return layer.op_type != "MatMul"


def bias_of(plan: LayerPlan, node: onnx.NodeProto, view: GraphView, *, centred: bool) -> NDArray[np.float32]:
    """Float32 (channels,): the node's own bias, the weight's mean rounding error, and where `centred` the product of
    the subtracted middle with the quantized weight.
    """
    own = view.constant(node.input[2]) if len(node.input) > 2 and node.input[2] else None
    total = plan.weight.bias_change.astype(np.float64) + (0.0 if own is None else own.astype(np.float64).reshape(-1))
    if centred:
        weight = plan.weight.dequantized().astype(np.float64)
        total = total + centre_of(plan.data) * weight.reshape(len(weight), -1).sum(axis=1)
    result: NDArray[np.float32] = total.astype(np.float32)
    return result
