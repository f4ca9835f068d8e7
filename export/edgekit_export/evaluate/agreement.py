"""How far an encoding agrees with float on pictures that it was not calibrated on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from edgekit.bundle.manifest import DecoderSpec, Task
from edgekit.vision.decoders.protocol import make_decoder
from edgekit.vision.detection import Detections
from edgekit.vision.geometry import FrameMapping
from edgekit.vision.postprocess import detections_of, probabilities_of
from edgekit_export.evaluate.answers import BoxAnswers, ClassAnswers
from edgekit_export.evaluate.average_precision import Precision, Truth, precision_of
from edgekit_export.evaluate.box_changes import AGAIN, CONFIDENT, box_changes
from edgekit_export.evaluate.intervals import Interval, bootstrap, level_of, wilson
from edgekit_export.evaluate.signal import SignalToNoise

__all__ = ["AGAIN", "CONFIDENT", "Agreement", "Comparison", "agreement"]

Outputs = Mapping[str, NDArray[np.generic]]

_UNSEEN: Final = 3 / 2
"""Boxes that may be framed badly though none of those compared is: what was not seen in n happens in up to 3 of n (the
rule of three, see `intervals.difference_of`), and a box found at any overlap from 0.5 to 1 misses half of the
thresholds. Boxes that are not found at all are AP50's to tell."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """An encoding against float.

    Attributes:
        images: pictures compared.
        sqnr_db: power of float's outputs over power of the difference, the worst output.
        top1: classifiers: share of pictures with the same best class.
        ap50: detectors: average precision (IoU 0.50) of the encoding's boxes, float's confident boxes as truth;
            None where float finds none.
        ap: the same over IoU 0.50 to 0.95.
        float_boxes: detectors: float's confident boxes.
        interval: of `share`, 95 %.
        float_answers: classifiers: how many different classes float names.
        answers: the same of the encoding.
        commonest: classifiers: share of pictures that float gives its most frequent class.
        found_again: detectors: float's confident boxes that the encoding finds too, with half the score or more.
        added: detectors: confident boxes of the encoding that float does not find with half the score.
        ap_interval: of `ap`, 95 %.
    """

    images: int
    sqnr_db: float
    top1: float | None = None
    ap50: float | None = None
    ap: float | None = None
    float_boxes: int | None = None
    interval: Interval | None = None
    float_answers: int | None = None
    answers: int | None = None
    commonest: float | None = None
    found_again: int | None = None
    added: int | None = None
    ap_interval: Interval | None = None

    @property
    def share(self) -> float | None:
        """The one figure to look at: `top1` or `ap50`."""
        return self.ap50 if self.top1 is None else self.top1


class Comparison:
    """Takes in an encoding's and float's raw outputs picture by picture, and keeps only what they mean.

    Args:
        task: of the bundle.
        decoder: of the bundle.
        size_hw: of prepared pictures; boxes are in prepared pixels.
        classes: how many there are.
    """

    def __init__(self, task: Task, decoder: DecoderSpec, size_hw: tuple[int, int], classes: int) -> None:
        self._task, self._decoder, self._size_hw, self._classes = task, decoder, size_hw, classes
        self._signal = SignalToNoise()
        self._names: list[str] = []
        self._probabilities: tuple[list[NDArray[np.float32]], list[NDArray[np.float32]]] = ([], [])
        self._found: tuple[list[Detections], list[Detections]] = ([], [])

    def add(self, names: Sequence[str], reference: Outputs, other: Outputs) -> None:
        """Outputs of the pictures `names`, first axis the picture."""
        self._names += names
        self._signal.add(reference, other)
        for side, outputs in enumerate((reference, other)):
            if self._task is Task.CLASSIFY:
                self._probabilities[side].append(probabilities_of(self._decoder.name, outputs))
            elif self._task is Task.DETECT:
                self._found[side].extend(_boxes(self._decoder, self._size_hw, outputs, len(names)))

    def answers(self) -> tuple[ClassAnswers, ClassAnswers] | tuple[BoxAnswers, BoxAnswers] | None:
        """What float and the encoding said, or None for a task without answers."""
        names = tuple(self._names)
        if self._task is Task.CLASSIFY:
            one, two = (ClassAnswers.of(names, np.concatenate(parts)) for parts in self._probabilities)
            return one, two
        if self._task is Task.DETECT:
            return BoxAnswers(names, tuple(self._found[0])), BoxAnswers(names, tuple(self._found[1]))
        return None

    def result(self, rng: np.random.Generator) -> Agreement:
        """Everything so far; `rng` draws pictures for the interval of an average precision."""
        answers, count, sqnr = self.answers(), len(self._names), self._signal.worst_db
        if answers is None:
            return Agreement(count, sqnr)
        if isinstance(answers[0], ClassAnswers) and isinstance(answers[1], ClassAnswers):
            return _of_classes(sqnr, answers[0], answers[1])
        return self._of_boxes(sqnr, rng)

    def _of_boxes(self, sqnr: float, rng: np.random.Generator) -> Agreement:
        reference, other = self._found
        truths = _as_truths([found.select(found.scores > CONFIDENT) for found in reference])
        precision = precision_of(truths, other, self._classes)
        changes = [box_changes(*pair) for pair in zip(reference, other, strict=True)]
        lost = sum(len(change.lost) for change in changes)
        interval, ap_interval = (None, None) if precision is None else _intervals(precision, len(truths), rng)
        return Agreement(
            len(reference),
            sqnr,
            ap50=precision.metrics["map50"] if precision else None,
            ap=precision.metrics["map"] if precision else None,
            float_boxes=len(truths),
            interval=interval,
            found_again=max(0, len(truths) - lost),
            added=sum(len(change.added) for change in changes),
            ap_interval=ap_interval,
        )


def _intervals(precision: Precision, boxes: int, rng: np.random.Generator) -> tuple[Interval, Interval]:
    """Of AP50 and of AP, from the same draws of pictures."""
    matches = precision.matches
    draws = bootstrap(matches.mean_precisions, matches.pictures, rng)
    found, framed = (
        level_of(precision.metrics[name], draws[:, at]).interval for name, at in (("map50", 1), ("map", 0))
    )
    # Where every box is found again draws never differ; as so many trials the boxes still say how sure that is.
    least = wilson(precision.metrics["map50"] * boxes, boxes)
    return (
        Interval(min(found.low, least.low), max(found.high, least.high)),
        Interval(min(framed.low, max(0.0, 1 - _UNSEEN / boxes)), framed.high),
    )


def _of_classes(sqnr: float, floating: ClassAnswers, other: ClassAnswers) -> Agreement:
    same = int((floating.first == other.first).sum())
    named, pictures = np.unique(floating.first, return_counts=True)
    return Agreement(
        len(floating),
        sqnr,
        top1=same / len(floating),
        interval=wilson(same, len(floating)),
        float_answers=len(named),
        answers=len(np.unique(other.first)),
        commonest=float(pictures.max() / len(floating)),
    )


def agreement(
    task: Task,
    decoder: DecoderSpec,
    size_hw: tuple[int, int],
    classes: int,
    reference: Outputs,
    other: Outputs,
    *,
    rng: np.random.Generator | None = None,
) -> Agreement:
    """Compare an encoding's raw outputs with float's, first axis the picture, all at once."""
    comparison = Comparison(task, decoder, size_hw, classes)
    comparison.add([str(index) for index in range(len(next(iter(reference.values()))))], reference, other)
    return comparison.result(np.random.default_rng(0) if rng is None else rng)


def _boxes(decoder: DecoderSpec, size_hw: tuple[int, int], outputs: Outputs, count: int) -> list[Detections]:
    """Boxes in prepared pixels."""
    same = FrameMapping((1.0, 1.0), (0.0, 0.0))
    make = make_decoder(decoder.name, decoder.parameters, size_hw)
    return detections_of(make, outputs, [same] * count, [size_hw] * count)


def _as_truths(found: Sequence[Detections]) -> list[Truth]:
    truths: list[Truth] = []
    for index, detections in enumerate(found):
        for detection in detections:
            left, top, right, bottom = detection.box_xyxy_px
            width, height = right - left, bottom - top
            # Nothing can overlap a box that lies outside the picture, so nobody can find it again.
            if width * height < 1.0:
                continue
            truths.append(
                {
                    "image_id": index,
                    "category_id": detection.class_id,
                    "bbox": [left, top, width, height],
                    "area": width * height,
                    "iscrowd": 0,
                }
            )
    return truths
