"""COCO's average precision, by pycocotools."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from edgekit.vision.detection import Detections
from edgekit_export.evaluate.resampled_precision import Matches, matches_of
from edgekit_export.needs import need

__all__ = ["Precision", "Truth", "average_precision", "precision_of"]

Truth = dict[str, Any]
"""One COCO annotation: image_id, category_id, bbox (x, y, width, height), area, iscrowd."""

_METRICS: Final = ("map", "map50", "map75")
_BY_SIZE: Final = ("map_small", "map_medium", "map_large")


@dataclass(frozen=True, slots=True, eq=False)
class Precision:
    """Average precision of one model on one set of pictures, fractions of 1.

    Attributes:
        metrics: `map` (IoU 0.50 to 0.95), `map50` and `map75` over all classes that have truths.
        by_size: `map_small` (area under 32² pixels), `map_medium` and `map_large` (over 96²); those without a truth
            are absent.
        matches: which detections are right, to draw pictures again.
    """

    metrics: Mapping[str, float]
    by_size: Mapping[str, float]
    matches: Matches


def average_precision(truths: Sequence[Truth], found: Sequence[Detections], classes: int) -> dict[str, float] | None:
    """The metrics of `precision_of`, or None where there is no truth at all."""
    precision = precision_of(truths, found, classes)
    return None if precision is None else dict(precision.metrics)


def precision_of(truths: Sequence[Truth], found: Sequence[Detections], classes: int) -> Precision | None:
    """Score detections against truths.

    Args:
        truths: annotations; `image_id` is an index into `found`, `category_id` a class index.
        found: detections of each picture, in the truths' pixels; at most 100 count.
        classes: how many there are.

    Returns:
        The precision, or None where there is no truth at all.

    Raises:
        MissingExtra: pycocotools is not installed.
    """
    if not any(not truth.get("iscrowd") for truth in truths):
        return None
    need("pycocotools", "export", needed_for="average precision")
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    reference = COCO()
    reference.dataset = {
        "images": [{"id": index} for index in range(len(found))],
        "categories": [{"id": index} for index in range(classes)],
        "annotations": [{**truth, "id": number} for number, truth in enumerate(truths, start=1)],
    }
    boxes = [
        {
            "image_id": index,
            "category_id": detection.class_id,
            "bbox": _xywh(detection.box_xyxy_px),
            "score": detection.score,
        }
        for index, detections in enumerate(found)
        for detection in detections
    ]
    # pycocotools prints its progress; standard output belongs to the caller.
    with contextlib.redirect_stdout(io.StringIO()):
        reference.createIndex()
        answers = reference.loadRes(boxes) if boxes else _nothing_found(reference)
        evaluation = COCOeval(reference, answers, "bbox")
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    stats = [float(value) for value in evaluation.stats]
    parameters = evaluation.params
    return Precision(
        metrics=dict(zip(_METRICS, stats[:3], strict=True)),
        # -1 stands for "no such truth".
        by_size={name: value for name, value in zip(_BY_SIZE, stats[3:6], strict=True) if value >= 0},
        matches=matches_of(
            evaluation.evalImgs,
            len(parameters.catIds),
            len(parameters.areaRng),
            len(parameters.imgIds),
            len(parameters.iouThrs),
        ),
    )


def _nothing_found(reference: Any) -> Any:
    """A COCO object without a single box; loadRes refuses an empty list."""
    empty = type(reference)()
    empty.dataset = {**reference.dataset, "annotations": []}
    empty.createIndex()
    return empty


def _xywh(box_xyxy: tuple[float, float, float, float]) -> list[float]:
    left, top, right, bottom = box_xyxy
    return [left, top, right - left, bottom - top]
