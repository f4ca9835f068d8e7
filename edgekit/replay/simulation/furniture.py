"""Boards, back wall, price rails, floor and ceiling: a shelf with nothing on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgekit.frame import Pixels
from edgekit.replay.simulation.layers import Layer, layer_of
from edgekit.replay.simulation.print import Colour, random_colour

__all__ = ["Row", "draw_furniture", "draw_leftover", "draw_price_tag"]


@dataclass(frozen=True, slots=True)
class Row:
    """One shelf of the flat picture, pixels.

    Attributes:
        left, right: how far it reaches.
        foot: where a package stands that is as far in front as it can be.
        floor: how much of the board one sees behind that.
        clear: height between the board and the one above.
        rail: height of the price rail below.
    """

    left: int
    right: int
    foot: int
    floor: int
    clear: int
    rail: int


def draw_furniture(
    random: np.random.Generator,
    rows: int,
    zoom: float,
    wall: Colour,
    depth: float,
    canvas_wh: tuple[int, int],
) -> tuple[Pixels, Layer, tuple[Row, ...]]:
    """The empty shelf, what stands before the packages, and where packages can stand."""
    width, height = canvas_wh
    picture = np.empty((height, width, 3), np.float32)
    picture[:] = random.uniform(60, 190)
    _surroundings(picture, random)
    found = _rows(random, rows, zoom, canvas_wh)
    rails = np.zeros((height, width, 3), np.uint8)
    rail_alpha = np.zeros((height, width), np.uint8)
    rail_colour = random_colour(random) if random.random() < 0.4 else (200.0, 202.0, 204.0)
    board_level = float(random.uniform(90, 235))
    lip = float(random.choice([0, 0, 0.06, 0.12]))
    style = int(random.integers(4))
    for row in found:
        _recess(picture, random, row, wall, depth, style)
        _board(picture, row, board_level, depth)
        _rail(rails, rail_alpha, random, row, rail_colour, lip)
    light = _uneven(random, canvas_wh)
    lit = np.clip(picture * light[:, :, None], 0, 255).astype(np.uint8)
    return lit, layer_of(np.clip(rails * light[:, :, None], 0, 255).astype(np.uint8), rail_alpha), found


def _rows(random: np.random.Generator, rows: int, zoom: float, canvas_wh: tuple[int, int]) -> tuple[Row, ...]:
    width, height = canvas_wh
    half, tall = width * zoom / 2, height * min(0.96, zoom * random.uniform(0.8, 1.0))
    left, right = max(0, int(width / 2 - half)), min(width, int(width / 2 + half))
    top = int((height - tall) * random.uniform(0.3, 0.7))
    shares = random.uniform(0.8, 1.25, rows)
    ends = top + np.cumsum(shares / shares.sum()) * tall
    found, start = [], float(top)
    for end in ends:
        pitch = end - start
        rail = int(max(5, pitch * random.uniform(0.07, 0.13)))
        floor = int(max(3, pitch * random.uniform(0.04, 0.2)))
        found.append(Row(left, right, int(end) - rail, floor, int(pitch - rail - pitch * 0.04), rail))
        start = end
    return tuple(found)


def _surroundings(picture: NDArray[np.float32], random: np.random.Generator) -> None:
    """A floor of tiles or planks, a dark or light ceiling, things to either side."""
    import cv2

    height, width = picture.shape[:2]
    horizon = int(height * random.uniform(0.75, 0.95))
    picture[horizon:] = random.uniform(70, 200)
    step = int(random.uniform(24, 70))
    for x in range(-width, 2 * width, step):
        cv2.line(picture, (x, horizon), (width // 2 + (x - width // 2) * 2, height), (90, 90, 90), 1)
    for y in range(horizon, height, step // 2):
        cv2.line(picture, (0, y), (width, y), (90, 90, 90), 1)
    for _ in range(24):
        x, y = int(random.uniform(0, width)), int(random.uniform(0, horizon))
        size = (int(random.uniform(10, 60)), int(random.uniform(10, 90)))
        cv2.rectangle(picture, (x, y), (x + size[0], y + size[1]), random_colour(random), -1)
    picture += cv2.resize(random.normal(0, 9, (height // 3, width // 3, 3)).astype(np.float32), (width, height))


def _recess(
    picture: NDArray[np.float32], random: np.random.Generator, row: Row, wall: Colour, depth: float, style: int
) -> None:
    """The back wall of one row: darker above, where the next board is, and grained, perforated or ribbed."""
    top = max(0, row.foot - row.clear)
    part = picture[top : row.foot, row.left : row.right]
    part[:] = wall
    down = np.linspace(0, 1, part.shape[0])[:, None, None]
    part *= 1 - depth * (0.75 - 0.5 * down)
    if style == 1:
        part[:: max(6, row.clear // 12), :: max(6, row.clear // 12)] *= 0.55
    elif style == 2:
        part[:, :: max(5, row.clear // 9)] *= 0.8
    elif style == 3:
        part[:] = part * 0.8 + 8
        for x in range(0, part.shape[1], max(40, row.clear)):
            part[:, x : x + 3] *= 0.6
    part += random.normal(0, 2.0, part.shape).astype(np.float32)
    post = max(3, row.clear // 25)
    for x in (row.left, row.right - post):
        picture[top : row.foot, x : x + post] = 150
    above = picture[max(0, top - 2) : top + max(2, row.clear // 14), row.left : row.right]
    above *= 0.45


def _board(picture: NDArray[np.float32], row: Row, level: float, depth: float) -> None:
    part = picture[row.foot - row.floor : row.foot, row.left : row.right]
    down = np.linspace(1 - 0.6 * depth, 1, part.shape[0])[:, None, None]
    part[:] = level * down
    picture[row.foot : row.foot + row.rail, row.left : row.right] = level * 0.8


def _rail(
    rails: Pixels, alpha: NDArray[np.uint8], random: np.random.Generator, row: Row, colour: Colour, lip: float
) -> None:
    top = row.foot - int(lip * row.clear)
    rails[top : row.foot + row.rail, row.left : row.right] = np.clip(colour, 0, 255)
    alpha[top : row.foot + row.rail, row.left : row.right] = 255
    rails[top : top + 1, row.left : row.right] = 240
    x = row.left + int(random.uniform(5, 40))
    tag = (max(8, int(row.rail * random.uniform(1.4, 2.4))), max(4, row.rail - 2))
    while x + tag[0] < row.right:
        draw_price_tag(rails[row.foot + 1 : row.foot + 1 + tag[1], x : x + tag[0]], random)
        x += int(tag[0] * random.uniform(1.3, 5))


def draw_price_tag(part: NDArray[Any], random: np.random.Generator) -> None:
    """A price tag that fills `part`, in place."""
    height, width = part.shape[:2]
    paper = [(250, 250, 250), (90, 230, 250), (120, 120, 245), (225, 245, 225)][int(random.integers(4))]
    part[:] = paper
    for x in range(width // 8, width * 7 // 8, 3):
        if random.random() < 0.65:
            part[height // 4 : max(height // 4 + 1, height * 3 // 4), x : x + 2] = 30


def draw_leftover(picture: Pixels, random: np.random.Generator, box: tuple[int, int, int, int]) -> None:
    """What packages leave behind within their box: a low tray of cardboard, or the shelf's pusher plate."""
    left, top, right, bottom = (max(0, side) for side in box)
    width, height = right - left, bottom - top
    if random.random() < 0.6:
        paper = np.array((95, 140, 175)) * random.uniform(0.6, 1.2)
        low = max(3, round(height * random.uniform(0.1, 0.22)))
        picture[bottom - low : bottom, left:right] = np.clip(paper, 0, 255)
        picture[bottom - low : bottom - low + 2, left:right] = np.clip(paper * 0.6, 0, 255)
        return
    level = int(random.choice([30, 120, 200]))
    plate = picture[bottom - height // 2 : bottom, left + width // 4 : right - width // 4]
    plate[:] = np.clip(plate.astype(np.float32) * 0.3 + 0.7 * level, 0, 255).astype(np.uint8)


def _uneven(random: np.random.Generator, canvas_wh: tuple[int, int]) -> NDArray[np.float32]:
    """Lamps never light a shelf evenly."""
    width, height = canvas_wh
    across, down = np.linspace(-1, 1, width)[None, :], np.linspace(-1, 1, height)[:, None]
    slope, fall, spot = random.uniform(-0.15, 0.15), random.uniform(-0.2, 0.1), random.uniform(-0.6, 0.6)
    light: NDArray[np.float32] = (
        1 + slope * across + fall * down + 0.15 * np.exp(-((across - spot) ** 2 + down**2))
    ).astype(np.float32)
    return light
