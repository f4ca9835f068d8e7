"""A package's front to be printed on, and the usual print."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from store_clips.colours import Colour
from store_clips.draws import pick
from store_clips.sprites import Picture

BRANDS = (
    *("NORA", "Felda", "OKO", "Brix", "Milva", "SOL", "Tavo", "Kern", "LUMA"),
    *("Rio", "Alpi", "Vero", "Pom", "Dao", "Hilla", "ZEST", "Nuvo", "Garda"),
)
FONTS = (cv2.FONT_HERSHEY_DUPLEX, cv2.FONT_HERSHEY_TRIPLEX, cv2.FONT_HERSHEY_SIMPLEX)
WHITE: Colour = (250, 250, 250)


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """A package's front, to be printed on.

    Attributes:
        picture: filled with `base`; drawn on in place.
        base, second: the package's colours.
        hue, is_dark: of the product.
        art: a photograph for it.
    """

    picture: Picture
    rng: np.random.Generator
    base: Colour
    second: Colour
    hue: int
    is_dark: bool
    art: Picture

    @property
    def size_wh(self) -> tuple[int, int]:
        return self.picture.shape[1], self.picture.shape[0]

    def part(self, top: float, bottom: float) -> Sheet:
        """The rows between two heights, as a sheet of their own."""
        height = self.size_wh[1]
        return replace(self, picture=self.picture[int(height * top) : int(height * bottom)])

    def show_art(self, left: float, top: float, right: float, bottom: float) -> None:
        """The photograph within these bounds, in points."""
        x0, y0, x1, y1 = int(left), int(top), int(right), int(bottom)
        if x1 > x0 + 2 and y1 > y0 + 2:
            scale = min(self.art.shape[1] / (x1 - x0), self.art.shape[0] / (y1 - y0))
            width, height = int((x1 - x0) * scale), int((y1 - y0) * scale)
            cut = self.art[: max(2, height), : max(2, width)]
            self.picture[y0:y1, x0:x1] = cv2.resize(cut, (x1 - x0, y1 - y0), interpolation=cv2.INTER_AREA)

    def write(self, brand: str, left: float, top: float, width: float, colour: Colour) -> None:
        """A brand as wide as asked, in any font."""
        font = pick(self.rng, FONTS)
        (own_width, own_height), _ = cv2.getTextSize(brand, font, 1, 2)
        scale = width / own_width
        foot = int(left), int(top + own_height * scale)
        cv2.putText(self.picture, brand, foot, font, scale, colour, max(1, int(2.2 * scale)), cv2.LINE_AA)

    def ellipse(self, middle_xy: tuple[int, int], axes: tuple[int, int], colour: Colour) -> None:
        cv2.ellipse(self.picture, middle_xy, axes, 0, 0, 360, colour, -1, cv2.LINE_AA)

    def polygon(self, points: Sequence[tuple[float, float]], colour: Colour) -> None:
        cv2.fillPoly(self.picture, [np.array(points).astype(np.int32)], colour, cv2.LINE_AA)


def pack(sheet: Sheet, top: float = 0.06, bottom: float = 0.95) -> None:
    """A usual print between two heights: a brand, a picture, a second colour, some lines of text; four layouts."""
    picture, rng, (width, height) = sheet.picture, sheet.rng, sheet.size_wh
    layout = int(rng.integers(4))
    first = int(height * top)
    ink = (245, 245, 245) if sum(sheet.base) < 330 else (30, 25, 25)
    brand = pick(rng, BRANDS)
    if layout == 0:
        picture[first : int(height * (top + 0.28))] = sheet.second
        sheet.show_art(width * 0.1, height * 0.5, width * 0.9, height * bottom)
        sheet.write(brand, width * 0.14, first + height * 0.05, width * 0.72, WHITE)
    elif layout == 1:
        sheet.show_art(0, height * (top + 0.3), width, height * (bottom - 0.14))
        sheet.write(brand, width * 0.12, first + height * 0.05, width * 0.76, ink)
        low, end = int(height * (bottom - 0.13)), int(height * bottom)
        cv2.rectangle(picture, (0, low), (width, end), sheet.second, -1)
    elif layout == 2:
        sheet.ellipse((width // 2, int(height * 0.55)), (int(width * 0.42), int(height * 0.2)), sheet.second)
        sheet.write(brand, width * 0.2, height * 0.51, width * 0.6, WHITE)
        sheet.show_art(width * 0.2, height * 0.77, width * 0.8, height * bottom)
    else:
        band = [(0, height * 0.45), (width, height * 0.25), (width, height * 0.6), (0, height * 0.8)]
        sheet.polygon(band, sheet.second)
        sheet.show_art(width * 0.25, height * 0.62, width * 0.95, height * bottom)
        sheet.write(brand, width * 0.1, first + height * 0.05, width * 0.7, ink)
    for line in range(int(rng.integers(2, 5))):
        y = int(height * (0.44 + 0.035 * line))
        end = int(width * rng.uniform(0.4, 0.8))
        cv2.line(picture, (int(width * 0.15), y), (end, y), ink, max(1, height // 140), cv2.LINE_AA)
