"""What quantizing found out on its way: of each layer, of each repair, and of the pictures it calibrated on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from edgekit_calibration import Convergence as CalibrationConvergence
from edgekit_calibration import HistogramObserver, Quantizer
from edgekit_calibration.convergence import ENOUGH_MOVE
from numpy.typing import ArrayLike

__all__ = [
    "Convergence",
    "InputRange",
    "LayerFindings",
    "LayerInput",
    "RepairGain",
    "convergence_from",
    "input_of",
    "layer_input",
    "worst_layers",
]

_SHOWN_BINS: Final = 64


@dataclass(frozen=True, slots=True)
class InputRange:
    """The values that an encoding can represent at a layer's input.

    Attributes:
        low, high: everything beyond is clipped.
        scale: one step; `(high - low) / scale` steps lie between.
    """

    low: float
    high: float
    scale: float

    @property
    def steps(self) -> int:
        """How many steps the range has."""
        return round((self.high - self.low) / self.scale) if self.scale > 0 else 0


@dataclass(frozen=True, slots=True)
class LayerInput:
    """What a layer's input looked like in float, and what INT8 makes of it.

    Attributes:
        tensor: its name.
        counts: values in each bin, exact zeros left out (every encoding represents them exactly).
        edges: of the bins, one more than there are bins, rising.
        ranges: by encoding.
    """

    tensor: str
    counts: tuple[int, ...]
    edges: tuple[float, ...]
    ranges: Mapping[str, InputRange]

    def clipped(self, encoding: str) -> float:
        """Share of the values that lie beyond the encoding's range, 0-1; a bin counts by its middle."""
        reach = self.ranges[encoding]
        beyond = sum(
            number
            for number, middle in zip(self.counts, self._middles(), strict=True)
            if not reach.low - reach.scale / 2 <= middle <= reach.high + reach.scale / 2
        )
        return beyond / max(1, sum(self.counts))

    def steps_of_half(self, encoding: str) -> int:
        """How many steps the middle half of the values shares, at least 1: few mean that small values get lost."""
        reach, total = self.ranges[encoding], sum(self.counts)
        if not total or reach.scale <= 0:
            return 0
        summed = np.concatenate([[0], np.cumsum(self.counts)]) / total
        low, high = (float(np.interp(part, summed, self.edges)) for part in (0.25, 0.75))
        return max(1, round((min(high, reach.high) - max(low, reach.low)) / reach.scale))

    def _middles(self) -> list[float]:
        return [(low + high) / 2 for low, high in zip(self.edges, self.edges[1:], strict=False)]


@dataclass(frozen=True, slots=True)
class LayerFindings:
    """One convolution or matrix product.

    Attributes:
        name, op_type, macs: of the node; macs of one picture.
        int8: the encodings in which it is INT8.
        sqnr_db: by encoding, power of float's outputs over power of the noise that this layer alone in INT8 makes.
        centred: int8-tensorrt subtracts the middle of its input's range.
        by_channel: int8-tensorrt has steps for each channel of its input.
        reason: why it can be INT8 in no encoding, or None.
        input: what it reads; at least of the ten worst layers.
    """

    name: str
    op_type: str
    macs: int
    int8: tuple[str, ...] = ()
    sqnr_db: Mapping[str, float] = field(default_factory=dict)
    centred: bool = False
    by_channel: bool = False
    reason: str | None = None
    input: LayerInput | None = None

    @property
    def worst_db(self) -> float:
        """The lowest of `sqnr_db`; infinite where it was never measured."""
        return min(self.sqnr_db.values(), default=float("inf"))


@dataclass(frozen=True, slots=True)
class RepairGain:
    """One repair of the graph before or while rounding.

    Attributes:
        name: in words, such as "cross-layer equalization".
        on: whether it was done; one that was tried and made things worse is off.
        noise_before_db: noise of the outputs without it, relative to float's outputs (negative is little).
        noise_after_db: with it; None where it was not tried.
        encoding: what it was measured on; "" for all.
        note: why it is off, or what it did, in a few words.
    """

    name: str
    on: bool
    noise_before_db: float | None = None
    noise_after_db: float | None = None
    encoding: str = ""
    note: str = ""

    @property
    def gain_db(self) -> float | None:
        """By how much it lowered the noise; None where not measured."""
        if self.noise_before_db is None or self.noise_after_db is None:
            return None
        return self.noise_before_db - self.noise_after_db


@dataclass(frozen=True, slots=True)
class Convergence:
    """Whether more calibration pictures would change the ranges.

    Attributes:
        images: numbers of pictures, rising, all below `total`.
        change: how far the ranges of so many lie from those of all, 0-1: what nine of ten tensors stay below.
        total: pictures in all.
        enough: whether the last `change` is small.
        small: what counts as small.
    """

    images: tuple[int, ...]
    change: tuple[float, ...]
    total: int
    enough: bool
    small: float


def layer_input(
    tensor: str, counts: ArrayLike, edges: ArrayLike, ranges: Mapping[str, InputRange], *, bins: int = _SHOWN_BINS
) -> LayerInput:
    """A histogram made coarse enough to be shown: empty ends cut off, at most `bins` bins, none of them split.

    Args:
        tensor: the input's name.
        counts: (n,) values in each bin.
        edges: (n + 1,), rising, evenly spaced.
        ranges: by encoding.
        bins: at most so many.
    """
    numbers, borders = np.asarray(counts, np.int64), np.asarray(edges, np.float64)
    filled = np.flatnonzero(numbers)
    first, last = (int(filled[0]), int(filled[-1]) + 1) if len(filled) else (0, len(numbers))
    step = max(1, -(-(last - first) // bins))
    starts = np.arange(first, last, step)
    merged = np.add.reduceat(numbers[first:last], starts - first) if len(starts) else np.zeros(0, np.int64)
    kept = [*borders[starts].tolist(), float(borders[last])]
    return LayerInput(tensor, tuple(int(n) for n in merged), tuple(kept), dict(ranges))


def input_of(observer: HistogramObserver, quantizers: Mapping[str, Quantizer]) -> LayerInput:
    """What calibration saw of a layer's input, and by encoding what it is quantized with."""
    edges = np.linspace(-observer.limit, observer.limit, len(observer.counts) + 1)
    ranges = {
        encoding: InputRange(
            (chosen.lowest - chosen.zero_point) * chosen.scale,
            (chosen.highest - chosen.zero_point) * chosen.scale,
            chosen.scale,
        )
        for encoding, chosen in quantizers.items()
    }
    return layer_input(observer.name, observer.counts, edges, ranges)


def convergence_from(found: CalibrationConvergence) -> Convergence | None:
    """The curve as calibration found it; None where there were too few pictures for one."""
    if not found.points:
        return None
    return Convergence(
        tuple(point.images for point in found.points),
        tuple(point.p90_move for point in found.points),
        found.images,
        found.enough,
        ENOUGH_MOVE,
    )


def worst_layers(layers: Sequence[LayerFindings], most: int = 10) -> tuple[LayerFindings, ...]:
    """The layers that alone in INT8 make most noise in any encoding, the worst first."""
    measured = [layer for layer in layers if layer.sqnr_db]
    return tuple(sorted(measured, key=lambda layer: (layer.worst_db, layer.name))[:most])
