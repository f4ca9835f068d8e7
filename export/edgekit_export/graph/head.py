"""The preprocessing arithmetic as the graph's first nodes: uint8 NHWC BGR pixels in, the model's own input out."""

from __future__ import annotations

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper

from edgekit.bundle.manifest import ArithmeticSpec
from edgekit.errors import ModelError
from edgekit_export.graph.running import input_specs, relative_difference, run
from edgekit_export.graph.view import fresh_name, initializer

__all__ = ["INPUT_NAME", "float_preprocessing", "prove_head", "with_head"]

INPUT_NAME = "images"

# Multiplying by scale / std instead of subtracting and dividing moves the last bits of a float32.
_MAX_DIFFERENCE = 1e-4


def float_preprocessing(pixels: NDArray[np.uint8], arithmetic: ArithmeticSpec) -> NDArray[np.float32]:
    """What the head must equal, in numpy: `(pixel * scale - mean) / std`; (n, h, w, 3) BGR to the model's layout."""
    ordered = pixels[..., ::-1] if arithmetic.order == "rgb" else pixels
    values = (ordered.astype(np.float64) * arithmetic.scale - arithmetic.mean) / arithmetic.std
    placed = values.transpose(0, 3, 1, 2) if arithmetic.layout == "nchw" else values
    return np.ascontiguousarray(placed, dtype=np.float32)


def _size_of(model: onnx.ModelProto, arithmetic: ArithmeticSpec) -> tuple[str, int, int]:
    inputs = input_specs(model)
    if len(inputs) != 1:
        raise ModelError(f"The model takes {len(inputs)} inputs ({', '.join(i[0] for i in inputs)}); one is wanted.")
    name, element, shape = inputs[0]
    if element != TensorProto.FLOAT or len(shape) != 4:
        raise ModelError(f"The model's input {name} must be float32 with four axes, got {shape}.")
    channels, sizes = (shape[1], shape[2:]) if arithmetic.layout == "nchw" else (shape[3], shape[1:3])
    if channels != 3:
        raise ModelError(
            f"The model's input {name} has the shape {shape}: with the layout {arithmetic.layout} "
            f"that is {channels} channels, and pictures have 3.",
            hint="Set layout to nchw or nhwc in the preprocessing.",
        )
    height, width = sizes
    if height is None or width is None:
        raise ModelError(f"The model's input {name} has no fixed size: {shape}.", hint="Give --input-size.")
    return name, height, width


def with_head(model: onnx.ModelProto, arithmetic: ArithmeticSpec) -> onnx.ModelProto:
    """A copy that takes uint8 `images` (batch, height, width, 3) in BGR and does the arithmetic itself.

    Cast comes first, then Transpose, the channel order, then one Mul and one Add where they are not the identity
    (TensorRT-RTX refuses Transpose and Gather on uint8).

    Raises:
        ModelError: the model does not take one float32 picture of three channels and a fixed size.
    """
    name, height, width = _size_of(model, arithmetic)
    headed = onnx.ModelProto()
    headed.CopyFrom(model)
    graph = headed.graph
    # Names of the graph that the head wants for itself make way.
    target = fresh_name(graph, "prepared") if name == INPUT_NAME else name
    for node in graph.node:
        for index, read in enumerate(node.input):
            if read == name:
                node.input[index] = target
    std = np.asarray(arithmetic.std, np.float64)
    factor = (arithmetic.scale / std).astype(np.float32)
    shift = (-np.asarray(arithmetic.mean, np.float64) / std).astype(np.float32)
    per_channel = (1, 3, 1, 1) if arithmetic.layout == "nchw" else (1, 1, 1, 3)
    channel_axis = 1 if arithmetic.layout == "nchw" else 3

    def constant(wanted: str, value: NDArray[np.generic]) -> onnx.TensorProto:
        return initializer(fresh_name(graph, wanted), value)

    steps: list[tuple[str, list[onnx.TensorProto], dict[str, object]]] = [("Cast", [], {"to": TensorProto.FLOAT})]
    if arithmetic.layout == "nchw":
        steps.append(("Transpose", [], {"perm": [0, 3, 1, 2]}))
    if arithmetic.order == "rgb":
        steps.append(("Gather", [constant("head_order", np.array([2, 1, 0], np.int64))], {"axis": channel_axis}))
    if not np.all(factor == 1):
        steps.append(("Mul", [constant("head_factor", factor.reshape(per_channel))], {}))
    if not np.all(shift == 0):
        steps.append(("Add", [constant("head_shift", shift.reshape(per_channel))], {}))
    nodes, current = [], INPUT_NAME
    for index, (op_type, constants, attributes) in enumerate(steps):
        graph.initializer.extend(constants)
        output = target if index == len(steps) - 1 else fresh_name(graph, f"head_{index}")
        inputs = [current, *(tensor.name for tensor in constants)]
        name = fresh_name(graph, f"head_{op_type.lower()}")
        nodes.append(helper.make_node(op_type, inputs, [output], name=name, **attributes))
        current = output
    rest = list(graph.node)
    del graph.node[:]
    graph.node.extend([*nodes, *rest])
    batch = model.graph.input[0].type.tensor_type.shape.dim[0]
    size = batch.dim_value if batch.HasField("dim_value") else batch.dim_param or "batch"
    del graph.input[:]
    graph.input.append(helper.make_tensor_value_info(INPUT_NAME, TensorProto.UINT8, [size, height, width, 3]))
    return headed


def prove_head(headed: onnx.ModelProto, model: onnx.ModelProto, arithmetic: ArithmeticSpec) -> float:
    """Show that the graph on pixels equals the model file on float preprocessing; the largest relative difference.

    Raises:
        ModelError: it does not.
    """
    _, height, width = _size_of(model, arithmetic)
    pixels = np.random.default_rng(0).integers(0, 256, (1, height, width, 3), dtype=np.uint8)
    expected = run(model, {input_specs(model)[0][0]: float_preprocessing(pixels, arithmetic)})
    difference = relative_difference(expected, run(headed, {INPUT_NAME: pixels}))
    if not difference <= _MAX_DIFFERENCE:
        raise ModelError(f"The graph with its preprocessing differs from the model file by {difference:.2g}.")
    return difference
