"""The film itself: every frame of a story, one after the other."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from store_clips.sprites import Picture, Placed, blend, mark
from store_clips.story import Story
from store_clips.world import Matrix

GRAINS = 5
SPARE = 32  # points that a grain is larger than the picture, so that it may lie anywhere


class Film:
    """Plays a story; frames are asked for in order of time."""

    def __init__(self, story: Story) -> None:
        self._story = story
        self._rng = np.random.default_rng(int(story.rng.integers(1 << 30)))
        self._grains = [self._new_grain() for _ in range(GRAINS)]
        self._noise: tuple[float, list[Picture]] | None = None
        self._last: Picture | None = None
        self._canvas: tuple[int, Picture] | None = None
        self._view: tuple[tuple[int, bytes], Picture] | None = None

    def frame(self, index: int) -> Picture:
        """Frame number `index`."""
        story, time_s = self._story, index / self._story.fps
        if self._last is not None and story.sight.is_frozen(time_s):
            return self._last
        frame = self._shelf(time_s).copy()
        placed, shadowing = story.before_shelf(time_s)
        if shadowing:
            frame = _shadowed(frame, shadowing)
        for each in placed:
            blend(frame, each)
        frame = self._lit(frame, time_s)
        for each in story.sight.on_lens(time_s):
            blend(frame, each)
        for change in story.sight.after:
            frame = change(frame, time_s)
        self._last = self._grainy(frame, time_s)
        return self._last

    def _shelf(self, time_s: float) -> Picture:
        """The shelf alone, from where the camera looks."""
        story = self._story
        version = max(at for at, (since_s, _) in enumerate(story.versions) if since_s <= time_s + 1e-6)
        motion = story.sight.motion(time_s, (story.width, story.height))
        key = version, b"" if motion is None else motion.tobytes()
        if self._view is None or self._view[0] != key:
            self._view = key, self._seen(version, motion)
        return self._view[1]

    def _seen(self, version: int, motion: Matrix | None) -> Picture:
        world = self._story.world
        if self._canvas is None or self._canvas[0] != version:
            self._canvas = version, world.canvas(self._story.versions[version][1])
        return world.seen(self._canvas[1], motion)

    def _lit(self, frame: Picture, time_s: float) -> Picture:
        gain, gain_map = self._story.sight.gain(time_s), self._story.sight.gain_map(time_s)
        if gain_map is not None:
            size_wh = frame.shape[1], frame.shape[0]
            whole: NDArray[np.float32] = cv2.resize(gain_map, size_wh, interpolation=cv2.INTER_LINEAR)
            whole = whole[..., None] if whole.ndim == 2 else whole
            return np.clip(frame * (whole * gain), 0, 255).astype(np.uint8)
        if np.abs(gain - 1).max() > 0.002:
            levels = np.arange(256, dtype=np.float32)
            table = np.clip(levels[:, None] * gain[None], 0, 255).astype(np.uint8).reshape(256, 1, 3)
            lit: Picture = cv2.LUT(frame, table)
            return lit
        return frame

    def _new_grain(self) -> NDArray[np.float32]:
        shape = self._story.height + SPARE, self._story.width + SPARE, 3
        grain = self._rng.normal(0, 1, shape).astype(np.float32)
        mixed: NDArray[np.float32] = grain * 0.7 + cv2.GaussianBlur(grain, (0, 0), 0.8) * 0.9
        return mixed

    def _grainy(self, frame: Picture, time_s: float) -> Picture:
        amount = round(self._story.sight.noise(time_s), 1)
        if self._noise is None or self._noise[0] != amount:
            around_grey = [np.clip(128 + grain * amount, 0, 255).astype(np.uint8) for grain in self._grains]
            self._noise = amount, around_grey
        grain = self._noise[1][int(self._rng.integers(GRAINS))]
        y, x = self._rng.integers(0, SPARE, 2)
        cut = grain[y : y + frame.shape[0], x : x + frame.shape[1]]
        grainy: Picture = cv2.addWeighted(frame, 1, cut, 1, -128)
        return grainy


def _shadowed(frame: Picture, shadowing: list[Placed]) -> Picture:
    """The shelf with a soft shadow beside those who stand before it."""
    height, width = frame.shape[:2]
    mask = np.zeros((height, width), np.uint8)
    for each in shadowing:
        mark(mask, each)
    soft = cv2.resize(mask, (width // 8, height // 8), interpolation=cv2.INTER_AREA)
    soft = cv2.GaussianBlur(np.roll(soft, (1, 2), (0, 1)), (0, 0), width / 8 * 0.03)
    soft = cv2.resize(soft, (width, height), interpolation=cv2.INTER_LINEAR)
    light = cv2.cvtColor(255 - (soft.astype(np.float32) * 0.3).astype(np.uint8), cv2.COLOR_GRAY2BGR)
    shadowed: Picture = cv2.multiply(frame, light, scale=1 / 255)
    return shadowed
