"""Troubles of the camera: knocks, focus, exposure, dirt, insects, a bad line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

import numpy as np

from market_clips.camera import Blocks, Clock, Defocus, Knock, Loss, Night, Smear, Stutter, Tone, Tremble
from market_clips.paint import hsv
from market_clips.scene import canvas_hw
from market_clips.script import Extras, Room, a_time
from market_clips.things import Crawler, LensHand
from market_clips.truth import Span


def _knock(
    rng: np.random.Generator, room: Room, size_px: tuple[float, float], most_deg: float, stay_s: float | None
) -> Extras:
    way, far = rng.uniform(0, 2 * np.pi), rng.uniform(*size_px)
    start = a_time(rng, room, (stay_s or 30.0) + 4)
    until = start + stay_s if stay_s else room.duration_s + 10
    degrees = float(rng.uniform(-most_deg, most_deg))
    shift = float(np.cos(way) * far), float(np.sin(way) * far)
    knock = Knock(start, until, shift, degrees, float(rng.uniform(0.15, 0.7)), float(rng.uniform(0.3, 2.0)))
    end = min(until + knock.back_s, room.duration_s)
    return Extras(knocks=(knock,), camera=(Span("moved", start, end),))


def knock_back(rng: np.random.Generator, room: Room) -> Extras:
    """The camera is knocked hard and put back after a while."""
    return _knock(rng, room, (10, 40), 3.0, float(rng.uniform(8, 18)))


def knock_little_back(rng: np.random.Generator, room: Room) -> Extras:
    """The camera is pushed a little and put back."""
    return _knock(rng, room, (2, 9), 0.8, float(rng.uniform(5, 20)))


def knock_stays(rng: np.random.Generator, room: Room) -> Extras:
    """The camera is knocked and stays as it is."""
    return _knock(rng, room, (8, 22), 1.5, None)


def knock_little_stays(rng: np.random.Generator, room: Room) -> Extras:
    """The camera is pushed a little and stays as it is."""
    return _knock(rng, room, (1.5, 6), 0.6, None)


def tremble(rng: np.random.Generator, room: Room) -> Extras:
    """A compressor or a lorry makes the mount tremble."""
    length = float(rng.uniform(5, 20))
    start = a_time(rng, room, length)
    shaking = Tremble(start, start + length, float(rng.uniform(0.4, 1.6)), int(rng.integers(1 << 30)))
    return Extras(trembles=(shaking,), nuisances=(Span("vibration", start, start + length),))


def exposure(rng: np.random.Generator, room: Room) -> Extras:
    """Automatic exposure steps to other values."""
    return _tone(rng, room, "exposure", lambda: (float(rng.uniform(0.7, 1.35)),) * 3)


def white_balance(rng: np.random.Generator, room: Room) -> Extras:
    """Automatic white balance steps to other values."""
    return _tone(
        rng, room, "white_balance", lambda: (float(rng.uniform(0.82, 1.2)), 1.0, float(rng.uniform(0.82, 1.2)))
    )


def _tone(rng: np.random.Generator, room: Room, kind: str, draw: Callable[[], tuple[float, float, float]]) -> Extras:
    times = np.sort(rng.uniform(4, room.duration_s - 4, 4)).tolist()
    gains = (1.0, 1.0, 1.0)
    points = [(0.0, *gains)]
    for time_s in times:
        fresh = draw()
        points += [(time_s, *gains), (time_s + 0.6, *fresh)]
        gains = fresh
    spans = tuple(Span(kind, time_s, time_s + 0.6) for time_s in times)
    return Extras(effects=(Tone(tuple(points)),), nuisances=spans)


def night(rng: np.random.Generator, room: Room) -> Extras:
    """The camera goes over to infrared: the colours vanish for a while."""
    length = float(rng.uniform(10, 24))
    start = a_time(rng, room, length)
    return Extras(effects=(Night(start, start + length),), nuisances=(Span("infrared", start, start + length),))


def defocus(rng: np.random.Generator, room: Room) -> Extras:
    """The lens drifts out of focus and back."""
    length = float(rng.uniform(10, 30))
    start = a_time(rng, room, length)
    effect = Defocus(start, start + length, float(rng.uniform(1.5, 4)))
    return Extras(effects=(effect,), nuisances=(Span("defocus", start, start + length),))


def smear(rng: np.random.Generator, room: Room) -> Extras:
    """A greasy finger leaves its mark on the lens."""
    start = a_time(rng, room, 25)
    centre = float(rng.uniform(0.2, 0.8)), float(rng.uniform(0.2, 0.8))
    effect = Smear(start, room.duration_s, centre, float(rng.uniform(0.1, 0.2)), float(rng.uniform(0.1, 0.35)))
    return Extras(effects=(effect,), nuisances=(Span("smear", start, room.duration_s),))


def spider(rng: np.random.Generator, room: Room) -> Extras:
    """A spider or a fly walks over the lens, stopping now and then."""
    height, width = canvas_hw(room.view)
    length, steps = float(rng.uniform(8, 25)), 7
    start = a_time(rng, room, length)
    times = (start + np.sort(rng.uniform(0, length, steps))).tolist()
    xs, ys = (rng.uniform(0.1, 0.9, steps) * width).tolist(), (rng.uniform(0.1, 0.9, steps) * height).tolist()
    act = Crawler(tuple(zip(times, xs, ys, strict=True)), float(rng.uniform(0.02, 0.05)) * width, start, start + length)
    return Extras(acts=(act,), nuisances=(Span("insect", start, start + length),))


def blocks(rng: np.random.Generator, room: Room) -> Extras:
    """The line starves and the picture falls into blocks."""
    length = float(rng.uniform(4, 15))
    start = a_time(rng, room, length)
    effect = Blocks(start, start + length, int(rng.integers(5, 15)))
    return Extras(effects=(effect,), nuisances=(Span("compression", start, start + length),))


def stutter(rng: np.random.Generator, room: Room) -> Extras:
    """Frames are dropped for a while."""
    length = float(rng.uniform(8, 25))
    start = a_time(rng, room, length)
    dropped = Stutter(start, start + length, int(rng.integers(1 << 30)))
    return Extras(stutters=(dropped,), nuisances=(Span("dropped_frames", start, start + length),))


def _loss(rng: np.random.Generator, room: Room, *, black: bool) -> Extras:
    length = float(rng.uniform(6, 14))
    start = a_time(rng, room, length + 4)
    return Extras(losses=(Loss(start, start + length, black),), camera=(Span("lost", start, start + length),))


def frozen(rng: np.random.Generator, room: Room) -> Extras:
    """The last picture stands still."""
    return _loss(rng, room, black=False)


def black(rng: np.random.Generator, room: Room) -> Extras:
    """The picture is black."""
    return _loss(rng, room, black=True)


def lens_hand(rng: np.random.Generator, room: Room) -> Extras:
    """Somebody holds a hand over the lens."""
    length = float(rng.uniform(4, 12))
    start = a_time(rng, room, length + 4)
    act = LensHand(hsv(0.05, 0.5, rng.uniform(0.4, 0.9)), start, start + length)
    return Extras(acts=(act,), camera=(Span("blocked", start + 0.3, start + length - 0.3),))


def clock(rng: np.random.Generator, room: Room) -> Extras:
    """The camera writes the time of day into the picture, all the time."""
    return Extras(effects=(Clock(int(rng.integers(86400)), bool(rng.random() < 0.5)),))


CAMERA: Final[Mapping[str, Callable[[np.random.Generator, Room], Extras]]] = MappingProxyType(
    {
        "knock_back": knock_back,
        "knock_little_back": knock_little_back,
        "knock_stays": knock_stays,
        "knock_little_stays": knock_little_stays,
        "tremble": tremble,
        "exposure": exposure,
        "white_balance": white_balance,
        "night": night,
        "defocus": defocus,
        "smear": smear,
        "spider": spider,
        "blocks": blocks,
        "stutter": stutter,
        "frozen": frozen,
        "black": black,
        "lens_hand": lens_hand,
        "clock": clock,
    }
)
