"""What a graph needs before OpenVINO compiles it for a CPU.

OpenVINO's low-precision transformations (2026.4.1) move a signed quantizer that follows a Concat before it with half
its range, so that whatever is above half the range is cut off: YOLOX-nano's `int8-tensorrt` then reproduces its golden
outputs with 6.1 dB. Moved here, before OpenVINO looks, it does so with 19.0 dB (19.2 with the transformations switched
off), at the same speed. tests/edgekit/backends/test_openvino_graph.py holds the fault in twenty lines.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np

__all__ = ["made_float32", "quantized_before_concat"]


def made_float32(model: Any) -> None:
    """Hold an openvino.Model's half-precision constants and values in float32, in place.

    A CPU computes them in float32 anyway (we ask for it: `INFERENCE_PRECISION_HINT`), so only rounding is lost, and no
    Convert is left that would hide a Concat from `quantized_before_concat`.
    """
    operators = _operators()
    half, single = "f16", "f32"
    for node in model.get_ordered_ops():
        kind = node.get_type_name()
        if kind == "Constant" and _type_of(node) == half:
            wide = operators.constant(node.get_data().astype(np.float32))
            node.output(0).replace(wide.output(0))
        elif kind == "Convert" and _type_of(node) == half:
            node.output(0).replace(operators.convert(node.input_value(0), single).output(0))
    model.validate_nodes_and_infer_types()
    for node in model.get_ordered_ops():
        if node.get_type_name() == "Convert" and _type_of(node) == single == _name(node.get_input_element_type(0)):
            node.output(0).replace(node.input_value(0))
    model.validate_nodes_and_infer_types()


def quantized_before_concat(model: Any) -> int:
    """Quantize what goes into a Concat instead of what comes out of it, in place, where the quantizer is signed.

    The ranges are the same for all parts, so nothing changes but the order. A constant that is subtracted in between
    goes along.

    Returns:
        How many quantizers were moved.
    """
    operators = _operators()
    moved = 0
    for node in model.get_ordered_ops():
        if node.get_type_name() != "FakeQuantize" or not _signed_by_tensor(node):
            continue
        source, shift = _before_shift(node.input_value(0))
        concat = source.get_node()
        if concat.get_type_name() != "Concat":
            continue
        ranges = [node.input_value(index) for index in (1, 2, 3, 4)]
        levels = node.get_attributes()["levels"]
        parts = concat.input_values()
        if shift is not None:
            parts = [operators.subtract(part, shift).output(0) for part in parts]
        quantized = [operators.fake_quantize(part, *ranges, levels) for part in parts]
        joined = operators.concat(quantized, concat.get_attributes()["axis"])
        node.output(0).replace(joined.output(0))
        moved += 1
    model.validate_nodes_and_infer_types()
    return moved


def _signed_by_tensor(quantizer: Any) -> bool:
    """Whether it gives negative integers too, and has one range for the whole tensor."""
    ranges = [quantizer.input_value(index).get_node() for index in (1, 2, 3, 4)]
    if any(each.get_type_name() != "Constant" or each.get_data().size != 1 for each in ranges):
        return False
    return bool(ranges[2].get_data().min() < 0)


def _before_shift(source: Any) -> tuple[Any, Any | None]:
    """`source`, or where one number is subtracted from it, what it is subtracted from, and that number."""
    node = source.get_node()
    if node.get_type_name() != "Subtract":
        return source, None
    number = node.input_value(1)
    if number.get_node().get_type_name() != "Constant" or number.get_node().get_data().size != 1:
        return source, None
    return node.input_value(0), number


def _type_of(node: Any) -> str:
    return _name(node.get_output_element_type(0))


def _name(element_type: Any) -> str:
    return str(element_type.get_type_name())


def _operators() -> Any:
    return import_module("openvino.opset13")
