"""Performs what befalls the light: steps, flicker, shadows, sun, exposure, colour, banding, reflections, dark."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

import numpy as np
from numpy.typing import NDArray

from edgekit.frame import Pixels
from edgekit.replay.simulation.scene import Scene
from edgekit.replay.simulation.script import Action, Kind
from edgekit.replay.simulation.stage import Apply, Stage, envelope

__all__ = ["perform_in_light"]

_NEUTRAL: Final = 128
"""A field of light is uint8; this is no change."""


def perform_in_light(stage: Stage, action: Action) -> None:
    """Perform an action that changes the light; `strength` is a factor on how much."""
    until_s = action.at_s + action.lasts_s if action.lasts_s else stage.script.duration_s
    begin = partial(_PERFORMERS[action.kind], stage.scene, action, until_s)
    stage.effect(action.at_s, until_s, begin, order=0)
    if action.kind in (Kind.LIGHTS_OFF, Kind.OVEREXPOSED):
        stage.trouble("blocked", action.at_s, until_s)
    else:
        stage.nuisance(action.kind.value, action.at_s, until_s)


def brightened(pixels: Pixels, gains_bgr: tuple[float, float, float] | float) -> Pixels:
    """Multiply by a gain, or one for each colour; clipped."""
    import cv2

    gains = gains_bgr if isinstance(gains_bgr, tuple) else (gains_bgr,) * 3
    levels = np.arange(256)[:, None] * np.array(gains)[None]
    table = np.clip(levels, 0, 255).astype(np.uint8).reshape(256, 1, 3)
    changed: Pixels = cv2.LUT(pixels, table)
    return changed


def _through(pixels: Pixels, field: NDArray[np.uint8]) -> Pixels:
    """Multiply by a field of light, uint8 of the same size or one colour wide."""
    import cv2

    lit: Pixels = cv2.multiply(pixels, field, scale=1 / _NEUTRAL)
    return lit


def _step(scene: Scene, action: Action, until_s: float, random: np.random.Generator) -> Apply:
    """Up or down by 15 to 40 % within a moment, there and back."""
    change = float(random.uniform(0.15, 0.4)) * action.strength
    gain = 1 + change if random.random() < 0.5 else 1 / (1 + change)
    ramp_s = float(random.choice([0.0, 0.4, 2.0]))
    return lambda pixels, time_s, _: brightened(pixels, 1 + (gain - 1) * envelope(time_s, action.at_s, until_s, ramp_s))


def _drift(scene: Scene, action: Action, until_s: float, random: np.random.Generator) -> Apply:
    period_s, depth = float(random.uniform(20, 90)), 0.3 * action.strength
    return lambda pixels, time_s, _: brightened(
        pixels, 1 + depth * float(np.sin(2 * np.pi * (time_s - action.at_s) / period_s))
    )


def _flicker(scene: Scene, action: Action, until_s: float, random: np.random.Generator) -> Apply:
    share, depth = float(random.uniform(0.2, 0.7)), 0.35 * action.strength

    def apply(pixels: Pixels, time_s: float, random: np.random.Generator) -> Pixels:
        low = random.random() < share
        return brightened(pixels, 1 - depth * float(random.uniform(0.4, 1.0))) if low else pixels

    return apply


def _exposure(scene: Scene, action: Action, until_s: float, random: np.random.Generator) -> Apply:
    """The camera hunts for its exposure and settles."""
    depth, period_s = 0.45 * action.strength, float(random.uniform(1.5, 4))
    side = float(random.choice([-1, 1]))

    def apply(pixels: Pixels, time_s: float, random: np.random.Generator) -> Pixels:
        since = time_s - action.at_s
        return brightened(pixels, 1 + side * depth * float(np.exp(-since / 5) * np.sin(2 * np.pi * since / period_s)))

    return apply


def _temperature(scene: Scene, action: Action, until_s: float, random: np.random.Generator) -> Apply:
    warm = float(random.uniform(0.1, 0.25)) * float(random.choice([-1, 1])) * action.strength

    def apply(pixels: Pixels, time_s: float, random: np.random.Generator) -> Pixels:
        share = warm * envelope(time_s, action.at_s, until_s, 3.0)
        return brightened(pixels, (1 - share, 1.0, 1 + share))

    return apply


def _banding(scene: Scene, action: Action, until_s: float, random: np.random.Generator) -> Apply:
    """Bands of a lamp's mains frequency roll through a rolling shutter's picture."""
    width, height = scene.size_wh
    bands, depth = float(random.uniform(2, 7)), 0.22 * action.strength
    speed = float(random.uniform(30, 200))
    rows = np.arange(3 * height)
    wave = _NEUTRAL * (1 + depth * np.sin(2 * np.pi * bands * rows / height))
    field = np.ascontiguousarray(np.broadcast_to(wave[:, None, None], (3 * height, width, 3)).astype(np.uint8))

    def apply(pixels: Pixels, time_s: float, random: np.random.Generator) -> Pixels:
        start = int(time_s * speed) % height
        return _through(pixels, field[start : start + height])

    return apply


def _shadow(scene: Scene, action: Action, until_s: float, random: np.random.Generator) -> Apply:
    """The soft shadow of somebody who is not in the picture passes."""
    import cv2

    width, height = scene.size_wh
    depth = 0.5 * action.strength
    wide, soft, slope = width * random.uniform(0.1, 0.45), random.uniform(6, 40), random.uniform(-0.5, 0.5)
    band = np.full((height, 3 * width), _NEUTRAL, np.uint8)
    middle = width * 1.5
    corners = [(middle - wide / 2, 0), (middle + wide / 2, 0)]
    corners += [(middle + wide / 2 + slope * height, height), (middle - wide / 2 + slope * height, height)]
    cv2.fillPoly(band, [np.array(corners, np.int32)], _NEUTRAL * (1 - depth))
    field = cv2.merge([cv2.GaussianBlur(band, (0, 0), soft)] * 3)
    back = random.random() < 0.5

    def apply(pixels: Pixels, time_s: float, random: np.random.Generator) -> Pixels:
        share = float(np.clip((time_s - action.at_s) / (until_s - action.at_s), 0, 1))
        start = int(2 * width * (share if back else 1 - share))
        return _through(pixels, field[:, start : start + width])

    return apply


def _sun_patch(scene: Scene, action: Action, until_s: float, random: np.random.Generator) -> Apply:
    import cv2

    width, height = scene.size_wh
    spot = np.array((width, height)) * random.uniform(0.2, 0.8, 2)
    corners = spot + random.normal(0, 0.2, (4, 2)) * (width, height)
    patch = np.full((height, width), _NEUTRAL, np.uint8)
    cv2.fillConvexPoly(
        patch, cv2.convexHull(corners.astype(np.int32)), min(255.0, _NEUTRAL * (1 + 0.6 * action.strength))
    )
    field = cv2.merge([cv2.GaussianBlur(patch, (0, 0), float(random.uniform(2, 12)))] * 3)
    even = np.full_like(field, _NEUTRAL)

    def apply(pixels: Pixels, time_s: float, random: np.random.Generator) -> Pixels:
        share = envelope(time_s, action.at_s, until_s, 4.0)
        return _through(pixels, cv2.addWeighted(field, share, even, 1 - share, 0))

    return apply


def _reflection(scene: Scene, action: Action, until_s: float, random: np.random.Generator) -> Apply:
    """A cooler's glass door: streaks of light, and what stands in the aisle, moving."""
    import cv2

    width, height = scene.size_wh
    world = cv2.resize(
        random.uniform(0, 150, (6, 24, 3)).astype(np.float32), (3 * width, height), interpolation=cv2.INTER_CUBIC
    )
    for _ in range(6):
        x = int(random.uniform(0, 3 * width))
        world[:, x : x + int(random.uniform(4, 40))] += random.uniform(40, 120)
    mirror = cv2.GaussianBlur(np.clip(world, 0, 255).astype(np.uint8), (0, 0), 5)
    speed, share = float(random.uniform(5, 60)), 0.35 * action.strength

    def apply(pixels: Pixels, time_s: float, random: np.random.Generator) -> Pixels:
        start = int((time_s - action.at_s) * speed) % (2 * width)
        seen: Pixels = cv2.addWeighted(
            pixels, 1.0, mirror[:, start : start + width], share * envelope(time_s, action.at_s, until_s, 1.0), 0
        )
        return seen

    return apply


def _lights_off(scene: Scene, action: Action, until_s: float, random: np.random.Generator) -> Apply:
    left = float(random.uniform(0.01, 0.06))
    return lambda pixels, time_s, _: brightened(pixels, left)


def _overexposed(scene: Scene, action: Action, until_s: float, random: np.random.Generator) -> Apply:
    import cv2

    gain, veil = float(random.uniform(4, 8)), float(random.uniform(90, 160))

    def apply(pixels: Pixels, time_s: float, random: np.random.Generator) -> Pixels:
        white: Pixels = cv2.convertScaleAbs(pixels, alpha=gain, beta=veil)
        return white

    return apply


_PERFORMERS: Final[dict[Kind, Callable[[Scene, Action, float, np.random.Generator], Apply]]] = {
    Kind.LIGHT_STEP: _step,
    Kind.LIGHT_DRIFT: _drift,
    Kind.FLICKER: _flicker,
    Kind.SHADOW: _shadow,
    Kind.SUN_PATCH: _sun_patch,
    Kind.EXPOSURE: _exposure,
    Kind.TEMPERATURE: _temperature,
    Kind.BANDING: _banding,
    Kind.REFLECTION: _reflection,
    Kind.LIGHTS_OFF: _lights_off,
    Kind.OVEREXPOSED: _overexposed,
}
