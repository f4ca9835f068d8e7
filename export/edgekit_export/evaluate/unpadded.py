"""Prepared pictures without their padding, and boxes in them: what a person wants to look at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from edgekit.frame import Pixels
from edgekit.vision.detection import Detections
from edgekit.vision.geometry import Geometry, ResizeMode, mapping
from edgekit_export.evaluate.answers import BoxAnswers, ClassAnswers

__all__ = ["unpadded_answers", "unpadded_pixels"]


def _inner_xyxy(frame_size_hw: tuple[int, int], geometry: Geometry) -> tuple[int, int, int, int]:
    """Where the picture lies within its prepared pixels."""
    height, width = geometry.size_hw
    if geometry.mode is not ResizeMode.LETTERBOX:
        return 0, 0, width, height
    place = mapping(frame_size_hw, geometry)
    left, top = round(place.offset_xy[0]), round(place.offset_xy[1])
    right = left + round(frame_size_hw[1] * place.scale_xy[0])
    bottom = top + round(frame_size_hw[0] * place.scale_xy[1])
    return max(0, left), max(0, top), min(width, right), min(height, bottom)


def unpadded_pixels(prepared: Pixels, frame_size_hw: tuple[int, int], geometry: Geometry) -> Pixels:
    """The part of a prepared picture that is no padding."""
    left, top, right, bottom = _inner_xyxy(frame_size_hw, geometry)
    return prepared[top:bottom, left:right]


def unpadded_answers(
    answers: ClassAnswers | BoxAnswers, frame_sizes_hw: Sequence[tuple[int, int]], geometry: Geometry
) -> ClassAnswers | BoxAnswers:
    """Boxes in prepared pixels, moved to where `unpadded_pixels` has them; other answers stay as they are."""
    if isinstance(answers, ClassAnswers):
        return answers
    moved = []
    for found, size_hw in zip(answers.found, frame_sizes_hw, strict=True):
        left, top, right, bottom = _inner_xyxy(size_hw, geometry)
        boxes = found.boxes_xyxy_px - np.array((left, top, left, top), np.float32)
        most = np.array((right - left, bottom - top, right - left, bottom - top), np.float32)
        moved.append(Detections(np.clip(boxes, 0, most), found.class_ids, found.scores))
    return replace(answers, found=tuple(moved))
