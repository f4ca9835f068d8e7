"""What light does in a shop: it drifts, fails, flickers, wanders and goes out; and how a camera answers."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from store_clips.sight import Span
from store_clips.story import Story
from store_clips.timing import ramp

FULL_TURN = 6.28
MAP_STEP = 8  # points of the picture for one of a map
TUBE_OUT_SHARE, TUBE_OUT_LIGHT = 0.45, 0.6  # of the width; of the light
SUN_GAIN = 0.55


def drift(story: Story, amount: float) -> None:
    """Slow daylight, warmer and colder."""
    phase = story.rng.uniform(0, FULL_TURN)

    def gain(time_s: float) -> NDArray[np.float32]:
        wave = np.sin(time_s / 70 * FULL_TURN + phase)
        tint: NDArray[np.float32] = np.array([1 - 0.04 * wave, 1.0, 1 + 0.04 * wave], np.float32)
        return np.asarray(tint * np.float32(1 + amount * wave))

    story.sight.gains.append(gain)
    story.note("daylight", 0, story.duration_s)


def clouds(story: Story, amount: float) -> None:
    """Clouds before the shop window: the light goes and comes within seconds."""
    levels = story.rng.uniform(0.75, 1, 40)

    def gain(time_s: float) -> NDArray[np.float64]:
        level = 1 - amount + amount * np.interp(time_s / 4.0, np.arange(40), levels)
        return np.full(3, level)

    story.sight.gains.append(gain)
    story.note("clouds", 0, story.duration_s)


def flicker(story: Story, amount: float, span: Span | None = None) -> None:
    """A lamp that is about to die; without a span all the time."""
    from_s, until_s = span or (0, story.duration_s)
    levels = 1 - amount * story.rng.random(story.frames + 2)

    def gain(time_s: float) -> NDArray[np.float64]:
        return np.full(3, levels[int(time_s * story.fps)] if from_s <= time_s < until_s else 1)

    story.sight.gains.append(gain)
    story.note("flicker", from_s, until_s)


def tube_out(story: Story, from_s: float, until_s: float) -> None:
    """One of the tubes is out: nearly half of the shelf, on one side, has less light."""
    width, height = story.width // MAP_STEP, story.height // MAP_STEP
    x = np.linspace(0, 1, width)[None]
    if story.rng.random() < 0.5:
        x = 1 - x
    dark = (1 - (1 - TUBE_OUT_LIGHT) / (1 + np.exp((x - TUBE_OUT_SHARE) / 0.08)) * np.ones((height, 1))).astype(
        np.float32
    )

    def gain_map(time_s: float) -> NDArray[np.float32] | None:
        if not from_s < time_s < until_s:
            return None
        return 1 + (dark - 1) * ramp(time_s, from_s, until_s, 0.2)

    story.sight.maps.append(gain_map)
    story.note("lamp out", from_s, until_s)


def sun(story: Story, from_s: float, until_s: float) -> None:
    """A patch of sun that wanders over the shelf."""
    width, height = story.width // MAP_STEP, story.height // MAP_STEP
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    way, level = story.rng.uniform(0.3, 0.8), story.rng.uniform(0.2, 0.8)
    tint = np.array([0.75, 0.95, 1.1], np.float32)

    def gain_map(time_s: float) -> NDArray[np.float32] | None:
        if not from_s < time_s < until_s:
            return None
        x = (time_s - from_s) / (until_s - from_s) * way * width + 0.1 * width
        across = np.abs(columns + 0.35 * (rows - height / 2) - x) / (width * 0.13)
        outside = np.maximum(across, np.abs(rows - level * height) / (height * 0.33))
        patch = 1 / (1 + np.exp((outside - 1) * 9)) * ramp(time_s, from_s, until_s, 5)
        sunlit: NDArray[np.float32] = 1 + SUN_GAIN * patch[..., None] * tint
        return sunlit

    story.sight.maps.append(gain_map)
    story.note("sun", from_s, until_s)


def exposure_by_people(story: Story, amount: float) -> None:
    """The camera's exposure answers to the people who are in the picture so far."""
    people = [(actor, story.rng.uniform(-amount, amount)) for actor in story.actors if actor.kind == "person"]
    spells = [(actor.from_s + 0.5, actor.until_s + 1.5, change) for actor, change in people]

    def gain(time_s: float) -> NDArray[np.float64]:
        answers = (
            change * ramp(time_s, from_s, until_s, 1.5)
            for from_s, until_s, change in spells
            if from_s < time_s < until_s
        )
        return np.full(3, 1 + sum(answers))

    story.sight.gains.append(gain)
    if people:
        story.note("exposure", people[0][0].from_s, people[-1][0].until_s)


def white_balance(story: Story, amount: float) -> None:
    """The white balance hunts."""
    levels = story.rng.uniform(-1, 1, (30, 2)) * amount

    def gain(time_s: float) -> NDArray[np.float32]:
        blue, red = (np.interp(time_s / 7, np.arange(30), levels[:, part]) for part in range(2))
        return np.array([1 + blue, 1, 1 + red], np.float32)

    story.sight.gains.append(gain)
    story.note("white balance", 0, story.duration_s)


def steady(story: Story, *gain: float) -> None:
    """Light of one colour all the time: factors on blue, green and red."""
    story.sight.gains.append(lambda time_s: gain)


def half_light(story: Story, from_s: float, until_s: float) -> None:
    """Half the lamps are off."""
    story.sight.gains.append(lambda time_s: np.full(3, 0.55 if from_s < time_s < until_s else 1.0))


def lights_off(story: Story, from_s: float, until_s: float) -> None:
    """All lights off: nothing can be seen."""
    from_s, until_s = story.snap(from_s), story.snap(until_s)
    story.sight.gains.append(lambda time_s: np.full(3, 0.012 if from_s <= time_s < until_s else 1))
    story.note_blind("blocked", from_s, until_s)


def bands(story: Story, amount: float) -> None:
    """Mains hum: bright and dark bands roll through."""
    width, height = story.width // MAP_STEP, story.height // MAP_STEP
    phases = np.arange(height)[:, None] / height * FULL_TURN * 1.5

    def gain_map(time_s: float) -> NDArray[np.float32]:
        return (1 + amount * np.sin(phases + time_s * 2.1) * np.ones((1, width))).astype(np.float32)

    story.sight.maps.append(gain_map)
    story.note("bands", 0, story.duration_s)
