"""Performs how a camera moves: jitter, vibration, a bump that stays, a hand's drift, being turned away."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from edgekit.replay.simulation.script import Action, Kind
from edgekit.replay.simulation.stage import Motion, Stage

__all__ = ["perform_in_camera"]

Matrix = NDArray[np.float64]


def perform_in_camera(stage: Stage, action: Action) -> None:
    """Perform an action that moves the camera; `strength` is a factor on how far."""
    until_s = action.at_s + action.lasts_s if action.lasts_s else stage.script.duration_s
    _PERFORMERS[action.kind](stage, action, until_s)


def _moved(x: float, y: float, angle_deg: float, about_xy: tuple[float, float]) -> Matrix:
    import cv2

    matrix = np.eye(3)
    matrix[:2] = cv2.getRotationMatrix2D(about_xy, angle_deg, 1.0)
    matrix[:2, 2] += (x, y)
    return matrix


def _middle(stage: Stage) -> tuple[float, float]:
    width, height = stage.scene.size_wh
    return width / 2 + stage.scene.margin_px, height / 2 + stage.scene.margin_px


def _jitter(stage: Stage, action: Action, until_s: float) -> None:
    """Another place each frame, sigma 1 px, seldom more than 3."""
    middle, sigma = _middle(stage), action.strength

    def matrix(time_s: float, random: np.random.Generator) -> Matrix:
        x, y = np.clip(random.normal(0, sigma, 2), -3 * sigma, 3 * sigma)
        return _moved(float(x), float(y), float(random.normal(0, 0.05 * sigma)), middle)

    stage.motions.append(Motion(action.at_s, until_s, matrix))
    stage.nuisance("jitter", action.at_s, until_s)


def _vibration(stage: Stage, action: Action, until_s: float) -> None:
    """A cooler's compressor: a fraction of a pixel, and a little smear."""
    import cv2

    middle, along = _middle(stage), stage.random.uniform(0, np.pi)
    speed = stage.random.uniform(5, 40)

    def matrix(time_s: float, random: np.random.Generator) -> Matrix:
        way = 0.8 * action.strength * np.sin(time_s * speed)
        return _moved(float(way * np.cos(along)), float(way * np.sin(along)), 0.0, middle)

    stage.motions.append(Motion(action.at_s, until_s, matrix))
    stage.effect(action.at_s, until_s, lambda _: lambda pixels, *_: cv2.blur(pixels, (2, 2)), order=1)
    stage.nuisance("vibration", action.at_s, until_s)


def _bump(stage: Stage, action: Action, until_s: float) -> None:
    """Somebody knocks the camera: up to 40 px and 3 degrees at once, and so it stays."""
    random, middle = stage.random, _middle(stage)
    far, way = random.uniform(12, 38) * action.strength, random.uniform(0, 2 * np.pi)
    turn = float(random.uniform(-3, 3) * min(1.0, action.strength))
    x, y = float(far * np.cos(way)), float(far * np.sin(way))

    def matrix(time_s: float, random: np.random.Generator) -> Matrix:
        since = time_s - action.at_s
        swing = float(np.exp(-since / 0.4) * np.sin(since * 20)) * 6 if since < 2 else 0.0
        return _moved(x + swing, y - swing, turn, middle)

    stage.motions.append(Motion(action.at_s, until_s, matrix))
    stage.trouble("moved", action.at_s, until_s)


def _handheld(stage: Stage, action: Action, until_s: float) -> None:
    """A hand holds the camera: it wanders 45 px within 4 s, to and fro, turning a little."""
    random, middle = stage.random, _middle(stage)
    way, turn = random.uniform(0, 2 * np.pi), float(random.uniform(-1, 1))

    def matrix(time_s: float, random: np.random.Generator) -> Matrix:
        since = time_s - action.at_s
        far = 45 * action.strength * float(np.sin(np.pi * since / 8))
        shake = random.normal(0, 0.5, 2)
        x, y = far * np.cos(way) + shake[0], 0.6 * far * np.sin(way) + shake[1]
        return _moved(float(x), float(y), turn * far / 45, middle)

    stage.motions.append(Motion(action.at_s, until_s, matrix))
    stage.nuisance("handheld", action.at_s, until_s)


def _turn_away(stage: Stage, action: Action, until_s: float) -> None:
    """The camera is turned to something else, most of the shelf out of the picture, within half a second."""
    width, _ = stage.scene.size_wh
    side = int(stage.random.choice([-1, 1]))
    share = float(np.clip(stage.random.uniform(0.65, 1.0) * action.strength, 0.5, 1.0))
    elsewhere = stage.scene.elsewhere

    def apply(pixels: NDArray[np.uint8], time_s: float, random: np.random.Generator) -> NDArray[np.uint8]:
        way = round(width * share * min(1.0, (time_s - action.at_s) / 0.5 + 0.3))
        kept = (
            (pixels[:, way:], elsewhere[:, :way])
            if side > 0
            else (elsewhere[:, width - way :], pixels[:, : width - way])
        )
        return np.ascontiguousarray(np.hstack(kept))

    stage.effect(action.at_s, until_s, lambda _: apply, order=0)
    stage.trouble("moved", action.at_s, until_s)
    stage.blind.append((stage.frame_time_s(action.at_s), min(until_s, stage.script.duration_s)))


_PERFORMERS: Final = {
    Kind.JITTER: _jitter,
    Kind.VIBRATION: _vibration,
    Kind.BUMP: _bump,
    Kind.HANDHELD: _handheld,
    Kind.TURN_AWAY: _turn_away,
}
