"""What light does in a shop: it drifts, steps, fails, flickers, wanders and goes out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Gain = NDArray[
    np.float32
]  # three factors, blue, green, red; or a map of them, (rows, columns, 3), coarser than the picture
Light = Callable[[float], Gain]


@dataclass(frozen=True, slots=True)
class Spell:
    """A time in which something is so, with its slopes: 0 before and after, 1 within."""

    from_s: float
    until_s: float
    slope_s: float = 0.3

    def share(self, time_s: float) -> float:
        rise = (time_s - self.from_s) / max(self.slope_s, 1e-6)
        fall = (self.until_s - time_s) / max(self.slope_s, 1e-6)
        return float(np.clip(min(rise, fall), 0, 1))


def drift(depth: float, period_s: float, phase: float, warm: float) -> Light:
    """Daylight that comes and goes slowly, warmer as it fades."""

    def gain(time_s: float) -> Gain:
        wave = 0.5 - 0.5 * np.cos(2 * np.pi * (time_s / period_s) + phase)
        level = 1 - depth * wave
        return np.float32([level * (1 - warm * wave), level, level * (1 + warm * wave)])

    return gain


def step(spell: Spell, level: tuple[float, float, float]) -> Light:
    """Lamps that are partly off for a spell; `level` is what is left of blue, green and red."""

    def gain(time_s: float) -> Gain:
        share = spell.share(time_s)
        return np.float32([1 + (part - 1) * share for part in level])

    return gain


def flicker(depth: float, rate_hz: float, seed: int) -> Light:
    """A tube that hums, with dips now and then."""

    def gain(time_s: float) -> Gain:
        dip = np.random.default_rng((seed, int(time_s * 5))).random() < 0.06
        level = 1 - depth * (0.5 + 0.5 * np.sin(2 * np.pi * rate_hz * time_s)) * 0.5 - depth * 1.2 * dip
        return np.float32([level] * 3)

    return gain


def one_lamp(spell: Spell, at_x: float, depth: float, *, winks: bool) -> Light:
    """One of two lamps fails: the part of the shelf about `at_x` (0 to 1) goes darker; winking it comes and goes."""
    across = np.linspace(0, 1, 24)[None, :]
    shape = np.exp(-(((across - at_x) / 0.42) ** 2)) * np.linspace(1.0, 0.75, 16)[:, None]

    def gain(time_s: float) -> Gain:
        share = spell.share(time_s)
        if winks:
            share *= 1.0 if np.sin(time_s * 2.1) + np.sin(time_s * 5.3) > -0.4 else 0.1
        return np.repeat((1 - depth * share * shape)[..., None], 3, axis=2).astype(np.float32)

    return gain


def sunbeam(from_x: float, until_x: float, duration_s: float, strength: float, slant: float) -> Light:
    """A band of sun that wanders over the shelf."""
    y, x = np.mgrid[0:1:24j, 0:1:32j]

    def gain(time_s: float) -> Gain:
        middle = from_x + (until_x - from_x) * time_s / duration_s
        away = np.abs(x + slant * (y - 0.5) - middle)
        band = np.clip((0.13 - away) / 0.05, 0, 1)[..., None] * np.array([0.8, 1.0, 1.12])
        return (1 + strength * band).astype(np.float32)

    return gain


def off(spell: Spell, left: float) -> Light:
    """The shop's lights are off; what `left` lets through is too little to see by."""
    return step(Spell(spell.from_s, spell.until_s, 0.15), (left, left, left))


def hunting(depth: float, period_s: float, spells: tuple[Spell, ...]) -> Light:
    """The camera's exposure looks for its level, too bright and too dark by turns."""

    def gain(time_s: float) -> Gain:
        share = max(spell.share(time_s) for spell in spells)
        return np.float32([1 + depth * share * np.sin(2 * np.pi * time_s / period_s)] * 3)

    return gain


def recovering(spell: Spell, level: float, recovered: float, after_s: float) -> Light:
    """Lamps at `level`, to which the camera's exposure gets used: up to `recovered`, in a few seconds."""

    def gain(time_s: float) -> Gain:
        if not spell.from_s <= time_s <= spell.until_s + after_s:
            return np.float32([1, 1, 1])
        if time_s <= spell.until_s:
            used = 1 - np.exp(-(time_s - spell.from_s) / after_s * 2)
            return np.float32([level + (recovered - level) * used] * 3)
        over = min(recovered / level, 1.6)
        return np.float32([1 + (over - 1) * np.exp(-(time_s - spell.until_s) / after_s * 4)] * 3)

    return gain
