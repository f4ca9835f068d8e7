"""FastestDet's boxes decoded inside its graph, so that they can be read without knowing the network.

Its head gives, for each of 22x22 places: objectness, four box values, 80 class scores (sigmoid and softmax already
applied). Upstream (dog-qiuqiu/FastestDet, BSD-3-Clause) decodes them so: centre = (place + tanh(xy)) / 22,
size = sigmoid(wh), score = objectness^0.6 * class^0.4.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

__all__ = ["DECODER", "PREPROCESSING", "decoded"]

DECODER: Final = "boxes_scores:boxes=boxes,scores=scores,box_format=cxcywh,normalised=true"
"""How edgekit reads what `decoded` gives."""

PREPROCESSING: Final = "geometry: {mode: stretch}\narithmetic: {order: bgr, scale: 0.00392156862745098}\n"
"""edgekit's contract for its pictures: BGR, 0-1, stretched."""

_SIDE: Final = 22
_CLASSES: Final = 80
_OBJECT, _CLASS = 0.6, 0.4  # exponents of the score


def decoded(model: onnx.ModelProto) -> onnx.ModelProto:
    """A copy whose outputs are `boxes` (1, 484, 4), centre and size as fractions, and `scores` (1, 484, 80).

    Args:
        model: FastestDet, float or quantized; its one output is (1, 85, 22, 22).
    """
    places = _SIDE * _SIDE
    down, across = np.divmod(np.arange(places, dtype=np.float32), _SIDE)
    constants = {
        "fd_shape": np.array([1, 5 + _CLASSES, places], np.int64),
        "fd_axis": np.array([2], np.int64),
        **{f"fd_{at}": np.array([at], np.int64) for at in (0, 1, 3, 5, 5 + _CLASSES)},
        "fd_grid": np.stack([across, down], axis=1)[None],
        "fd_side": np.array(_SIDE, np.float32),
        "fd_object": np.array(_OBJECT, np.float32),
        "fd_class": np.array(_CLASS, np.float32),
    }
    steps: list[tuple[str, list[str], list[str], dict[str, Any]]] = [
        ("Reshape", [model.graph.output[0].name, "fd_shape"], ["fd_flat"], {}),
        ("Transpose", ["fd_flat"], ["fd_rows"], {"perm": [0, 2, 1]}),
        # Slices, for any opset from 10 on; Split's sizes moved from an attribute to an input in opset 13.
        ("Slice", ["fd_rows", "fd_0", "fd_1", "fd_axis"], ["fd_objectness"], {}),
        ("Slice", ["fd_rows", "fd_1", "fd_3", "fd_axis"], ["fd_xy"], {}),
        ("Slice", ["fd_rows", "fd_3", "fd_5", "fd_axis"], ["fd_wh"], {}),
        ("Slice", ["fd_rows", "fd_5", f"fd_{5 + _CLASSES}", "fd_axis"], ["fd_classes"], {}),
        ("Tanh", ["fd_xy"], ["fd_offset"], {}),
        ("Add", ["fd_offset", "fd_grid"], ["fd_place"], {}),
        ("Div", ["fd_place", "fd_side"], ["fd_centre"], {}),
        ("Sigmoid", ["fd_wh"], ["fd_size"], {}),
        ("Concat", ["fd_centre", "fd_size"], ["boxes"], {"axis": 2}),
        ("Pow", ["fd_objectness", "fd_object"], ["fd_left"], {}),
        ("Pow", ["fd_classes", "fd_class"], ["fd_right"], {}),
        ("Mul", ["fd_left", "fd_right"], ["scores"], {}),
    ]
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    copy.graph.initializer.extend(numpy_helper.from_array(value, name) for name, value in constants.items())
    copy.graph.node.extend(
        helper.make_node(operator, inputs, outputs, name=f"decode_{outputs[0]}", **attributes)
        for operator, inputs, outputs, attributes in steps
    )
    del copy.graph.output[:]
    for name, width in (("boxes", 4), ("scores", _CLASSES)):
        copy.graph.output.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, places, width]))
    return copy
