"""int8_bench.fastestdet: boxes decoded inside the graph."""

from __future__ import annotations

import numpy as np
import onnx
from edgekit_export.graph.running import run
from int8_bench.fastestdet import decoded
from onnx import TensorProto, helper

SHAPE = [1, 85, 22, 22]


def head():
    """A graph that gives its input as FastestDet's head."""
    graph = helper.make_graph(
        [helper.make_node("Identity", ["head"], ["758"])],
        "head",
        [helper.make_tensor_value_info("head", TensorProto.FLOAT, SHAPE)],
        [helper.make_tensor_value_info("758", TensorProto.FLOAT, SHAPE)],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 11)], ir_version=6)


def test_every_place_is_decoded_as_upstream_does():
    values = np.random.default_rng(0).uniform(0.01, 0.99, SHAPE).astype(np.float32)
    model = decoded(head())
    onnx.checker.check_model(model)
    boxes, scores = run(model, {"head": values})
    for place in (0, 21, 22, 263, 483):
        row, column = divmod(place, 22)
        cell = values[0, :, row, column].astype(np.float64)
        x, y = (column + np.tanh(cell[1])) / 22, (row + np.tanh(cell[2])) / 22
        wide, high = 1 / (1 + np.exp(-cell[3:5]))
        np.testing.assert_allclose(boxes[0, place], [x, y, wide, high], atol=1e-6)
        np.testing.assert_allclose(scores[0, place], cell[0] ** 0.6 * cell[5:] ** 0.4, atol=1e-6)


def test_the_graph_that_was_given_stays_as_it_was():
    given = head()
    before = given.SerializeToString()
    decoded(given)
    assert given.SerializeToString() == before
