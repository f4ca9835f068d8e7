"""A graph with FP16 parts as a device with FP16 units computes it: every result is rounded.

ONNX Runtime's CPU has few FP16 kernels. It computes the other nodes in FP32 and keeps their results so from one to the
next (1.31.1: 1000 + 0.1 - 1000 in FP16 gives 0.1 and not 0), which is more accurate than any device will be.
"""

from __future__ import annotations

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from edgekit_export.graph.view import initializer

__all__ = ["has_half", "with_half_rounding"]


def has_half(model: onnx.ModelProto) -> bool:
    """Whether any node makes FP16 out of something else."""
    return bool(_half_tensors(model))


def _half_tensors(model: onnx.ModelProto) -> frozenset[str]:
    inferred = onnx.shape_inference.infer_shapes(model).graph
    values = (*inferred.value_info, *inferred.output)
    return frozenset(value.name for value in values if value.type.tensor_type.elem_type == TensorProto.FLOAT16)


def _in_float32(node: onnx.NodeProto) -> None:
    for item in node.attribute:
        if item.name in ("to", "dtype") and item.i == TensorProto.FLOAT16:
            item.i = TensorProto.FLOAT
        elif item.t.data_type == TensorProto.FLOAT16:
            item.t.CopyFrom(initializer(item.t.name, numpy_helper.to_array(item.t).astype(np.float32)))


def with_half_rounding(model: onnx.ModelProto) -> onnx.ModelProto:
    """A copy in FP32 in which every FP16 result is cast to FP16 and back; to be run with optimisations off.

    Args:
        model: as edgekit_export.graph.half.to_half makes it: no FP16 input, no FP16 inside If, Loop or Scan.
    """
    halves = _half_tensors(model)
    rounded = onnx.ModelProto()
    rounded.CopyFrom(model)
    graph = rounded.graph
    for tensor in graph.initializer:
        if tensor.data_type == TensorProto.FLOAT16:
            tensor.CopyFrom(initializer(tensor.name, numpy_helper.to_array(tensor).astype(np.float32)))
    nodes = []
    for node in graph.node:
        made = [name for name in node.output if name in halves]
        _in_float32(node)
        node.output[:] = [f"{name}_unrounded" if name in halves else name for name in node.output]
        nodes.append(node)
        for name in made:
            nodes.append(
                helper.make_node("Cast", [f"{name}_unrounded"], [f"{name}_rounded"], to=int(TensorProto.FLOAT16))
            )
            nodes.append(helper.make_node("Cast", [f"{name}_rounded"], [name], to=int(TensorProto.FLOAT)))
    copies = [onnx.NodeProto.FromString(node.SerializeToString()) for node in nodes]
    del graph.node[:]
    graph.node.extend(copies)
    del graph.value_info[:]
    return rounded
