"""The layer that is to blame is named, and those that only pass its noise on are not."""

import math

import numpy as np
import onnx
import pytest
from edgekit_export.compare.grafting import cut, with_exchanges
from edgekit_export.compare.walk import Walk, WalkOptions
from edgekit_export.graph.running import session

from edgekit.errors import ModelError

from .conftest import constant


def walked(a, b, pixels, **options):
    walk = Walk(a, b, ("y",), WalkOptions(**options))
    for one in pixels:
        walk.look(one, one)
    return walk.result()


def test_a_graph_never_parts_from_itself(net, pixels):
    found = walked(net, net, pixels)
    assert {layer.sqnr_db for layer in found.layers} == {math.inf}
    assert (found.first_below, found.worst, found.pictures) == (None, (), 4)


def test_the_quantized_layer_alone_is_blamed(net, quantized_at, pixels):
    found = walked(net, quantized_at(net, "r0", 0.3, into="left"), pixels)
    by_name = {layer.layer: layer for layer in found.layers}
    assert by_name["stem_relu"].sqnr_db == math.inf
    assert by_name["left"].own_sqnr_db == pytest.approx(by_name["left"].sqnr_db, abs=0.1)
    assert 0 < by_name["left"].sqnr_db < 60
    assert by_name["gated"].sqnr_db < 60
    assert by_name["gated"].own_sqnr_db == math.inf
    assert [layer.layer for layer in found.worst] == ["left"]


def test_what_one_layer_does_to_the_output_is_what_the_whole_does_where_it_is_the_only_one(net, quantized_at, pixels):
    found = walked(net, quantized_at(net, "r0", 0.3, into="right"), pixels[:2])
    blamed = found.worst[0]
    assert blamed.layer == "right"
    assert blamed.output_sqnr_db == pytest.approx(found.layers[-1].sqnr_db, abs=0.1)


def test_the_worst_come_by_what_they_do_to_the_output(net, quantized_at, pixels):
    both = quantized_at(quantized_at(net, "r0", 0.02, into="left"), "f", 0.1, into="head")
    found = walked(net, both, pixels)
    assert [layer.layer for layer in found.worst] == ["head", "left"]
    assert found.worst[0].output_sqnr_db < found.worst[1].output_sqnr_db
    assert found.worst[0].own_sqnr_db > found.worst[1].own_sqnr_db
    assert [layer.layer for layer in walked(net, both, pixels, worst=1).worst] == ["head"]


def test_the_first_below_the_threshold_is_the_first_in_graph_order(net, quantized_at, pixels):
    both = quantized_at(quantized_at(net, "r0", 0.02, into="left"), "f", 2.0, into="head")
    layers = walked(net, both, pixels).layers
    threshold = next(layer.sqnr_db for layer in layers if layer.layer == "left") + 1
    assert walked(net, both, pixels, threshold_db=threshold).first_below.layer == "left"
    assert walked(net, both, pixels, threshold_db=-50.0).first_below is None


def test_other_names_change_nothing(net, quantized_at, renamed, pixels):
    spoiled = quantized_at(net, "r0", 0.3, into="left")
    one, other = walked(net, spoiled, pixels), walked(net, renamed(spoiled), pixels)
    assert {layer.matched_by for layer in one.layers} == {"name"}
    assert "place" in {layer.matched_by for layer in other.layers}
    figures = [
        [(layer.layer, layer.sqnr_db, layer.own_sqnr_db, layer.output_sqnr_db) for layer in found.layers]
        for found in (one, other)
    ]
    assert figures[0] == figures[1]


def test_an_equalized_graph_is_compared_on_its_own_scale(net, pixels):
    scale = np.geomspace(0.05, 20, 8).astype(np.float32)
    other = onnx.ModelProto()
    other.CopyFrom(net)
    graph = other.graph
    old = {tensor.name: onnx.numpy_helper.to_array(tensor) for tensor in graph.initializer}
    changed = {
        "w0": old["w0"] * scale[:, None, None, None],
        "b0": old["b0"] * scale,
        "w1": old["w1"] / scale[None, :, None, None],
        "w2": old["w2"] / scale[None, :, None, None],
    }
    for tensor in graph.initializer:
        if tensor.name in changed:
            tensor.CopyFrom(constant(tensor.name, changed[tensor.name]))
    add = next(node for node in graph.node if node.name == "sum")
    graph.initializer.append(constant("back", (1 / scale)[None, :, None, None]))
    graph.node.insert(list(graph.node).index(add), onnx.helper.make_node("Mul", ["r0", "back"], ["r0_back"]))
    add.input[1] = "r0_back"
    found = {layer.layer: layer for layer in walked(net, other, pixels).layers}
    assert found["stem"].rescaled
    assert found["stem"].sqnr_db > 80
    assert found["stem"].own_sqnr_db is None
    assert not found["left"].rescaled
    assert found["left"].sqnr_db > 90
    assert found["left"].own_sqnr_db > 90


def test_graphs_without_a_common_layer_are_refused(net, pixels):
    other = onnx.helper.make_model(
        onnx.helper.make_graph(
            [onnx.helper.make_node("Not", ["flag"], ["no"])],
            "other",
            [onnx.helper.make_tensor_value_info("flag", onnx.TensorProto.BOOL, [1])],
            [onnx.helper.make_tensor_value_info("no", onnx.TensorProto.BOOL, [1])],
        )
    )
    with pytest.raises(ModelError, match="No layer of the one graph can be found in the other"):
        Walk(net, other, (), WalkOptions())


def test_cut_tensors_come_from_outside_and_are_still_computed(net, pixels):
    model, made = cut(net, {"r0": np.dtype(np.float32), "m": np.dtype(np.float32)})
    runner = session(model, optimise=False)
    given = {"r0": np.zeros((1, 8, 16, 16), np.float32), "m": np.ones((1, 8, 16, 16), np.float32)}
    outputs = dict(zip(["r0", "m"], runner.run(made, {"images": pixels[0][None], **given}), strict=True))
    whole = session(net, optimise=False).run(None, {"images": pixels[0][None]})[0]
    assert outputs["r0"].max() > 0
    assert np.all(outputs["m"] == 0)
    assert whole.shape == (1, 4)


def test_an_exchange_can_be_switched_from_run_to_run(net, pixels):
    model, inputs = with_exchanges(net, {"f": np.dtype(np.float32)})
    use, given = inputs["f"]
    runner = session(model, optimise=False)

    def run(exchanged):
        feeds = {"images": pixels[0][None], use: np.array(exchanged), given: np.zeros((1, 8), np.float32)}
        return runner.run(["y"], feeds)[0]

    bias = onnx.numpy_helper.to_array(next(one for one in net.graph.initializer if one.name == "b3"))
    np.testing.assert_array_equal(run(False), session(net, optimise=False).run(None, {"images": pixels[0][None]})[0])
    np.testing.assert_allclose(run(True)[0], bias)
