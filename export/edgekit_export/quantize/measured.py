"""What calibration found of a graph, and the same as plain arrays, to be kept and read back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from edgekit_calibration import (
    ChosenRange,
    Convergence,
    ConvergencePoint,
    HistogramObserver,
    Method,
    Range,
    Scheme,
)
from numpy.typing import NDArray

from edgekit_export.quantize.layers import Layer
from edgekit_export.quantize.memory import Arrays
from edgekit_export.quantize.passes import Pass
from edgekit_export.quantize.weights import QuantizedWeight

__all__ = ["Findings", "Measured"]


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """What calibration found, for both encodings.

    Attributes:
        layers: those that can be INT8.
        passes: nodes without weights between them that can be INT8 too.
        weights: by layer.
        observers: by tensor, over all images that ranges come from.
        chosen: by scheme and tensor, its range and how it was found.
        convergence: how ranges came to rest over these images.
    """

    layers: tuple[Layer, ...]
    passes: tuple[Pass, ...]
    weights: Mapping[str, QuantizedWeight]
    observers: Mapping[str, HistogramObserver]
    chosen: Mapping[Scheme, Mapping[str, ChosenRange]]
    convergence: Convergence

    @property
    def ranges(self) -> Mapping[Scheme, Mapping[str, Range]]:
        """By scheme and tensor."""
        return {scheme: {name: one.span for name, one in found.items()} for scheme, found in self.chosen.items()}


@dataclass(frozen=True, slots=True, eq=False)
class Findings:
    """The part of `Measured` that takes long to find; `arrays` and `from_arrays` are each other's inverse.

    Attributes:
        weights: by layer.
        observers: by tensor.
        chosen: by scheme and tensor.
        convergence: how ranges came to rest.
    """

    weights: Mapping[str, QuantizedWeight]
    observers: Mapping[str, HistogramObserver]
    chosen: Mapping[Scheme, Mapping[str, ChosenRange]]
    convergence: Convergence

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """Everything, as arrays of numbers or text."""
        arrays: dict[str, NDArray[np.generic]] = {
            "weights": _text(self.weights),
            "tensors": _text(self.observers),
            "counts": np.array([one.counts for one in self.observers.values()]),
            "numbers": np.array([[one.count, one.zeros] for one in self.observers.values()], np.int64),
            "limits": np.array([[one.limit, one.minimum, one.maximum] for one in self.observers.values()]),
            "curve": np.array([[p.images, p.median_move, p.p90_move] for p in self.convergence.points]),
            "furthest": _text(p.furthest for p in self.convergence.points),
            "converged": np.array([self.convergence.images, self.convergence.enough], np.int64),
        }
        for index, weight in enumerate(self.weights.values()):
            arrays[f"weight/{index}/values"] = weight.values
            arrays[f"weight/{index}/scales"] = weight.scales
            arrays[f"weight/{index}/bias"] = weight.bias_change
            arrays[f"weight/{index}/axis"] = np.array(weight.axis)
        for scheme, found in self.chosen.items():
            arrays[f"chosen/{scheme.value}/names"] = _text(found)
            arrays[f"chosen/{scheme.value}/spans"] = np.array([[one.span.low, one.span.high] for one in found.values()])
            arrays[f"chosen/{scheme.value}/methods"] = _text(one.method.value for one in found.values())
        return arrays

    @classmethod
    def from_arrays(cls, arrays: Arrays) -> Findings:
        """Everything again."""
        return cls(
            weights={
                name: QuantizedWeight(
                    arrays[f"weight/{index}/values"],
                    arrays[f"weight/{index}/scales"],
                    int(arrays[f"weight/{index}/axis"]),
                    arrays[f"weight/{index}/bias"],
                )
                for index, name in enumerate(arrays["weights"].tolist())
            },
            observers=_observers(arrays),
            chosen={scheme: _chosen(arrays, f"chosen/{scheme.value}") for scheme in Scheme},
            convergence=Convergence(
                images=int(arrays["converged"][0]),
                points=tuple(
                    ConvergencePoint(int(images), float(median), float(p90), furthest)
                    for (images, median, p90), furthest in zip(
                        arrays["curve"].reshape(-1, 3), arrays["furthest"].tolist(), strict=True
                    )
                ),
                enough=bool(arrays["converged"][1]),
            ),
        )


def _text(words: Iterable[str]) -> NDArray[np.str_]:
    return np.array(list(words), dtype=np.str_)


def _observers(arrays: Arrays) -> dict[str, HistogramObserver]:
    found = {}
    for name, counts, numbers, limits in zip(
        arrays["tensors"].tolist(), arrays["counts"], arrays["numbers"], arrays["limits"], strict=True
    ):
        observer = HistogramObserver(name, len(counts) // 2)
        observer.counts = counts
        observer.count, observer.zeros = (int(number) for number in numbers)
        observer.limit, observer.minimum, observer.maximum = (float(limit) for limit in limits)
        found[name] = observer
    return found


def _chosen(arrays: Arrays, prefix: str) -> dict[str, ChosenRange]:
    spans = arrays[f"{prefix}/spans"].reshape(-1, 2).tolist()
    methods = arrays[f"{prefix}/methods"].tolist()
    return {
        name: ChosenRange(Range(low, high), Method(method), {})
        for name, (low, high), method in zip(arrays[f"{prefix}/names"].tolist(), spans, methods, strict=True)
    }
