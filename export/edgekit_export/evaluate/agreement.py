"""How far an encoding agrees with float on pictures that it was not calibrated on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edgekit.bundle.golden import sqnr_db
from edgekit.bundle.manifest import DecoderSpec, Task
from edgekit.vision.decoders.protocol import make_decoder
from edgekit.vision.detection import Detections
from edgekit.vision.geometry import FrameMapping
from edgekit.vision.postprocess import detections_of, probabilities_of
from edgekit_export.evaluate.average_precision import Truth, average_precision

__all__ = ["CONFIDENT", "Agreement", "agreement"]

CONFIDENT = 0.3
"""Float boxes that score more than this are what INT8 must find again."""

Outputs = Mapping[str, NDArray[np.generic]]


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
    """

    images: int
    sqnr_db: float
    top1: float | None = None
    ap50: float | None = None
    ap: float | None = None
    float_boxes: int | None = None

    @property
    def share(self) -> float | None:
        """The one figure to look at: `top1` or `ap50`."""
        return self.ap50 if self.top1 is None else self.top1


def agreement(
    task: Task,
    decoder: DecoderSpec,
    size_hw: tuple[int, int],
    classes: int,
    reference: Outputs,
    other: Outputs,
) -> Agreement:
    """Compare an encoding's raw outputs with float's, first axis the picture."""
    worst = min(sqnr_db(reference[name], other[name]) for name in reference)
    count = len(next(iter(reference.values())))
    if task is Task.CLASSIFY:
        best = [probabilities_of(decoder.name, outputs).argmax(axis=1) for outputs in (reference, other)]
        return Agreement(count, worst, top1=float((best[0] == best[1]).mean()))
    if task is Task.EMBED:
        return Agreement(count, worst)
    truths = _as_truths(_boxes(decoder, size_hw, reference, count, CONFIDENT))
    scores = average_precision(truths, _boxes(decoder, size_hw, other, count, 0.001), classes)
    return Agreement(
        count,
        worst,
        ap50=scores["map50"] if scores else None,
        ap=scores["map"] if scores else None,
        float_boxes=len(truths),
    )


def _boxes(
    decoder: DecoderSpec, size_hw: tuple[int, int], outputs: Outputs, count: int, min_score: float
) -> list[Detections]:
    """Boxes in prepared pixels."""
    same = FrameMapping((1.0, 1.0), (0.0, 0.0))
    make = make_decoder(decoder.name, decoder.parameters, size_hw)
    return detections_of(make, outputs, [same] * count, [size_hw] * count, min_score=min_score)


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
