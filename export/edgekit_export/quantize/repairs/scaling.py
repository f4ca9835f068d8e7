"""A tensor's channels brought to other ranges while the float graph computes the same.

INT8 has one step for all channels of an activation, so one channel with large numbers leaves few steps to the others.
Dividing each channel by a factor of its own, and multiplying what reads it by the same factor, changes nothing in
float; a convolution takes the factor into its weight, which has a scale for every output channel anyway. That is
cross-layer equalization (Nagel et al., "Data-Free Quantization Through Weight Equalization and Bias Correction",
2019) where the convolution before can take it too, and smoothing (Xiao et al., "SmoothQuant", 2022) where something
between that is not scale-equivariant (SiLU, HardSwish) forbids it and a Mul is left in the graph.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import helper

from edgekit_export.graph.cleanup import unused_removed
from edgekit_export.graph.view import GraphView, attribute, fresh_name, initializer

__all__ = ["Scaling", "Source", "divided", "readers_take_factors", "source_of"]

# Give factor * f(x) for f(factor * x) with any positive factor per channel.
_EQUIVARIANT = frozenset({"Relu", "MaxPool", "AveragePool", "GlobalAveragePool"})


@dataclass(frozen=True, slots=True, eq=False)
class Scaling:
    """One tensor's factors.

    Attributes:
        tensor: (batch, channels, height, width).
        factors: float32 (channels,), positive: what each channel is divided by.
    """

    tensor: str
    factors: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Source:
    """A convolution that can give a tensor divided.

    Attributes:
        node: the convolution's name.
        ceiling: the upper bound of the Clip between, or None where nothing bounds the tensor. A channel that stays
            below may be divided by less than 1 until it reaches the ceiling; one that meets it may not be divided.
        between: what is divided with the tensor: all from the convolution's result on.
    """

    node: str
    ceiling: float | None
    between: tuple[str, ...] = ()


def _pads_with_zeros(node: onnx.NodeProto, view: GraphView) -> bool:
    if attribute(node, "mode", b"constant") != b"constant":
        return False
    if len(node.input) < 3 or not node.input[2]:
        return True
    value = view.constant(node.input[2])
    return value is not None and not np.any(value)


def _bounds(node: onnx.NodeProto, view: GraphView) -> tuple[float, float] | None:
    """Of a Clip with constant bounds."""
    ends = []
    for index, default in ((1, -np.inf), (2, np.inf)):
        name = node.input[index] if len(node.input) > index else ""
        value = view.constant(name) if name else np.array(default)
        if value is None:
            return None
        ends.append(float(value.reshape(-1)[0]))
    return ends[0], ends[1]


def source_of(view: GraphView, tensor: str) -> Source | None:
    """The convolution into which a division of `tensor` can be merged, or None.

    A Clip's bound would have to differ by channel, which neither ONNX Runtime nor TensorRT merges into the
    convolution; so the bound stays, and `Source.ceiling` says how far a channel may be scaled up: what it cuts then
    lies beyond everything that calibration saw.
    """
    ceiling: float | None = None
    name, between = tensor, [tensor]
    while True:
        node = view.producers.get(name)
        if node is None:
            return None
        if node.op_type == "Conv":
            constant = all(part in view.initializers for part in node.input[1:] if part)
            return Source(node.name, ceiling, tuple(between)) if constant else None
        if node.op_type == "Clip":
            bounds = _bounds(node, view)
            if bounds is None or bounds[0] != 0.0:
                return None
            if np.isfinite(bounds[1]):
                ceiling = min(bounds[1], np.inf if ceiling is None else ceiling)
        elif node.op_type == "Pad":
            if not _pads_with_zeros(node, view):
                return None
        elif node.op_type not in _EQUIVARIANT or len([output for output in node.output if output]) != 1:
            return None
        name = node.input[0]
        if view.only_consumer(name) is None:
            return None
        between.append(name)


def readers_take_factors(view: GraphView, tensor: str) -> list[onnx.NodeProto]:
    """The convolutions that read `tensor` and can take factors into their weights."""
    return [
        node
        for node in view.consumers.get(tensor, [])
        if node.op_type == "Conv" and node.input[0] == tensor and node.input[1] in view.initializers
    ]


class _Rewriter:
    """Divides tensors of one graph."""

    def __init__(self, model: onnx.ModelProto) -> None:
        self.model = onnx.ModelProto()
        self.model.CopyFrom(model)
        self.graph = self.model.graph
        self.multiplications = 0

    def _constant(self, wanted: str, value: NDArray[np.float64]) -> str:
        name = fresh_name(self.graph, wanted)
        self.graph.initializer.append(initializer(name, value.astype(np.float32)))
        return name

    def _divide_source(self, view: GraphView, source: Source, factors: NDArray[np.float64]) -> None:
        node = next(one for one in self.graph.node if one.name == source.node)
        weight = view.constant(node.input[1])
        assert weight is not None, "source_of takes constant weights only"
        shape = (-1, *[1] * (weight.ndim - 1))
        node.input[1] = self._constant(
            f"{node.name}_weight_divided", weight.astype(np.float64) / factors.reshape(shape)
        )
        bias = view.constant(node.input[2]) if len(node.input) > 2 and node.input[2] else None
        if bias is not None:
            node.input[2] = self._constant(f"{node.name}_bias_divided", bias.astype(np.float64) / factors)

    def _multiplied(self, tensor: str, by: NDArray[np.float64], label: str) -> str:
        """A new tensor: `tensor` times `by`, channel by channel, made right after it."""
        factor = self._constant(f"{tensor}_{label}_factor", by.reshape(1, -1, 1, 1))
        target = fresh_name(self.graph, f"{tensor}_{label}")
        node = helper.make_node("Mul", [tensor, factor], [target], name=fresh_name(self.graph, f"{target}_Mul"))
        made = [index for index, one in enumerate(self.graph.node) if tensor in one.output]
        self.graph.node.insert(made[0] + 1 if made else 0, node)
        self.multiplications += 1
        return target

    def divide(self, scaling: Scaling) -> None:
        """Divide one tensor; every reader gets what it got before."""
        view, tensor = GraphView(self.graph), scaling.tensor
        factors = scaling.factors.astype(np.float64)
        source, takers = source_of(view, tensor), readers_take_factors(view, tensor)
        takes = {node.name for node in takers}
        others = [node for node in view.consumers.get(tensor, []) if node.name not in takes]
        if source is not None and tensor not in view.outputs:
            self._divide_source(view, source, factors)
            if others:
                back = self._multiplied(tensor, factors, "restored")
                for node in others:
                    _read_instead(node, tensor, back)
        elif takers:
            divided_tensor = self._multiplied(tensor, 1.0 / factors, "equalized")
            for node in takers:
                _read_instead(node, tensor, divided_tensor)
        else:
            return
        for node in takers:
            self._multiply_reader(view, node, factors)

    def _multiply_reader(self, view: GraphView, node: onnx.NodeProto, factors: NDArray[np.float64]) -> None:
        weight = view.constant(node.input[1])
        assert weight is not None, "readers_take_factors takes constant weights only"
        groups = attribute(node, "group", 1)
        # Channel k of group g reads channel g * (channels / groups) + k.
        per_group = factors.reshape(groups, 1, -1, *[1] * (weight.ndim - 2))
        grouped = weight.astype(np.float64).reshape(groups, -1, *weight.shape[1:]) * per_group
        node.input[1] = self._constant(f"{node.name}_weight_multiplied", grouped.reshape(weight.shape))


def _read_instead(node: onnx.NodeProto, old: str, new: str) -> None:
    for index, name in enumerate(node.input):
        if name == old:
            node.input[index] = new


def divided(model: onnx.ModelProto, scalings: Sequence[Scaling]) -> tuple[onnx.ModelProto, int]:
    """A copy that computes the same in which the tensors' channels are divided, and how many Mul nodes that took.

    A tensor keeps its name where the convolution before it takes the division; else what is divided is called
    `TENSOR_equalized`. Channels that nothing can take are left as they are.
    """
    rewriter = _Rewriter(model)
    for scaling in scalings:
        rewriter.divide(scaling)
    del rewriter.graph.value_info[:]
    unused_removed(rewriter.model)
    return rewriter.model, rewriter.multiplications
