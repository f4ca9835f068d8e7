"""The repairs that were asked for, each measured with everything in INT8 and kept only where the noise falls."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

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
from edgekit_export.quantize.plan import Plan
from edgekit_export.quantize.repairs.adaround import adaptively_rounded
from edgekit_export.quantize.repairs.bias import bias_corrected
from edgekit_export.quantize.repairs.equalize import Equalized, EqualizeOptions, applied, equalized
from edgekit_export.quantize.repairs.gain import RepairGain, gain_of, noise_of
from edgekit_export.quantize.repairs.range_search import arrays_of, found_in
from edgekit_export.quantize.repairs.remeasure import remeasured

__all__ = ["ADAROUND", "BIAS_CORRECTION", "EQUALIZATION", "Base", "equalized_base", "repaired"]

EQUALIZATION: Final = "equalization"
BIAS_CORRECTION: Final = "bias correction"
ADAROUND: Final = "adaptive rounding"

_IMAGES: Final = 16
"""Images that a repair of the rounding works on: it holds what each layer reads of all of them."""


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
    panel = Panel(found.model, base.panel.images, rank_images=base.panel.rank_count, threads=options.threads)
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
                options=settings,
                threads=options.threads,
                progress=partial(progress, "equalizing channels"),
            )
        return arrays_of(found.found)

    inputs = (model.SerializeToString(deterministic=True), fingerprint(list(base.images)))
    asked = fingerprint([scheme.value, settings, [layer.name for layer in layers]])
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
    """The plans of everything that will be INT8, their rounding repaired as `options` ask, and what that gained."""
    repairs = [
        (BIAS_CORRECTION, bias_corrected, options.correct_bias),
        (ADAROUND, adaptively_rounded, options.adaround),
    ]
    current, gains = list(plans), []
    few = [base.images[index] for index in np.unique(np.linspace(0, len(base.images) - 1, _IMAGES).astype(int))]
    for name, repair, wanted in repairs:
        if not wanted or not current:
            continue
        before = noise_of(base.panel, base.model, current)
        tried = repair(base.model, current, few, threads=options.threads, progress=partial(progress, name))
        gain = gain_of(name, before, noise_of(base.panel, base.model, tried))
        gains.append(gain)
        current = tried if gain.applied else current
    return current, tuple(gains)
