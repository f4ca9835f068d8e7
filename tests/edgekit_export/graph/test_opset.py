import numpy as np
import onnx
import pytest
from edgekit_export.graph.opset import to_opset
from edgekit_export.graph.running import random_inputs, relative_difference, run

from edgekit.errors import ModelError

OLD = [
    ('g (float[1,2,4,4] x) => (float[1,2,8,8] y) {y = Upsample <mode="nearest"> (x, s)}', 9, "s"),
    ("g (float[1,3,4] x) => (float[1,3,4] y) {y = Softmax <axis=2> (x)}", 11, None),
    ("g (float[1,2,3] x) => (float[2,3] y) {y = Squeeze <axes=[0]> (x)}", 11, None),
    ("g (float[1,2,3] x) => (float[1,2,3] y) {y = Clip <min=0.0, max=0.5> (x)}", 10, None),
]


@pytest.mark.parametrize(("text", "opset", "scales"), OLD)
def test_old_operators_give_the_same_at_opset_20_and_ir_10(build, text, opset, scales):
    weights = {scales: np.array([1, 1, 2, 2], np.float32)} if scales else {}
    model = build(text, opset=opset, ir_version=6, **weights)
    converted = to_opset(model)
    assert [(entry.domain, entry.version) for entry in converted.opset_import] == [("", 20)]
    assert converted.ir_version == 10
    feeds = random_inputs(model, batch=1)
    assert relative_difference(run(model, feeds), run(converted, feeds)) < 1e-5


def test_a_newer_opset_whose_operators_did_not_change_is_relabelled(build):
    model = build("g (float[1,4] x) => (float[1,4] y) {t = Relu(x) y = Reshape(t, s)}", opset=21, s=np.array([1, 4]))
    converted = to_opset(model)
    assert converted.opset_import[0].version == 20
    onnx.checker.check_model(converted)


def test_a_newer_operator_that_opset_20_does_not_have_is_named(build):
    model = build("g (float[1,4] x) => (float[1,4] y) {y = RMSNormalization(x, w)}", opset=23, w=np.ones(4, np.float32))
    with pytest.raises(ModelError, match="RMSNormalization"):
        to_opset(model)


def test_operators_of_another_domain_are_refused_by_name(build):
    model = build("g (float[1,4] x) => (float[1,4] y) {y = Relu(x)}")
    model.graph.node[0].domain = "com.example"
    with pytest.raises(ModelError, match=r"com\.example"):
        to_opset(model)


def test_initializers_are_no_inputs_any_more(build):
    model = build("g (float[1,4] x, float[1,4] w) => (float[1,4] y) {y = Add(x, w)}", w=np.ones((1, 4), np.float32))
    assert [value.name for value in to_opset(model).graph.input] == ["x"]


def test_the_model_given_is_not_changed(build):
    model = build("g (float[1,2,3] x) => (float[2,3] y) {y = Squeeze <axes=[0]> (x)}", opset=11)
    before = model.SerializeToString()
    to_opset(model)
    assert model.SerializeToString() == before
