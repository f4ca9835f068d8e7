"""The same tensor is found again under another name, and two tensors of one name are not taken for one."""

import numpy as np
import onnx
from edgekit_export.compare.matching import match_tensors
from onnx import helper

from .conftest import constant, graph_of


def pairs(result, by=None):
    return {match.a: match.b for match in result.matches if by in (None, match.by)}


def test_a_graph_is_matched_with_itself_by_name(net):
    found = match_tensors(net, net)
    assert pairs(found, "name") == {name: name for node in net.graph.node for name in node.output if name != "cast"}
    assert (found.unmatched_a, found.unmatched_b) == (0, 0)
    assert [match.index for match in found.matches] == sorted(match.index for match in found.matches)


def test_with_other_names_everything_is_found_by_place_and_branches_are_told_apart_by_weights(net, renamed):
    other = renamed(net)
    found = match_tensors(net, other)
    expected = {
        one: two
        for a, b in zip(net.graph.node, other.graph.node, strict=True)
        for one, two in zip(a.output, b.output, strict=True)
        if a.op_type != "Cast"
    }
    assert pairs(found) == expected


def test_the_order_of_what_is_added_does_not_matter(net, renamed):
    other = renamed(net)
    add = next(node for node in other.graph.node if node.op_type == "Add")
    add.input[:] = list(add.input)[::-1]
    assert pairs(match_tensors(net, other))["a"] == add.output[0]


def test_branches_in_the_other_order_are_not_exchanged(net, renamed):
    other = renamed(net)
    nodes = list(other.graph.node)
    left = next(i for i, n in enumerate(nodes) if n.input[1:2] == ["w1"])
    right = next(i for i, n in enumerate(nodes) if n.input[1:2] == ["w2"])
    nodes[left], nodes[right] = nodes[right], nodes[left]
    nodes = [onnx.NodeProto.FromString(node.SerializeToString()) for node in nodes]
    del other.graph.node[:]
    other.graph.node.extend(nodes)
    found = pairs(match_tensors(net, other))
    made_by = {node.output[0]: node.input[1] for node in other.graph.node if node.op_type == "Conv"}
    assert (made_by[found["c1"]], made_by[found["c2"]]) == ("w1", "w2")


def test_quantizers_and_casts_are_looked_through(net, renamed, quantized_at):
    other = renamed(quantized_at(net, "r0", 0.1, into="left"))
    found = match_tensors(net, other)
    assert (found.unmatched_a, found.unmatched_b) == (0, 0)
    assert len(found.matches) == 11


def test_int8_weights_are_still_the_same_weights(net, renamed):
    other = renamed(net)
    graph = other.graph
    for tensor in [one for one in graph.initializer if one.name in ("w1", "w2")]:
        values = onnx.numpy_helper.to_array(tensor)
        scale = np.abs(values).max(axis=(1, 2, 3)) / 127
        rounded = np.rint(values / scale[:, None, None, None])
        graph.initializer.remove(tensor)
        graph.initializer.extend(
            [
                constant(f"{tensor.name}_q", rounded, np.int8),
                constant(f"{tensor.name}_s", scale),
                constant(f"{tensor.name}_z", np.zeros(8), np.int8),
            ]
        )
        graph.node.insert(
            0,
            helper.make_node(
                "DequantizeLinear", [f"{tensor.name}_{k}" for k in "qsz"], [tensor.name], name=tensor.name, axis=0
            ),
        )
    found = match_tensors(net, other)
    made_by = {node.output[0]: node.input[1] for node in graph.node if node.op_type == "Conv"}
    assert [made_by[pairs(found)[name]] for name in ("c1", "c2")] == ["w1", "w2"]


def test_one_name_for_two_layers_does_not_count(net):
    other = onnx.ModelProto()
    other.CopyFrom(net)
    names = {"c1": "c2", "c2": "c1"}
    for node in other.graph.node:
        for field in (node.input, node.output):
            field[:] = [names.get(name, name) for name in field]
    assert pairs(match_tensors(net, other))["c1"] == "c2"


def _stem(*, folded):
    rng = np.random.default_rng(0)
    weight, gamma, beta = rng.standard_normal((4, 3, 3, 3)) / 100, np.array([2.0, 0.5, 3.0, 1.0]), np.arange(4.0)
    rest = [
        helper.make_node("GlobalAveragePool", ["bn"], ["p"], name="pool"),
        helper.make_node("Flatten", ["p"], ["y"], name="flat"),
    ]
    if folded:
        conv = helper.make_node("Conv", ["x", "w", "beta"], ["conv"], name="conv")
        rest[0].input[0] = "conv"
        return graph_of([conv, *rest], [constant("w", weight * gamma[:, None, None, None]), constant("beta", beta)])
    nodes = [
        helper.make_node("Conv", ["x", "w"], ["conv"], name="conv"),
        helper.make_node("BatchNormalization", ["conv", "gamma", "beta", "mean", "var"], ["bn"], epsilon=1e-12),
        *rest,
    ]
    others = {"gamma": gamma, "beta": beta, "mean": np.zeros(4), "var": np.ones(4)}
    return graph_of(nodes, [constant("w", weight), *(constant(name, value) for name, value in others.items())])


def test_a_normalization_that_was_folded_in_is_compared_after_it():
    found = pairs(match_tensors(_stem(folded=True), _stem(folded=False)))
    assert found["conv"] == "bn"


def test_a_relu_that_the_quantizer_does_is_compared_after_the_quantizer():
    weight = constant("w", np.random.default_rng(0).standard_normal((4, 3, 3, 3)) / 100)
    after = [
        helper.make_node("GlobalAveragePool", ["read"], ["p"], name="pool"),
        helper.make_node("Flatten", ["p"], ["y"], name="flat"),
    ]
    plain = graph_of(
        [
            helper.make_node("Conv", ["x", "w"], ["conv"], name="conv"),
            helper.make_node("Relu", ["conv"], ["relu"], name="relu"),
            helper.make_node("Identity", ["relu"], ["read"]),
            *after,
        ],
        [weight],
    )
    fused = graph_of(
        [
            helper.make_node("Conv", ["x", "w"], ["relu"], name="conv"),
            helper.make_node("QuantizeLinear", ["relu", "s", "z"], ["q"]),
            helper.make_node("DequantizeLinear", ["q", "s", "z"], ["read"]),
            *after,
        ],
        [weight, constant("s", 0.1), constant("z", 0, np.uint8)],
    )
    assert pairs(match_tensors(plain, fused))["relu"] == "read"


def test_layers_of_different_nets_are_not_forced_together(net):
    found = match_tensors(net, _stem(folded=False))
    assert not set(pairs(found)) & {"c0", "c1", "c2"}
    assert found.unmatched_a == len(net.graph.node) - 1 - len(found.matches)
