"""A classifier's backbone as an embedding: cut where its classes begin."""

import numpy as np
import onnx
import pytest
from edgekit_export.graph.backbone import EMBEDDING, without_classifier
from edgekit_export.graph.running import random_inputs, run
from onnx import TensorProto, helper, numpy_helper

from edgekit.errors import ModelError


@pytest.mark.parametrize("softmax", [False, True])
def test_a_classifier_is_cut_before_its_last_layer(tmp_path, write_classifier, softmax) -> None:
    model = onnx.load(str(write_classifier(tmp_path / "net.onnx", softmax=softmax)))
    backbone = without_classifier(model, "net.onnx")
    onnx.checker.check_model(backbone.model)
    feeds = random_inputs(model, batch=1)
    (features,) = run(backbone.model, feeds)
    weight, bias = (numpy_helper.to_array(one) for one in model.graph.initializer if one.name in ("w2", "b2"))
    logits = features @ weight.T + bias
    expected = run(model, feeds)[0]
    if softmax:
        logits = np.exp(logits) / np.exp(logits).sum()
    assert features.shape == (1, 16)
    assert np.allclose(logits, expected, atol=1e-5)
    assert [value.name for value in backbone.model.graph.output] == [EMBEDDING]
    assert backbone.note is not None
    assert "16 values" in backbone.note


def test_nothing_of_the_classes_stays_behind(tmp_path, write_classifier) -> None:
    model = onnx.load(str(write_classifier(tmp_path / "net.onnx")))
    graph = without_classifier(model, "net.onnx").model.graph
    assert {tensor.name for tensor in graph.initializer} == {"w0", "b0", "w1", "b1"}
    assert [node.op_type for node in graph.node][-1] == "Flatten"


def _ends_in(*nodes: onnx.NodeProto, output: str, shape: list[int]) -> onnx.ModelProto:
    constants = [numpy_helper.from_array(np.ones((8, 3, 1, 1), np.float32), "w")]
    graph = helper.make_graph(
        list(nodes),
        "net",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 3, 8, 8])],
        [helper.make_tensor_value_info(output, TensorProto.FLOAT, shape)],
        constants,
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def test_a_model_that_embeds_already_stays_as_it_is(tmp_path, write_classifier) -> None:
    normalised = _ends_in(
        helper.make_node("GlobalAveragePool", ["x"], ["p"]),
        helper.make_node("Flatten", ["p"], ["f"]),
        helper.make_node("LpNormalization", ["f"], ["unit"]),
        output="unit",
        shape=[1, 3],
    )
    named = onnx.load(str(write_classifier(tmp_path / "net.onnx")))
    named.graph.node[-1].output[0] = named.graph.output[0].name = EMBEDDING
    for model in (normalised, named):
        backbone = without_classifier(model, "net.onnx")
        assert backbone.note is None
        assert backbone.model is model


def test_a_last_layer_over_a_map_of_features_is_refused_with_what_to_do() -> None:
    model = _ends_in(
        helper.make_node("Relu", ["x"], ["r"]),
        helper.make_node("Conv", ["r", "w"], ["map"], name="head"),
        output="map",
        shape=[1, 8, 8, 8],
    )
    with pytest.raises(ModelError, match=r"before its last layer head.*no vector.*called embedding"):
        without_classifier(model, "net.onnx")
