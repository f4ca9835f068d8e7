"""The film itself: every picture of a clip, and what of each facing could be seen in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from blind_clips.acts import Story
from blind_clips.camera import Camera, Matrix, covering
from blind_clips.hands import Reach
from blind_clips.light import Light
from blind_clips.people import Passage
from blind_clips.shelf import picture_of
from blind_clips.sprites import Picture, Sprite, cover, paste
from blind_clips.stream import Recorder, Stream

MASK = 4  # coverage is counted on a grid of every fourth point
DARK = 0.12  # with less light than this share nobody could tell


@dataclass(frozen=True, slots=True, eq=False)
class Take:
    """Everything that a clip is made of."""

    story: Story
    view: Matrix
    camera: Camera
    size_wh: tuple[int, int]
    fps: float
    passages: tuple[Passage, ...] = field(default=())
    reaches: tuple[Reach, ...] = field(default=())
    lights: tuple[Light, ...] = field(default=())
    stream: Stream = field(default=Stream())
    reference_gain: float = 1.0


def seen_outlines(take: Take, pose: Matrix | None = None) -> list[NDArray[np.float64]]:
    """The outlines of all places in the camera's picture."""
    matrix = take.view if pose is None else pose @ take.view
    return [cv2.perspectiveTransform(place.outline[None], matrix)[0] for place in take.story.shelf.places]


def reference(take: Take, rng: np.random.Generator) -> Picture:
    """What the installer took: everything in its place, nobody there."""
    shelf = take.story.shelf
    plate = picture_of(shelf, tuple(place.full for place in shelf.places))
    picture = cv2.warpPerspective(plate, take.view, take.size_wh, flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REFLECT)
    picture = cv2.convertScaleAbs(picture, alpha=take.reference_gain)
    return Recorder(Stream(noise=1.2, chroma=0.6, blur_px=take.stream.blur_px), take.size_wh, rng).sent(picture, 0.0)


def shoot(take: Take, write: Callable[[Picture], None], rng: np.random.Generator) -> NDArray[np.bool_]:
    """Write every picture; returns (pictures, places): whether more than 30 % of a place was hidden."""
    count = round(take.story.duration_s * take.fps)
    hidden = np.zeros((count, len(take.story.shelf.places)), bool)
    recorder = Recorder(take.stream, take.size_wh, rng)
    cover_picture = covering(take.size_wh, rng)
    contents: tuple[object, ...] = ()
    plate: Picture | None = None
    still: tuple[bytes, Picture] | None = None
    last: Picture | None = None
    for index in range(count):
        time_s = index / take.fps
        if take.camera.is_frozen(time_s) and last is not None:
            hidden[index] = True
            write(last)
            continue
        now = take.story.contents_at(time_s)
        if plate is None or any(a is not b for a, b in zip(now, contents, strict=True)):
            plate, contents, still = picture_of(take.story.shelf, now), now, None
        pose = take.camera.pose(time_s)
        key = pose.tobytes()
        if still is None or still[0] != key:
            still = (
                key,
                cv2.warpPerspective(
                    plate, pose @ take.view, take.size_wh, flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REFLECT
                ),
            )
        picture, parts = still[1].copy(), _before(take, time_s)
        for sprite, at in parts:
            paste(picture, sprite, at)
        gain = _gain(take, time_s)
        picture = _lit(picture, gain)
        if take.camera.is_covered(time_s):
            picture = cover_picture.copy()
        hidden[index] = (
            _hidden(take, pose, parts) if not take.camera.is_covered(time_s) and float(gain.mean()) > DARK else True
        )
        last = recorder.sent(
            _through_lens(take.camera, picture, time_s), time_s, droppable=not _just_changed(take, time_s)
        )
        write(last)
    return hidden


def _just_changed(take: Take, time_s: float) -> bool:
    """Pictures of a change itself are not lost, so that its time in the truth is that of the first picture."""
    return any(abs(act.time_s - time_s) < 0.5 / take.fps for act in take.story.acts)


def _before(take: Take, time_s: float) -> list[tuple[Sprite, tuple[int, int]]]:
    parts = [part for reach in take.reaches for part in reach.parts(time_s)]
    for passage in take.passages:
        at = passage.at(time_s)
        if at is not None:
            parts.append((passage.figure, at))
    return parts


def _gain(take: Take, time_s: float) -> NDArray[np.float32]:
    gain = np.float32([1, 1, 1])
    for light in take.lights:
        other = light(time_s)
        if gain.ndim == 3 and other.ndim == 3 and gain.shape != other.shape:
            other = cv2.resize(other, (gain.shape[1], gain.shape[0]))
        gain = gain * other
    return gain


def _lit(picture: Picture, gain: NDArray[np.float32]) -> Picture:
    if gain.ndim == 1:
        if np.all(gain == 1):
            return picture
        table = np.clip(np.arange(256, dtype=np.float32)[:, None] * gain[None], 0, 255).astype(np.uint8)[None]
        return cv2.LUT(picture, table)
    whole = cv2.resize(gain, (picture.shape[1], picture.shape[0]), interpolation=cv2.INTER_LINEAR)
    return cv2.multiply(picture, whole, dtype=cv2.CV_8U)


def _through_lens(camera: Camera, picture: Picture, time_s: float) -> Picture:
    sigma = camera.blur_px(time_s)
    if sigma > 0.2:
        picture = cv2.GaussianBlur(picture, (0, 0), sigma)
    if camera.dirt is not None and camera.dirt[0].share(time_s) > 0:
        paste(picture, camera.dirt[1], (0, 0))
    return picture


def _hidden(take: Take, pose: Matrix, parts: list[tuple[Sprite, tuple[int, int]]]) -> NDArray[np.bool_]:
    """Which places are covered or out of the picture by more than 30 %."""
    width, height = take.size_wh
    mask = np.zeros((height, width), np.uint8)
    for sprite, at in parts:
        cover(mask, sprite, at)
    coarse = mask[::MASK, ::MASK] > 127
    out = []
    for outline in seen_outlines(take, pose):
        area = float(cv2.contourArea(outline.astype(np.float32)))
        inside = np.zeros(coarse.shape, np.uint8)
        cv2.fillPoly(inside, [np.int32(np.round(outline / MASK))], 1)
        free = float((inside.astype(bool) & ~coarse).sum()) / max(float(inside.sum()), 1.0)
        clipped = np.clip(outline, 0, (width, height)).astype(np.float32)
        within = float(cv2.contourArea(clipped)) / max(area, 1.0)
        out.append(free * within < 0.7)
    return np.array(out)
