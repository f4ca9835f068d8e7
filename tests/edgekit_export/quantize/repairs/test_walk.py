import numpy as np
from edgekit_export.graph.running import relative_difference, run
from edgekit_export.quantize.insert import with_int8
from edgekit_export.quantize.observe import with_outputs
from edgekit_export.quantize.repairs.walk import Walk

LAYERS = ["Conv_3", "Conv_6", "Conv_9", "Gemm_13"]


def test_a_walk_that_changes_nothing_gives_what_one_run_gives(small_net, pictures, rough_plans):
    for model in (small_net, with_int8(small_net, rough_plans)):
        walk = Walk(model, pictures[:3], LAYERS, threads=1)
        assert [node.name for node in walk] == LAYERS
        for picture, outputs in zip(pictures, walk.outputs(), strict=False):
            assert relative_difference(run(model, {"images": picture[None]}), [outputs["z"]]) < 1e-6


def test_at_each_halt_it_tells_what_the_layer_reads_and_makes(small_net, pictures):
    walk = Walk(small_net, pictures[:2], LAYERS, threads=1)
    seen = {node.name: (walk.data(), walk.result()) for node in walk}
    for name, read, made in (("Conv_3", "y", "a"), ("Conv_6", "t", "d"), ("Conv_9", "r", "c"), ("Gemm_13", "f", "z")):
        expected = run(with_outputs(small_net, [read, made]), {"images": pictures[1][None]})
        assert relative_difference(expected, [seen[name][0][1], seen[name][1][1]]) < 1e-6


def test_a_weight_and_a_bias_given_on_the_way_reach_all_that_follows(small_net, pictures):
    nothing = np.zeros((6, 8, 1, 1), np.float32)
    walk = Walk(small_net, pictures[:1], LAYERS, threads=1)
    for node in walk:
        if node.name == "Conv_9":
            assert np.ptp(walk.result(nothing)[0], axis=(2, 3)).max() == 0
            assert np.ptp(walk.result()[0], axis=(2, 3)).max() > 0
            walk.advance(weight=nothing, bias=np.full(6, 100.0, np.float32))
        elif node.name == "Gemm_13":
            np.testing.assert_allclose(walk.data()[0], 100.0)


def test_a_layer_without_a_bias_is_given_one(small_net, pictures):
    walk = Walk(small_net, pictures[:1], LAYERS, threads=1)
    for node in walk:
        if node.name == "Conv_6":
            walk.advance(bias=np.full(8, 1e6, np.float32))
        elif node.name == "Conv_9":
            assert np.all(walk.data()[0] > 9e5)


def test_only_what_is_still_to_be_read_is_kept(small_net, pictures):
    walk = Walk(small_net, pictures[:1], LAYERS, threads=1)
    kept = {node.name: set(walk._values[0]) for node in walk}
    assert kept == {"Conv_3": {"y"}, "Conv_6": {"t"}, "Conv_9": {"r"}, "Gemm_13": {"f"}}


def test_a_fork_goes_its_own_way(small_net, pictures):
    walk = Walk(small_net, pictures[:2], LAYERS, threads=1)
    walk.advance()
    other = walk.fork()
    other.advance(weight=np.zeros((8, 3, 3, 3), np.float32))
    walk.advance()
    assert np.ptp(walk.data()[0]) > 0.1
    assert np.ptp(other.data()[0], axis=(2, 3)).max() == 0
    for _ in LAYERS[1:]:
        walk.advance()
    assert relative_difference(run(small_net, {"images": pictures[1][None]}), [walk.outputs()[1]["z"]]) < 1e-6


def test_a_tensor_is_kept_until_it_is_taken(small_net, pictures):
    walk = Walk(small_net, pictures[:2], LAYERS, kept=["a", "t"], threads=1)
    assert walk.value("a") is None
    halts = iter(walk)
    next(halts)
    next(halts)
    fork = walk.fork()
    expected = run(with_outputs(small_net, ["a"]), {"images": pictures[1][None]})
    assert relative_difference(expected, [walk.take("a")[1]]) < 1e-6
    assert walk.value("a") is None
    assert fork.value("a") is not None
    # The halted layer is still to read it.
    assert walk.take("t") == walk.data()
    assert next(halts).name == "Conv_9"
    assert walk.value("t") is None
