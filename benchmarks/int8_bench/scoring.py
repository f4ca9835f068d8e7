"""What raw outputs are worth: the task's own metric, how far they agree with float, and how sure each figure is.

Intervals are of the difference on the same pictures: of shares of pictures by Bonett and Price's formula, of mean
average precision and SQNR by drawing pictures again (paired bootstrap); see edgekit_export.evaluate.intervals.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from edgekit_export.evaluate.agreement import agreement
from edgekit_export.evaluate.average_precision import precision_of
from edgekit_export.evaluate.intervals import Estimate, Interval, bootstrap, difference, paired_difference, percentiles
from edgekit_export.evaluate.resampled_precision import Matches
from edgekit_export.models import SourceModel
from numpy.typing import NDArray

from edgekit.bundle.manifest import Task
from edgekit.vision.decoders import make_decoder
from edgekit.vision.geometry import mapping
from edgekit.vision.postprocess import detections_of
from int8_bench.pictures import Judging
from int8_bench.running import Outputs

__all__ = ["FREQUENT", "Judged", "frequent", "judge", "metric_difference", "sqnr_difference"]

_SEED = 0

FREQUENT: Final = 5
"""Objects from which on a class counts as frequent: a mean over classes gives one object as much as a hundred."""


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """One method on one case's pictures.

    Attributes:
        metric: "top1" or "map".
        value: fraction of 1.
        agreement: fraction of 1: classifiers, pictures with float's best class; detectors, AP50 of its boxes against
            float's confident ones.
        sqnr_db: power of float's raw outputs over power of the difference, of the worst output.
        right: classifiers: bool (pictures,).
        same: classifiers: bool (pictures,), float's best class.
        matches: detectors: which boxes are right.
        power: float64 (outputs, pictures), of float's outputs.
        noise: float64 (outputs, pictures), of the difference.
    """

    metric: str
    value: float
    agreement: float
    sqnr_db: float
    right: NDArray[np.bool_] | None
    same: NDArray[np.bool_] | None
    matches: Matches | None
    power: NDArray[np.float64]
    noise: NDArray[np.float64]

    @property
    def pictures(self) -> int:
        """How many were judged."""
        return int(self.power.shape[1])


def judge(source: SourceModel, judging: Judging, reference: Outputs, outputs: Outputs) -> Judged:
    """Judge `outputs` against labels and against the float outputs `reference`; both may have other names."""
    power = np.stack([_per_picture(values) for values in reference.values()])
    pairs = zip(reference.values(), outputs.values(), strict=True)
    noise = np.stack([_per_picture(other.astype(np.float64) - values) for values, other in pairs])
    sqnr = float(_decibel(power, noise, np.ones((1, power.shape[1])))[0])
    if source.task is Task.CLASSIFY:
        found, wanted = _first(outputs).argmax(axis=1), _first(reference).argmax(axis=1)
        right, same = found == judging.labels, found == wanted
        return Judged("top1", float(right.mean()), float(same.mean()), sqnr, right, same, None, power, noise)
    decoder, geometry = source.decoder, source.preprocessing.geometry.to_geometry()
    named = dict(zip(reference, outputs.values(), strict=True))
    make = make_decoder(decoder.name, decoder.parameters, geometry.size_hw)
    mappings = [mapping(size, geometry) for size in judging.sizes_hw]
    found_boxes = detections_of(make, named, mappings, list(judging.sizes_hw))
    precision = precision_of(judging.truths, found_boxes, len(source.class_names))
    assert precision is not None
    close = agreement(source.task, decoder, geometry.size_hw, len(source.class_names), reference, named)
    agreed = math.nan if close.ap50 is None else close.ap50
    return Judged("map", precision.metrics["map"], agreed, sqnr, None, None, precision.matches, power, noise)


def frequent(judged: Judged) -> Judged | None:
    """The same over the classes with `FREQUENT` objects or more; None where there are none, or all are."""
    if judged.matches is None:
        return None
    classes = tuple(one for one in judged.matches.classes if one.objects.sum() >= FREQUENT)
    if not classes or len(classes) == len(judged.matches.classes):
        return None
    return replace(judged, matches=replace(judged.matches, classes=classes))


def metric_difference(one: Judged, other: Judged) -> Estimate:
    """The metric of `one` minus that of `other`, fractions of 1, with its 95 % interval."""
    if one.right is not None and other.right is not None:
        return paired_difference(
            int((one.right & ~other.right).sum()), int((other.right & ~one.right).sum()), len(one.right)
        )
    assert one.matches is not None
    assert other.matches is not None
    first, second = one.matches, other.matches
    return difference(
        lambda weights: first.mean_precision(weights) - second.mean_precision(weights),
        one.pictures,
        np.random.default_rng(_SEED),
    )


def sqnr_difference(one: Judged, other: Judged) -> Estimate:
    """The SQNR of `one` minus that of `other`, decibel, with its 95 % interval; infinite where either is exact."""
    if not (math.isfinite(one.sqnr_db) and math.isfinite(other.sqnr_db)):
        return Estimate(math.nan, Interval(-math.inf, math.inf))
    drawn = bootstrap(
        lambda weights: _decibel(one.power, one.noise, weights) - _decibel(other.power, other.noise, weights),
        one.pictures,
        np.random.default_rng(_SEED),
    )
    return Estimate(one.sqnr_db - other.sqnr_db, percentiles(drawn))


def _first(outputs: Outputs) -> NDArray[np.float32]:
    first = next(iter(outputs.values()))
    return first.reshape(len(first), -1)


def _per_picture(values: NDArray[np.generic]) -> NDArray[np.float64]:
    wide = values.astype(np.float64).reshape(len(values), -1)
    total: NDArray[np.float64] = np.nan_to_num(np.square(wide).sum(axis=1), nan=np.inf)
    return total


def _decibel(
    power: NDArray[np.float64], noise: NDArray[np.float64], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Of the worst output, for each draw (draws, pictures)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        worst: NDArray[np.float64] = (10 * np.log10((weights @ power.T) / (weights @ noise.T))).min(axis=1)
    return worst
