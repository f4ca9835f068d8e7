"""A graph's float32 parts in FP16, but for what loses by it; quantize/dequantize pairs keep their integers.

Neither onnxruntime's nor onnxconverter-common's converter serves here: both choose by operator alone, never by the
range of a tensor, round twice between two neighbours that stay FP32, and leave graphs that need repair (1.31.1: nodes
out of order; 1.16.0: Resize's scales in FP16, which ONNX forbids).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from edgekit_export.graph.cleanup import unused_removed
from edgekit_export.graph.half_islands import Graph, Ranges, fits_half, float32_nodes
from edgekit_export.graph.half_types import gives_half, takes_half
from edgekit_export.graph.view import initializer

__all__ = ["to_half"]

_FLOAT: Final = int(TensorProto.FLOAT)
_HALF: Final = int(TensorProto.FLOAT16)
_SUFFIX: Final = {_FLOAT: "float32", _HALF: "float16"}

# The attribute that says the type of what a node makes.
_TYPE_ATTRIBUTE: Final = {
    "Bernoulli": "dtype",
    "Cast": "to",
    "EyeLike": "dtype",
    "RandomNormal": "dtype",
    "RandomNormalLike": "dtype",
    "RandomUniform": "dtype",
    "RandomUniformLike": "dtype",
}


class _Writer:
    """Writes the nodes in order, each reading its inputs in the type that it computes in."""

    def __init__(self, graph: Graph, float32: Collection[str]) -> None:
        self.graph, self.float32 = graph, float32
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []
        # Tensor and type -> the name under which it is there in that type.
        self.forms: dict[tuple[str, int], str] = {(value.name, _FLOAT): value.name for value in graph.model.graph.input}
        view = graph.view
        self.taken = {*view.producers, *view.initializers, *(value.name for value in graph.model.graph.input)}

    def name(self, wanted: str) -> str:
        """A tensor name that is not taken."""
        name, number = wanted, 1
        while name in self.taken:
            name, number = f"{wanted}_{number}", number + 1
        self.taken.add(name)
        return name

    def form(self, name: str, wanted: int) -> str:
        """The name of float32 tensor `name` in the type `wanted`, which is made where it is not there yet."""
        if (name, wanted) not in self.forms:
            self.forms[name, wanted] = self._made(name, wanted)
        return self.forms[name, wanted]

    def _made(self, name: str, wanted: int) -> str:
        value, dequantizer = self.graph.view.constant(name), self.graph.dequantizer(name)
        if value is not None:
            if wanted == _FLOAT:
                return name
            target = self.name(f"{name}_{_SUFFIX[wanted]}")
            self.constants.append(initializer(target, value.astype(np.float16)))
            return target
        if dequantizer is not None:
            return self._dequantized(dequantizer, wanted)
        target = self.name(f"{name}_{_SUFFIX[wanted]}")
        self._cast(name, target, wanted)
        return target

    def _cast(self, name: str, target: str, wanted: int) -> None:
        source = self.forms[name, _HALF if wanted == _FLOAT else _FLOAT]
        self.nodes.append(helper.make_node("Cast", [source], [target], name=f"{target}_Cast", to=wanted))

    def _dequantized(self, node: onnx.NodeProto, wanted: int) -> str:
        """Dequantizing gives either type for nothing: once per type instead of a cast."""
        copy = _copied(node)
        copy.input[1] = self.form(node.input[1], wanted)
        copy.output[0] = self._own_name(node.output[0], wanted)
        if copy.output[0] != node.output[0]:
            copy.name = f"{copy.output[0]}_{node.op_type}"
        self.nodes.append(copy)
        return str(copy.output[0])

    def _own_name(self, name: str, made: int) -> str:
        """The name that a node gives its result: the old one, unless that is wanted for another type of it."""
        elsewhere = (name, _HALF if made == _FLOAT else _FLOAT) in self.forms
        if elsewhere or (name in self.graph.view.outputs and made == _HALF):
            return self.name(f"{name}_{_SUFFIX[made]}")
        return name

    def computes_in(self, node: onnx.NodeProto) -> int:
        """FP32 or FP16; a node that makes no float (a quantizer, a comparison) takes what is there."""
        if node.output[0] in self.float32:
            return _FLOAT
        there = all((name, _HALF) in self.forms or self.graph.dequantizer(name) for name in self.graph.variables(node))
        return _HALF if self.graph.results(node) or there else _FLOAT

    def write(self, node: onnx.NodeProto) -> None:
        """Append the node, and what it needs before it and after it."""
        if node.op_type == "DequantizeLinear" and node.output[0] in self.graph.floats:
            if node.output[0] in self.graph.view.outputs:
                self.form(node.output[0], _FLOAT)
            return
        copy, chosen = _copied(node), self.computes_in(node)
        for index, name in enumerate(node.input):
            if name in self.graph.floats:
                copy.input[index] = self.form(name, chosen if takes_half(node, index) else _FLOAT)
        renamed = {name: self.form(name, _FLOAT) for name in _captured(node) if name in self.graph.floats}
        _rename_captured(copy, renamed)
        for index, name in enumerate(node.output):
            if name in self.graph.floats:
                made = chosen if gives_half(node, index) else _FLOAT
                copy.output[index] = self.forms[name, made] = self._own_name(name, made)
        if chosen == _HALF and self.graph.results(node):
            _make_half(copy)
        self.nodes.append(copy)
        for name in self.graph.results(node):
            if name in self.graph.view.outputs and (name, _FLOAT) not in self.forms:
                self._cast(name, name, _FLOAT)
                self.forms[name, _FLOAT] = name


def _copied(node: onnx.NodeProto) -> onnx.NodeProto:
    copy = onnx.NodeProto()
    copy.CopyFrom(node)
    return copy


def _make_half(node: onnx.NodeProto) -> None:
    """Let a node whose attributes say what it makes make FP16."""
    attribute = _TYPE_ATTRIBUTE.get(node.op_type)
    if attribute is not None:
        _set_attribute(node, helper.make_attribute(attribute, _HALF))
    if node.op_type in ("Constant", "ConstantOfShape"):
        tensor = next((item.t for item in node.attribute if item.name == "value"), None)
        value = np.zeros(1, np.float32) if tensor is None else numpy_helper.to_array(tensor)
        _set_attribute(node, helper.make_attribute("value", initializer("", value.astype(np.float16))))


def _set_attribute(node: onnx.NodeProto, wanted: onnx.AttributeProto) -> None:
    kept = [item for item in node.attribute if item.name != wanted.name]
    del node.attribute[:]
    node.attribute.extend([*kept, wanted])


def _bodies(node: onnx.NodeProto) -> list[onnx.GraphProto]:
    return [body for item in node.attribute for body in ([item.g] if item.HasField("g") else list(item.graphs))]


def _captured(node: onnx.NodeProto) -> set[str]:
    """Names that the bodies of If, Loop or Scan use; those of their own are among them, which no outer graph has."""
    names: set[str] = set()
    for body in _bodies(node):
        names.update(value.name for value in body.output)
        for inner in body.node:
            names.update(inner.input, _captured(inner))
    return names


def _rename_captured(node: onnx.NodeProto, renamed: Mapping[str, str]) -> None:
    for body in _bodies(node):
        for value in body.output:
            value.name = renamed.get(value.name, value.name)
        for inner in body.node:
            inner.input[:] = [renamed.get(name, name) for name in inner.input]
            _rename_captured(inner, renamed)


def _scales_rounded(model: onnx.ModelProto) -> None:
    """Give every quantizer the scale that FP16 can hold, so that its FP32 and FP16 ends agree.

    It changes by at most 2^-11 of itself: what is rounded away lies 66 dB below the signal.
    """
    scales = {node.input[1] for node in model.graph.node if node.op_type in ("QuantizeLinear", "DequantizeLinear")}
    for tensor in model.graph.initializer:
        if tensor.name in scales and tensor.data_type == _FLOAT:
            value = numpy_helper.to_array(tensor)
            if fits_half(value):
                tensor.CopyFrom(initializer(tensor.name, value.astype(np.float16).astype(np.float32)))


def to_half(
    model: onnx.ModelProto, *, ranges: Ranges | None = None, keep_float: Collection[str] = ()
) -> onnx.ModelProto:
    """A copy that computes in FP16 wherever that is safe; inputs and outputs keep their types.

    Args:
        model: a float or an INT8 graph at opset 20, clean, every node's first output present.
        ranges: smallest and largest value seen of its tensors (edgekit_export.quantize.seen); without them only
            operators and constants decide.
        keep_float: names of nodes that stay FP32 in any case.
    """
    rounded = onnx.ModelProto()
    rounded.CopyFrom(model)
    del rounded.graph.value_info[:]
    _scales_rounded(rounded)
    graph = Graph.of(rounded, ranges or {})
    writer = _Writer(graph, float32_nodes(graph, keep_float))
    for node in rounded.graph.node:
        writer.write(node)
    result = onnx.ModelProto()
    result.CopyFrom(rounded)
    del result.graph.node[:]
    result.graph.node.extend(writer.nodes)
    result.graph.initializer.extend(writer.constants)
    unused_removed(result)
    onnx.checker.check_model(result)
    return result
