"""Which nodes of a graph stay in FP32 when the rest becomes FP16: one rule, one function, each with its reason.

FP16 ends at 65504, loses digits below 2^-14 = 6.1e-5, and has 11 bits: half a pixel of 1024. What a net computes
between its convolutions lives well inside; what surrounds them need not.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

import numpy as np
import onnx
from numpy.typing import NDArray

from edgekit_export.graph.batch import shapes_at_batch_one
from edgekit_export.graph.half_types import float_tensors, gives_half
from edgekit_export.graph.macs import MAC_OPERATORS
from edgekit_export.graph.view import GraphView, attribute

__all__ = [
    "LARGEST",
    "SMALLEST",
    "Graph",
    "Ranges",
    "fewer_casts",
    "fits_half",
    "float32_nodes",
]

Ranges = Mapping[str, tuple[float, float]]
"""Smallest and largest value seen of a tensor, by its name."""

_END = 65504.0
LARGEST = _END / 4
"""A tensor that reached this on calibration pictures stays FP32: another picture may go a little further."""

SMALLEST = 2.0**-14
"""A tensor that never reached FP16's smallest normal number would lose its digits."""

# The input of a convolution or product that is its bias.
_BIAS = 2

# A sum of more numbers than this stays FP32 where nothing is known of their size.
_LONGEST_UNSEEN_SUM = 256

# fmt: off
_MOVES = frozenset({
    "Cast", "Concat", "DepthToSpace", "Expand", "Flatten", "Gather", "Identity", "Pad", "Reshape", "Slice",
    "SpaceToDepth", "Split", "Squeeze", "Tile", "Transpose", "Unsqueeze",
})
_QUANTIZERS = frozenset({"QuantizeLinear", "DequantizeLinear"})
# Bounded, or no larger than what they read.
_SIMPLE = frozenset({
    "Clip", "HardSigmoid", "LeakyRelu", "MaxPool", "GlobalMaxPool", "PRelu", "Relu", "Resize", "Sigmoid", "Tanh",
    "Max", "Min",
})
# Their intermediate values leave FP16 although inputs and outputs do not, or small inputs decide the result.
_DELICATE = frozenset({
    "CumSum", "Exp", "GroupNormalization", "InstanceNormalization", "LRN", "LayerNormalization", "Log", "LogSoftmax",
    "LpNormalization", "LpPool", "MeanVarianceNormalization", "Pow", "Reciprocal", "ReduceL1", "ReduceL2",
    "ReduceLogSum", "ReduceLogSumExp", "ReduceProd", "ReduceSumSquare", "Softmax", "Softplus", "Sqrt",
})
_MEANS = frozenset({"AveragePool", "GlobalAveragePool", "ReduceMean", "ReduceSum"})
# fmt: on


@dataclass(frozen=True, slots=True, eq=False)
class Graph:
    """What the rules look at.

    Attributes:
        model: the graph in FP32, with or without quantize/dequantize pairs.
        view: its tensors.
        floats: names of its float32 tensors.
        ranges: what was seen of them; a tensor that is missing was not seen.
    """

    model: onnx.ModelProto
    view: GraphView
    floats: frozenset[str]
    ranges: Ranges

    @classmethod
    def of(cls, model: onnx.ModelProto, ranges: Ranges) -> Graph:
        """With its index and types."""
        return cls(model, GraphView(model.graph), float_tensors(model), ranges)

    def variables(self, node: onnx.NodeProto) -> tuple[str, ...]:
        """The float32 tensors that a node reads and that are no constants, each once."""
        return tuple(dict.fromkeys(n for n in node.input if n in self.floats and n not in self.view.initializers))

    def results(self, node: onnx.NodeProto) -> tuple[str, ...]:
        """The float32 tensors that a node makes."""
        return tuple(name for name in node.output if name in self.floats)

    def dequantizer(self, name: str) -> onnx.NodeProto | None:
        """The DequantizeLinear that makes a tensor, if one does."""
        maker = self.view.producers.get(name)
        return maker if maker is not None and maker.op_type == "DequantizeLinear" else None

    def magnitude(self, name: str) -> float | None:
        """The largest magnitude seen of a tensor, or of the one that it was quantized from; None where none was."""
        maker = self.dequantizer(name)
        if maker is not None and name not in self.ranges:
            quantizer = self.view.producers.get(maker.input[0])
            return None if quantizer is None else self.magnitude(quantizer.input[0])
        seen = self.ranges.get(name)
        return None if seen is None else max(abs(seen[0]), abs(seen[1]))


Rule = Callable[[Graph], Collection[str]]
"""Gives the first output name of every node that it keeps in FP32."""


def pixel_arithmetic(graph: Graph) -> set[str]:
    """Everything between the pixels and the first quantizer, convolution or product.

    Why: the mean is subtracted from numbers 128 times the steps that matter, and the first quantizer's steps are
    pixels. Moves alone are exact (integers up to 2048 are), so without arithmetic or a quantizer nothing is kept.
    """
    reached = {value.name for value in graph.model.graph.input}
    head, must = set(), False
    for node in graph.model.graph.node:
        variables = [name for name in node.input if graph.view.is_variable(name)]
        if node.op_type in MAC_OPERATORS | {"DequantizeLinear"} or not variables or not reached.issuperset(variables):
            continue
        reached.update(node.output)
        if graph.results(node):
            head.add(node.output[0])
        must = must or (bool(graph.results(node)) and node.op_type not in _MOVES) or node.op_type == "QuantizeLinear"
    return head if must else set()


def _is_expectation(node: onnx.NodeProto, view: GraphView) -> bool:
    """Whether a product reads probabilities: YOLOv8's box edges are a convolution over a softmax."""
    maker = view.producers.get(node.input[0])
    while maker is not None and maker.op_type in _MOVES | _QUANTIZERS:
        maker = view.producers.get(maker.input[0]) if maker.input else None
    return maker is not None and maker.op_type == "Softmax"


def decoding(graph: Graph) -> set[str]:
    """From the first arithmetic behind the last convolutions and products to the outputs.

    Why: boxes reach over the picture, where FP16 has steps of half a pixel, and exponentials leave it. Moves and
    bounded activations alone (a head that is decoded outside the graph) need no FP32.
    """
    before: set[str] = set()
    tail = []
    for node in reversed(graph.model.graph.node):
        product = node.op_type in MAC_OPERATORS and not _is_expectation(node, graph.view)
        if product or before.intersection(node.output):
            before.update(node.input)
        else:
            tail.append(node)
    computed: set[str] = set()
    kept = set()
    for node in reversed(tail):
        computes = bool(graph.results(node)) and node.op_type not in _MOVES | _SIMPLE | _QUANTIZERS
        if computes or computed.intersection(node.input):
            computed.update(node.output)
            kept.add(node.output[0])
    return kept


def delicate_operators(graph: Graph) -> set[str]:
    """Exponentials, powers, roots, norms, softmax, and quotients with a computed divisor.

    Why: exp(12) and 256^2 leave FP16, and an epsilon of 1e-6 has one digit in it. The normalisations square and sum
    inside, out of sight of any range.
    """
    return {
        node.output[0]
        for node in graph.model.graph.node
        if node.op_type in _DELICATE or (node.op_type == "Div" and node.input[1] not in graph.view.initializers)
    }


def out_of_range(graph: Graph) -> set[str]:
    """Nodes that read or make a tensor that nears FP16's end, or never leaves its subnormal numbers."""

    def fits(name: str) -> bool:
        magnitude = graph.magnitude(name)
        return magnitude is None or magnitude == 0.0 or SMALLEST <= magnitude < LARGEST

    return {
        node.output[0]
        for node in graph.model.graph.node
        if node.op_type not in _QUANTIZERS
        and not all(fits(name) for name in (*graph.variables(node), *graph.results(node)))
    }


def long_sums(graph: Graph) -> set[str]:
    """Means and sums whose sum, before it is divided, nears FP16's end.

    Why: a kernel may add up in the type of its tensors. A pool over 7 x 7 is no danger, one over 112 x 112 may be.
    """
    nodes = [node for node in graph.model.graph.node if node.op_type in _MEANS]
    shapes = shapes_at_batch_one(graph.model) if nodes else {}
    kept = set()
    for node in nodes:
        count = _summands(node, shapes)
        magnitude = graph.magnitude(node.output[0])
        divided = 1 if node.op_type == "ReduceSum" else count
        if count > _LONGEST_UNSEEN_SUM if magnitude is None else magnitude * divided >= LARGEST:
            kept.add(node.output[0])
    return kept


def _summands(node: onnx.NodeProto, shapes: Mapping[str, tuple[int, ...]]) -> int:
    """How many numbers go into one result; a large number where the shapes are not known."""
    if node.op_type == "AveragePool":
        return math.prod(attribute(node, "kernel_shape"))
    data, result = shapes.get(node.input[0]), shapes.get(node.output[0])
    if data is None or result is None:
        return 1 << 16
    return math.prod(data) // max(math.prod(result), 1)


def fits_half(values: NDArray[np.float32]) -> bool:
    """Whether constants keep their value in FP16: none overflows, and all together lose at most FP16's own rounding."""
    finite = values[np.isfinite(values)].astype(np.float64)
    with np.errstate(over="ignore"):
        error = finite.astype(np.float16).astype(np.float64) - finite
    return bool(np.square(error).sum() <= 2.0**-22 * np.square(finite).sum())


def unfit_constants(graph: Graph) -> set[str]:
    """Nodes with a constant, or a quantizer's scale before them, that overflows or loses its digits in FP16.

    A bias may lose digits: what is too small for FP16 is small against the products that it is added to. An epsilon
    that is added elsewhere may be all there is.
    """

    def fits(node: onnx.NodeProto, index: int, name: str) -> bool:
        maker = graph.dequantizer(name)
        value = graph.view.constant(name if maker is None else maker.input[1])
        if value is None or value.dtype != np.float32:
            return True
        if index == _BIAS and node.op_type in MAC_OPERATORS:
            return bool(np.abs(value).max(initial=0.0) <= _END)
        return fits_half(value)

    return {
        node.output[0]
        for node in graph.model.graph.node
        if node.op_type != "DequantizeLinear" and not all(fits(node, *item) for item in enumerate(node.input))
    }


def control_flow(graph: Graph) -> set[str]:
    """If, Loop and Scan: their bodies are left as they are."""
    graphs = (onnx.AttributeProto.GRAPH, onnx.AttributeProto.GRAPHS)
    return {node.output[0] for node in graph.model.graph.node if any(item.type in graphs for item in node.attribute)}


RULES: tuple[Rule, ...] = (
    pixel_arithmetic,
    decoding,
    delicate_operators,
    out_of_range,
    long_sums,
    unfit_constants,
    control_flow,
)


def fewer_casts(graph: Graph, kept: Collection[str]) -> set[str]:
    """`kept` and the nodes between that cost fewer casts in FP32 than in FP16; no convolution, no product."""
    chosen = set(kept)
    nodes = [
        node
        for node in graph.model.graph.node
        if node.op_type not in MAC_OPERATORS | _QUANTIZERS and graph.results(node) and gives_half(node, 0)
    ]

    def wants(reader: onnx.NodeProto, float32: bool) -> bool:
        # A node without a float result takes its input as it comes.
        return bool(graph.results(reader)) and (reader.output[0] in chosen) == float32

    def casts(node: onnx.NodeProto, float32: bool) -> int:
        count = 0
        for name in graph.variables(node):
            maker = graph.view.producers.get(name)
            if maker is not None and maker.op_type == "DequantizeLinear":
                continue
            made = maker is None or maker.output[0] in chosen
            others = (one for one in graph.view.consumers[name] if one.output[0] != node.output[0])
            count += made != float32 and not any(wants(one, float32) for one in others)
        for name in graph.results(node):
            other = any(wants(one, not float32) for one in graph.view.consumers.get(name, ()))
            count += other or (name in graph.view.outputs and not float32)
        return count

    changed = True
    while changed:
        changed = False
        for node in nodes:
            if node.output[0] not in chosen and casts(node, True) < casts(node, False):
                chosen.add(node.output[0])
                changed = True
    return chosen


def float32_nodes(graph: Graph, keep_float: Collection[str] = ()) -> set[str]:
    """First output names of all nodes that stay FP32: what the rules say, what is named, and what saves casts.

    Args:
        graph: to be made FP16.
        keep_float: names of nodes.
    """
    kept = {node.output[0] for node in graph.model.graph.node if node.name and node.name in keep_float}
    for rule in RULES:
        kept.update(rule(graph))
    return fewer_casts(graph, kept)
