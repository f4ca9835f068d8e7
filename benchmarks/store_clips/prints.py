"""What is printed on packages, and what goods without a package look like."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from store_clips.colours import Colour, hsv, shaded
from store_clips.draws import pick
from store_clips.sheet import BRANDS, WHITE, Sheet, pack
from store_clips.sprites import Picture

PAPER: Colour = (235, 235, 235)


def _box(sheet: Sheet) -> None:
    pack(sheet)
    width, height = sheet.size_wh
    sheet.picture[: int(height * 0.035)] = np.minimum(255, np.array(sheet.base, np.float32) * 1.25 + 14)
    cv2.rectangle(sheet.picture, (0, 0), (width - 1, height - 1), shaded(sheet.base, 0.7), 2)


def _carton(sheet: Sheet) -> None:
    pack(sheet, 0.2)
    width, height = sheet.size_wh
    sheet.picture[: int(height * 0.06)] = (225, 225, 225)
    sheet.picture[int(height * 0.06) : int(height * 0.2)] = np.array(sheet.base, np.float32) * 0.85
    middle = int(width * 0.5), int(height * 0.13)
    cv2.circle(sheet.picture, middle, int(width * 0.13), sheet.second, -1, cv2.LINE_AA)


def _glass(label_top: float, label_bottom: float, cap: float) -> Callable[[Sheet], None]:
    """Glass with a cap and a label, at these heights."""

    def draw(sheet: Sheet) -> None:
        sheet.picture[:] = hsv(sheet.hue, 140, 60 if sheet.is_dark else 120)
        sheet.picture[: int(sheet.size_wh[1] * cap)] = sheet.second
        label = sheet.part(label_top, label_bottom)
        label.picture[:] = (225, 232, 235) if sheet.rng.random() < 0.6 else sheet.base
        width, height = label.size_wh
        label.show_art(width * 0.12, height * 0.42, width * 0.88, height * 0.92)
        label.write(pick(sheet.rng, BRANDS), width * 0.18, height * 0.1, width * 0.64, (40, 30, 60))

    return draw


def _can(sheet: Sheet) -> None:
    pack(sheet, 0.06, 0.94)
    height = sheet.size_wh[1]
    sheet.picture[: int(height * 0.05)] = sheet.picture[int(height * 0.955) :] = 190


def _topped(print_top: float, top: float) -> Callable[[Sheet], None]:
    """A print from one height on, with a top of the second colour down to another."""

    def draw(sheet: Sheet) -> None:
        pack(sheet, print_top)
        sheet.picture[: int(sheet.size_wh[1] * top)] = sheet.second

    return draw


def _tube(sheet: Sheet) -> None:
    pack(sheet, 0.08, 0.75)
    sheet.picture[int(sheet.size_wh[1] * 0.8) :] = PAPER


def _book(sheet: Sheet) -> None:
    width, height = sheet.size_wh
    sheet.show_art(0, 0, width, height)
    cv2.rectangle(sheet.picture, (0, 0), (width, int(height * 0.22)), sheet.base, -1)
    sheet.write(pick(sheet.rng, BRANDS), width * 0.08, height * 0.05, width * 0.84, sheet.second)
    cv2.line(sheet.picture, (3, 0), (3, height), (40, 40, 40), 2)


def _blister(sheet: Sheet) -> None:
    picture, (width, height) = sheet.picture, sheet.size_wh
    cv2.circle(picture, (width // 2, int(height * 0.06)), max(3, width // 18), (60, 60, 60), -1, cv2.LINE_AA)
    sheet.write(pick(sheet.rng, BRANDS), width * 0.15, height * 0.13, width * 0.7, WHITE)
    sheet.show_art(width * 0.12, height * 0.36, width * 0.88, height * 0.92)
    corners = (int(width * 0.1), int(height * 0.34)), (int(width * 0.9), int(height * 0.94))
    cv2.rectangle(picture, *corners, (240, 240, 240), 3, cv2.LINE_AA)
    x = int(width * 0.2)
    cv2.line(picture, (x, int(height * 0.4)), (x, int(height * 0.85)), WHITE, 3, cv2.LINE_AA)


def _loaf(sheet: Sheet) -> None:
    picture, (width, height) = sheet.picture, sheet.size_wh
    picture[:] = hsv(12 + sheet.hue % 8, 150, 110 + sheet.hue // 2)
    for cut in range(4):
        middle = int(width * (0.2 + 0.2 * cut)), int(height * 0.3)
        axes = int(width * 0.03), int(height * 0.24)
        cv2.ellipse(picture, middle, axes, 25, 0, 360, (170, 205, 230), -1, cv2.LINE_AA)
    crumbs = sheet.rng.integers(-22, 22, size=(height // 2 + 1, width // 2 + 1, 1))
    _roughen(picture, crumbs.astype(np.float32))


def _roughen(picture: Picture, noise: NDArray[np.float32]) -> None:
    """Add coarse noise to a picture."""
    size_wh = picture.shape[1], picture.shape[0]
    picture[:] = np.clip(picture + cv2.resize(noise, size_wh)[..., None], 0, 255)


def _shirt(sheet: Sheet) -> None:
    picture, (width, height) = sheet.picture, sheet.size_wh
    for at in (0.3, 0.62):
        ends = (0, int(height * at)), (width, int(height * (at + 0.02)))
        cv2.line(picture, *ends, shaded(sheet.base, 0.6), 3, cv2.LINE_AA)
    if sheet.rng.random() < 0.5:
        for x in range(0, width, max(8, width // 12)):
            cv2.line(picture, (x, 0), (x, height), sheet.second, max(2, width // 50))
    corners = (int(width * 0.8), int(height * 0.66)), (int(width * 0.93), int(height * 0.9))
    cv2.rectangle(picture, *corners, PAPER, -1)


def _eggs(sheet: Sheet) -> None:
    width, height = sheet.size_wh
    pale = tuple(int(min(255, part * 1.15)) for part in sheet.base)
    for egg in range(5):
        middle = int(width * (0.1 + 0.2 * egg)), height // 3
        axes = int(width * 0.09), int(height * 0.3)
        cv2.ellipse(sheet.picture, middle, axes, 0, 180, 360, pale, -1, cv2.LINE_AA)
    sheet.show_art(width * 0.25, height * 0.42, width * 0.75, height * 0.88)


def _bouquet(sheet: Sheet) -> None:
    picture, rng, (width, height) = sheet.picture, sheet.rng, sheet.size_wh
    picture[:] = (40, 95, 45)
    for _ in range(60):
        middle = int(rng.uniform(0, width)), int(rng.uniform(0, height * 0.6))
        colour = pick(rng, (sheet.base, sheet.second, (60, 130, 60), (235, 235, 240)))
        cv2.circle(picture, middle, int(rng.uniform(0.04, 0.1) * width), colour, -1, cv2.LINE_AA)
    paper = [(width * 0.1, height * 0.55), (width * 0.9, height * 0.55), (width * 0.7, height), (width * 0.3, height)]
    sheet.polygon(paper, (215, 210, 225))


def _plush(sheet: Sheet) -> None:
    picture, (width, height) = sheet.picture, sheet.size_wh
    _roughen(picture, sheet.rng.integers(-26, 26, size=(height // 3 + 1, width // 3 + 1)).astype(np.float32))
    sheet.ellipse((width // 2, int(height * 0.72)), (int(width * 0.25), int(height * 0.17)), sheet.second)
    for side in (-1, 1):
        eye = int(width * (0.5 + 0.14 * side)), int(height * 0.18)
        cv2.circle(picture, eye, max(2, width // 22), (15, 15, 15), -1, cv2.LINE_AA)
    sheet.ellipse((width // 2, int(height * 0.27)), (int(width * 0.13), int(height * 0.06)), (215, 225, 235))


PRINTS: Final = MappingProxyType(
    {
        "bottle": _glass(0.5, 0.86, 0.07),
        "wine": _glass(0.54, 0.86, 0.22),
        "jar": _glass(0.36, 0.86, 0.15),
        "box": _box,
        "carton": _carton,
        "can": _can,
        "tub": _topped(0.2, 0.18),
        "spray": _topped(0.38, 0.21),
        "tube": _tube,
        "book": _book,
        "blister": _blister,
        "loaf": _loaf,
        "shirt": _shirt,
        "eggs": _eggs,
        "bouquet": _bouquet,
        "plush": _plush,
    }
)
"""How a kind of goods is printed; others by `pack`."""
