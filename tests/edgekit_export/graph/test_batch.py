import numpy as np
import pytest
from edgekit_export.graph.batch import symbolic_batch
from edgekit_export.graph.running import run

from edgekit.errors import ModelError

SHUFFLE = """g (float[1,4,3,3] x) => (float[1,4,3,3] z)
    {a = Reshape(x, s1) b = Transpose <perm=[1,0,2]> (a) c = Reshape(b, s2)
     d = Gather <axis=0> (c, one) z = Concat <axis=1> (d, d)}"""


def batch_of(model) -> object:
    dim = model.graph.input[0].type.tensor_type.shape.dim[0]
    return dim.dim_param or dim.dim_value


@pytest.mark.parametrize("target", [[1, 2, -1], [1, -1, 9], [1, 2, 18], [-1, 2, 18], [0, 2, -1]])
def test_reshapes_of_one_picture_are_repaired_for_any_batch(build, target):
    text = "g (float[1,4,3,3] x) => (float[1,2,18] z) {z = Reshape(x, s)}"
    if target[1] == -1:
        text = text.replace("2,18", "4,9")
    opened = symbolic_batch(build(text, s=np.array(target)))
    assert opened.max_batch > 1, opened.reason
    assert batch_of(opened.model) == "batch"
    x = np.random.default_rng(1).standard_normal((5, 4, 3, 3)).astype(np.float32)
    (z,) = run(opened.model, {"x": x})
    np.testing.assert_array_equal(z, x.reshape(z.shape))


def test_a_channel_shuffle_that_folds_the_batch_away_is_repaired(build):
    weights = {"s1": np.array([2, 2, 9]), "s2": np.array([2, -1, 2, 3, 3]), "one": np.array(1)}
    opened = symbolic_batch(build(SHUFFLE, **weights))
    assert opened.max_batch > 1, opened.reason


def test_a_graph_that_mixes_its_pictures_keeps_batch_1_and_says_why(build):
    model = build(
        "g (float[1,4] x) => (float[1,4] z) {m = ReduceMean <keepdims=1> (x, a) z = Sub(x, m)}", a=np.array([0, 1])
    )
    opened = symbolic_batch(model)
    assert (opened.max_batch, batch_of(opened.model)) == (1, 1)
    assert "differs from 3 x batch 1" in opened.reason


def test_an_output_without_a_batch_axis_keeps_batch_1(build):
    opened = symbolic_batch(build("g (float[1,4,2] x) => (float[4,2] z) {z = Squeeze(x, a)}", a=np.array([0])))
    assert opened.max_batch == 1
    assert opened.reason


def test_a_model_made_for_two_pictures_is_refused(build):
    with pytest.raises(ModelError, match=r"\[2, 4\]"):
        symbolic_batch(build("g (float[2,4] x) => (float[2,4] z) {z = Relu(x)}"))


def test_a_batch_that_is_open_already_stays_open(build):
    opened = symbolic_batch(build("g (float[n,4] x) => (float[n,4] z) {z = Relu(x)}"))
    assert opened.max_batch > 1
