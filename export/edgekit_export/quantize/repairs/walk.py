"""A graph run layer by layer over several images at once: each part once, and a layer's weight may change on the way.

What a layer is given depends on what was decided of all before it. Running the graph anew for each of a hundred
layers would cost a hundred passes; here every node runs once, in small sessions cut at the layers, and a tensor is
kept only until the last node that reads it has run.
"""

from __future__ import annotations

import copy
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper

from edgekit_export.graph.cleanup import unused_removed
from edgekit_export.graph.running import session
from edgekit_export.graph.view import GraphView

__all__ = ["Walk", "names_read"]

# What is fed in place of a halted node's weight and bias, by the index of the input.
_REPLACED = {1: "walk_weight", 2: "walk_bias"}


class Walk:
    """One pass over a graph, halted at some of its nodes.

    Args:
        model: a graph with one input.
        images: what its input is fed, one at a time, without the batch axis.
        halts: names of the nodes at which to halt.
        kept: tensors to be kept until they are taken, whoever reads them.
        threads: CPU threads.
    """

    def __init__(
        self,
        model: onnx.ModelProto,
        images: Sequence[NDArray[Any]],
        halts: Sequence[str],
        *,
        kept: Collection[str] = (),
        threads: int = 2,
    ) -> None:
        self._model, self._threads = model, threads
        self._kept = set(kept)
        self._initializers = GraphView(model.graph).initializers
        # A weight behind DequantizeLinear is made anew by every part that reads it.
        self._constant: dict[str, onnx.NodeProto] = {}
        self._parts: list[list[onnx.NodeProto]] = [[]]
        for node in model.graph.node:
            if all(name in self._initializers for name in node.input if name):
                self._constant |= dict.fromkeys(node.output, node)
                continue
            if node.name in halts:
                self._parts.append([])
            self._parts[-1].append(node)
        self._outputs = {value.name for value in model.graph.output}
        feed = model.graph.input[0].name
        self._values: list[dict[str, NDArray[Any]]] = [{feed: image[None]} for image in images]
        self._part = 0

    def __iter__(self) -> Iterator[onnx.NodeProto]:
        """The halted nodes in graph order, each once all before it has run; one not advanced over is run as it is."""
        self.advance()
        for part in range(1, len(self._parts)):
            yield self._parts[part][0]
            if self._part == part:
                self.advance()

    def fork(self) -> Walk:
        """A walk of its own from here on; nothing that was made is made again."""
        other = copy.copy(self)
        other._values = [dict(values) for values in self._values]
        other._kept = set(self._kept)
        return other

    def value(self, name: str) -> list[NDArray[Any]] | None:
        """A tensor per image, or None where it is not made yet or no longer kept."""
        return [values[name] for values in self._values] if name in self._values[0] else None

    def take(self, name: str) -> list[NDArray[Any]]:
        """A tensor of `kept` per image, which then needs to be kept no longer than others."""
        self._kept.discard(name)
        taken = [values[name] for values in self._values]
        if name not in self._later():
            for values in self._values:
                del values[name]
        return taken

    def _later(self) -> set[str]:
        """What is still to be read, or kept for other reasons."""
        read = {name for part in self._parts[self._part :] for node in part for name in names_read(node)}
        return read | self._outputs | self._kept

    def data(self) -> list[NDArray[Any]]:
        """What the halted node reads, per image."""
        name = self._parts[self._part][0].input[0]
        return [values[name] for values in self._values]

    def outputs(self) -> list[dict[str, NDArray[Any]]]:
        """The graph's outputs by name, per image; once everything has run."""
        return [{name: values[name] for name in self._outputs} for values in self._values]

    def result(self, weight: NDArray[np.float32] | None = None) -> list[NDArray[Any]]:
        """What the halted node makes, per image, with `weight` in place of its own; nothing moves on."""
        node = self._parts[self._part][0]
        return [made[0] for made in self._made([node], [node.output[0]], {} if weight is None else {1: weight})]

    def advance(self, *, weight: NDArray[np.float32] | None = None, bias: NDArray[np.float32] | None = None) -> None:
        """Run the halted node, with another weight and bias where given, and all up to the next one."""
        nodes = self._parts[self._part]
        self._part += 1
        later = self._later()
        wanted = [name for name in dict.fromkeys(name for node in nodes for name in node.output) if name in later]
        replaced = {index: value for index, value in ((1, weight), (2, bias)) if value is not None}
        made = self._made(nodes, wanted, replaced) if wanted else [[]] * len(self._values)
        for values, new in zip(self._values, made, strict=True):
            values.update(zip(wanted, new, strict=True))
            for name in [name for name in values if name not in later]:
                del values[name]

    def _made(
        self, nodes: Sequence[onnx.NodeProto], wanted: Sequence[str], replaced: Mapping[int, NDArray[np.float32]]
    ) -> list[list[NDArray[Any]]]:
        """The tensors `wanted` of `nodes` per image; the first node's inputs `replaced`."""
        first = onnx.NodeProto.FromString(nodes[0].SerializeToString()) if nodes else onnx.NodeProto()
        feeds = {_REPLACED[index]: value for index, value in replaced.items()}
        for index in sorted(replaced):
            if index < len(first.input):
                first.input[index] = _REPLACED[index]
            else:
                first.input.append(_REPLACED[index])
        part = [first, *nodes[1:]]
        constants = {name: self._constant[name] for node in part for name in names_read(node) if name in self._constant}
        part = [*{node.name or node.output[0]: node for node in constants.values()}.values(), *part]
        read = dict.fromkeys(name for node in part for name in names_read(node))
        graph = helper.make_graph(
            part,
            "part",
            [],
            [onnx.ValueInfoProto(name=name) for name in wanted],
            [self._initializers[name] for name in read if name in self._initializers],
        )
        given = [name for name in read if name in self._values[0]]
        for name, value in [*((name, self._values[0][name]) for name in given), *feeds.items()]:
            element = helper.np_dtype_to_tensor_dtype(value.dtype)
            graph.input.append(helper.make_tensor_value_info(name, element, None))
        model = helper.make_model(graph, opset_imports=self._model.opset_import, ir_version=self._model.ir_version)
        unused_removed(model)
        # As written: Q/DQ are to be computed, not merged.
        runner = session(model, optimise=False, threads=self._threads)
        return [runner.run(None, {**{name: values[name] for name in given}, **feeds}) for values in self._values]


def names_read(node: onnx.NodeProto) -> list[str]:
    """Names that a node and its subgraphs read."""
    names = [name for name in node.input if name]
    for item in node.attribute:
        for part in [item.g, *item.graphs]:
            names.extend(name for inner in part.node for name in names_read(inner))
            names.extend(value.name for value in part.output)
    return names
