"""COCO's average precision, by pycocotools."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Sequence
from typing import Any

from edgekit.vision.detection import Detections
from edgekit_export.needs import need

__all__ = ["Truth", "average_precision"]

Truth = dict[str, Any]
"""One COCO annotation: image_id, category_id, bbox (x, y, width, height), area, iscrowd."""


def average_precision(truths: Sequence[Truth], found: Sequence[Detections], classes: int) -> dict[str, float] | None:
    """`map` (IoU 0.50 to 0.95), `map50` and `map75` over all classes that have truths, fractions of 1.

    Args:
        truths: annotations; `image_id` is an index into `found`, `category_id` a class index.
        found: detections of each picture, in the truths' pixels; at most 100 count.
        classes: how many there are.

    Returns:
        The metrics, or None where there is no truth at all.

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
    if not boxes:
        return {"map": 0.0, "map50": 0.0, "map75": 0.0}
    # pycocotools prints its progress; standard output belongs to the caller.
    with contextlib.redirect_stdout(io.StringIO()):
        reference.createIndex()
        evaluation = COCOeval(reference, reference.loadRes(boxes), "bbox")
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    return {name: float(evaluation.stats[at]) for at, name in enumerate(("map", "map50", "map75"))}


def _xywh(box_xyxy: tuple[float, float, float, float]) -> list[float]:
    left, top, right, bottom = box_xyxy
    return [left, top, right - left, bottom - top]
