"""A batch of one becomes any batch, where it can be proven that three pictures give three times one picture."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import onnx
from onnx import numpy_helper

from edgekit.errors import ModelError
from edgekit_export.graph.cleanup import unused_removed
from edgekit_export.graph.running import input_specs, random_inputs, relative_difference, session
from edgekit_export.graph.view import GraphView, fresh_name

__all__ = ["SymbolicBatch", "reshapes_repaired", "shapes_at_batch_one", "symbolic_batch"]

# Sums may come in another order for another batch; anything beyond that is a picture leaking into another.
_MAX_DIFFERENCE = 1e-4

_MAX_BATCH = 16


@dataclass(frozen=True, slots=True)
class SymbolicBatch:
    """A graph and the batches that were proven for it.

    Attributes:
        model: batch dimension named "batch" where proven, else 1.
        max_batch: 16, or 1 where the proof failed.
        reason: why, in one line.
    """

    model: onnx.ModelProto
    max_batch: int
    reason: str


def _set_batch(model: onnx.ModelProto, batch: int | str) -> None:
    for value in (*model.graph.input, *model.graph.output):
        dims = value.type.tensor_type.shape.dim
        if not dims:
            continue
        if isinstance(batch, str):
            dims[0].dim_param = batch
        else:
            dims[0].dim_value = batch


def shapes_at_batch_one(model: onnx.ModelProto) -> dict[str, tuple[int, ...]]:
    """The shape of every tensor for one picture, where ONNX's shape inference finds it whole."""
    fixed = onnx.ModelProto()
    fixed.CopyFrom(model)
    del fixed.graph.value_info[:]
    for value in fixed.graph.input:
        dims = value.type.tensor_type.shape.dim
        if dims and not dims[0].HasField("dim_value"):
            dims[0].dim_value = 1
    for value in fixed.graph.output:
        value.type.tensor_type.ClearField("shape")
    inferred = onnx.shape_inference.infer_shapes(fixed, data_prop=True)
    shapes = {tensor.name: tuple(tensor.dims) for tensor in model.graph.initializer}
    for value in (*inferred.graph.input, *inferred.graph.value_info, *inferred.graph.output):
        dims = value.type.tensor_type.shape.dim
        if value.type.tensor_type.HasField("shape") and all(dim.HasField("dim_value") for dim in dims):
            shapes[value.name] = tuple(dim.dim_value for dim in dims)
    return shapes


def _repaired_target(target: list[int], result: tuple[int, ...]) -> list[int]:
    """A Reshape's constant with the batch left open, from its value and its result for one picture.

    [1, 85, -1] -> [-1, 85, 1000]; [24, 2, 1936] -> [-1, 2, 1936]; [2, -1, 24] stays, since -1 takes the batch.
    """
    if -1 in target and target[0] not in (-1, 1):
        return target
    return [-1, *result[1:]]


def reshapes_repaired(model: onnx.ModelProto) -> None:
    """Let every Reshape with a constant target carry any batch."""
    graph = model.graph
    view, shapes = GraphView(graph), shapes_at_batch_one(model)
    for node in graph.node:
        if node.op_type != "Reshape" or not view.is_variable(node.input[0]):
            continue
        target, result = view.constant(node.input[1]), shapes.get(node.output[0])
        if target is None or result is None or target.size == 0:
            continue
        repaired = _repaired_target([int(size) for size in target], result)
        name = fresh_name(graph, f"{node.output[0]}_shape")
        graph.initializer.append(numpy_helper.from_array(np.array(repaired, np.int64), name))
        node.input[1] = name


def _proof(model: onnx.ModelProto) -> str | None:
    """None where batch 3 gives three times batch 1, else why not."""
    feeds = random_inputs(model, batch=3)
    try:
        runner = session(model, optimise=False)
        together = runner.run(None, feeds)
        alone = [runner.run(None, {name: value[i : i + 1] for name, value in feeds.items()}) for i in range(3)]
    except Exception as error:  # noqa: BLE001 - onnxruntime's exceptions have no common base of their own
        return f"batch 3 cannot be run ({str(error).splitlines()[0][:120]})"
    if any(value.ndim == 0 or value.shape[0] != 1 for outputs in alone for value in outputs):
        return "an output's first axis is not the batch"
    joined = [np.concatenate(values) for values in zip(*alone, strict=True)]
    difference = relative_difference(joined, together)
    return None if difference <= _MAX_DIFFERENCE else f"batch 3 differs from 3 x batch 1 by {difference:.2g}"


def symbolic_batch(model: onnx.ModelProto) -> SymbolicBatch:
    """A copy with the batch left open and Reshape constants repaired, if that can be proven; else with batch 1.

    Raises:
        ModelError: the model's own batch is fixed to more than one picture.
    """
    for name, _, shape in input_specs(model):
        if not shape or (shape[0] is not None and shape[0] != 1):
            raise ModelError(
                f"Input {name} of the model has the shape {shape}; its first axis must be a batch of 1 or open.",
                hint="Export the model with batch 1 or a dynamic batch.",
            )
    opened = onnx.ModelProto()
    opened.CopyFrom(model)
    del opened.graph.value_info[:]
    reshapes_repaired(opened)
    unused_removed(opened)
    _set_batch(opened, "batch")
    problem = _proof(opened)
    if problem is None:
        return SymbolicBatch(opened, _MAX_BATCH, "batch 3 gives three times batch 1")
    fixed = onnx.ModelProto()
    fixed.CopyFrom(model)
    _set_batch(fixed, 1)
    return SymbolicBatch(fixed, 1, problem)
