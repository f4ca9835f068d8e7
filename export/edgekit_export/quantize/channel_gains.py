"""int8-cpu: the gain of each channel, as squeeze-and-excite gives it, is read by the row and not by the pixel.

Why: ONNX Runtime keeps bytes with the channels last, and its integer product then calls its kernel once a pixel, for as
few values as there are channels: three times as long as for two maps of one size, and longer yet with two threads.
With the gains written out once a column the kernel is called once a row (of 112 pixels and 32 channels: 0.14 ms instead
of 0.42). The values are the same. On maps of fewer columns the copy costs what it saves. Pinned by
test_channel_gains.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import onnx
from onnx import helper

from edgekit_export.graph.batch import shapes_at_batch_one
from edgekit_export.graph.view import GraphView, fresh_name, initializer

__all__ = ["gains_by_row"]

_COLUMNS: Final = 56
"""The fewest for which it pays: EfficientNet-B0's products took 2.2, 1.4 and 1.0 times as long before, with maps of
112, 56 and 28 columns."""

Shapes = Mapping[str, tuple[int, ...]]


def gains_by_row(model: onnx.ModelProto) -> onnx.ModelProto:
    """A copy in which quantized gains of shape (batch, channels, 1, 1) are repeated over the columns of the map that
    they multiply, where it has many.

    Args:
        model: with pairs of QuantizeLinear and DequantizeLinear.
    """
    changed = onnx.ModelProto()
    changed.CopyFrom(model)
    view, shapes = GraphView(changed.graph), shapes_at_batch_one(model)
    columns = dict(filter(None, (_gains(node, view, shapes) for node in model.graph.node)))
    nodes: list[onnx.NodeProto] = []
    for node in changed.graph.node:
        if node.output[0] in columns:
            nodes.append(_repeated_before(node, columns[node.output[0]], changed.graph))
        nodes.append(node)
    del changed.graph.node[:]
    changed.graph.node.extend(nodes)
    return changed


def _gains(product: onnx.NodeProto, view: GraphView, shapes: Shapes) -> tuple[str, int] | None:
    """The dequantized gains in a product with a wide map, where nothing else reads them, and the map's columns."""
    if product.op_type != "Mul" or not all(len(shapes.get(name, ())) == 4 for name in product.input):
        return None
    gains, values = sorted(product.input, key=lambda name: shapes[name][2:])
    maker = view.producers.get(gains)
    if maker is None or maker.op_type != "DequantizeLinear" or not view.is_variable(maker.input[0]):
        return None
    a_channel_each = shapes[gains] == (*shapes[values][:2], 1, 1)
    columns = shapes[values][3]
    return (gains, columns) if a_channel_each and columns >= _COLUMNS and view.only_consumer(gains) else None


def _repeated_before(gains: onnx.NodeProto, columns: int, graph: onnx.GraphProto) -> onnx.NodeProto:
    """The node that repeats what `gains` has read so far, and which it reads from now on."""
    source = gains.input[0]
    sizes = initializer(fresh_name(graph, f"{source}_columns"), np.array([1, 1, 1, columns], np.int64))
    graph.initializer.append(sizes)
    repeated = fresh_name(graph, f"{source}_repeated")
    gains.input[0] = repeated
    return helper.make_node("Expand", [source, sizes.name], [repeated], name=f"{repeated}_Expand")
