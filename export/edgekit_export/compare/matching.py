"""Which tensor of one graph is which tensor of another: by name, and by place where names differ.

Quantizing, exporting and cleaning rename tensors, put quantizers and casts between nodes, and leave nodes out.
Quantizers, casts and copies are looked through, and a layer with a normalization of its own counts as one, since
exporters fold that into its weights. A name counts only where what makes the tensor agrees, since two
exporters may both number theirs; where it does not, results are paired that do the same to results that are paired
already, and layers by their weights.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import onnx
from numpy.typing import NDArray

from edgekit_export.graph.view import GraphView, attribute

__all__ = ["Match", "MatchResult", "match_tensors"]

_LOOKED_THROUGH: Final = frozenset({"Identity", "Cast", "Dropout", "QuantizeLinear", "DequantizeLinear"})
_WEIGHTED: Final = frozenset({"Conv", "ConvTranspose", "Gemm", "MatMul"})
_COMMUTATIVE: Final = frozenset({"Add", "Mul", "Max", "Min", "Sum"})

_SAME_WEIGHTS: Final = 0.85
"""Likeness (0-1, see _likeness) from which weights at the same place, or of the same name, are the same ones. Rounding
YOLOX-nano to INT8 leaves 0.99; of 624 pairs of its layers of one shape the likest, depthwise ones, are at 0.76."""

_NUMBERED: Final = re.compile(r"(.*[.:_])?\d+")
"""A name that says no more than a number does, such as 123, input.4 or onnx::Conv_530: exporters give them anew."""

_SURELY_SAME_WEIGHTS: Final = 0.95
"""The same where nothing but the weights speaks for a pair."""


@dataclass(frozen=True, slots=True)
class Match:
    """One tensor in both graphs.

    Attributes:
        index: place of its node in A's graph order.
        layer: the node's name, or its result's where it has none.
        op_type: of A's node.
        a, b: the tensors' names.
        by: "name" or "place".
    """

    index: int
    layer: str
    op_type: str
    a: str
    b: str
    by: str


@dataclass(frozen=True, slots=True)
class MatchResult:
    """All matches in A's graph order, and how many results have none."""

    matches: tuple[Match, ...]
    unmatched_a: int
    unmatched_b: int


@dataclass(frozen=True, slots=True, eq=False)
class _Result:
    """One output of a node that depends on the picture.

    Attributes:
        names: the tensor as the node makes it, then its copies behind quantizers and casts.
        inner: the tensor before the normalization that belongs to the layer, where it has one; never compared.
        rounded: the copy that readers see, where nobody reads the tensor itself but a quantizer.
        sources: results (or the graph's inputs) that the node reads, by their first name.
    """

    index: int
    node: onnx.NodeProto
    port: int
    names: tuple[str, ...]
    sources: tuple[str, ...]
    inner: str | None = None
    rounded: str | None = None

    @property
    def key(self) -> str:
        return self.names[0]

    def compared_as(self, name: str, other: _Result) -> str:
        """The tensor to compare with `other`, found under `name`.

        A quantizer that does the work of a Relu (its zero point is its lowest value) lets exporters leave the Relu
        out: then the layer before it carries the Relu's name, and only the quantizer's result has its values.
        """
        if self.rounded is not None and self.node.op_type != other.node.op_type:
            return self.rounded
        return self.key if name == self.inner else name


class _Side:
    """One graph's results, with quantizers, casts and copies looked through."""

    def __init__(self, model: onnx.ModelProto) -> None:
        self.view = GraphView(model.graph)
        self._constant: dict[str, bool] = {}
        self._weights: dict[str, NDArray[np.float32] | None] = {}
        self.inputs = [value.name for value in model.graph.input if value.name not in self.view.initializers]
        merged = {id(bn): layer for layer in model.graph.node if (bn := self._normalization(layer)) is not None}
        self.results = [
            self._result(index, merged.get(id(node), node), port, name, normalized=id(node) in merged)
            for index, node in enumerate(model.graph.node)
            if node.op_type not in _LOOKED_THROUGH and self._normalization(node) is None
            for port, name in enumerate(node.output)
            if name and not self.is_constant(name) and (port == 0 or node.op_type != "BatchNormalization")
        ]
        self.by_name = {name: result for result in self.results for name in result.names}
        self.by_name |= {result.inner: result for result in self.results if result.inner}

    def _normalization(self, node: onnx.NodeProto) -> onnx.NodeProto | None:
        """The BatchNormalization that alone reads a layer's result."""
        reader = self.view.only_consumer(node.output[0]) if node.op_type in _WEIGHTED else None
        return reader if reader is not None and reader.op_type == "BatchNormalization" else None

    def is_constant(self, name: str) -> bool:
        """Whether a tensor is the same for every picture."""
        if name not in self._constant:
            maker = self.view.producers.get(name)
            self._constant[name] = name in self.view.initializers or (
                maker is not None
                and all(self.is_constant(one) for one in maker.input if one)
                and all(item.type != onnx.AttributeProto.GRAPH for item in maker.attribute)
            )
        return self._constant[name]

    def _result(self, index: int, node: onnx.NodeProto, port: int, name: str, *, normalized: bool) -> _Result:
        names, at = [name], 0
        through = [name]
        while at < len(through):
            for reader in self.view.consumers.get(through[at], []):
                if reader.op_type in _LOOKED_THROUGH and reader.input[0] == through[at]:
                    through.append(reader.output[0])
                    if reader.op_type != "QuantizeLinear":
                        names.append(reader.output[0])
            at += 1
        sources = tuple(self.source(one) for one in node.input if one and not self.is_constant(one))
        readers = self.view.consumers.get(name, [])
        unread = name not in self.view.outputs and all(reader.op_type == "QuantizeLinear" for reader in readers)
        return _Result(
            index,
            node,
            port,
            tuple(names),
            sources,
            inner=node.output[0] if normalized else None,
            rounded=names[1] if unread and len(names) > 1 else None,
        )

    def source(self, name: str) -> str:
        """The tensor behind quantizers, casts and copies."""
        maker = self.view.producers.get(name)
        while maker is not None and maker.op_type in _LOOKED_THROUGH:
            name = maker.input[0]
            maker = self.view.producers.get(name)
        return name

    def weights(self, result: _Result) -> NDArray[np.float32] | None:
        """A layer's weight, dequantized, as unit rows (output channels, values); None where it has none."""
        if result.node.op_type not in _WEIGHTED or len(result.node.input) < 2:
            return None
        if result.key not in self._weights:
            value = self._value(result.node.input[1])
            if value is None or value.ndim < 2 or not np.issubdtype(value.dtype, np.floating):
                self._weights[result.key] = None
            else:
                out_first = value.swapaxes(0, 1) if result.node.op_type in ("ConvTranspose", "MatMul") else value
                if result.node.op_type == "Gemm" and not attribute(result.node, "transB", 0):
                    out_first = value.T
                rows = out_first.reshape(out_first.shape[0], -1).astype(np.float32)
                lengths = np.sqrt(np.square(rows).sum(axis=1, keepdims=True))
                self._weights[result.key] = np.divide(rows, lengths, out=np.zeros_like(rows), where=lengths > 0)
        return self._weights[result.key]

    def _value(self, name: str) -> NDArray[Any] | None:
        """A constant's value; behind quantizers, the dequantized one."""
        known = self.view.constant(name)
        maker = self.view.producers.get(name)
        if known is not None or maker is None:
            return known
        if maker.op_type == "DequantizeLinear":
            inner = self.view.producers.get(maker.input[0])
            if inner is not None and inner.op_type == "QuantizeLinear":
                return self._value(inner.input[0])
            return self._dequantized(maker)
        if maker.op_type in _LOOKED_THROUGH:
            return self._value(maker.input[0])
        if maker.op_type == "Constant":
            tensor = attribute(maker, "value")
            return None if tensor is None else onnx.numpy_helper.to_array(tensor)
        return None

    def _dequantized(self, node: onnx.NodeProto) -> NDArray[Any] | None:
        parts = [self.view.constant(name) for name in node.input if name]
        quantized, scale = parts[0], parts[1] if len(parts) > 1 else None
        if quantized is None or scale is None:
            return None
        shape = [1] * quantized.ndim
        if scale.ndim == 1 and quantized.ndim:
            shape[attribute(node, "axis", 1)] = -1
        zero = parts[2] if len(parts) > 2 and parts[2] is not None else np.zeros_like(scale)
        result: NDArray[Any] = (quantized.astype(np.float32) - zero.astype(np.float32).reshape(shape)) * scale.reshape(
            shape
        )
        return result

    def digest(self, result: _Result) -> bytes:
        """What a node does besides reading its sources: its attributes and its constants."""
        digest = hashlib.sha256()
        for item in sorted(result.node.attribute, key=lambda one: one.name):
            digest.update(item.SerializeToString(deterministic=True))
        for name in result.node.input:
            value = self._value(name) if name and self.is_constant(name) else None
            if value is not None:
                digest.update(f"{value.shape}".encode() + np.ascontiguousarray(value).tobytes())
        return digest.digest()


class _Matcher:
    def __init__(self, a: onnx.ModelProto, b: onnx.ModelProto) -> None:
        self.a, self.b = _Side(a), _Side(b)
        # A's result (or input) -> B's, by first names.
        self.partner: dict[str, str] = {}
        self.taken: set[str] = set()
        self.found: dict[str, Match] = {}
        if len(self.a.inputs) == len(self.b.inputs) == 1:
            self.partner[self.a.inputs[0]] = self.b.inputs[0]

    def similarity(self, one: _Result, other: _Result) -> float | None:
        """Likeness of both layers' weights, 0-1; None where neither has any."""
        first, second = self.a.weights(one), self.b.weights(other)
        if first is None and second is None:
            return None
        if first is None or second is None or first.shape != second.shape:
            return 0.0
        return _likeness(first, second)

    def pair(self, one: _Result, other: _Result, a: str, b: str, by: str) -> None:
        self.partner[one.key] = other.key
        self.taken.add(other.key)
        layer = one.node.name or one.names[0]
        self.found[one.key] = Match(one.index, layer, one.node.op_type, a, b, by)

    def free(self, results: Iterable[_Result]) -> list[_Result]:
        return [one for one in results if one.key not in self.taken]

    def by_name(self) -> None:
        for one in self.a.results:
            for name in filter(None, (*one.names, one.inner)):
                other = self.b.by_name.get(name)
                if other is not None and other.key not in self.taken and self.agrees(one, other):
                    self.pair(one, other, one.compared_as(name, other), other.compared_as(name, one), "name")
                    break

    def agrees(self, one: _Result, other: _Result) -> bool:
        """Whether two results of one name may be the same: nothing that is known speaks against it."""
        if one.node.op_type != other.node.op_type:
            return _NUMBERED.fullmatch(one.key) is None
        alike = self.similarity(one, other)
        if alike is not None:
            return alike >= _SAME_WEIGHTS
        known = [self.partner[name] for name in one.sources if name in self.partner]
        contradicted = len(known) == len(one.sources) > 0
        return not contradicted or any(name in other.sources for name in known)

    def by_place(self) -> bool:
        """Pair what does the same to results that are paired; whether anything was."""
        waiting: dict[tuple[object, ...], list[_Result]] = {}
        for other in self.free(self.b.results):
            waiting.setdefault(self._place(other, other.sources), []).append(other)
        any_found = False
        for one in self.a.results:
            if one.key in self.partner or not all(name in self.partner for name in one.sources):
                continue
            place = self._place(one, tuple(self.partner[name] for name in one.sources))
            chosen = self._chosen(one, self.free(waiting.get(place, [])))
            if chosen is not None:
                self.pair(one, chosen, one.key, chosen.key, "place")
                any_found = True
        return any_found

    @staticmethod
    def _place(result: _Result, sources: tuple[str, ...]) -> tuple[object, ...]:
        op_type = result.node.op_type
        return (op_type, result.port, tuple(sorted(sources)) if op_type in _COMMUTATIVE else sources)

    def _chosen(self, one: _Result, candidates: list[_Result]) -> _Result | None:
        if self.a.weights(one) is not None:
            alike = [(self.similarity(one, other) or 0.0, other) for other in candidates]
            score, best = max(alike, key=lambda item: item[0], default=(0.0, one))
            return best if score >= _SAME_WEIGHTS else None
        same = [other for other in candidates if self.a.digest(one) == self.b.digest(other)]
        if same:
            return same[0]
        return candidates[0] if len(candidates) == 1 else None

    def by_weights(self) -> bool:
        """Pair layers whose weights leave no doubt, wherever they stand; whether any was."""
        free = [other for other in self.free(self.b.results) if self.b.weights(other) is not None]
        any_found = False
        for one in self.a.results:
            if one.key in self.partner or self.a.weights(one) is None:
                continue
            sure = [
                other
                for other in self.free(free)
                if other.node.op_type == one.node.op_type and (self.similarity(one, other) or 0) > _SURELY_SAME_WEIGHTS
            ]
            if len(sure) == 1:
                self.pair(one, sure[0], one.key, sure[0].key, "place")
                any_found = True
        return any_found

    def result(self) -> MatchResult:
        self.by_name()
        while self.by_place() or self.by_weights():
            pass
        matches = sorted(self.found.values(), key=lambda match: match.index)
        return MatchResult(tuple(matches), len(self.a.results) - len(matches), len(self.free(self.b.results)))


def _likeness(first: NDArray[np.float32], second: NDArray[np.float32]) -> float:
    """How much unit rows (output channels, values) are those of one layer, 0-1.

    The mean |cosine| of channels, or, where it says more, how far their signs agree: folding a normalization in
    multiplies channels, equalization the channels that are read as well, and neither changes which signs go together.
    """
    cosine = np.abs((first * second).sum(axis=1)).mean()
    signs = np.sign(first) * np.sign(second)
    agreeing = np.abs(signs.sum(axis=1)) / np.maximum(np.abs(signs).sum(axis=1), 1)
    return float(max(cosine, agreeing.mean()))


def match_tensors(a: onnx.ModelProto, b: onnx.ModelProto) -> MatchResult:
    """Pair the tensors of two graphs of one model, each at most once.

    Shapes and types are not looked at: a pair may still turn out to differ in them when both are run.
    """
    return _Matcher(a, b).result()
