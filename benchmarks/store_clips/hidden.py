"""When a place could not be seen."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from store_clips.facing import Facing
from store_clips.sight import Span
from store_clips.sprites import mark
from store_clips.story import Story
from store_clips.world import Matrix

MOST_HIDDEN = 0.3  # of a place: with more of it hidden, it counts as hidden
COVERS = 110  # of 255: how much a sprite must cover of a point to hide it
GAP_FRAMES = 2  # so near to each other, spans become one


def hidden_spans(story: Story) -> dict[str, list[Span]]:
    """By facing, in order of their names: spans in which more than 30 % of the place could not be seen."""
    frames: dict[str, list[int]] = {facing.id: [] for facing in story.world.facings}
    for index in range(story.frames):
        for facing in _hidden_at(story, index / story.fps):
            frames[facing.id].append(index)
    return {name: _spans(hidden, story.fps) for name, hidden in sorted(frames.items()) if hidden}


def _hidden_at(story: Story, time_s: float) -> list[Facing]:
    facings = story.world.facings
    if story.sight.is_blind(time_s):
        return facings
    placed = story.before_shelf(time_s)[0] + story.sight.on_lens(time_s)
    motion = story.sight.motion(time_s, (story.width, story.height))
    if not placed and motion is None:
        return []
    mask = np.zeros((story.height, story.width), np.uint8)
    for each in placed:
        mark(mask, each)
    return [facing for facing in facings if _hidden_share(story, facing, mask, motion) > MOST_HIDDEN]


def _hidden_share(story: Story, facing: Facing, mask: NDArray[np.uint8], motion: Matrix | None) -> float:
    """How much of a place is covered or out of the picture."""
    width, height = story.width, story.height
    points = story.world.to_picture(facing.samples, motion)
    outside = (points < 0).any(axis=1) | (points > (width - 1, height - 1)).any(axis=1)
    nearest = np.clip(np.round(points).astype(int), 0, (width - 1, height - 1))
    covered = mask[nearest[:, 1], nearest[:, 0]] > COVERS
    return float((outside | covered).mean())


def _spans(frames: list[int], fps: int) -> list[Span]:
    """From numbers of frames to spans in seconds."""
    spans: list[list[int]] = []
    for frame in frames:
        if spans and frame - spans[-1][1] <= GAP_FRAMES:
            spans[-1][1] = frame
        else:
            spans.append([frame, frame])
    return [(round(first / fps, 3), round((last + 1) / fps, 3)) for first, last in spans]
