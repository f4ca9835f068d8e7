"""What is on the lens or wrong with it: something covers it, spots, fog, an insect, the focus, the night mode."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum, auto

import cv2
import numpy as np
from numpy.typing import NDArray

from store_clips.draws import smooth_noise
from store_clips.sight import Span
from store_clips.sprites import Picture, Placed, Sprite, clear
from store_clips.story import Story
from store_clips.timing import ramp

SLIDE_S = 0.4  # so long something that covers the lens takes to come and go
UNSHARP_PX = 2.6  # deviation of the blur when the focus is lost


class Cover(Enum):
    """What covers the lens."""

    HAND = auto()
    BAG = auto()


def cover(story: Story, from_s: float, until_s: float, what: Cover) -> None:
    """Something covers the lens."""
    from_s, until_s = story.snap(from_s), story.snap(until_s)
    sprite = _covering(story, what)

    def on_lens(time_s: float) -> list[Placed]:
        if not from_s - SLIDE_S <= time_s < until_s + SLIDE_S:
            return []
        away_s = max(from_s - time_s, time_s - until_s) if not from_s <= time_s < until_s else 0.0
        away = max(0, min(1, away_s / SLIDE_S))
        return [Placed(sprite, away * story.width, away * story.height * 0.3)]

    story.sight.lens.append(on_lens)
    story.note_blind("blocked", from_s, until_s)


def _covering(story: Story, what: Cover) -> Sprite:
    width, height = story.width, story.height
    if what is Cover.HAND:
        noise = smooth_noise(story.rng, height, width, width / 3)[..., None]
        colour = np.array([70, 90, 150], np.float32) * (0.5 + 0.25 * noise.clip(-1, 1))
    else:
        noise = smooth_noise(story.rng, height, width, width / 5)[..., None]
        colour = np.array([205, 210, 214], np.float32) * (1 + 0.08 * noise)
    return np.dstack([np.clip(colour, 0, 255), np.full((height, width), 255)]).astype(np.uint8)


def smudge(story: Story, from_s: float) -> None:
    """Two fingerprints or drops on the dome from some time on: soft, pale spots."""
    rng, width, height = story.rng, story.width, story.height
    shape = np.zeros((height, width), np.float32)
    for _ in range(2):
        middle = int(rng.uniform(0.1, 0.9) * width), int(rng.uniform(0.1, 0.9) * height)
        axes = int(width * rng.uniform(0.04, 0.1)), int(width * rng.uniform(0.03, 0.07))
        cv2.ellipse(shape, middle, axes, float(rng.uniform(0, 180)), 0, 360, 1.0, -1)
    soft_shape: NDArray[np.float32] = cv2.GaussianBlur(shape, (0, 0), width * 0.015)[..., None]

    def after(frame: Picture, time_s: float) -> Picture:
        if time_s < from_s or time_s >= story.duration_s:
            return frame
        soft = cv2.GaussianBlur(frame, (0, 0), width / 300)
        pale: NDArray[np.float32] = frame + (soft.astype(np.float32) * 0.82 + 32 - frame) * soft_shape * 0.8
        return np.clip(pale, 0, 255).astype(np.uint8)

    story.sight.after.append(after)
    story.note("smudge", from_s, story.duration_s)


def fog(story: Story, from_s: float, until_s: float, most: float) -> None:
    """Warm air on a cold lens: pale and soft, going and coming."""

    def after(frame: Picture, time_s: float) -> Picture:
        slope_s = (until_s - from_s) * 0.35
        share = ramp(time_s, from_s, until_s, slope_s) * most if from_s < time_s < until_s else 0
        if share < 0.02:
            return frame
        soft = cv2.GaussianBlur(frame, (0, 0), 0.4 + 2.4 * share)
        foggy: Picture = cv2.addWeighted(soft, 1 - share, np.full_like(frame, 205), share, 0)
        return foggy

    story.sight.after.append(after)
    story.note("fog", from_s, until_s)


def defocus(story: Story, spans: Sequence[Span]) -> None:
    """The autofocus hunts."""

    def after(frame: Picture, time_s: float) -> Picture:
        shares = [ramp(time_s, from_s, until_s, 0.5) for from_s, until_s in spans if from_s < time_s < until_s]
        share = max(shares, default=0)
        if share <= 0.1:
            return frame
        soft: Picture = cv2.GaussianBlur(frame, (0, 0), UNSHARP_PX * share)
        return soft

    story.sight.after.append(after)
    for from_s, until_s in spans:
        story.note("defocus", from_s, until_s)


def night_mode(story: Story, from_s: float, until_s: float) -> None:
    """The camera switches to infrared: grey, flat, noisy, bright in the middle."""
    rows, columns = np.mgrid[0 : story.height, 0 : story.width].astype(np.float32)
    off_middle = (columns / story.width - 0.5) ** 2 + (rows / story.height - 0.5) ** 2
    light = 1.15 - 0.5 * (off_middle * 2)

    def after(frame: Picture, time_s: float) -> Picture:
        if not from_s <= time_s < until_s:
            return frame
        grey = cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY).astype(np.float32) * 0.8 + 22
        night: Picture = cv2.cvtColor(np.clip(grey * light, 0, 255).astype(np.uint8), cv2.COLOR_GRAY2BGR)
        return night

    story.sight.after.append(after)
    story.sight.noise = lambda time_s: 7.0 if from_s <= time_s < until_s else 2.0
    story.note("night mode", from_s, until_s)


def spider(story: Story, from_s: float, until_s: float) -> None:
    """A spider walks over the lens."""
    sprite = _spider_sprite(int(story.height * 0.16))
    count = int((until_s - from_s) / 4) + 2
    xs, ys = story.rng.uniform(0, 0.85, count) * story.width, story.rng.uniform(0, 0.8, count) * story.height
    xs[0], xs[-1] = -sprite.shape[1], story.width
    times = np.linspace(from_s, until_s, count)

    def on_lens(time_s: float) -> list[Placed]:
        if not from_s < time_s < until_s:
            return []
        return [Placed(sprite, float(np.interp(time_s, times, xs)), float(np.interp(time_s, times, ys)))]

    story.sight.lens.append(on_lens)
    story.note("spider", from_s, until_s)


def _spider_sprite(size: int) -> Sprite:
    sprite, middle = clear(size, size), size / 2
    for leg in range(8):
        angle = (-70 + 20 * (leg % 4) + (180 if leg >= 4 else 0)) / 57.3 + 0.6
        knee = middle + np.cos(angle) * size * 0.26, middle + np.sin(angle) * size * 0.2
        foot = middle + np.cos(angle) * size * 0.47, middle + np.sin(angle) * size * 0.47
        points = np.array([(middle, middle), knee, foot]).astype(np.int32)
        cv2.polylines(sprite, [points], False, (28, 26, 26, 235), max(2, size // 26), cv2.LINE_AA)
    body = (size // 2, size // 2), (size // 7, size // 9)
    cv2.ellipse(sprite, *body, 0, 0, 360, (24, 22, 22, 255), -1, cv2.LINE_AA)
    soft: Sprite = cv2.GaussianBlur(sprite, (0, 0), size / 40)
    return soft
