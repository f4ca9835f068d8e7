"""Shop furniture: walls, boards, price labels, and what stays on a board when its product goes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import cv2
import numpy as np
from numpy.typing import NDArray

from store_clips.colours import Colour, dimmed, hsv, opaque
from store_clips.draws import smooth_noise
from store_clips.sprites import Picture, Sprite, clear

Plate = NDArray[np.float32]
"""A picture in the making, shape (height, width, 3), BGR from 0 to 255."""


class Style(Enum):
    """What a shelf is built of; the value: colours of back wall, board and rail."""

    METAL = ((188, 190, 190), (214, 216, 216), (205, 205, 208))
    DARK = ((44, 42, 42), (66, 64, 64), (38, 38, 40))
    WOOD = ((78, 112, 150), (92, 132, 176), (60, 88, 120))
    FRIDGE = ((226, 226, 222), (236, 236, 232), (212, 208, 200))
    GREY = ((112, 112, 112), (150, 150, 150), (170, 172, 176))
    CREAM = ((190, 212, 224), (206, 224, 234), (150, 60, 60))
    WHITE = ((222, 224, 226), (236, 238, 240), (228, 228, 230))
    PEG = ((168, 176, 180), (150, 156, 160), (120, 120, 124))
    STEEL = ((128, 124, 120), (160, 158, 154), (60, 60, 190))

    @property
    def wall(self) -> Colour:
        return self.value[0]

    @property
    def board(self) -> Colour:
        return self.value[1]

    @property
    def rail(self) -> Colour:
        return self.value[2]


@dataclass(frozen=True, slots=True)
class Label:
    """Where a price label hangs, in points."""

    x: float
    y: float
    width: float
    height: float


def wall(rng: np.random.Generator, height: int, width: int, style: Style, colour: Colour | None = None) -> Plate:
    """A back wall, in the style's colour or another; wood has its grain, a peg wall its holes."""
    plate = np.empty((height, width, 3), np.float32)
    plate[:] = style.wall if colour is None else colour
    plate += smooth_noise(rng, height, width, 60)[..., None] * 4 + smooth_noise(rng, height, width, 2)[..., None] * 2.5
    if style is Style.WOOD:
        planks = 1 + 0.08 * smooth_noise(rng, height, 4, 9)[:, :1, None]
        plate *= planks * (1 + 0.05 * smooth_noise(rng, height, width, 18)[..., None])
    if style is Style.PEG:
        for y in range(8, height, 22):
            for x in range(8, width, 22):
                cv2.circle(plate, (x, y), 2, dimmed(style.wall, 0.45), -1, cv2.LINE_AA)
    return plate


def draw_board(plate: Plate, style: Style, lower: float, pitch: float) -> None:
    """A board whose rail ends at a height, boards being so far apart; its front, and the shadow of the one above."""
    edge, depth = lower - pitch * 0.13, pitch * 0.1
    rail_top = edge + depth * 0.4
    _shade(plate, (lower - pitch, lower - pitch * 0.72), (0.62, 1))
    _shade(plate, (edge - depth * 0.8, rail_top), (0.82, 1), style.board)
    _shade(plate, (rail_top, lower), (1, 0.72), style.rail)
    ends = (0, int(rail_top)), (plate.shape[1], int(rail_top))
    cv2.line(plate, *ends, dimmed(style.rail, 0.6), 1)


def _shade(plate: Plate, rows: tuple[float, float], light: tuple[float, float], colour: Colour | None = None) -> None:
    """Rows in a colour, or as they are, with so much light at the upper and at the lower one."""
    first, end = int(rows[0]), int(rows[1])
    if end <= first:
        return
    top, foot = max(0, first), min(plate.shape[0], end)
    if foot > top:
        shares = np.linspace(*light, end - first, dtype=np.float32)[:, None, None][top - first : foot - first]
        under = plate[top:foot]
        if colour is None:
            plate[top:foot] = under * shares
        else:
            plate[top:foot] = np.array(colour, np.float32) * shares + (under - under.mean((0, 1))) * 0.3


def draw_posts(plate: Plate, style: Style, first_x: float, step: float) -> None:
    """Upright lines between the parts of the furniture."""
    height, width = plate.shape[:2]
    for x in np.arange(first_x, width, step):
        cv2.line(plate, (int(x), 0), (int(x), height), dimmed(style.wall, 0.75), 3)


def draw_label(picture: Picture, rng: np.random.Generator, label: Label) -> None:
    """A price label, white or yellow."""
    colour = (236, 238, 240) if rng.random() < 0.8 else (60, 220, 245)
    x, y, height = label.x, label.y, label.height
    cv2.rectangle(picture, (int(x), int(y)), (int(x + label.width), int(y + height)), colour, -1)
    price = f"{rng.integers(1, 20)}.{rng.integers(100):02d}"
    at = int(x + 2), int(y + height * 0.75)
    cv2.putText(picture, price, at, cv2.FONT_HERSHEY_SIMPLEX, height / 34, (30, 30, 30), 1, cv2.LINE_AA)


def tray(width: int, height: int, hue: int) -> tuple[Sprite, Sprite]:
    """A shelf-ready carton: what of it is behind and under the product, and the strip before it."""
    under, over = clear(height, width), clear(height, width)
    inside = int(height * 0.45)
    under[inside:] = opaque(hsv(14, 90, 105))
    under[inside:, :3] = under[inside:, -3:] = opaque(hsv(14, 90, 130))
    floor = np.array([(0, height * 0.86), (width, height * 0.86), (width, height), (0, height)]).astype(np.int32)
    cv2.fillPoly(under, [floor], opaque(hsv(14, 80, 140)))
    over[int(height * 0.87) :] = opaque(hsv(hue, 150, 170))
    at = int(width * 0.2), int(height * 0.97)
    cv2.putText(over, "MAXI", at, cv2.FONT_HERSHEY_DUPLEX, height / 330, (250, 250, 250, 255), 1, cv2.LINE_AA)
    return under, over


def bucket(width: int, height: int) -> tuple[Sprite, Sprite]:
    """A bucket for flowers: what of it is behind them, and what is before them."""
    under, over = clear(height, width), clear(height, width)
    front = [(0.14, 0.62), (0.86, 0.62), (0.76, 1), (0.24, 1)]
    outline = np.array([(width * x, height * y) for x, y in front]).astype(np.int32)
    cv2.fillPoly(over, [outline], (52, 48, 46, 255), cv2.LINE_AA)
    rim = width // 2, int(height * 0.62)
    front_axes, axes = (int(width * 0.36), int(height * 0.03)), (int(width * 0.36), int(height * 0.05))
    cv2.ellipse(over, rim, front_axes, 0, 0, 180, (70, 66, 64, 255), -1, cv2.LINE_AA)
    cv2.ellipse(under, rim, axes, 0, 0, 360, (22, 20, 20, 255), -1, cv2.LINE_AA)
    return under, over


def hook(width: float, height: float) -> Sprite:
    """A hook with its price tag, for a product of a size."""
    sprite = clear(int(height), int(width))
    ends = (int(width / 2), int(height * 0.03)), (int(width / 2 + 3), int(height * 0.13))
    cv2.line(sprite, *ends, (205, 205, 210, 255), 3, cv2.LINE_AA)
    corners = (int(width * 0.36), int(height * 0.12)), (int(width * 0.66), int(height * 0.19))
    cv2.rectangle(sprite, *corners, (240, 240, 242, 255), -1)
    return sprite
