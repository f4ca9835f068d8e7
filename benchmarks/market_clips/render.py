"""From a script to frames, and what of each facing could be seen in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from market_clips.camera import Matrix, gained, new_sensor, taken, view_matrix
from market_clips.layer import Layer
from market_clips.lights import lit
from market_clips.paint import Image
from market_clips.scene import MARGIN_PX, View, canvas_hw, stocked
from market_clips.script import Script, poses_at
from market_clips.things import Posts, Sign
from market_clips.truth import spans_of

FPS: Final = 10
COARSE: Final = 4
"""Covers are judged on every fourth pixel of every fourth line."""
OPAQUE: Final = 150
"""From this share (of 255) on, glass and fog count as hiding what is behind them."""

WHITE: Final = 246
BLACK: Final = 9
"""Coarse pixels beyond these, noise averaged out, tell nothing about the goods."""

Spots = Mapping[str, tuple[NDArray[np.intp], NDArray[np.intp]]]


@dataclass(frozen=True, slots=True, eq=False)
class Gauge:
    """The coarse pixels of each facing, on the canvas, and how many of them the reference shows white or black."""

    spots: Spots
    lost_before: Mapping[str, float]

    def covered(self, cover: Image) -> dict[str, bool]:
        """Which facings are more than half covered."""
        coarse = cover[::COARSE, ::COARSE]
        return {name: bool(np.mean(coarse[spot] >= OPAQUE) > 0.5) for name, spot in self.spots.items()}

    def drowned(self, picture: Image) -> dict[str, bool]:
        """Which facings are more than half washed out or black, beyond what they were in the reference."""
        return {name: share - self.lost_before[name] > 0.5 for name, share in _lost(self.spots, picture).items()}


def _lost(spots: Spots, picture: Image) -> dict[str, float]:
    size = picture.shape[1] // COARSE, picture.shape[0] // COARSE
    coarse = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    useless = (coarse.min(axis=2) >= WHITE) | (coarse.max(axis=2) <= BLACK)
    edge = MARGIN_PX // COARSE
    shares = {}
    for name, (ys, xs) in spots.items():
        y, x = np.clip(ys - edge, 0, coarse.shape[0] - 1), np.clip(xs - edge, 0, coarse.shape[1] - 1)
        shares[name] = float(np.mean(useless[y, x]))
    return shares


def new_gauge(view: View, reference: Image) -> Gauge:
    """A gauge for a view and its reference picture."""
    spots: dict[str, tuple[NDArray[np.intp], NDArray[np.intp]]] = {}
    for facing in view.facings:
        mask = np.zeros(canvas_hw(view), np.uint8)
        cv2.fillPoly(mask, [view.polygon(facing).round().astype(np.int32)], 1)
        ys, xs = np.nonzero(mask[::COARSE, ::COARSE])
        spots[facing.name] = (ys, xs)
    return Gauge(spots, _lost(spots, reference))


def reference_picture(script: Script, rng: np.random.Generator) -> Image:
    """The full shelf from the camera's proper place, with a little noise."""
    canvas = script.view.still(stocked(script.view))
    layer = Layer(canvas, np.zeros(canvas.shape[:2], np.uint8))
    for act in script.extras.acts:
        if isinstance(act, (Sign, Posts)) and act.from_s == 0.0:
            act.draw(layer, 0.0)
    sensor = new_sensor(script.view.view_wh, 1.2, rng)
    return sensor.apply(taken(canvas, None, script.view.view_wh), 0)


def camera_at(script: Script, time_s: float) -> Matrix | None:
    """Canvas to picture at a time."""
    return view_matrix(script.extras.knocks, script.extras.trembles, script.view.view_wh, time_s)


def cover_at(script: Script, time_s: float, frame: Image | None) -> Image:
    """Draw all acts of a moment, on the frame if there is one, and return what they cover."""
    cover = np.zeros(canvas_hw(script.view), np.uint8)
    layer = Layer(frame, cover)
    for act in script.extras.acts:
        if act.from_s <= time_s < act.until_s:
            act.draw(layer, time_s)
    return cover


def mark_outside(cover: Image, matrix: Matrix, view_wh: tuple[int, int]) -> None:
    """Cover what lies outside the picture of a camera that has been moved."""
    back = cv2.invertAffineTransform(matrix)
    width, height = view_wh
    corners = np.array([(0, 0, 1), (width, 0, 1), (width, height, 1), (0, height, 1)]) @ back.T
    inside = np.zeros_like(cover)
    cv2.fillPoly(inside, [corners.round().astype(np.int32)], 255)
    cover[inside == 0] = 255


def _with_body_shadow(frame: Image, cover: Image) -> Image:
    """People and things take some light from the shelf around them."""
    if not cover.any():
        return frame
    small = cv2.resize(cover, (frame.shape[1] // 16, frame.shape[0] // 16), interpolation=cv2.INTER_AREA)
    soft = 128 - cv2.GaussianBlur(small, (0, 0), 2.2) // 9
    gain = cv2.resize(soft, (frame.shape[1], frame.shape[0]))
    result: Image = cv2.multiply(frame, cv2.cvtColor(gain, cv2.COLOR_GRAY2BGR), scale=1 / 128)
    return result


@dataclass(frozen=True, slots=True, eq=False)
class Moment:
    """One frame as the camera took it, and which facings it hides."""

    picture: Image
    hidden: Mapping[str, bool]
    gain: float


def _moment(script: Script, still: Image, gauge: Gauge, frame: int, gain: float, home: float) -> Moment:
    time_s, view_wh = frame / FPS, script.view.view_wh
    canvas = still.copy()
    cover = cover_at(script, time_s, canvas)
    canvas = lit(_with_body_shadow(canvas, cover), script.extras.lights, time_s)
    matrix = camera_at(script, time_s)
    picture = taken(canvas, matrix, view_wh)
    if script.auto_exposure:
        target = float(np.clip((home / max(1.0, float(picture[::8, ::8].mean()))) ** 0.7, 0.65, 1.6))
        gain += (target - gain) * 0.15
        picture = gained(picture, [gain, gain, gain])
    for effect in script.extras.effects:
        picture = effect.apply(picture, time_s)
    picture = script.sensor.apply(picture, frame)
    if matrix is not None:
        mark_outside(cover, matrix, view_wh)
    drowned = gauge.drowned(picture)
    hidden = {name: flag or drowned[name] for name, flag in gauge.covered(cover).items()}
    return Moment(picture, hidden, gain)


def render(script: Script, reference: Image, path: Path) -> dict[str, tuple[tuple[float, float], ...]]:
    """Write the clip and return when each facing was hidden."""
    gauge = new_gauge(script.view, reference)
    course = poses_at(script.view, script.extras.edits)
    frames = round(script.duration_s * FPS)
    code = "MJPG" if script.motion_jpeg else "mp4v"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*code), FPS, script.view.view_wh)
    flags: dict[str, list[bool]] = {facing.name: [] for facing in script.view.facings}
    still, gain, home = script.view.still(course[0][1]), 1.0, float(reference[::8, ::8].mean())
    last, hidden = reference, dict.fromkeys(flags, False)
    for frame in range(frames):
        time_s = frame / FPS
        passed = [poses for at, poses in course if at <= time_s + 1e-6 and at > time_s - 1 / FPS + 1e-6]
        if passed and frame:
            still = script.view.still(passed[-1])
        lost = next((loss for loss in script.extras.losses if loss.from_s <= time_s < loss.until_s), None)
        stands = lost is not None or any(item.stands(time_s) for item in script.extras.stutters)
        if not stands:
            moment = _moment(script, still, gauge, frame, gain, home)
            last, gain, hidden = moment.picture, moment.gain, dict(moment.hidden)
        black = lost is not None and lost.black
        writer.write(np.zeros_like(last) if black else last)
        for name, series in flags.items():
            series.append(black or hidden[name])
    writer.release()
    times = [frame / FPS for frame in range(frames)]
    return {name: spans_of(times, series, 1 / FPS) for name, series in flags.items()}
