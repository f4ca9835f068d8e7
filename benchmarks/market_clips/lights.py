"""Light that falls on the shelf and changes: shadows, sun, clouds, lamps, screens, headlights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import cv2
import numpy as np

from market_clips.paint import Field, Image

GRID_HW: Final = (36, 64)
_YY, _XX = np.mgrid[0 : 1 : GRID_HW[0] * 1j, 0 : 1 : GRID_HW[1] * 1j].astype(np.float32)


class Light(Protocol):
    """A gain over the canvas that depends on time."""

    def gain(self, time_s: float) -> Field | None:
        """A coarse field (36, 64, 3), or None when it is one everywhere."""


def _grey(field: Field) -> Field:
    grey: Field = np.repeat(field.astype(np.float32)[..., None], 3, axis=2)
    return grey


def _soft_step(field: Field, width: float) -> Field:
    step: Field = np.clip(field / width + 0.5, 0, 1).astype(np.float32)
    return step


@dataclass(frozen=True, slots=True)
class ShadowPass:
    """A soft, slanted shadow that goes from one side to the other; somebody walks by a lamp."""

    from_s: float
    until_s: float
    width: float
    depth: float
    slant: float
    leftward: bool

    def gain(self, time_s: float) -> Field | None:
        """See Light."""
        if not self.from_s <= time_s < self.until_s:
            return None
        share = (time_s - self.from_s) / (self.until_s - self.from_s)
        middle = -0.4 + 1.8 * ((1 - share) if self.leftward else share)
        away = np.abs(_XX + self.slant * (_YY - 0.5) - middle)
        return _grey(1 - self.depth * _soft_step(self.width / 2 - away, 0.08))


@dataclass(frozen=True, slots=True)
class SunPatch:
    """Sun through a window with bars: warm, bright, slowly wandering, coming and going with its strength."""

    from_s: float
    until_s: float
    path: tuple[tuple[float, float], tuple[float, float]]
    size: float
    strength: float
    fade_s: float = 3.0

    def gain(self, time_s: float) -> Field | None:
        """See Light."""
        if not self.from_s <= time_s < self.until_s:
            return None
        share = (time_s - self.from_s) / (self.until_s - self.from_s)
        fade = min(1.0, (time_s - self.from_s) / self.fade_s, (self.until_s - time_s) / self.fade_s)
        (x0, y0), (x1, y1) = self.path
        across = _XX - (x0 + (x1 - x0) * share) + 0.5 * (_YY - (y0 + (y1 - y0) * share))
        down = _YY - (y0 + (y1 - y0) * share)
        inside = _soft_step(self.size - np.abs(across), 0.04) * _soft_step(self.size * 0.9 - np.abs(down), 0.04)
        barred = inside * _soft_step(np.abs(across) - 0.015, 0.02)
        warm = np.array([0.75, 0.95, 1.0], np.float32)
        field: Field = (1 + fade * self.strength * barred[..., None] * warm).astype(np.float32)
        return field


@dataclass(frozen=True, slots=True)
class Levels:
    """A level for the whole picture that runs through given points: clouds, dusk, lights out."""

    points: tuple[tuple[float, float], ...]
    tint: tuple[float, float, float] = (1.0, 1.0, 1.0)

    def gain(self, time_s: float) -> Field | None:
        """See Light."""
        times, levels = zip(*self.points, strict=True)
        level = float(np.interp(time_s, times, levels))
        if abs(level - 1) < 0.004:
            return None
        colour = level * (1 + (np.array(self.tint, np.float32) - 1) * abs(level - 1))
        even: Field = np.empty((*GRID_HW, 3), np.float32)
        even[:] = colour
        return even


@dataclass(frozen=True, slots=True)
class Lamps:
    """Lamps over parts of the shelf, switched one by one: (time, which, level)."""

    number: int
    switches: tuple[tuple[float, int, float], ...]

    def gain(self, time_s: float) -> Field | None:
        """See Light."""
        levels = [1.0] * self.number
        for at_s, lamp, level in self.switches:
            if time_s >= at_s:
                levels[lamp] = level
        if all(level == 1.0 for level in levels):
            return None
        spots = np.linspace(0.5 / self.number, 1 - 0.5 / self.number, self.number)
        weights = np.stack([np.exp(-(((_XX - spot) * self.number * 0.8) ** 2)) for spot in spots])
        weights /= weights.sum(axis=0)
        field: Field = np.tensordot(np.array(levels, np.float32), weights, axes=1)
        return _grey(field)


@dataclass(frozen=True, slots=True)
class Flicker:
    """A dying tube: the light over one side beats and drops out."""

    from_s: float
    until_s: float
    place: float
    depth: float
    seed: int

    def gain(self, time_s: float) -> Field | None:
        """See Light."""
        if not self.from_s <= time_s < self.until_s:
            return None
        beat = np.random.default_rng([self.seed, int(time_s * 10)]).random()
        drop = self.depth * (beat if beat > 0.45 else 0.1)
        return _grey((1 - drop * np.exp(-(((_XX - self.place) / 0.45) ** 2))).astype(np.float32))


@dataclass(frozen=True, slots=True)
class Screen:
    """An advertising screen opposite, whose colours fall on the shelf."""

    from_s: float
    until_s: float
    every_s: float
    strength: float
    seed: int

    def gain(self, time_s: float) -> Field | None:
        """See Light."""
        if not self.from_s <= time_s < self.until_s:
            return None
        picture = int((time_s - self.from_s) / self.every_s)
        colour = np.random.default_rng([self.seed, picture]).uniform(-1, 1, 3).astype(np.float32)
        spread = np.exp(-(((_XX - 0.5) / 0.5) ** 2) - ((_YY - 0.6) / 0.6) ** 2)[..., None]
        field: Field = (1 + self.strength * spread * colour).astype(np.float32)
        return field


@dataclass(frozen=True, slots=True)
class Headlights:
    """A car turns in front of the window: two bright spots sweep over the shelf."""

    at_s: float
    sweep_s: float
    strength: float

    def gain(self, time_s: float) -> Field | None:
        """See Light."""
        share = (time_s - self.at_s) / self.sweep_s
        if not 0 <= share < 1:
            return None
        field = np.ones(GRID_HW, np.float32)
        for gap in (-0.12, 0.12):
            across, down = (_XX - (1.6 * share - 0.3 + gap)) / 0.1, (_YY - 0.5) / 0.3
            field += self.strength * np.exp(-(across**2) - down**2)
        return _grey(field)


def lit(frame: Image, lights: Sequence[Light], time_s: float) -> Image:
    """The canvas under all lights; the same array when none of them does anything."""
    total: Field | None = None
    for light in lights:
        gain = light.gain(time_s)
        if gain is not None:
            total = gain if total is None else total * gain
    if total is None:
        return frame
    coarse = np.clip(total * 64, 0, 255).astype(np.uint8)
    full = cv2.resize(coarse, (frame.shape[1], frame.shape[0]), interpolation=cv2.INTER_LINEAR)
    result: Image = cv2.multiply(frame, full, scale=1 / 64)
    return result
