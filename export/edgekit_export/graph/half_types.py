"""Where a graph holds float32 numbers, and where ONNX lets each operator hold FP16 instead, read from its schemas."""

from __future__ import annotations

from functools import lru_cache

import onnx
from onnx import TensorProto

from edgekit_export.graph.opset import OPSET

__all__ = ["float_tensors", "gives_half", "takes_half"]

_HALF = "tensor(float16)"


@lru_cache(maxsize=512)
def _allowed(op_type: str) -> tuple[tuple[bool, ...], tuple[bool, ...]]:
    """Whether each formal input, and each formal output, of an operator may be FP16."""
    schema = onnx.defs.get_schema(op_type, OPSET, "")
    half = {one.type_param_str: _HALF in one.allowed_type_strs for one in schema.type_constraints}
    # A type that is no variable is the type itself: Resize's scales are "tensor(float)".
    inputs, outputs = (
        tuple(half.get(one.type_str, one.type_str == _HALF) for one in formal)
        for formal in (schema.inputs, schema.outputs)
    )
    return inputs, outputs


def takes_half(node: onnx.NodeProto, index: int) -> bool:
    """Whether input `index` may be FP16; inputs beyond the last formal one repeat it (Concat)."""
    inputs, _ = _allowed(node.op_type)
    return inputs[min(index, len(inputs) - 1)]


def gives_half(node: onnx.NodeProto, index: int) -> bool:
    """Whether output `index` may be FP16."""
    _, outputs = _allowed(node.op_type)
    return outputs[min(index, len(outputs) - 1)]


def float_tensors(model: onnx.ModelProto) -> frozenset[str]:
    """Names of every float32 tensor of the graph, initializers too; none of what lies inside If, Loop or Scan."""
    inferred = onnx.shape_inference.infer_shapes(model).graph
    values = (*inferred.input, *inferred.value_info, *inferred.output)
    return frozenset(value.name for value in values if value.type.tensor_type.elem_type == TensorProto.FLOAT) | {
        tensor.name for tensor in model.graph.initializer if tensor.data_type == TensorProto.FLOAT
    }
