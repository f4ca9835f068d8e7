"""Where facings and found objects lie in the frame as the camera really looks, for people who watch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from edgekit.shelf.planogram import Facing
from edgekit.shelf.polygon import Polygon
from edgekit.shelf.registration.geometry import mapped
from edgekit.shelf.registration.straighten import is_untouched
from edgekit.shelf.registration.tracking import Tracking, for_frames_of
from edgekit.vision.detection import Detections

__all__ = ["boxes_in_frame", "outlines"]


def outlines(
    facings: Sequence[Facing], tracking: Tracking | None, reference_size_hw: tuple[int, int]
) -> Mapping[str, Polygon]:
    """The facings' polygons by id, moved to where the camera shows them, in pixels of the reference's size.

    Empty while the camera looks where the reference does.
    """
    if tracking is None or is_untouched(tracking.alignment, tracking.frame_size_hw):
        return {}
    alignment = for_frames_of(tracking, reference_size_hw).alignment
    corners = [corner for facing in facings for corner in facing.polygon_xy_px]
    moved = iter(np.round(mapped(alignment, np.array(corners, np.float64)), 2).tolist())
    return {facing.id: tuple((x, y) for x, y in (next(moved) for _ in facing.polygon_xy_px)) for facing in facings}


def boxes_in_frame(found: Detections, tracking: Tracking) -> Detections:
    """What was found in a frame that was laid out as the reference is, in the frame as it came: boxes around boxes."""
    if not len(found) or is_untouched(tracking.alignment, tracking.frame_size_hw):
        return found
    left, top, right, bottom = found.boxes_xyxy_px.T.astype(np.float64)
    ends = [
        mapped(tracking.alignment, np.stack(one, 1))
        for one in ((left, top), (right, top), (right, bottom), (left, bottom))
    ]
    around = np.concatenate((np.min(ends, 0), np.max(ends, 0)), 1)
    return replace(found, boxes_xyxy_px=around.astype(np.float32))
