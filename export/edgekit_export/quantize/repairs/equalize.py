"""Ranges found by asking the outputs, and channels of one tensor brought to one range, where an activation needs it.

Cross-layer equalization (Nagel et al., 2019) as it pays with weights that have a scale for every output channel: its
gain then lies in the activations, so it is their channels' observed ranges that are equalized, and only of tensors
that make noise. A pair of convolutions with nothing, Relu or a Clip from 0 between takes the factors for nothing
(see scaling.source_of for the Clip); behind SiLU and HardSwish one Mul is left in the graph.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx
from edgekit_calibration import Range, Scheme
from numpy.typing import NDArray

from edgekit_export.graph.view import GraphView
from edgekit_export.quantize.layers import Layer
from edgekit_export.quantize.noise import Measure, ValueNoise, Yardstick, noise
from edgekit_export.quantize.repairs.range_board import RangeBoard, Setting
from edgekit_export.quantize.repairs.range_search import Found, Noise, Site, search, untouched
from edgekit_export.quantize.repairs.scaling import Scaling, divided, readers_take_factors, source_of
from edgekit_export.quantize.repairs.spans import channel_spans
from edgekit_export.quantize.repairs.tail import Tail

__all__ = ["EqualizeOptions", "Equalized", "applied", "equalized"]

# Work on a tensor ends when its noise is so much below what counts as noisy.
_ENOUGH = 4.0


@dataclass(frozen=True, slots=True)
class EqualizeOptions:
    """What the search may spend.

    Attributes:
        noisy: noise of a tensor alone above which it is worked on (27 dB: where EfficientNet-Lite0's best-behaved
            tensors were worked on as well, held-back pictures lost what the few searched ones had gained).
        most_tensors: at most so many are worked on, the worst first.
        span_images: images on which the channels' extremes are seen.
        search_images: images on which settings are tried; ranking takes half of them.
        multiply: whether a Mul may be left where no convolution before the tensor takes the factors.
    """

    noisy: float = 2e-3
    most_tensors: int = 32
    span_images: int = 64
    search_images: int = 4
    multiply: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Equalized:
    """A float graph that computes the same, and ranges for it.

    Attributes:
        model: the given one itself where nothing was divided.
        ranges: for the tensors that were worked on, by their names in `model`: to be taken instead of others.
        found: what the search found, by tensors of the given model: `applied` makes the same of it again.
        multiplications: Mul nodes that this left in the graph.
        changed: tensors of `model` that are new, or hold other values than in the given one.
    """

    model: onnx.ModelProto
    ranges: Mapping[str, Range]
    found: Mapping[str, Found]
    multiplications: int
    changed: frozenset[str] = frozenset()

    @property
    def divided(self) -> tuple[str, ...]:
        """Tensors of the given model whose channels were divided."""
        return tuple(name for name, one in self.found.items() if one.is_divided)


def _spread(images: Sequence[NDArray[np.uint8]], count: int) -> list[NDArray[np.uint8]]:
    chosen = np.unique(np.linspace(0, len(images) - 1, min(count, len(images))).astype(int))
    return [images[index] for index in chosen]


def _readers(layers: Sequence[Layer], *, results: bool) -> dict[str, list[str]]:
    """Per tensor, the nodes that read it quantized; none for the result of a layer, which everything reads so."""
    readers: dict[str, list[str]] = {}
    for layer in layers:
        readers.setdefault(layer.data, []).append(layer.name)
    for layer in layers:
        if results and layer.op_type == "Conv":
            readers[layer.result] = []
    return readers


class _Bench:
    """The noise of any tensor in any setting, on a few images."""

    def __init__(
        self,
        model: onnx.ModelProto,
        readers: Mapping[str, Sequence[str]],
        scheme: Scheme,
        images: Sequence[NDArray[np.uint8]],
        measure: Measure,
        *,
        threads: int,
    ) -> None:
        self._model, self._readers, self._scheme, self._threads = model, readers, scheme, threads
        self._images = list(images)
        self._board = RangeBoard(model, readers, scheme, threads=threads)
        self._references: list[list[NDArray[Any]]] = self._board.run(self._images, {})
        self._yardstick: Yardstick = measure.of(self._references)

    def alone(self, tensor: str, setting: Setting, *, images: int) -> float:
        """Mean over the groups of outputs of squared error over energy, on the first images."""
        if not self._yardstick.groups:
            return 0.0
        outputs = self._board.run(self._images[:images], {tensor: setting})
        share = noise(self._yardstick, outputs).mean()
        return float(share) * len(self._images) / images

    def asking(self, tensor: str) -> Noise:
        """The noise of one tensor in any setting, image by image, until it is known to be too much."""
        readers = self._readers[tensor]
        references = self._references
        tail = Tail(self._model, tensor, readers, self._scheme, self._images, references, threads=self._threads)

        def asked(setting: Setting, below: float) -> float:
            total = 0.0
            for index in range(len(references)):
                total += float(self._yardstick.share(index, tail.run(index, setting)).mean())
                if total >= below:
                    break
            return total

        return asked


def equalized(
    model: onnx.ModelProto,
    layers: Sequence[Layer],
    images: Sequence[NDArray[np.uint8]],
    scheme: Scheme,
    *,
    results: bool,
    measure: Measure | None = None,
    options: EqualizeOptions | None = None,
    threads: int = 2,
    progress: Callable[[int, int], None] = lambda done, of: None,
) -> Equalized:
    """Work on the activations that make the most noise.

    Args:
        model: the float graph.
        layers: those that will be INT8.
        images: prepared, uint8 (height, width, 3) each; not the held-back ones, on which the gain is to be judged.
        scheme: signed or unsigned.
        results: whether the results of convolutions are quantized too.
        measure: what counts as noise; by default every output value does.
        options: what may be spent.
        threads: CPU threads.
        progress: told how many tensors are done, and of how many.
    """
    options = options or EqualizeOptions()
    readers = _readers(layers, results=results)
    spans = channel_spans(model, list(readers), _spread(images, options.span_images), threads=threads)
    varying = {name: nodes for name, nodes in readers.items() if spans[name].reach.max() > 0}
    if not varying:
        return Equalized(model, {}, {}, 0)
    few = _spread(images, options.search_images)
    bench = _Bench(model, varying, scheme, few, measure or ValueNoise(), threads=threads)
    ranking = max(1, len(few) // 2)
    alone = {name: bench.alone(name, untouched(spans[name], scheme), images=ranking) for name in varying}
    noisy = sorted((name for name in alone if alone[name] > options.noisy), key=lambda name: (-alone[name], name))
    view = GraphView(model.graph)
    found: dict[str, Found] = {}
    for index, name in enumerate(noisy[: options.most_tensors]):
        site = _site(view, name, options)
        found[name] = search(site, spans[name], scheme, bench.asking(name), enough=options.noisy / _ENOUGH)
        progress(index + 1, min(len(noisy), options.most_tensors))
    return applied(model, found)


def _site(view: GraphView, tensor: str, options: EqualizeOptions) -> Site:
    source = source_of(view, tensor)
    takers = readers_take_factors(view, tensor)
    if source is not None:
        free = len(takers) == len(view.consumers.get(tensor, []))
        return Site(tensor, tensor not in view.outputs and (free or options.multiply), source.ceiling)
    return Site(tensor, bool(takers) and options.multiply)


def applied(model: onnx.ModelProto, found: Mapping[str, Found]) -> Equalized:
    """The graph and the ranges of what a search over this model found."""
    scalings = [Scaling(name, one.factors) for name, one in found.items() if one.is_divided]
    changed, multiplications = divided(model, scalings) if scalings else (model, 0)
    ranges: dict[str, Range] = {}
    view, made = GraphView(model.graph), GraphView(changed.graph).producers
    others = {name for name in made if name not in view.producers}
    for name, one in found.items():
        copy = f"{name}_equalized"
        ranges[copy if one.is_divided and copy in made else name] = one.span
        source = source_of(view, name)
        if one.is_divided and copy not in made and source is not None:
            others.update(source.between)
    return Equalized(changed, ranges, found, multiplications, frozenset(others))
