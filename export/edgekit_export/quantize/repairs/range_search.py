"""The range, and the factors of the channels, with which quantizing one tensor disturbs the model's outputs least.

The least squared error of a tensor is not what matters where a few channels or a long tail hold most of its energy:
in YOLOX-nano the input of the first depthwise convolution reaches 136, and what the detector needs of it lies
near zero. So the outputs are asked, one tensor at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from edgekit_calibration import Range, Scheme, quantizer
from numpy.typing import NDArray

from edgekit_export.quantize.repairs.range_board import Setting
from edgekit_export.quantize.repairs.spans import ChannelSpan

__all__ = ["Found", "Noise", "Site", "arrays_of", "factors_of", "found_in", "search", "untouched"]

Noise = Callable[[Setting, float], float]
"""The noise of the outputs with the one tensor so quantized; where it is no less than the second number, any number
that is no less either.
"""

# 0: one range for all channels, which costs nothing and is tried first; 1: every channel its own; between: their
# geometric mean, less trusting in what a channel showed on few images.
_EXPONENTS = (0.0, 0.5, 1.0, 0.75, 0.25)

# Each step of the search cuts this much off the range; after so many steps without gain it ends.
_SHRINK, _PATIENCE, _MOST_STEPS = 0.75, 2, 12

# Channels are told apart by at most this factor from the middle one: their weights take the inverse.
_LARGEST_FACTOR = 64.0

# Dividing may cost a node in the graph: it must leave at most this share of the noise of a range alone.
_WORTH_DIVIDING = 0.7

# A single channel's range is tried this much wider and narrower, where so few channels make so much more noise than
# is enough.
_NUDGES, _MOST_NUDGED, _NUDGE_ABOVE = (0.7, 1.4), 64, 20.0


@dataclass(frozen=True, slots=True)
class Site:
    """A tensor that may be quantized with factors.

    Attributes:
        tensor: its name.
        scalable: whether something can take factors.
        ceiling: upper bound of a Clip that a division is merged through (see scaling.Source).
    """

    tensor: str
    scalable: bool
    ceiling: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """The best setting of one tensor.

    Attributes:
        span: the range of the divided tensor.
        factors: float32 (channels,), all ones where it is not divided.
        noise: with it, on the images that were searched on.
    """

    span: Range
    factors: NDArray[np.float32]
    noise: float

    @property
    def is_divided(self) -> bool:
        """Whether channels differ."""
        return bool(np.any(self.factors != self.factors[0]))


def arrays_of(found: Mapping[str, Found]) -> dict[str, NDArray[Any]]:
    """What was found, by tensor, as plain arrays; `found_in` is the inverse."""
    spans = [[one.span.low, one.span.high, one.noise] for one in found.values()]
    return {
        "names": np.array(list(found), np.str_),
        "numbers": np.array(spans, np.float64).reshape(-1, 3),
        **{f"factors/{index}": one.factors for index, one in enumerate(found.values())},
    }


def found_in(arrays: Mapping[str, NDArray[Any]]) -> dict[str, Found]:
    """By tensor, what `arrays_of` made arrays of."""
    return {
        name: Found(Range(low, high), arrays[f"factors/{index}"], noise)
        for index, (name, (low, high, noise)) in enumerate(
            zip(arrays["names"].tolist(), arrays["numbers"].tolist(), strict=True)
        )
    }


def factors_of(span: ChannelSpan, exponent: float, ceiling: float | None) -> NDArray[np.float64]:
    """Factors (channels,) that bring the channels' ranges together by `exponent`; their median is 1.

    Below a ceiling none is over 1, and each leaves its channel at most 1 / 1.1 of it.
    """
    reach = span.reach
    alive = reach[reach > 0]
    if exponent == 0.0 or not len(alive):
        return np.ones(len(reach))
    middle = float(np.median(alive))
    apart = np.clip(reach / middle, 1.0 / _LARGEST_FACTOR, _LARGEST_FACTOR)
    factors: NDArray[np.float64] = np.where(reach > 0, apart, 1.0) ** exponent
    if ceiling is None:
        return factors
    meets = span.high * 1.1 >= ceiling
    least = np.where(meets, 1.0, span.high * 1.1 / ceiling)
    below: NDArray[np.float64] = np.clip(factors / factors.max(), least, 1.0)
    return below


def _whole(span: ChannelSpan, factors: NDArray[np.float64]) -> Range:
    return Range(float((span.low / factors).min()), float((span.high / factors).max()))


class _Search:
    def __init__(self, span: ChannelSpan, scheme: Scheme, noise: Noise) -> None:
        self.span, self.scheme, self.noise = span, scheme, noise

    def tried(self, span: Range, factors: NDArray[np.float64], *, below: float = np.inf) -> Found:
        kept = factors.astype(np.float32)
        return Found(span, kept, self.noise(Setting(quantizer(span, self.scheme), kept), below))

    def _cut(self, span: Range, end: str, share: float) -> Range:
        if self.scheme is Scheme.SIGNED_SYMMETRIC:
            bound = max(-span.low, span.high) * share
            return Range(max(span.low, -bound), min(span.high, bound))
        return Range(span.low * share, span.high) if end == "low" else Range(span.low, span.high * share)

    def shrunk(self, start: Found, end: str) -> Found:
        """The best of the ranges that cut more and more off one end (symmetric ones: off both)."""
        best, waited, share = start, 0, 1.0
        factors = start.factors.astype(np.float64)
        for _ in range(_MOST_STEPS):
            share *= _SHRINK
            found = self.tried(self._cut(start.span, end, share), factors, below=best.noise)
            if found.noise < best.noise:
                best, waited = found, 0
            else:
                waited += 1
            if waited == _PATIENCE:
                break
        return best

    def with_exponent(self, exponent: float, ceiling: float | None) -> Found:
        factors = factors_of(self.span, exponent, ceiling)
        best = self.shrunk(self.tried(_whole(self.span, factors), factors), "high")
        return best if self.scheme is Scheme.SIGNED_SYMMETRIC else self.shrunk(best, "low")

    def nudged(self, best: Found, ceiling: float | None) -> Found:
        """Channel by channel, the widest first: a factor a little larger or smaller where that helps."""
        for channel in np.argsort(-self.span.reach, kind="stable"):
            for nudge in _NUDGES:
                factors = best.factors.astype(np.float64)
                factors[channel] *= nudge
                reaches = ceiling is not None and self.span.high[channel] * 1.1 >= ceiling * factors[channel]
                if reaches or (ceiling is not None and factors[channel] > 1.0):
                    continue
                found = self.tried(best.span, factors, below=best.noise)
                if found.noise < best.noise:
                    best = found
                    break
        return best


def search(site: Site, span: ChannelSpan, scheme: Scheme, noise: Noise, *, enough: float) -> Found:
    """The best setting found; a search that has reached the noise `enough` ends there.

    Args:
        site: the tensor.
        span: its channels' extremes.
        scheme: signed or unsigned.
        noise: asked for each setting that is tried.
        enough: noise that is not worth another try, or another node in the graph.
    """
    looking = _Search(span, scheme, noise)
    scalable = site.scalable and len(span.low) > 1
    best = looking.with_exponent(0.0, site.ceiling)
    for exponent in _EXPONENTS[1:] if scalable else ():
        if best.noise <= enough:
            return best
        found = looking.with_exponent(exponent, site.ceiling)
        if found.noise < _WORTH_DIVIDING * best.noise or (found.noise < best.noise and best.is_divided):
            best = found
    if scalable and len(span.low) <= _MOST_NUDGED and best.noise > _NUDGE_ABOVE * enough:
        best = looking.nudged(best, site.ceiling)
    return best


def untouched(span: ChannelSpan, scheme: Scheme) -> Setting:
    """Everything that was seen, no channel divided."""
    return Setting(quantizer(_whole(span, np.ones(1)), scheme), np.ones(1, np.float32))
