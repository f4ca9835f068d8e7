import numpy as np
from edgekit_export.quantize.layers import find_layers
from edgekit_export.quantize.repairs.blocks import Block, blocks_of


def chain(build, text, count, output="z"):
    weights = {f"w{index}": np.ones((3, 3, 1, 1), np.float32) for index in range(count)}
    model = build(f"g (float[1,3,4,4] x) => (float[1,3,4,4] {output}) {{{text}}}", **weights)
    for node in model.graph.node:
        node.name = node.output[0]
    return model, [layer.name for layer in find_layers(model)]


def test_a_residual_block_is_one_block_and_ends_behind_its_sum(build):
    text = """a = Conv(x, w0) b = Conv(a, w1) c = Relu(b) d = Conv(c, w2) e = Add(a, d) r = Relu(e)
        f = Conv(r, w3) h = Conv(f, w4) z = Conv(h, w5)"""
    assert blocks_of(*chain(build, text, 6)) == [
        Block(("a", "b", "d"), ("r",)),
        Block(("f", "h", "z"), ("z",)),
    ]


def test_where_a_skip_goes_on_no_block_ends(build):
    text = """a = Conv(x, w0) b = Conv(a, w1) c = Conv(b, w2) d = Conv(c, w3) e = Add(a, d) z = Conv(e, w4)"""
    assert blocks_of(*chain(build, text, 5)) == [Block(("a", "b", "c", "d"), ("e",)), Block(("z",), ("z",))]


def test_branches_that_never_meet_end_in_one_block_with_a_result_each(build):
    text = "a = Conv(x, w0) b = Conv(a, w1) c = Conv(a, w2) y = Relu(b) z = Sigmoid(c)"
    model, layers = chain(build, text, 3)
    model.graph.output.append(model.graph.output[0])
    model.graph.output[1].name = "y"
    assert blocks_of(model, layers) == [Block(("a", "b", "c"), ("y", "z"))]


def test_a_long_part_without_an_end_is_cut_with_all_that_goes_on(build):
    text = "s = Relu(x) c0 = Conv(s, w0)" + "".join(f" c{i} = Conv(c{i - 1}, w{i})" for i in range(1, 14))
    blocks = blocks_of(*chain(build, text + " z = Add(c13, s)", 14))
    assert [len(block.layers) for block in blocks] == [12, 2]
    # The skip was made before the block.
    assert [block.results for block in blocks] == [("c11",), ("z",)]


def test_every_layer_is_in_one_block(small_net):
    layers = [layer.name for layer in find_layers(small_net)]
    assert [name for block in blocks_of(small_net, layers) for name in block.layers] == layers
    assert blocks_of(small_net, []) == []
