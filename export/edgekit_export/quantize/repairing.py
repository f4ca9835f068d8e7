"""The repairs that were asked for, each measured with everything in INT8 and kept only where the noise falls."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, Protocol

import numpy as np
import onnx
from edgekit_calibration import Range, Scheme
from numpy.typing import NDArray

from edgekit_export.progress import Progress
from edgekit_export.quantize.blas import one_blas_thread
from edgekit_export.quantize.judge import Panel
from edgekit_export.quantize.measured import Measured
from edgekit_export.quantize.memory import Arrays, fingerprint
from edgekit_export.quantize.options import QuantizeOptions
from edgekit_export.quantize.plan import LayerPlan, Plan
from edgekit_export.quantize.repairs.adaround import adaptively_rounded
from edgekit_export.quantize.repairs.bias import bias_corrected
from edgekit_export.quantize.repairs.equalize import Equalized, EqualizeOptions, applied, equalized
from edgekit_export.quantize.repairs.gain import RepairGain, gain_of, noise_of
from edgekit_export.quantize.repairs.range_search import arrays_of, found_in
from edgekit_export.quantize.repairs.remeasure import remeasured
from edgekit_export.quantize.weights import QuantizedWeight

__all__ = ["ADAROUND", "BIAS_CORRECTION", "EQUALIZATION", "Base", "equalized_base", "repaired"]

EQUALIZATION: Final = "equalization"
BIAS_CORRECTION: Final = "bias correction"
ADAROUND: Final = "adaptive rounding"

_PIXELS, _FEWEST, _MOST = 48 * 224 * 224, 16, 128
"""A repair of the rounding works on so many pixels, but on so many images at least and at most: it holds what is
between two layers of all of them. More images make it better (bias correction of a MobileNetV2 at 96 pixels, judged
on 96 others: 0.9 dB by 16 images, 1.5 by 117), and each costs the same time again.
"""


_WORTH_A_BIAS: Final = 0.04
_WORTH_ROUNDING: Final = 0.25
"""Shares of the noise budget above which repairs are tried unasked. Correcting biases takes seconds, rounding anew half
a minute (YOLOX-nano).

That they are tried unasked was decided after the mAP of YOLOX-nano with and without them had been seen.
"""


@dataclass(frozen=True, slots=True, eq=False)
class Base:
    """What an encoding is decided on.

    Attributes:
        model: the float graph; after equalization one that computes the same.
        panel: held-back images with that graph's outputs.
        measured: what calibration found of it.
        images: those that ranges come from.
        gains: of the repairs so far.
    """

    model: onnx.ModelProto
    panel: Panel
    measured: Measured
    images: Sequence[NDArray[np.uint8]]
    gains: tuple[RepairGain, ...] = ()


def equalized_base(
    base: Base,
    scheme: Scheme,
    plans_of: Callable[[Measured], Sequence[Plan]],
    options: QuantizeOptions,
    progress: Progress,
) -> Base:
    """The base with its noisiest activations' channels brought to one range, if that helps.

    Args:
        base: as calibrated.
        scheme: of the encoding.
        plans_of: how everything would be quantized.
        options: threads and the rest.
        progress: told how many tensors are done.
    """
    found = _searched(base, scheme, options, progress)
    before = noise_of(base.panel, base.model, plans_of(base.measured))
    if not found.found:
        return dataclasses.replace(base, gains=(gain_of(EQUALIZATION, before, before, "no tensor is noisy enough"),))
    measured = remeasured(base.measured, found.model, found.changed, base.images, progress, options, base.panel.memory)
    measured = _with_ranges(measured, scheme, found.ranges)
    panel = Panel(
        found.model,
        base.panel.images,
        rank_images=base.panel.rank_count,
        threads=options.threads,
        measure=base.panel.measure,
    )
    after = noise_of(panel, found.model, plans_of(measured))
    gain = gain_of(EQUALIZATION, before, after, _said(found))
    if not gain.applied:
        return dataclasses.replace(base, gains=(gain,))
    return Base(found.model, panel, measured, base.images, (gain,))


def _searched(base: Base, scheme: Scheme, options: QuantizeOptions, progress: Progress) -> Equalized:
    """The graph with its noisy tensors divided, and their ranges; what was found for it once is not searched again."""
    model, layers = base.model, base.measured.layers
    unsigned = scheme is Scheme.UNSIGNED_ASYMMETRIC
    # A Mul on a CPU would cost more than INT8 gains.
    settings = EqualizeOptions(multiply=not unsigned)

    def compute() -> Arrays:
        with one_blas_thread():
            found = equalized(
                model,
                layers,
                base.images,
                scheme,
                results=unsigned,
                measure=base.panel.measure,
                options=settings,
                threads=options.threads,
                progress=partial(progress, "equalizing channels"),
            )
        return arrays_of(found.found)

    inputs = (model.SerializeToString(deterministic=True), fingerprint(list(base.images)))
    asked = fingerprint([scheme.value, settings, [layer.name for layer in layers], base.panel.measure])
    return applied(model, found_in(base.panel.memory.arrays("equalize", *inputs, asked, compute=compute)))


def _said(found: Equalized) -> str:
    count, multiplied = len(found.found), found.multiplications
    said = f"{count} range{'s' if count != 1 else ''} found by asking the outputs"
    if found.divided:
        said += f"; {len(found.divided)} tensor{'s' if len(found.divided) != 1 else ''} divided by channel"
    return f"{said}, {multiplied} by a Mul" if multiplied else said


def _with_ranges(measured: Measured, scheme: Scheme, ranges: Mapping[str, Range]) -> Measured:
    chosen = dict(measured.chosen[scheme])
    for name, span in ranges.items():
        if name in chosen:
            chosen[name] = dataclasses.replace(chosen[name], span=span)
    return dataclasses.replace(measured, chosen={**measured.chosen, scheme: chosen})


def repaired(
    base: Base, plans: Sequence[Plan], options: QuantizeOptions, progress: Progress
) -> tuple[list[Plan], tuple[RepairGain, ...]]:
    """The plans of everything that will be INT8, their rounding repaired as `options` ask, and what that gained.

    What they leave open is tried where the noise is worth it.
    """
    repairs = [
        (BIAS_CORRECTION, bias_corrected, options.correct_bias, _WORTH_A_BIAS),
        (ADAROUND, adaptively_rounded, options.adaround, _WORTH_ROUNDING),
    ]
    current, gains = list(plans), []
    few = _some(base.images)
    for name, repair, wanted, worth in repairs:
        if wanted is False or not current:
            continue
        before = noise_of(base.panel, base.model, current)
        if wanted is None and before <= worth * options.max_noise:
            continue
        tried = _remembered(name, repair, base, current, few, options, progress)
        detail = f"on {len(few)} images{_anew(current, tried)}"
        gain = gain_of(name, before, noise_of(base.panel, base.model, tried), detail)
        gains.append(gain)
        current = tried if gain.applied else current
    return current, tuple(gains)


def _some(images: Sequence[NDArray[np.uint8]]) -> list[NDArray[np.uint8]]:
    height, width = images[0].shape[:2]
    count = min(max(_PIXELS // (height * width), _FEWEST), _MOST, len(images))
    return [images[index] for index in np.unique(np.linspace(0, len(images) - 1, count).astype(int))]


def _anew(before: Sequence[Plan], after: Sequence[Plan]) -> str:
    """How many weights, and how many biases alone, a repair changed."""
    pairs = [
        (one.weight, other.weight)
        for one, other in zip(before, after, strict=True)
        if isinstance(one, LayerPlan) and isinstance(other, LayerPlan)
    ]
    weights = sum(not np.array_equal(one.values, other.values) for one, other in pairs)
    biases = sum(not np.array_equal(one.bias_change, other.bias_change) for one, other in pairs)
    return f"; changed biases: {biases}, weights: {weights}"


class _Repair(Protocol):
    def __call__(
        self,
        model: onnx.ModelProto,
        plans: Sequence[Plan],
        images: Sequence[NDArray[np.uint8]],
        *,
        threads: int,
        progress: Callable[[int, int], None],
    ) -> list[Plan]: ...


def _remembered(
    name: str,
    repair: _Repair,
    base: Base,
    plans: Sequence[Plan],
    images: Sequence[NDArray[np.uint8]],
    options: QuantizeOptions,
    progress: Progress,
) -> list[Plan]:
    """What a repair makes of the plans, or made of the same ones."""

    def compute() -> Arrays:
        with one_blas_thread():
            made = repair(base.model, plans, images, threads=options.threads, progress=partial(progress, name))
        arrays: dict[str, NDArray[Any]] = {}
        for index, plan in enumerate(made):
            if isinstance(plan, LayerPlan):
                arrays[f"{index}/values"] = plan.weight.values
                arrays[f"{index}/scales"] = plan.weight.scales
                arrays[f"{index}/bias"] = plan.weight.bias_change
        return arrays

    inputs = (base.model.SerializeToString(deterministic=True), fingerprint(list(images)), fingerprint(list(plans)))
    arrays = base.panel.memory.arrays(name, *inputs, compute=compute)

    def with_weight(index: int, plan: LayerPlan) -> LayerPlan:
        values, scales, bias = (arrays[f"{index}/{part}"] for part in ("values", "scales", "bias"))
        return dataclasses.replace(plan, weight=QuantizedWeight(values, scales, plan.weight.axis, bias))

    return [with_weight(index, plan) if isinstance(plan, LayerPlan) else plan for index, plan in enumerate(plans)]
