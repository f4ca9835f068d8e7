"""Ways to choose a tensor's range, and `auto`, which takes the one that proves itself on other pictures."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from edgekit_calibration.entropy import entropy_range
from edgekit_calibration.least_error import least_error_range, squared_error
from edgekit_calibration.observers import HistogramObserver
from edgekit_calibration.ranges import Activation, Range, Scheme, min_max_range, quantizer
from edgekit_calibration.readers import LayerReader, total_error
from edgekit_calibration.tensors import TensorObserver

__all__ = ["DEFAULT_PERCENTILE", "ChosenRange", "Method", "choose_range", "percentile_range", "range_by"]

DEFAULT_PERCENTILE = 99.99
"""Share of the values, in percent, that a percentile range holds. NVIDIA's study of INT8 inference (Wu et al.,
"Integer Quantization for Deep Learning Inference", 2020, table 5) found 99.99 the best single choice for CNNs."""


class Method(str, Enum):
    """How a range is chosen.

    MIN_MAX: from the smallest to the largest value seen.
    PERCENTILE: what holds 99.99 % of the values.
    ENTROPY: the smallest relative entropy, as TensorRT calibrates.
    MSE: the smallest squared error.
    AUTO: of these, per tensor and encoding, the one whose range makes the smallest error on other pictures.
    """

    AUTO = "auto"
    MSE = "mse"
    PERCENTILE = "percentile"
    ENTROPY = "entropy"
    MIN_MAX = "min-max"


# MSE is nearly always best, and AUTO's measurement tells only large gains from chance. Noise of int8-tensorrt's scores
# and boxes on held-back images with the same layers in INT8, by this bound, by 0.9, and by MSE alone: YOLOX-nano 14.4
# and 12.3, 14.6 and 12.4, 14.4 and 12.3 dB; the same on other photographs 15.9 and 13.5, 16.1 and 13.6, 15.9 and 13.5;
# FastestDet 16.7 and 14.6, 15.7 and 13.5, 17.2 and 14.2; EfficientNet-Lite0 24.3 three times. With every layer of
# YOLOX-nano in INT8, the one with rare outliers too, it is 2.3 and 2.0 dB by AUTO, -0.4 and 0.4 by MSE.
_CLEARLY = 0.5

_FIXED = tuple(method for method in Method if method is not Method.AUTO)


@dataclass(frozen=True, slots=True)
class ChosenRange:
    """A range and how it was found.

    Attributes:
        span: the range.
        method: the one it was chosen by, never AUTO.
        errors: for AUTO, each method's error on pictures it did not choose on, over that of the best; else empty.
    """

    span: Range
    method: Method
    errors: Mapping[Method, float]


def percentile_range(observer: HistogramObserver, scheme: Scheme, percent: float = DEFAULT_PERCENTILE) -> Range:
    """The range that holds `percent` of all values, exact zeros among them.

    Symmetric: of the magnitudes. Asymmetric: half of what is left out lies below, half above.
    """
    full = min_max_range(observer)
    if observer.is_constant or not observer.counts.any():
        return full
    side = len(observer.counts) // 2
    # Of a tensor that is nearly always zero less is left out: a range of nothing would lose all of it.
    left_out = (1.0 - percent / 100.0) * min(observer.count, 100 * int(observer.counts.sum()))
    if scheme is Scheme.SIGNED_SYMMETRIC:
        magnitudes = observer.counts[side:] + observer.counts[:side][::-1]
        reach = _end(magnitudes, left_out) * observer.width
        return Range(max(full.low, -reach), min(full.high, reach))
    above, below = observer.counts[side:], observer.counts[:side][::-1]
    return Range(
        max(full.low, -_end(below, left_out / 2) * observer.width),
        min(full.high, _end(above, left_out / 2) * observer.width),
    )


def _end(counts: NDArray[np.int64], left_out: float) -> int:
    """How many bins from the first on are needed so that at most `left_out` values lie in the others."""
    behind = np.cumsum(counts[::-1])[::-1]
    return int(np.count_nonzero(behind > left_out))


_BY: Mapping[Method, Callable[[HistogramObserver, Scheme], Range]] = {
    Method.MSE: least_error_range,
    Method.PERCENTILE: percentile_range,
    Method.ENTROPY: entropy_range,
    Method.MIN_MAX: lambda observer, scheme: min_max_range(observer),
}


def range_by(method: Method, observer: HistogramObserver, scheme: Scheme, through: Activation | None = None) -> Range:
    """The range of one method; not for AUTO, which needs other pictures to judge on.

    `through` is for MSE alone, the one method that looks at errors (see `ErrorCurve`).
    """
    if method is Method.MSE and through is not None:
        return least_error_range(observer, scheme, through)
    return _BY[method](observer, scheme)


def _fold_error(
    span: Range,
    scheme: Scheme,
    fold: int,
    observer: HistogramObserver,
    readers: Sequence[LayerReader],
    through: Activation | None,
) -> float:
    if readers:
        return total_error(readers, quantizer(span, scheme), fold)
    return squared_error(span, scheme, observer) if through is None else squared_error(span, scheme, observer, through)


def choose_range(
    tensor: TensorObserver,
    scheme: Scheme,
    method: Method = Method.AUTO,
    *,
    readers: Sequence[LayerReader] = (),
    through: Activation | None = None,
) -> ChosenRange:
    """The range of one tensor under one scheme.

    AUTO measures every method where it has to hold: it chooses a range on one half of the images and measures its
    error on the other half, then the other way round. The error is that of what reads the tensor: the squared error
    of the outputs of the layers in `readers` with nothing but this input quantized; without one, of the tensor itself.
    Whichever method errs least chooses again, on all images; MSE gives way only to one that errs half as much.

    Args:
        tensor: over all images.
        scheme: of the encoding.
        method: how; AUTO by default.
        readers: the layers that read it, with patches of the same folds.
        through: the activation that alone reads it, where no layer does: errors are those of its results.
    """
    whole = tensor.whole()
    if method is not Method.AUTO:
        return ChosenRange(range_by(method, whole, scheme, through), method, {})
    if whole.is_constant or any(fold.is_constant for fold in tensor.folds):
        return ChosenRange(range_by(Method.MSE, whole, scheme, through), Method.MSE, {})
    errors = dict.fromkeys(_FIXED, 0.0)
    for fold in (0, 1):
        chosen_on, tried_on = tensor.folds[fold], tensor.folds[1 - fold]
        for each in _FIXED:
            errors[each] += _fold_error(
                range_by(each, chosen_on, scheme, through), scheme, 1 - fold, tried_on, readers, through
            )
    least = min(_FIXED, key=lambda each: errors[each])
    best = least if errors[least] < _CLEARLY * errors[Method.MSE] else Method.MSE
    scale = errors[least] or 1.0
    return ChosenRange(range_by(best, whole, scheme, through), best, {each: errors[each] / scale for each in _FIXED})
