"""What the camera, its mount and its line do to the picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from market_clips.paint import Image
from market_clips.scene import MARGIN_PX

Matrix = NDArray[np.float64]
SHARP: Final = 0.55
"""Standard deviation of the lens blur of a camera in good order, in pixels."""


class Effect(Protocol):
    """Something done to the picture after it has been taken from the canvas."""

    def apply(self, picture: Image, time_s: float) -> Image:
        """The picture as it becomes, or the same one."""


@dataclass(frozen=True, slots=True)
class Knock:
    """The camera is pushed aside; it takes settle_s to come to rest, and may be put back at until_s.

    Attributes:
        shift: pixels by which the shelf moves in the picture.
    """

    from_s: float
    until_s: float
    shift: tuple[float, float]
    degrees: float
    settle_s: float = 0.5
    back_s: float = 1.0

    def share(self, time_s: float) -> float:
        """How much of the push is in effect."""
        on = np.clip((time_s - self.from_s) / self.settle_s, 0, 1)
        off = np.clip((time_s - self.until_s) / self.back_s, 0, 1)
        return float(on - off)


@dataclass(frozen=True, slots=True)
class Tremble:
    """Vibration: the picture jumps by a pixel or two from frame to frame."""

    from_s: float
    until_s: float
    size_px: float
    seed: int


def view_matrix(
    knocks: tuple[Knock, ...], trembles: tuple[Tremble, ...], view_wh: tuple[int, int], time_s: float
) -> Matrix | None:
    """Canvas to picture, (2, 3), or None when the camera is where it belongs."""
    x = y = turn = 0.0
    for knock in knocks:
        share = knock.share(time_s)
        x, y, turn = x + share * knock.shift[0], y + share * knock.shift[1], turn + share * knock.degrees
    for tremble in trembles:
        if tremble.from_s <= time_s < tremble.until_s:
            jump = np.random.default_rng([tremble.seed, round(time_s * 10)]).normal(0, tremble.size_px, 2)
            x, y = x + float(jump[0]), y + float(jump[1])
    if not (x or y or turn):
        return None
    middle = view_wh[0] / 2 + MARGIN_PX, view_wh[1] / 2 + MARGIN_PX
    matrix: Matrix = cv2.getRotationMatrix2D(middle, turn, 1.0)
    matrix[:, 2] += (x - MARGIN_PX, y - MARGIN_PX)
    return matrix


def taken(canvas: Image, matrix: Matrix | None, view_wh: tuple[int, int]) -> Image:
    """The part of the canvas that the camera sees."""
    width, height = view_wh
    if matrix is None:
        return canvas[MARGIN_PX : MARGIN_PX + height, MARGIN_PX : MARGIN_PX + width]
    picture: Image = cv2.warpAffine(canvas, matrix, view_wh, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return picture


@dataclass(frozen=True, slots=True)
class Tone:
    """Exposure or white balance that steps: points of (time, blue, green, red gain), straight in between."""

    points: tuple[tuple[float, float, float, float], ...]

    def apply(self, picture: Image, time_s: float) -> Image:
        """See Effect."""
        times = [point[0] for point in self.points]
        gains = [float(np.interp(time_s, times, [point[k] for point in self.points])) for k in (1, 2, 3)]
        if all(abs(gain - 1) < 0.005 for gain in gains):
            return picture
        return gained(picture, gains)


def gained(picture: Image, gains: list[float]) -> Image:
    """The picture with a gain per channel."""
    table = np.clip(np.arange(256)[:, None] * np.array(gains)[None], 0, 255).astype(np.uint8)
    result: Image = cv2.LUT(picture, table[None])
    return result


@dataclass(frozen=True, slots=True)
class Night:
    """The infrared filter swings away: no colours, other contrast, a bright middle."""

    from_s: float
    until_s: float

    def apply(self, picture: Image, time_s: float) -> Image:
        """See Effect."""
        if not self.from_s <= time_s < self.until_s:
            return picture
        weights = np.array([[0.1, 0.3, 0.6]], np.float32)
        grey = cv2.transform(picture, weights)
        table = np.clip(255 * (np.arange(256) / 255) ** 0.75, 0, 245).astype(np.uint8)
        height, width = picture.shape[:2]
        glow = cv2.resize(np.array([[150, 170, 150], [190, 255, 190], [150, 175, 150]], np.uint8), (width, height))
        result: Image = cv2.cvtColor(cv2.multiply(cv2.LUT(grey, table), glow, scale=1 / 230), cv2.COLOR_GRAY2BGR)
        return result


@dataclass(frozen=True, slots=True)
class Defocus:
    """The lens creeps out of focus and back."""

    from_s: float
    until_s: float
    sigma_px: float

    def apply(self, picture: Image, time_s: float) -> Image:
        """See Effect."""
        if not self.from_s <= time_s < self.until_s:
            return picture
        share = np.sin(np.pi * (time_s - self.from_s) / (self.until_s - self.from_s))
        result: Image = cv2.GaussianBlur(picture, (0, 0), max(0.3, self.sigma_px * float(share)))
        return result


@dataclass(frozen=True, slots=True)
class Smear:
    """Grease on part of the lens: soft and milky, from a moment on."""

    from_s: float
    until_s: float
    centre: tuple[float, float]
    radius: float
    milk: float

    def apply(self, picture: Image, time_s: float) -> Image:
        """See Effect."""
        if not self.from_s <= time_s < self.until_s:
            return picture
        height, width = picture.shape[:2]
        x, y, r = int(self.centre[0] * width), int(self.centre[1] * height), int(self.radius * width)
        x0, y0, x1, y1 = max(0, x - r), max(0, y - r), min(width, x + r), min(height, y + r)
        part = picture[y0:y1, x0:x1]
        yy, xx = np.mgrid[y0:y1, x0:x1].astype(np.float32)
        inside = np.clip(1.4 - 1.4 * np.hypot(xx - x, yy - y) / r, 0, 1)[..., None]
        soft = cv2.GaussianBlur(part, (0, 0), 3) * (1 - self.milk) + 205 * self.milk
        smeared: Image = picture.copy()
        smeared[y0:y1, x0:x1] = (part * (1 - inside) + soft * inside).astype(np.uint8)
        return smeared


@dataclass(frozen=True, slots=True)
class Blocks:
    """A starved line: hard compression, on and off."""

    from_s: float
    until_s: float
    quality: int

    def apply(self, picture: Image, time_s: float) -> Image:
        """See Effect."""
        if not self.from_s <= time_s < self.until_s:
            return picture
        _, coded = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, self.quality])
        decoded: Image = np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR), np.uint8)
        return decoded


@dataclass(frozen=True, slots=True)
class Clock:
    """The time of day, written into a corner of the picture by the camera."""

    start_s: int
    top: bool

    def apply(self, picture: Image, time_s: float) -> Image:
        """See Effect."""
        seconds = self.start_s + int(time_s)
        text = f"CAM 03  {seconds // 3600 % 24:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
        stamped: Image = picture.copy()
        at = (8, 11 if self.top else picture.shape[0] - 3)
        cv2.putText(stamped, text, at, cv2.FONT_HERSHEY_SIMPLEX, 0.36, (20, 20, 20), 2)
        cv2.putText(stamped, text, at, cv2.FONT_HERSHEY_SIMPLEX, 0.36, (240, 240, 240), 1)
        return stamped


@dataclass(frozen=True, slots=True)
class Loss:
    """The line is down: the last picture stands still, or there is only black."""

    from_s: float
    until_s: float
    black: bool


@dataclass(frozen=True, slots=True)
class Stutter:
    """Frames are dropped: pictures stand for some tenths of a second."""

    from_s: float
    until_s: float
    seed: int

    def stands(self, time_s: float) -> bool:
        """Whether the picture before is shown again."""
        if not self.from_s <= time_s < self.until_s:
            return False
        return bool(np.random.default_rng([self.seed, int(time_s / 0.7)]).random() < 0.6 and time_s % 0.7 > 0.1)


@dataclass(frozen=True, slots=True, eq=False)
class Sensor:
    """Noise: a fixed pattern and some sheets of grain of which each frame takes one."""

    plus: tuple[Image, ...]
    minus: tuple[Image, ...]

    def apply(self, picture: Image, frame: int) -> Image:
        """The picture as the sensor of a camera in good order gives it."""
        soft = cv2.GaussianBlur(picture, (3, 3), SHARP)
        at = (frame * 5) % len(self.plus)
        result: Image = cv2.subtract(cv2.add(soft, self.plus[at]), self.minus[(frame * 3) % len(self.minus)])
        return result


def new_sensor(view_wh: tuple[int, int], strength: float, rng: np.random.Generator) -> Sensor:
    """A sensor whose grain has a standard deviation of about `strength` grey levels."""
    shape = (view_wh[1], view_wh[0], 3)
    pattern = rng.normal(0, strength * 0.3, shape).astype(np.float32)
    grain = [rng.normal(0, strength, shape).astype(np.float32) for _ in range(6)]
    plus = tuple(np.clip(sheet + pattern, 0, 60).astype(np.uint8) for sheet in grain)
    minus = tuple(np.clip(-(sheet + pattern), 0, 60).astype(np.uint8) for sheet in grain[::-1])
    return Sensor(plus, minus)
