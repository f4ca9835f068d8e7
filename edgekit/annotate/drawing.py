"""Draws what the shelf knows into a copy of a frame: facings, boxes, events, time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from edgekit.annotate.crops import scaled_polygon
from edgekit.annotate.model import PlanogramLike, ReadingLike, outline_of, said_state
from edgekit.annotate.style import BLACK, DETECTION, GREY, PLATE, WHITE, Colour, Style, colour_of
from edgekit.annotate.text import Box, draw_plate, fitted, plate_size
from edgekit.frame import Pixels
from edgekit.shelf.words import FacingStatus, UnknownReason
from edgekit.vision.detection import Detections

__all__ = ["draw_banners", "draw_detections", "draw_facings", "draw_highlight", "draw_time"]

_FILL_SHARE = 0.16  # how much of the state's colour lies over a facing; more hides the product


def draw_facings(pixels: Pixels, planogram: PlanogramLike, readings: Mapping[str, ReadingLike]) -> None:
    """Outline each facing in the colour of its last concluded state, and say state and reason beside it.

    A facing that this sample cannot judge keeps its state, with a thin outline and the reason.

    Args:
        pixels: written into; any size, the polygons are scaled from the reference's.
        planogram: the facings.
        readings: by facing id; facings without one are drawn as unknown.
    """
    import cv2

    size_hw = (pixels.shape[0], pixels.shape[1])
    style = Style.of(size_hw)
    labels: list[tuple[Box, str, Colour]] = []
    for facing in planogram.facings:
        reading = readings.get(facing.id)
        state = reading.committed if reading else FacingStatus.UNKNOWN
        hidden = reading is None or reading.reason is not None
        colour = colour_of(state.value)
        corners = np.round(scaled_polygon(outline_of(facing, reading), planogram.reference_size_hw, size_hw)).astype(
            np.int32
        )
        left, top, width, height = cv2.boundingRect(corners)
        if state not in (FacingStatus.STOCKED, FacingStatus.UNKNOWN):
            _tint(pixels, corners, colour)
        line_px = style.line_px if hidden else 2 * style.line_px
        cv2.polylines(pixels, [corners], True, BLACK, line_px + style.line_px, cv2.LINE_AA)
        cv2.polylines(pixels, [corners], True, colour, line_px, cv2.LINE_AA)
        labels.append(((left, top, left + width, top + height), _label(facing.id, reading), colour))
    _draw_labels(pixels, labels, style)


def _label(facing_id: str, reading: ReadingLike | None) -> str:
    if reading is None:
        return facing_id
    text = facing_id if reading.committed is FacingStatus.UNKNOWN else f"{facing_id}: {said_state(reading.committed)}"
    if reading.reason is None:
        return text
    if reading.reason is UnknownReason.NO_BASELINE:
        return f"{facing_id}: first looks"
    return f"{text} ({reading.reason.value.replace('_', ' ')})"


def _tint(pixels: Pixels, corners: np.ndarray, colour: Colour) -> None:
    import cv2

    left, top, width, height = cv2.boundingRect(corners)
    x0, y0 = max(0, left), max(0, top)
    region = pixels[y0 : top + height, x0 : left + width]
    if region.size == 0:
        return
    mask = np.zeros(region.shape[:2], np.uint8)
    cv2.fillPoly(mask, [corners - np.array([x0, y0], np.int32)], 255)
    tinted = cv2.addWeighted(region, 1 - _FILL_SHARE, np.full_like(region, colour), _FILL_SHARE, 0)
    cv2.copyTo(tinted, mask, region)


def _draw_labels(pixels: Pixels, labels: Sequence[tuple[Box, str, Colour]], style: Style) -> None:
    """Labels stand above their facing, else inside, moved down where another one is in the way."""
    taken: list[Box] = []
    for (left, top, right, _), text, colour in labels:
        width, height = plate_size(text, style)
        x = max(0, min((left + right - width) // 2, pixels.shape[1] - width))
        y = top - height if top >= height else top
        while any(_overlap((x, y, x + width, y + height), other) for other in taken) and y + height < pixels.shape[0]:
            y += height
        taken.append(draw_plate(pixels, text, (x, y), style, ink=_ink_on(colour), plate=colour))


def _overlap(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _ink_on(colour: Colour) -> Colour:
    """Black or white, whichever stands out."""
    blue, green, red = colour
    return BLACK if 0.114 * blue + 0.587 * green + 0.299 * red > 140 else WHITE


def draw_detections(
    pixels: Pixels, detections: Detections, class_names: Sequence[str] = (), *, min_score: float = 0.3
) -> None:
    """Draw thin boxes with class and score.

    Args:
        pixels: written into; of the size that the boxes are in.
        detections: boxes in frame pixels.
        class_names: by class id; a number is shown where there is none.
        min_score: boxes below it are left out.
    """
    import cv2

    style = Style.of((pixels.shape[0], pixels.shape[1]))
    for found in detections:
        if found.score < min_score:
            continue
        left, top, right, bottom = (round(v) for v in found.box_xyxy_px)
        cv2.rectangle(pixels, (left, top), (right, bottom), DETECTION, max(1, style.line_px - 1), cv2.LINE_AA)
        name = class_names[found.class_id] if found.class_id < len(class_names) else str(found.class_id)
        small = Style(style.line_px, style.font_scale * 0.8, style.stroke_px, max(1, style.pad_px // 2))
        text = f"{name} {found.score:.2f}"
        # Inside at the bottom: above is the facing's own label.
        draw_plate(pixels, text, (left, bottom - plate_size(text, small)[1]), small, ink=BLACK, plate=DETECTION)


def draw_banners(pixels: Pixels, banners: Sequence[tuple[str, Colour]]) -> None:
    """Draw lines of text across the bottom, the newest lowest; the upper half of the picture stays free."""
    style = Style.of((pixels.shape[0], pixels.shape[1]))
    style = Style(style.line_px, style.font_scale * 1.35, style.stroke_px + 1, style.pad_px * 2)
    height, width = pixels.shape[:2]
    bottom = height
    for text, colour in reversed(banners):
        line = fitted(text, style, width)
        line_h = plate_size(line, style)[1]
        if bottom - line_h < height // 2:
            return
        pixels[bottom - line_h : bottom] = colour
        draw_plate(pixels, line, (0, bottom - line_h), style, ink=_ink_on(colour), plate=colour)
        bottom -= line_h


def draw_time(pixels: Pixels, text: str) -> None:
    """Draw the time code into the top left corner."""
    draw_plate(pixels, text, (0, 0), Style.of((pixels.shape[0], pixels.shape[1])), ink=WHITE, plate=PLATE)


def draw_highlight(pixels: Pixels, polygon_xy_px: Sequence[Sequence[float]], colour: Colour) -> None:
    """Darken everything but one facing, and outline it."""
    import cv2

    corners = np.round(np.asarray(polygon_xy_px, np.float64)).astype(np.int32)
    mask = np.zeros(pixels.shape[:2], np.uint8)
    cv2.fillPoly(mask, [corners], 255)
    dark = cv2.addWeighted(pixels, 0.5, np.full_like(pixels, GREY[0] // 8), 0.5, 0)
    cv2.copyTo(dark, cv2.bitwise_not(mask), pixels)
    style = Style.of((pixels.shape[0], pixels.shape[1]))
    cv2.polylines(pixels, [corners], True, BLACK, style.line_px + 3, cv2.LINE_AA)
    cv2.polylines(pixels, [corners], True, colour, style.line_px + 1, cv2.LINE_AA)
