"""Text on plates: readable on any picture."""

from __future__ import annotations

import unicodedata

from edgekit.annotate.style import PLATE, WHITE, Colour, Style
from edgekit.frame import Pixels

__all__ = ["Box", "draw_plate", "fitted", "plate_size", "printable", "time_code"]

Box = tuple[int, int, int, int]
"""left, top, right, bottom in pixels."""


def printable(text: str) -> str:
    """`text` in the characters that OpenCV's fonts have: accents are dropped, other letters become "?"."""
    plain = unicodedata.normalize("NFKD", text.replace("ß", "ss").replace("–", "-").replace("·", "-"))
    kept = "".join(c for c in plain if not unicodedata.combining(c))
    return "".join(c if " " <= c <= "~" else "?" for c in kept)


def time_code(time_s: float) -> str:
    """Media time as 0:06.7, or 1:02:03.4 from one hour on.

    >>> time_code(6.66), time_code(59.96), time_code(3723.4)
    ('0:06.7', '1:00.0', '1:02:03.4')
    """
    tenths = round(time_s * 10)
    minutes, tenths = divmod(tenths, 600)
    hours, minutes = divmod(minutes, 60)
    seconds = f"{tenths // 10:02d}.{tenths % 10}"
    return f"{hours}:{minutes:02d}:{seconds}" if hours else f"{minutes}:{seconds}"


def _text_size(text: str, style: Style) -> tuple[int, int, int]:
    import cv2

    (width, height), baseline = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, style.font_scale, style.stroke_px)
    return int(width), int(height), int(baseline)


def plate_size(text: str, style: Style) -> tuple[int, int]:
    """Width and height of the plate that `text` needs, pixels."""
    width, height, baseline = _text_size(printable(text), style)
    return width + 2 * style.pad_px, height + baseline + 2 * style.pad_px


def fitted(text: str, style: Style, width_px: int) -> str:
    """`text`, shortened with ".." so that its plate is at most `width_px` wide."""
    if plate_size(text, style)[0] <= width_px:
        return text
    length = len(text)
    while length > 1 and plate_size(text[:length].rstrip() + "..", style)[0] > width_px:
        length -= 1
    return text[:length].rstrip() + ".."


def draw_plate(
    pixels: Pixels,
    text: str,
    left_top: tuple[int, int],
    style: Style,
    *,
    ink: Colour = WHITE,
    plate: Colour = PLATE,
) -> Box:
    """Draw `text` on a filled plate into `pixels`; moved so that it lies inside the picture. Returns where it is."""
    import cv2

    text = printable(text)
    _, height, _ = _text_size(text, style)
    plate_w, plate_h = plate_size(text, style)
    left = max(0, min(left_top[0], pixels.shape[1] - plate_w))
    top = max(0, min(left_top[1], pixels.shape[0] - plate_h))
    box = (left, top, left + plate_w, top + plate_h)
    cv2.rectangle(pixels, (left, top), (box[2] - 1, box[3] - 1), plate, cv2.FILLED)
    origin = (left + style.pad_px, top + style.pad_px + height)
    cv2.putText(pixels, text, origin, cv2.FONT_HERSHEY_SIMPLEX, style.font_scale, ink, style.stroke_px, cv2.LINE_AA)
    return box
