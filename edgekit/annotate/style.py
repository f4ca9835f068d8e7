"""Colours and sizes: what is readable on 640x360 and on 4K alike."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["BLACK", "DETECTION", "GREY", "PLATE", "STATE_COLOURS", "WHITE", "Style", "colour_of"]

Colour = tuple[int, int, int]
"""Blue, green, red; 0-255."""

WHITE: Colour = (255, 255, 255)
BLACK: Colour = (0, 0, 0)
GREY: Colour = (160, 160, 160)
PLATE: Colour = (32, 32, 32)
DETECTION: Colour = (255, 190, 90)

# Told apart by the colour-blind as well (after Okabe and Ito); every colour is also said in words beside it.
STATE_COLOURS: dict[str, Colour] = {
    "unknown": GREY,
    "stocked": (115, 158, 0),
    "low": (0, 159, 230),
    "out_of_stock": (40, 60, 230),
    "misplaced": (167, 121, 204),
}


def colour_of(state: str) -> Colour:
    """The colour of a facing state; grey for one that is not known here."""
    return STATE_COLOURS.get(state, GREY)


@dataclass(frozen=True, slots=True)
class Style:
    """Sizes in pixels for a picture of a given size.

    Attributes:
        line_px: thickness of outlines.
        font_scale: OpenCV's scale of its simplex font.
        stroke_px: thickness of the font's lines.
        pad_px: space around a text.
    """

    line_px: int
    font_scale: float
    stroke_px: int
    pad_px: int

    @classmethod
    def of(cls, size_hw: tuple[int, int]) -> Style:
        """For pictures of this height and width; large ones get a little less than their share."""
        unit = max(0.75, min(size_hw[0] / 360, size_hw[1] / 480)) ** 0.8
        return cls(
            line_px=max(1, round(1.3 * unit)),
            font_scale=0.42 * unit,
            stroke_px=max(1, round(0.9 * unit)),
            pad_px=max(2, round(3 * unit)),
        )
