"""People before the shelf, seen from behind: shoppers, children, staff, with trolleys and carts."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from blind_clips.sprites import Picture, Sprite, speckle

SKINS = ((140, 170, 215), (120, 150, 200), (95, 125, 175), (65, 90, 135), (45, 62, 95), (150, 185, 232))


@dataclass(frozen=True, slots=True, eq=False)
class Passage:
    """Somebody's way through the picture.

    Attributes:
        figure: what is seen, its shadow included.
        stops: (time_s, x) with x the middle of the figure in picture points; in between it walks straight.
        top: the figure's upper edge in picture points.
        sway_px: how far it rocks as it walks and shifts as it stands.
    """

    figure: Sprite
    stops: tuple[tuple[float, float], ...]
    top: float
    sway_px: float
    kind: str

    def at(self, time_s: float) -> tuple[int, int] | None:
        """The upper left corner at a time, or None before and after."""
        times, xs = zip(*self.stops, strict=True)
        if not times[0] <= time_s <= times[-1]:
            return None
        x = float(np.interp(time_s, times, xs)) + self.sway_px * np.sin(time_s * 1.3 + self.top)
        bob = abs(np.sin(time_s * 5.5)) * self.sway_px * 0.5
        return int(x - self.figure.size_wh[0] / 2), int(self.top + bob)


def walk(
    figure: Sprite,
    enter_s: float,
    stand: tuple[tuple[float, float, float], ...],
    width: int,
    top: float,
    kind: str,
    rng: np.random.Generator,
) -> Passage:
    """In from one side, a stand at each (from_s, until_s, x), and out again."""
    speed = float(rng.uniform(0.22, 0.42)) * width
    outside = figure.size_wh[0] / 2 + 5
    start = -outside if rng.random() < 0.5 else width + outside
    leave = width + outside if rng.random() < 0.6 else -outside
    stops: list[tuple[float, float]] = []
    if not stand:
        leave = width + outside if start < 0 else -outside
        return Passage(figure, ((enter_s, start), (enter_s + abs(leave - start) / speed, leave)), top, 4.0, kind)
    for from_s, until_s, x in stand:
        if not stops:
            stops.append((from_s - abs(x - start) / speed, start))
        stops.extend(((from_s, x), (until_s, x)))
    stops.append((stand[-1][1] + abs(leave - stand[-1][2]) / speed, leave))
    return Passage(figure, tuple(stops), top, 4.0, kind)


def person(height: int, cloth: Picture | None, rng: np.random.Generator) -> Sprite:
    """Somebody from behind, from the head down, `height` points tall and 0.42 of that broad with the shadow."""
    width = int(height * rng.uniform(0.38, 0.46))
    body = np.zeros((height, width), np.uint8)
    middle, shoulder = width / 2, width * rng.uniform(0.36, 0.43)
    head_w, head_h = height * 0.062, height * 0.085
    neck, hip = height * 0.165, height * 0.55
    torso = [
        (middle - head_w * 0.6, neck),
        (middle + head_w * 0.6, neck),
        (middle + shoulder, height * 0.24),
        (middle + shoulder * 1.02, hip),
    ]
    torso += [
        (middle + shoulder * 0.7, height),
        (middle - shoulder * 0.7, height),
        (middle - shoulder * 1.02, hip),
        (middle - shoulder, height * 0.24),
    ]
    cv2.fillPoly(body, [np.int32(torso)], 255, cv2.LINE_AA)
    body = cv2.GaussianBlur(body, (0, 0), height * 0.008)
    picture = np.empty((height, width, 3), np.uint8)
    picture[:] = clothing((width, height), cloth, rng)
    legs = slice(int(hip), height)
    picture[legs] = np.uint8(rng.uniform(20, 110, 3) * np.array([1.1, 1.0, 0.95]))
    head = np.zeros_like(body)
    centre = (int(middle + rng.normal(0, 2)), int(height * 0.1))
    cv2.rectangle(head, (int(middle - head_w * 0.55), centre[1]), (int(middle + head_w * 0.55), int(neck + 6)), 255, -1)
    picture[head > 0] = SKINS[int(rng.integers(0, len(SKINS)))]
    crown = np.zeros_like(body)
    cv2.ellipse(crown, centre, (int(head_w), int(head_h)), 0, 0, 360, 255, -1, cv2.LINE_AA)
    hair = np.uint8(
        np.array([(25, 25, 28), (35, 55, 85), (70, 120, 170), (150, 155, 160), (20, 35, 60)][int(rng.integers(0, 5))])
        * rng.uniform(0.8, 1.2)
    )
    picture[crown > 0] = hair
    if rng.random() < 0.4:
        cv2.ellipse(
            crown,
            (centre[0], int(centre[1] + head_h * 0.7)),
            (int(head_w * 1.15), int(head_h * 1.2)),
            0,
            0,
            360,
            255,
            -1,
            cv2.LINE_AA,
        )
        picture[(crown > 0) & (np.arange(height) < neck * 1.25)[:, None]] = hair
        crown[int(neck * 1.3) :] = 0
    alpha = np.maximum(np.maximum(body, head), crown)
    across = np.linspace(-1, 1, width, dtype=np.float32)[None, :, None]
    folds = cv2.GaussianBlur(rng.normal(0, 1, (height, width)).astype(np.float32), (0, 0), width * 0.06)
    light = 1.02 - 0.3 * across**2 - 0.08 * across + (folds / max(float(folds.std()), 1e-6) * 0.07)[..., None]
    return shadowed(Sprite(speckle(np.clip(picture * light, 0, 255).astype(np.uint8), rng, 3.0), alpha), rng)


def clothing(size_wh: tuple[int, int], cloth: Picture | None, rng: np.random.Generator) -> Picture:
    """Cloth: plain, striped, checked, or with the colours of a picture, say of the shelf behind."""
    width, height = size_wh
    if cloth is not None:
        return cv2.resize(cloth, size_wh, interpolation=cv2.INTER_LINEAR)
    picture = np.empty((height, width, 3), np.uint8)
    picture[:] = rng.integers(15, 225, 3)
    kind, other = rng.integers(0, 4), rng.integers(15, 225, 3).astype(np.uint8)
    step = max(6, width // 14)
    if kind == 1:
        picture[(np.arange(height) // step) % 2 == 0] = other
    elif kind == 2:
        picture[(np.arange(height) // step) % 3 == 0] = other
        picture[:, (np.arange(width) // step) % 3 == 0] = (other * 0.7).astype(np.uint8)
    return picture


def trolley(height: int, rng: np.random.Generator) -> Sprite:
    """A wire trolley with shopping in it."""
    width = int(height * 1.25)
    picture = np.full((height, width, 3), 165, np.uint8)
    alpha = np.zeros((height, width), np.uint8)
    for _ in range(9):
        x, w, h = (
            int(rng.uniform(0.12, 0.75) * width),
            int(rng.uniform(0.1, 0.22) * width),
            int(rng.uniform(0.2, 0.45) * height),
        )
        colour = tuple(int(v) for v in rng.integers(30, 240, 3))
        cv2.rectangle(picture, (x, int(height * 0.72) - h), (x + w, int(height * 0.72)), colour, -1)
        cv2.rectangle(alpha, (x, int(height * 0.72) - h), (x + w, int(height * 0.72)), 255, -1)
    basket = np.int32(
        [
            [0.05 * width, 0.25 * height],
            [0.97 * width, 0.18 * height],
            [0.88 * width, 0.75 * height],
            [0.15 * width, 0.75 * height],
        ]
    )
    cv2.polylines(picture, [basket], True, (120, 122, 125), 4, cv2.LINE_AA)
    cv2.polylines(alpha, [basket], True, 255, 5, cv2.LINE_AA)
    wires = np.zeros_like(alpha)
    for x in range(0, width, max(7, width // 26)):
        cv2.line(wires, (x, 0), (x, height), 255, 2)
    for y in range(0, height, max(7, width // 26)):
        cv2.line(wires, (0, y), (width, y), 255, 2)
    inside = np.zeros_like(alpha)
    cv2.fillPoly(inside, [basket], 255)
    picture[(wires > 0) & (inside > 0)] = (175, 178, 180)
    return shadowed(Sprite(speckle(picture, rng, 4.0), np.maximum(alpha, np.minimum(wires, inside))), rng)


def cart(height: int, rng: np.random.Generator) -> Sprite:
    """A staff cart piled with cartons."""
    width = int(height * 0.62)
    picture = np.full((height, width, 3), 90, np.uint8)
    alpha = np.zeros((height, width), np.uint8)
    y = height
    while y > height * 0.12:
        h = int(height * rng.uniform(0.12, 0.22))
        x = int(rng.uniform(0, 0.1) * width)
        brown = np.uint8(np.array((95, 140, 175)) * rng.uniform(0.7, 1.15))
        picture[max(0, y - h) : y, x : width - x] = brown
        picture[max(0, y - h) : max(0, y - h) + 3, x : width - x] = brown // 2
        picture[max(0, y - h // 2) : max(0, y - h // 2) + 6, x : width - x] = (
            (brown * 1.2).clip(0, 255).astype(np.uint8)
        )
        alpha[max(0, y - h) : y, x : width - x] = 255
        y -= h
    return shadowed(Sprite(speckle(picture, rng, 4.0), alpha), rng)


def shadowed(figure: Sprite, rng: np.random.Generator) -> Sprite:
    """The figure with the soft shadow that it throws to one side."""
    pad = max(8, figure.size_wh[0] // 6)
    bgr = cv2.copyMakeBorder(figure.bgr, pad // 2, 0, pad, pad, cv2.BORDER_CONSTANT)
    alpha = cv2.copyMakeBorder(figure.alpha, pad // 2, 0, pad, pad, cv2.BORDER_CONSTANT)
    shift = int(rng.uniform(-0.6, 0.6) * pad)
    shade = cv2.GaussianBlur(np.roll(alpha, shift, axis=1), (0, 0), pad * 0.4).astype(np.float32) * float(
        rng.uniform(0.12, 0.3)
    )
    own = alpha[..., None] > 0
    return Sprite(np.where(own, bgr, 0).astype(np.uint8), np.maximum(alpha, shade.astype(np.uint8)))
