"""Troubles of light: what shines on the shelf, or stops to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

import numpy as np

from market_clips.lights import Flicker, Headlights, Lamps, Levels, Screen, ShadowPass, SunPatch
from market_clips.script import Extras, Room, a_time
from market_clips.truth import Span


def shadow(rng: np.random.Generator, room: Room) -> Extras:
    """A shadow goes over the shelf."""
    length = float(rng.uniform(1.5, 7))
    start = a_time(rng, room, length)
    light = ShadowPass(
        start,
        start + length,
        float(rng.uniform(0.15, 0.5)),
        float(rng.uniform(0.25, 0.6)),
        float(rng.uniform(-0.6, 0.6)),
        bool(rng.random() < 0.5),
    )
    return Extras(lights=(light,), nuisances=(Span("shadow", start, start + length),))


def sun(rng: np.random.Generator, room: Room) -> Extras:
    """A patch of sun wanders over the shelf."""
    length = float(rng.uniform(20, 45))
    start = a_time(rng, room, length)
    x, y = float(rng.uniform(0.15, 0.75)), float(rng.uniform(0.25, 0.7))
    path = ((x, y), (x + float(rng.uniform(-0.25, 0.25)), y + float(rng.uniform(-0.1, 0.15))))
    strength = float(rng.uniform(0.35, 1.5))
    light = SunPatch(start, start + length, path, float(rng.uniform(0.1, 0.22)), strength, float(rng.uniform(0.8, 6)))
    return Extras(lights=(light,), nuisances=(Span("sun", start, start + length),))


def cloud(rng: np.random.Generator, room: Room) -> Extras:
    """Daylight fades behind clouds and comes back, several times."""
    times = np.cumsum(rng.uniform(3, 14, 12))
    levels = rng.uniform(0.6, 1.1, 12)
    points = ((0.0, 1.0), (2.0, 1.0), *zip((times + 2).tolist(), levels.tolist(), strict=True))
    light = Levels(points, (1.12, 1.0, 0.94))
    return Extras(lights=(light,), nuisances=(Span("cloud", 2.0, room.duration_s),))


def lamps(rng: np.random.Generator, room: Room) -> Extras:
    """Lamps are switched one by one, off and on again."""
    number = int(rng.integers(3, 6))
    start = a_time(rng, room, 25)
    off = [(start + 1.2 * k, k, float(rng.uniform(0.35, 0.6))) for k in range(number - 1)]
    on_s = start + float(rng.uniform(10, 20))
    back = [(on_s + 0.8 * k, k, 1.0) for k in range(number - 1)]
    light = Lamps(number, tuple(off + back))
    return Extras(lights=(light,), nuisances=(Span("lamps", start, on_s + number),))


def flicker(rng: np.random.Generator, room: Room) -> Extras:
    """A tube flickers for a while."""
    length = float(rng.uniform(6, 25))
    start = a_time(rng, room, length)
    depth = float(rng.uniform(0.2, 0.5))
    light = Flicker(start, start + length, float(rng.uniform(0, 1)), depth, int(rng.integers(1 << 30)))
    return Extras(lights=(light,), nuisances=(Span("flicker", start, start + length),))


def screen(rng: np.random.Generator, room: Room) -> Extras:
    """The colours of an advertising screen fall on the shelf."""
    every_s, strength = float(rng.uniform(2, 7)), float(rng.uniform(0.1, 0.22))
    light = Screen(2.0, room.duration_s, every_s, strength, int(rng.integers(1 << 30)))
    return Extras(lights=(light,), nuisances=(Span("screen", 2.0, room.duration_s),))


def headlights(rng: np.random.Generator, room: Room) -> Extras:
    """Three cars turn before the window."""
    starts = [a_time(rng, room, 4) for _ in range(3)]
    lights = tuple(Headlights(start, float(rng.uniform(1.2, 3)), float(rng.uniform(0.6, 1.4))) for start in starts)
    return Extras(lights=lights, nuisances=tuple(Span("headlights", s.at_s, s.at_s + s.sweep_s) for s in lights))


def dusk(rng: np.random.Generator, room: Room) -> Extras:
    """Daylight goes slowly for good."""
    light = Levels(((5.0, 1.0), (room.duration_s, float(rng.uniform(0.45, 0.65)))), (1.15, 1.0, 0.92))
    return Extras(lights=(light,), nuisances=(Span("dusk", 5.0, room.duration_s),))


def lights_out(rng: np.random.Generator, room: Room) -> Extras:
    """All light goes out for some seconds."""
    length = float(rng.uniform(6, 12))
    start = a_time(rng, room, length + 4)
    end = start + length
    light = Levels(((start, 1.0), (start + 0.3, 0.02), (end, 0.02), (end + 0.6, 1.0)))
    return Extras(lights=(light,), camera=(Span("blocked", start + 0.1, end + 0.4),))


LIGHTS: Final[Mapping[str, Callable[[np.random.Generator, Room], Extras]]] = MappingProxyType(
    {
        "shadow": shadow,
        "sun": sun,
        "cloud": cloud,
        "lamps": lamps,
        "flicker": flicker,
        "screen": screen,
        "headlights": headlights,
        "dusk": dusk,
        "lights_out": lights_out,
    }
)
