import numpy as np
from edgekit_export.quantize.layers import find_layers, unquantizable


def w(*shape):
    return np.random.default_rng(0).standard_normal(shape).astype(np.float32)


def named(model):
    for index, node in enumerate(model.graph.node):
        node.name = f"{node.op_type}_{index}"
    return model


def test_convolutions_and_products_with_constant_weights_are_layers(build):
    text = """g (float[1,3,8,8] x) => (float[1,5] z)
        {a = Conv (x, w1, b1) r = Relu(a) p = GlobalAveragePool(r) f = Flatten(p) g = Gemm <transB=1> (f, w2)
         z = MatMul(g, w3)}"""
    layers = find_layers(named(build(text, w1=w(4, 3, 3, 3), b1=w(4), w2=w(6, 4), w3=w(6, 5))))
    assert [(one.op_type, one.channel_axis, one.macs) for one in layers] == [
        ("Conv", 0, 36 * 4 * 27),
        ("Gemm", 0, 24),
        ("MatMul", 1, 30),
    ]
    assert [(one.activation, one.result) for one in layers] == [("Relu_1", "r"), (None, "g"), (None, "z")]


def test_a_relu_that_is_not_the_only_reader_does_not_belong_to_the_layer(build):
    text = "g (float[1,3,8,8] x) => (float[1,4,6,6] z) {a = Conv (x, w1) r = Relu(a) z = Add(a, r)}"
    (layer,) = find_layers(named(build(text, w1=w(4, 3, 3, 3))))
    assert (layer.activation, layer.result) == (None, "a")


def test_what_cannot_be_int8_is_no_layer_and_is_listed_with_its_macs(build):
    text = """g (float[1,4,4,4] x, float[4,4,1,1] dynamic) => (float[1,4,4,4] z)
        {a = Conv (x, dynamic) b = Conv (a, zeros) c = ConvTranspose (b, w1) d = MatMul(c, c)
         z = Conv (d, w1)}"""
    model = named(build(text, zeros=np.zeros((4, 4, 1, 1), np.float32), w1=w(4, 4, 1, 1)))
    assert [layer.name for layer in find_layers(model)] == ["Conv_4"]
    assert unquantizable(model) == {"Conv_0": 256, "Conv_1": 256, "ConvTranspose_2": 256, "MatMul_3": 256}


def test_an_unusual_gemm_is_no_layer(build):
    text = "g (float[1,4] x) => (float[1,5] z) {z = Gemm <alpha=0.5> (x, w1)}"
    assert find_layers(named(build(text, w1=w(4, 5)))) == ()
