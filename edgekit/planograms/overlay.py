"""Draws a planogram over a picture: outlines and ids, what is wrong in another colour."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from edgekit.annotate.style import BLACK, WHITE, Style
from edgekit.annotate.text import draw_plate, fitted, plate_size
from edgekit.frame import Pixels
from edgekit.planograms.problems import Problem, Severity
from edgekit.shelf.planogram import Planogram

__all__ = ["overlaid"]

_FINE, _WARNING, _ERROR = (142, 207, 62), (32, 176, 255), (77, 92, 255)
_MIN_WIDTH_PX = 640  # smaller pictures are drawn larger: ids must be readable


def overlaid(planogram: Planogram, live: Pixels, problems: Sequence[Problem]) -> Pixels:
    """A copy of `live` with the facings over it; facings with problems in orange or red, with a mark.

    Args:
        planogram: its polygons are scaled to the picture.
        live: uint8 (height, width, 3) BGR.
        problems: as `examined` gives them.
    """
    import cv2

    scale = max(1.0, _MIN_WIDTH_PX / live.shape[1])
    picture: Pixels = cv2.resize(live, None, fx=scale, fy=scale) if scale > 1 else live.copy()
    height, width = picture.shape[:2]
    style = Style.of((height, width))
    ref_height, ref_width = planogram.reference_size_hw
    small = Style(style.line_px, style.font_scale * 0.8, style.stroke_px, max(1, style.pad_px // 2))
    for number, facing in enumerate(planogram.facings):
        severities = {problem.severity for problem in problems if problem.facing == number}
        colour = _ERROR if Severity.ERROR in severities else _WARNING if severities else _FINE
        corners = np.array(facing.polygon_xy_px) * (width / ref_width, height / ref_height)
        points = np.round(corners).astype(np.int32)
        cv2.polylines(picture, [points], True, BLACK, 2 * style.line_px, cv2.LINE_AA)
        cv2.polylines(picture, [points], True, colour, style.line_px, cv2.LINE_AA)
        left, _, box_width, _ = cv2.boundingRect(points)
        text = fitted(facing.id + (" !" if severities else ""), small, max(box_width, 24))
        plate_width, plate_height = plate_size(text, small)
        x = max(0, min(left + (box_width - plate_width) // 2, width - plate_width))
        y = max(0, min(int(points[:, 1].max()) - plate_height, height - plate_height))
        draw_plate(picture, text, (x, y), small, ink=BLACK if colour != _ERROR else WHITE, plate=colour)
    return picture
