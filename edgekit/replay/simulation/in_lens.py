"""Performs what befalls lens, sensor, encoder and stream: dust, blur, a cover, noise, compression, frozen frames."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

import numpy as np

from edgekit.frame import Pixels
from edgekit.replay.simulation.in_light import brightened
from edgekit.replay.simulation.scene import Scene
from edgekit.replay.simulation.script import Action, Kind
from edgekit.replay.simulation.stage import Apply, Stage, envelope

__all__ = ["Grain", "perform_in_lens"]


def perform_in_lens(stage: Stage, action: Action) -> None:
    """Perform an action that spoils the picture; `strength` is a factor on how much."""
    until_s = action.at_s + action.lasts_s if action.lasts_s else stage.script.duration_s
    if action.kind is Kind.FROZEN:
        stage.frozen.append((stage.frame_time_s(action.at_s), until_s))
    else:
        perform, order = _PERFORMERS[action.kind]
        stage.effect(action.at_s, until_s, partial(perform, stage.scene, action, until_s), order=order)
    if action.kind in _TROUBLES:
        stage.trouble(_TROUBLES[action.kind], action.at_s, until_s)
    else:
        stage.nuisance(action.kind.value, action.at_s, until_s)


class Grain:
    """Sensor noise, drawn once and then laid at another place each frame."""

    def __init__(self, random: np.random.Generator, size_wh: tuple[int, int]) -> None:
        import cv2

        width, height = size_wh
        own = random.normal(0, 32, (height + 64, width + 64, 3))
        smooth = cv2.GaussianBlur(own.astype(np.float32), (0, 0), 0.6)
        self._grain = np.clip(128 + smooth * (32 / max(1e-6, float(smooth.std()))), 0, 255).astype(np.uint8)

    def on(self, pixels: Pixels, sigma: float, random: np.random.Generator) -> Pixels:
        """The pixels with noise of `sigma` grey levels."""
        import cv2

        height, width = pixels.shape[:2]
        y, x = random.integers(0, 64, 2)
        gain = sigma / 32
        noisy: Pixels = cv2.addWeighted(pixels, 1.0, self._grain[y : y + height, x : x + width], gain, -128 * gain)
        return noisy


def _noise(scene: Scene, action: Action, until_s: float, random: np.random.Generator) -> Apply:
    """A night's gain: much noise, also in colour."""
    grain, sigma = Grain(random, scene.size_wh), float(random.uniform(8, 22)) * action.strength
    return lambda pixels, _, random: grain.on(pixels, sigma, random)


def _compression(scene: Scene, action: Action, until_s: float, random: np.random.Generator) -> Apply:
    """JPEG quality 10 to 30."""
    import cv2

    quality = int(np.clip(random.uniform(10, 30) / action.strength, 3, 90))

    def apply(pixels: Pixels, time_s: float, random: np.random.Generator) -> Pixels:
        coded = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])[1]
        return np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR), np.uint8)

    return apply


def _blocks(scene: Scene, action: Action, until_s: float, random: np.random.Generator) -> Apply:
    """A torn stream: blocks of 16 px come from elsewhere in the picture, or are grey; other ones each frame."""

    def apply(pixels: Pixels, time_s: float, random: np.random.Generator) -> Pixels:
        torn: Pixels = pixels.copy()
        height, width = pixels.shape[:2]
        for _ in range(int(random.poisson(40 * action.strength))):
            wide = 16 * int(random.integers(1, 5))
            y, x = (
                16 * int(random.integers(0, height // 16)),
                16 * int(random.integers(0, max(1, (width - wide) // 16))),
            )
            other = int(random.integers(0, max(1, width - wide)))
            part = torn[y : y + 16, x : x + wide]
            part[:] = 128 if random.random() < 0.2 else pixels[y : y + 16, other : other + wide]
        return torn

    return apply


def _dust(scene: Scene, action: Action, until_s: float, random: np.random.Generator) -> Apply:
    """A spot on the lens, blurred and half seen through."""
    import cv2

    width, height = scene.size_wh
    spot = np.full((height, width), 128, np.uint8)
    for _ in range(int(random.integers(1, 4))):
        centre = (int(random.uniform(0, width)), int(random.uniform(0, height)))
        cv2.circle(spot, centre, int(random.uniform(4, 16) * action.strength), 128 * random.uniform(0.45, 0.75), -1)
    field = cv2.merge([cv2.GaussianBlur(spot, (0, 0), 4)] * 3)
    return lambda pixels, _, __: cv2.multiply(pixels, field, scale=1 / 128)


def _insect(scene: Scene, action: Action, until_s: float, random: np.random.Generator) -> Apply:
    """A fly walks over the lens's glass: stops, and goes on."""
    import cv2

    width, height = scene.size_wh
    stops = random.uniform(0.05, 0.95, (int((until_s - action.at_s) / 2) + 3, 2)) * (width, height)
    size = int(random.uniform(5, 12) * action.strength)

    def apply(pixels: Pixels, time_s: float, random: np.random.Generator) -> Pixels:
        way = (time_s - action.at_s) / 2
        index, share = int(way), min(1.0, 2 * (way % 1))
        at = stops[index] * (1 - share) + stops[index + 1] * share
        seen: Pixels = pixels.copy()
        centre = (round(float(at[0])), round(float(at[1])))
        for leg in range(6):
            turn = leg * np.pi / 3 + time_s * 3 % 1
            end = (
                centre[0] + round(size * 1.5 * float(np.cos(turn))),
                centre[1] + round(size * 1.5 * float(np.sin(turn))),
            )
            cv2.line(seen, centre, end, (35, 35, 35), 1, cv2.LINE_AA)
        cv2.ellipse(seen, centre, (size, size * 2 // 3), 40, 0, 360, (20, 22, 25), -1, cv2.LINE_AA)
        return seen

    return apply


def _blur(scene: Scene, action: Action, until_s: float, random: np.random.Generator) -> Apply:
    """The lens loses its focus within 2 s, or mist lies on it."""
    import cv2

    sigma = max(6.0, float(random.uniform(7, 12)) * action.strength)

    def apply(pixels: Pixels, time_s: float, random: np.random.Generator) -> Pixels:
        now = sigma * envelope(time_s, action.at_s - 0.3, until_s, 1.0)
        if now < 0.3:
            return pixels
        height, width = pixels.shape[:2]
        small = cv2.resize(pixels, (width // 2, height // 2), interpolation=cv2.INTER_AREA) if now > 3 else pixels
        soft = cv2.GaussianBlur(small, (0, 0), now / 2 if now > 3 else now)
        return np.asarray(cv2.resize(soft, (width, height)) if now > 3 else soft, np.uint8)

    return apply


def _covered(scene: Scene, action: Action, until_s: float, random: np.random.Generator) -> Apply:
    """A hand, a cloth or a piece of tape right before the lens; a little light comes round it."""
    import cv2

    width, height = scene.size_wh
    stuff = np.array(random.uniform(10, 130, 3)) + cv2.resize(
        random.normal(0, 10, (5, 6, 3)).astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC
    )
    cover = cv2.GaussianBlur(np.clip(stuff, 0, 255).astype(np.uint8), (0, 0), 9)
    leak = float(random.uniform(0, 0.04))

    def apply(pixels: Pixels, time_s: float, random: np.random.Generator) -> Pixels:
        return np.asarray(cv2.add(cover, brightened(pixels, leak)), np.uint8)

    return apply


_TROUBLES: Final = {Kind.BLUR: "blocked", Kind.COVERED: "blocked", Kind.FROZEN: "lost"}

_PERFORMERS: Final[dict[Kind, tuple[Callable[[Scene, Action, float, np.random.Generator], Apply], int]]] = {
    Kind.NOISE: (_noise, 2),
    Kind.COMPRESSION: (_compression, 3),
    Kind.BLOCKS: (_blocks, 3),
    Kind.DUST: (_dust, 1),
    Kind.INSECT: (_insect, 1),
    Kind.BLUR: (_blur, 1),
    Kind.COVERED: (_covered, 1),
}
"""How, and in which order among the effects."""
