"""Graphs rebuilt for the walk: tensors as outputs, tensors fed from outside, results exchanged at will."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import onnx
from onnx import TensorProto, helper

__all__ = ["cut", "with_exchanges", "with_tensors"]


def _copy(model: onnx.ModelProto) -> onnx.ModelProto:
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    del copy.graph.value_info[:]
    return copy


class _Names:
    """Names of tensors that a graph does not have yet."""

    def __init__(self, model: onnx.ModelProto) -> None:
        graph = model.graph
        self._taken = {value.name for value in (*graph.input, *graph.output, *graph.initializer)}
        for node in graph.node:
            self._taken.update((*node.input, *node.output))

    def fresh(self, wanted: str) -> str:
        """`wanted`, with a number behind it where it is taken."""
        name, number = wanted, 1
        while name in self._taken:
            name, number = f"{wanted}_{number}", number + 1
        self._taken.add(name)
        return name


def _outputs(model: onnx.ModelProto, names: Iterable[str]) -> None:
    """Make `names` the outputs; their types are left for the runtime to find."""
    del model.graph.output[:]
    model.graph.output.extend(onnx.ValueInfoProto(name=name) for name in names)


def with_tensors(model: onnx.ModelProto, names: Sequence[str]) -> onnx.ModelProto:
    """A copy whose outputs are the tensors `names`, each named once."""
    copy = _copy(model)
    _outputs(copy, names)
    return copy


def cut(model: onnx.ModelProto, types: Mapping[str, np.dtype[np.generic]]) -> tuple[onnx.ModelProto, list[str]]:
    """A copy in which the tensors are fed from outside: what computed each computes it still, for itself.

    So each stretch between cut tensors works on given values, and its result shows its own noise and nobody else's.

    Args:
        model: the graph.
        types: tensors to cut, and what they hold.

    Returns:
        The copy, with the cut tensors as further inputs, and the names of its outputs, in the order of `types`.
    """
    copy = _copy(model)
    names = _Names(copy)
    made = {name: names.fresh(f"{name}_made") for name in types}
    for node in copy.graph.node:
        for port, name in enumerate(node.output):
            if name in made:
                node.output[port] = made[name]
    copy.graph.input.extend(
        helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(dtype), None)
        for name, dtype in types.items()
    )
    _outputs(copy, made.values())
    return copy, list(made.values())


def with_exchanges(
    model: onnx.ModelProto, types: Mapping[str, np.dtype[np.generic]]
) -> tuple[onnx.ModelProto, dict[str, tuple[str, str]]]:
    """A copy in which each of some tensors can be exchanged for a given one, from run to run.

    Args:
        model: the graph; its outputs stay.
        types: the tensors, and what they hold.

    Returns:
        The copy, and per tensor the names of two further inputs: a boolean (exchange it) and what to put there.
    """
    copy = _copy(model)
    graph, names = copy.graph, _Names(copy)
    inputs: dict[str, tuple[str, str]] = {}
    nodes: list[onnx.NodeProto] = []
    for node in graph.node:
        nodes.append(node)
        for port, name in enumerate(node.output):
            if name not in types:
                continue
            use, given, own = (names.fresh(f"{name}_{what}") for what in ("exchanged", "given", "own"))
            node.output[port] = own
            nodes.append(helper.make_node("Where", [use, given, own], [name], name=f"{name}_exchange"))
            inputs[name] = (use, given)
            element = helper.np_dtype_to_tensor_dtype(types[name])
            graph.input.append(helper.make_tensor_value_info(use, TensorProto.BOOL, []))
            graph.input.append(helper.make_tensor_value_info(given, element, None))
    rebuilt = [onnx.NodeProto.FromString(node.SerializeToString()) for node in nodes]
    del graph.node[:]
    graph.node.extend(rebuilt)
    return copy, inputs
