import numpy as np
from edgekit_export.graph.cleanup import clean
from edgekit_export.graph.running import random_inputs, relative_difference, run

RNG = np.random.default_rng(0)


def ops(model) -> list[str]:
    return [node.op_type for node in model.graph.node]


def same(model, cleaned) -> bool:
    feeds = random_inputs(model, batch=1)
    return relative_difference(run(model, feeds), run(cleaned, feeds)) < 1e-5


def weights(*shape):
    return RNG.standard_normal(shape).astype(np.float32)


def norm():
    return {"g": weights(4), "b": weights(4), "m": weights(4), "v": np.abs(weights(4)) + 0.1}


def test_a_norm_is_merged_into_its_convolution(build):
    text = """g (float[1,3,6,6] x) => (float[1,4,6,6] z)
        {y = Conv <pads=[1,1,1,1]> (x, w) z = BatchNormalization <epsilon=0.01> (y, g, b, m, v)}"""
    model = build(text, w=weights(4, 3, 3, 3), **norm())
    cleaned = clean(model)
    assert ops(cleaned) == ["Conv"]
    assert same(model, cleaned)


def test_a_norm_stays_where_something_else_reads_the_convolution(build):
    text = """g (float[1,3,6,6] x) => (float[1,4,6,6] z)
        {y = Conv <pads=[1,1,1,1]> (x, w) n = BatchNormalization (y, g, b, m, v) z = Add(n, y)}"""
    model = build(text, w=weights(4, 3, 3, 3), **norm())
    cleaned = clean(model)
    assert ops(cleaned) == ["Conv", "BatchNormalization", "Add"]
    assert same(model, cleaned)


def test_a_norm_behind_a_shared_weight_leaves_the_other_convolution_alone(build):
    text = """g (float[1,3,6,6] x) => (float[1,4,6,6] z)
        {y = Conv <pads=[1,1,1,1]> (x, w) n = BatchNormalization (y, g, b, m, v)
         o = Conv <pads=[1,1,1,1]> (x, w) z = Add(n, o)}"""
    model = build(text, w=weights(4, 3, 3, 3), **norm())
    cleaned = clean(model)
    assert ops(cleaned) == ["Conv", "Conv", "Add"]
    assert same(model, cleaned)


def test_identities_and_dropout_go_even_before_an_output(build):
    text = "g (float[1,4] x) => (float[1,4] z) {a = Identity(x) b = Relu(a) c = Dropout(b) z = Identity(c)}"
    model = build(text)
    cleaned = clean(model)
    assert ops(cleaned) == ["Relu"]
    assert cleaned.graph.output[0].name == "z"
    assert same(model, cleaned)


def test_an_identity_from_input_to_output_stays(build):
    assert ops(clean(build("g (float[1,4] x) => (float[1,4] z) {z = Identity(x)}"))) == ["Identity"]


def test_computed_constants_become_initializers_but_shapes_of_inputs_stay_computed(build):
    text = """g (float[1,4] x) => (float[1,4] z)
        {two = Constant <value = float {2.0}> () four = Mul(two, two) y = Mul(x, four)
         s = Shape(x) z = Reshape(y, s)}"""
    model = build(text)
    cleaned = clean(model)
    assert ops(cleaned) == ["Mul", "Shape", "Reshape"]
    assert same(model, cleaned)


def test_every_node_has_a_name_of_its_own(build):
    model = build("g (float[1,4] x) => (float[1,4] z) {a = Relu(x) b = Relu(a) z = Neg(b)}")
    model.graph.node[0].name = model.graph.node[1].name = "same"
    names = [node.name for node in clean(model).graph.node]
    assert len(set(names)) == 3
    assert all(names)
