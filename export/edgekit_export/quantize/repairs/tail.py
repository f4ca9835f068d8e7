"""The part of a graph that one activation reaches, on its own: trying a setting of it costs no more than that part.

What lies before and beside the tensor is computed once. Behind it everything is plain float, which ONNX Runtime
merges as usual: a setting of one of YOLOX-nano's activations takes a fifth of the time that it takes on the board
with all its switches (see range_board).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
import onnx
from edgekit_calibration import Scheme
from numpy.typing import NDArray
from onnx import TensorProto, helper

from edgekit_export.graph.cleanup import unused_removed
from edgekit_export.graph.running import session
from edgekit_export.quantize.observe import with_outputs
from edgekit_export.quantize.repairs.range_board import Setting, shaped
from edgekit_export.quantize.repairs.walk import names_read

__all__ = ["Tail"]

_VALUE, _FACTORS, _SCALE, _ZERO = "tail_value", "tail_factors", "tail_scale", "tail_zero"


class Tail:
    """A float graph from one of its tensors on, over a few images.

    Args:
        model: the float graph.
        tensor: the one that is quantized.
        readers: names of the nodes that read it quantized; () for all that read it.
        scheme: signed or unsigned.
        images: prepared, uint8 (height, width, 3) each; what the tail needs of them is held.
        references: the graph's outputs on them.
        threads: CPU threads.
    """

    def __init__(
        self,
        model: onnx.ModelProto,
        tensor: str,
        readers: Collection[str],
        scheme: Scheme,
        images: Sequence[NDArray[np.uint8]],
        references: Sequence[Sequence[NDArray[Any]]],
        *,
        threads: int = 2,
    ) -> None:
        self._zero_type = np.int8 if scheme is Scheme.SIGNED_SYMMETRIC else np.uint8
        self._references = references
        nodes, touched = _behind(model, tensor, readers)
        names = [value.name for value in model.graph.output]
        self._places = [index for index, name in enumerate(names) if name in touched]
        if not self._places:
            return
        constants = {one.name for one in model.graph.initializer}
        read = dict.fromkeys(name for node in nodes for name in names_read(node))
        given = [tensor, *(name for name in read if name not in touched | constants | {_VALUE, tensor})]
        self._feeds = _computed(model, given, images, threads)
        tail = _graph_of(model, nodes, tensor, [names[place] for place in self._places], self._feeds[0], scheme)
        self._session: Any = session(tail, threads=threads)

    def run(self, index: int, setting: Setting) -> list[NDArray[Any]]:
        """The whole graph's outputs on the image of that index, with the tensor quantized as `setting` says."""
        outputs = list(self._references[index])
        if self._places:
            feeds = {
                **self._feeds[index],
                _FACTORS: shaped(setting.factors),
                _SCALE: np.array(setting.quantizer.scale, np.float32),
                _ZERO: np.array(setting.quantizer.zero_point, self._zero_type),
            }
            for place, value in zip(self._places, self._session.run(None, feeds), strict=True):
                outputs[place] = value
        return outputs


def _behind(model: onnx.ModelProto, tensor: str, readers: Collection[str]) -> tuple[list[onnx.NodeProto], set[str]]:
    """Copies of the nodes that the tensor reaches through its readers, reading its quantized form; what they make."""
    nodes: list[onnx.NodeProto] = []
    touched: set[str] = set()
    for node in model.graph.node:
        reads = tensor in node.input and (not readers or node.name in readers)
        if not reads and touched.isdisjoint(names_read(node)):
            continue
        copy = onnx.NodeProto()
        copy.CopyFrom(node)
        if reads:
            copy.input[:] = [_VALUE if name == tensor else name for name in copy.input]
        nodes.append(copy)
        touched.update(node.output)
    return nodes, touched


def _computed(
    model: onnx.ModelProto, names: Sequence[str], images: Sequence[NDArray[np.uint8]], threads: int
) -> list[dict[str, NDArray[Any]]]:
    """The named tensors per image."""
    feed = model.graph.input[0].name
    made = [name for name in dict.fromkeys(names) if name != feed]
    found: list[dict[str, NDArray[Any]]] = [{feed: image[None]} if feed in names else {} for image in images]
    if made:
        head = with_outputs(model, made)
        unused_removed(head)
        runner = session(head, threads=threads)
        for values, image in zip(found, images, strict=True):
            values.update(zip(made, runner.run(None, {feed: image[None]}), strict=True))
    return found


def _graph_of(
    model: onnx.ModelProto,
    nodes: Sequence[onnx.NodeProto],
    tensor: str,
    outputs: Sequence[str],
    feeds: dict[str, NDArray[Any]],
    scheme: Scheme,
) -> onnx.ModelProto:
    zero_type = TensorProto.INT8 if scheme is Scheme.SIGNED_SYMMETRIC else TensorProto.UINT8
    through = [
        helper.make_node("Div", [tensor, _FACTORS], ["tail_divided"]),
        helper.make_node("QuantizeLinear", ["tail_divided", _SCALE, _ZERO], ["tail_quantized"]),
        helper.make_node("DequantizeLinear", ["tail_quantized", _SCALE, _ZERO], ["tail_back"]),
        helper.make_node("Mul", ["tail_back", _FACTORS], [_VALUE]),
    ]
    inputs = [
        helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(value.dtype), value.shape)
        for name, value in feeds.items()
    ]
    inputs += [
        helper.make_tensor_value_info(_FACTORS, TensorProto.FLOAT, None),
        helper.make_tensor_value_info(_SCALE, TensorProto.FLOAT, []),
        helper.make_tensor_value_info(_ZERO, zero_type, []),
    ]
    results = [value for value in model.graph.output if value.name in outputs]
    graph = helper.make_graph([*through, *nodes], "tail", inputs, results, list(model.graph.initializer))
    tail = helper.make_model(graph, opset_imports=model.opset_import, ir_version=model.ir_version)
    unused_removed(tail)
    return tail
