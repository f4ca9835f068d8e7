"""What may be chosen about quantizing, with the defaults that every model gets."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from edgekit_calibration import CalibrationTable, Method

from edgekit_export.quantize.noise import ValueNoise

__all__ = ["QuantizeOptions"]


@dataclass(frozen=True, slots=True)
class QuantizeOptions:
    """Budgets of the automatic choice.

    `min_relief` was set once after the mAP of YOLOX-nano on 64 pictures had been seen; every other figure here was
    chosen without looking at an evaluation.

    Attributes:
        max_noise: noise that needs no remedy: squared error over energy of a group of outputs (0.02 is 17 dB). This and
            the next are a measure's own (see noise.Measure); the defaults are those of ValueNoise.
        bad_noise: noise (0.1 is 10 dB) above which up to `1 - min_int8_share` of the MACs may be returned to float.
        preferred_int8_share: share of the layers' MACs that int8-tensorrt keeps in INT8 while noise is not bad.
        min_int8_share: share that it keeps in any case.
        min_relief: a layer is returned to float or given finer steps only if alone it makes this share of `max_noise`.
        min_saving: share of the time that int8-cpu has to save by the cost model; else it is the float graph.
        worth_noise: share of the time that is worth more noise than `max_noise`, though no bad one, to int8-cpu.
        rank_images: held-back images on which layers are ranked one at a time.
        max_held_back: most images held back from the ranges for ranking and judging.
        equalize: bring the channels of noisy activations of int8-tensorrt to one range (Nagel et al., 2019).
        correct_bias: correct biases layer by layer, each on what the corrected layers before it give; None where the
            noise is more than a twenty-fifth of `max_noise`.
        adaround: round weights anew, block by block, each on what the rounded ones before it give (Nagel et al., 2020);
            None where it is more than a quarter.
        threads: CPU threads.
        method: how ranges are chosen.
        table: ranges of an earlier calibration, to be taken as they are; it must be of this very graph, these images,
            this preprocessing and this method.
        cache: folder where an interrupted calibration and finished results are kept; None keeps nothing.
        preprocessing_sha256: of the geometry that prepared the images, for the calibration table.
    """

    max_noise: float = ValueNoise.max_noise
    bad_noise: float = ValueNoise.bad_noise
    preferred_int8_share: float = 0.98
    min_int8_share: float = 0.95
    min_relief: float = 0.02
    min_saving: float = 0.05
    worth_noise: float = 0.15
    rank_images: int = 4
    max_held_back: int = 32
    equalize: bool = False
    correct_bias: bool | None = None
    adaround: bool | None = None
    threads: int = 2
    method: Method = Method.AUTO
    table: CalibrationTable | None = None
    cache: Path | None = None
    preprocessing_sha256: str | None = None
