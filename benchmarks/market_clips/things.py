"""Things before the shelf that are not people: trolleys, boxes, doors, fog, signs, cloths, insects."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from market_clips.layer import Layer
from market_clips.paint import Colour, Image, dimmed, hsv, sheet, small_print, write_word
from market_clips.people import Point, Wear, draw_arm
from market_clips.scene import MARGIN_PX, paste

SLIDE_S = 2.5


@dataclass(frozen=True, slots=True, eq=False)
class Parked:
    """Something pushed in from one side, left standing, and pushed out again."""

    picture: Image
    place: Point
    enter_x: float
    from_s: float
    until_s: float

    def draw(self, layer: Layer, time_s: float) -> None:
        """Draw it where it is on its way."""
        inward = min(1.0, (time_s - self.from_s) / SLIDE_S, max(0.0, (self.until_s - time_s) / SLIDE_S))
        share = inward * inward * (3 - 2 * inward)
        layer.stamp(self.picture, (self.enter_x + (self.place[0] - self.enter_x) * share, self.place[1]))


def boxes_picture(rng: np.random.Generator, size_wh: tuple[int, int]) -> Image:
    """A stack of brown boxes on a hand truck."""
    width, height = size_wh
    art = np.zeros((height, width, 4), np.uint8)
    levels = int(rng.integers(2, 5))
    for level in range(levels):
        top, bottom = height * level // levels, height * (level + 1) // levels
        inset = int(rng.uniform(0, 0.12) * width)
        part = art[top:bottom, inset : width - int(rng.uniform(0, 0.12) * width)]
        part[..., :3] = hsv(0.08, rng.uniform(0.35, 0.5), rng.uniform(0.4, 0.7))
        part[: (bottom - top) // 9, :, :3] = dimmed((90, 130, 170), 0.6)
        part[:, part.shape[1] // 2 - 4 : part.shape[1] // 2 + 4, :3] = (150, 185, 205)
        part[..., 3] = 255
        front = np.ascontiguousarray(part[..., :3])
        small_print(front, rng, (0.08, 0.5, 0.4, 0.8), (50, 60, 80), 3)
        part[..., :3] = front
    return art


def cage_picture(rng: np.random.Generator, size_wh: tuple[int, int]) -> Image:
    """A roll cage: bars, half filled with goods."""
    width, height = size_wh
    art = np.zeros((height, width, 4), np.uint8)
    art[int(height * rng.uniform(0.35, 0.6)) :] = (*hsv(rng.uniform(), 0.4, 0.5), 255)
    for x in np.linspace(2, width - 3, 9):
        cv2.line(art, (int(x), 0), (int(x), height), (165, 165, 160, 255), 3)
    for y in np.linspace(2, height - 3, 7):
        cv2.line(art, (0, int(y)), (width, int(y)), (135, 135, 130, 255), 2)
    return art


def cart_picture(rng: np.random.Generator, size_wh: tuple[int, int]) -> Image:
    """A shopping trolley from the side: a wire basket with some goods, a coloured handle."""
    width, height = size_wh
    art = np.zeros((height, width, 4), np.uint8)
    for _ in range(7):
        x, y = int(rng.uniform(0.1, 0.7) * width), int(rng.uniform(0.25, 0.5) * height)
        colour = hsv(rng.uniform(), 0.7, 0.7)
        cv2.rectangle(art, (x, y), (x + width // 6, int(height * 0.68)), (*colour, 255), -1)
    for x in np.linspace(0.04, 0.96, 16):
        cv2.line(art, (int(x * width), height // 5), (int((0.1 + x * 0.85) * width), int(height * 0.7)), (170,) * 4, 2)
    for y in np.linspace(0.2, 0.7, 6):
        cv2.line(art, (0, int(y * height)), (width, int(y * height)), (160, 160, 160, 255), 2)
    cv2.rectangle(art, (0, height // 6), (width // 5, height // 5), (*hsv(rng.uniform(), 0.9, 0.8), 255), -1)
    art[..., 3][art[..., :3].any(axis=2)] = 255
    return art


@dataclass(frozen=True, slots=True, eq=False)
class Wipe:
    """A hand with a cloth that wipes to and fro along a shelf."""

    shoulder: Point
    left: Point
    right: Point
    tall: float
    wear: Wear
    colour: Colour
    from_s: float
    until_s: float

    def draw(self, layer: Layer, time_s: float) -> None:
        """Draw arm and cloth."""
        out = min(1.0, (time_s - self.from_s) / 1.2, (self.until_s - time_s) / 1.2)
        share = 0.5 - 0.5 * np.cos((time_s - self.from_s) * 1.7)
        x = self.left[0] + (self.right[0] - self.left[0]) * share
        y = self.left[1] + (self.right[1] - self.left[1]) * share
        x, y = self.shoulder[0] + (x - self.shoulder[0]) * out, self.shoulder[1] + (y - self.shoulder[1]) * out
        size = self.tall * 0.05
        wave = np.sin(time_s * 9 + np.arange(10)) * size * 0.15
        turn = np.linspace(0, 2 * np.pi, 10)
        layer.fill(
            np.column_stack([x + (size + wave) * np.cos(turn), y + (size * 0.7 + wave) * np.sin(turn)]), self.colour
        )
        draw_arm(layer, self.shoulder, (float(x), float(y)), self.tall, self.wear, None)


@dataclass(frozen=True, slots=True, eq=False)
class Sign:
    """A sign on a springy foot at the shelf edge, which swings now and then; there from the start or hung up later."""

    picture: Image
    foot: Point
    swing_deg: float
    swings: tuple[tuple[float, float], ...]
    from_s: float
    until_s: float

    def draw(self, layer: Layer, time_s: float) -> None:
        """Draw it at its angle."""
        angle = 0.0
        for start, end in self.swings:
            if start <= time_s < end:
                angle = self.swing_deg * np.exp(-(time_s - start) / (end - start) * 2.5) * np.sin((time_s - start) * 5)
        half = self.picture.shape[0] / 2
        way = np.deg2rad(angle)
        centre = (self.foot[0] - half * np.sin(way), self.foot[1] - half * np.cos(way))
        layer.stamp(self.picture, centre, round(float(angle)))


def sign_picture(rng: np.random.Generator, size_px: int) -> Image:
    """A round or square offer."""
    art = sheet((size_px, size_px), hsv(rng.choice([0.0, 0.15, 0.33, 0.6]), 0.9, 0.9))
    write_word(art, ("-25%", "NEW", "2+1", "BIO")[int(rng.integers(4))], (0.12, 0.3, 0.88, 0.7), (250, 250, 250), 1)
    alpha = np.zeros((size_px, size_px), np.uint8)
    if rng.random() < 0.6:
        cv2.circle(alpha, (size_px // 2, size_px // 2), size_px // 2 - 1, 255, -1)
    else:
        alpha[:] = 255
    return np.dstack([art, alpha]).astype(np.uint8)


@dataclass(frozen=True, slots=True, eq=False)
class Door:
    """The glass door of a cooler that swings open over its neighbour and leaves the glass fogged.

    Attributes:
        hinge_x: where the door hangs; width: to its free edge, negative to the left.
        fog: greatest share of white on the pane after the door has closed at until_s - fog_s.
    """

    hinge_x: float
    width: float
    top: float
    bottom: float
    fog: float
    fog_s: float
    from_s: float
    until_s: float

    def draw(self, layer: Layer, time_s: float) -> None:
        """Draw the open leaf, or the fog that is left."""
        closed_s = self.until_s - self.fog_s
        if time_s >= closed_s:
            share = self.fog * (1 - (time_s - closed_s) / self.fog_s)
            layer.veil(_leaf(self.hinge_x, self.hinge_x + self.width, self.top, self.bottom, 0), (225, 225, 220), share)
            return
        angle = min(1.0, (time_s - self.from_s) / 1.2, (closed_s - time_s) / 1.2) * np.deg2rad(112)
        free_x = self.hinge_x + self.width * float(np.cos(angle))
        leaf = _leaf(self.hinge_x, free_x, self.top, self.bottom, 0.1 * float(np.sin(angle)))
        layer.veil(leaf, (215, 215, 205), 0.25 + 0.3 * self.fog * float(np.sin(angle)))
        for at in range(4):
            first, second = np.array(leaf[at]), np.array(leaf[(at + 1) % 4])
            inward = np.array([0.0, 8.0]) if at % 2 == 0 else np.array([7.0, 0.0])
            layer.fill([first - inward, second - inward, second + inward, first + inward], (48, 46, 44))


def _leaf(hinge_x: float, free_x: float, top: float, bottom: float, grow: float) -> list[Point]:
    more = (bottom - top) * grow
    return [(hinge_x, top), (free_x, top - more), (free_x, bottom + more), (hinge_x, bottom)]


@dataclass(frozen=True, slots=True, eq=False)
class Posts:
    """The dark frames of two closed doors: at both sides and in the middle of the view."""

    half_width: float
    from_s: float
    until_s: float

    def draw(self, layer: Layer, time_s: float) -> None:
        """Draw them from top to bottom."""
        height, width = layer.cover.shape
        for x in (MARGIN_PX - 10.0, width / 2, width - MARGIN_PX + 10.0):
            layer.fill(_leaf(x - self.half_width, x + self.half_width, 0, height, 0), (58, 56, 54))


@dataclass(frozen=True, slots=True, eq=False)
class Lid:
    """The sliding glass lid of a freezer chest: frosted pane and a frame, pushed along x."""

    path: tuple[tuple[float, float], ...]
    width: float
    top: float
    bottom: float
    frost: float
    from_s: float
    until_s: float

    def draw(self, layer: Layer, time_s: float) -> None:
        """Draw it where it has been pushed."""
        times, ways = zip(*self.path, strict=True)
        x = float(np.interp(time_s, times, ways))
        layer.veil(_leaf(x, x + self.width, self.top, self.bottom, 0), (235, 228, 215), self.frost)
        layer.veil(_leaf(x + self.width * 0.3, x + self.width * 0.42, self.top, self.bottom, 0), (250,) * 3, 0.3)
        for edge in (x, x + self.width - 9):
            layer.fill(_leaf(edge, edge + 9, self.top, self.bottom, 0), (95, 92, 90))


@dataclass(frozen=True, slots=True, eq=False)
class Reflection:
    """A bright shape in the glass that wanders: a window, a passing bus, a lit coat."""

    path: tuple[tuple[float, float], ...]
    size_wh: tuple[float, float]
    y: float
    share: float
    colour: Colour
    from_s: float
    until_s: float

    def draw(self, layer: Layer, time_s: float) -> None:
        """Draw two panes of it, slanted."""
        times, ways = zip(*self.path, strict=True)
        x = float(np.interp(time_s, times, ways))
        fade = min(1.0, (time_s - self.from_s) / 1.0, (self.until_s - time_s) / 1.0)
        width, height = self.size_wh
        for left in (0.0, 0.55):
            a, b = x + left * width, x + (left + 0.45) * width
            pane = [(a, self.y), (b, self.y), (b - 0.2 * width, self.y + height), (a - 0.2 * width, self.y + height)]
            layer.veil(pane, self.colour, self.share * max(0.0, fade))


@dataclass(frozen=True, slots=True, eq=False)
class Crawler:
    """A spider or fly that walks over the lens, large and soft."""

    path: tuple[tuple[float, float, float], ...]
    size: float
    from_s: float
    until_s: float

    def draw(self, layer: Layer, time_s: float) -> None:
        """Draw body and legs."""
        times, xs, ys = zip(*self.path, strict=True)
        x, y = float(np.interp(time_s, times, xs)), float(np.interp(time_s, times, ys))
        for leg in range(8):
            way = leg * np.pi / 4 + 0.4 + 0.25 * np.sin(time_s * 11 + leg)
            tip = np.array([x + np.cos(way) * self.size * 2, y + np.sin(way) * self.size * 2])
            side = np.array([-np.sin(way), np.cos(way)]) * self.size * 0.08
            root = np.array([x, y])
            layer.fill([root + side, tip + side, tip - side, root - side], (38, 36, 34))
        layer.disc((x, y), (self.size, self.size * 0.8), (30, 28, 27))


@dataclass(frozen=True, slots=True, eq=False)
class LensHand:
    """A hand laid over the lens: nothing but blurred, dark skin."""

    skin: Colour
    from_s: float
    until_s: float

    def draw(self, layer: Layer, time_s: float) -> None:
        """Draw it sliding in from below, covering all, and sliding away."""
        height, width = layer.cover.shape
        out = min(1.0, (time_s - self.from_s) / 0.6, (self.until_s - time_s) / 0.6)
        top = height * (1 - 1.15 * max(0.0, out))
        turn = np.linspace(0, np.pi, 24)
        arch = np.column_stack([width / 2 - np.cos(turn) * width * 0.75, top - np.sin(turn) * height * 0.2])
        layer.fill([*arch, (width * 1.25, height * 2), (-width * 0.25, height * 2)], dimmed(self.skin, 0.35))


@dataclass(frozen=True, slots=True, eq=False)
class NewLabels:
    """Price labels that show other prices from a moment on; outside the facings, so they cover nothing."""

    boxes: tuple[tuple[int, int, int, int], ...]
    faces: tuple[Image, ...]
    from_s: float
    until_s: float
    gap_s: float = 0.7

    def draw(self, layer: Layer, time_s: float) -> None:
        """Draw the labels whose turn has come."""
        if layer.frame is None:
            return
        for at, (box, face) in enumerate(zip(self.boxes, self.faces, strict=True)):
            if time_s >= self.from_s + at * self.gap_s:
                paste(layer.frame, face, ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2))
