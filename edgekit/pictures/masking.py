"""People taken out of a picture before anything of it is written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from edgekit.frame import Pixels
from edgekit.shelf.evidence.method import ModelInfo
from edgekit.shelf.words import Findings
from edgekit.vision.detection import Detections

__all__ = ["PERSON", "masked", "person_boxes", "person_classes"]

PERSON: Final = "person"
"""The class name that COCO, Open Images (in lower case) and most detectors of people use."""

_GREY: Final = 128
_GROWN_SHARE: Final = 0.1
"""Detectors cut hands and hair off: a box is grown by this share of its own size on each side."""
_GROWN_SMALL_PX: Final = 2
"""Foreground is seen at a fraction of the picture's size: its edge lies somewhere in these pixels."""


def person_classes(models: Mapping[str, ModelInfo]) -> dict[str, tuple[int, ...]]:
    """Class ids that mean a person, of each detector that has some, by role."""
    found = {
        role: tuple(number for number, name in enumerate(model.class_names) if name.casefold() == PERSON)
        for role, model in models.items()
        if model.task == "detect"
    }
    return {role: ids for role, ids in found.items() if ids}


def person_boxes(findings: Findings, classes: Mapping[str, tuple[int, ...]]) -> NDArray[np.float32]:
    """float32 (n, 4) xyxy in frame pixels: where the detectors found people."""
    boxes = [
        found.boxes_xyxy_px[np.isin(found.class_ids, ids)]
        for role, ids in classes.items()
        if isinstance(found := findings.get(role), Detections)
    ]
    return np.concatenate(boxes) if boxes else np.zeros((0, 4), np.float32)


def masked(pixels: Pixels, boxes_xyxy_px: NDArray[np.float32], in_front: NDArray[np.bool_] | None) -> Pixels:
    """A copy of a picture with people filled in grey; the picture itself where there is nobody.

    Args:
        pixels: uint8 (height, width, 3).
        boxes_xyxy_px: float32 (n, 4), where a detector found people.
        in_front: (small height, small width), where something stands before the scene, at any size of the same
            view; None where that is not known.
    """
    covered = in_front is not None and bool(in_front.any())
    if not len(boxes_xyxy_px) and not covered:
        return pixels
    out: Pixels = pixels.copy()
    height, width = pixels.shape[:2]
    for left, top, right, bottom in boxes_xyxy_px.tolist():
        wider, higher = _GROWN_SHARE * (right - left), _GROWN_SHARE * (bottom - top)
        x0, y0 = max(0, int(left - wider)), max(0, int(top - higher))
        out[y0 : max(y0, int(np.ceil(bottom + higher))), x0 : max(x0, int(np.ceil(right + wider)))] = _GREY
    if covered:
        import cv2

        side = 2 * _GROWN_SMALL_PX + 1
        grown = cv2.dilate(np.asarray(in_front, np.uint8), np.ones((side, side), np.uint8))
        out[cv2.resize(grown, (width, height), interpolation=cv2.INTER_NEAREST) > 0] = _GREY
    return out
