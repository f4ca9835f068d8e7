"""What is done to a camera's mount: it is turned away, knocked, shaken."""

from __future__ import annotations

import numpy as np

from store_clips.sight import Motion
from store_clips.story import Story


def turn_away(story: Story, from_s: float, until_s: float) -> None:
    """The camera is turned away, and then set right."""
    rng = story.rng
    from_s, until_s = story.snap(from_s), story.snap(until_s)
    dx = rng.choice([-1, 1]) * rng.uniform(0.3, 0.42) * story.width
    dy = rng.uniform(-0.12, 0.12) * story.height
    motion = Motion(dx, dy, rng.uniform(3, 8) * rng.choice([-1, 1]))
    story.sight.motions.append(lambda time_s: motion if from_s <= time_s < until_s else None)
    story.note_blind("moved", from_s, until_s)


def bump(story: Story, at_s: float, most_px: float, most_deg: float = 0.5) -> None:
    """A knock: the camera shakes, and hangs a little differently afterwards."""
    rng = story.rng
    dx = rng.uniform(0.5, 1) * most_px * rng.choice([-1, 1])
    dy = rng.uniform(0.3, 1) * most_px * rng.choice([-1, 1])
    angle_deg = rng.uniform(-most_deg, most_deg)

    def motion(time_s: float) -> Motion | None:
        if time_s < at_s:
            return None
        since_s = time_s - at_s
        share = np.exp(-since_s / 0.5)
        if share < 0.02:
            return Motion(dx, dy, angle_deg)
        shaken = dx + 9 * share * np.sin(since_s * 17), dy + 7 * share * np.cos(since_s * 21)
        return Motion(*shaken, angle_deg)

    story.sight.motions.append(motion)
    story.note("bump", at_s, at_s + 2)


def vibrate(story: Story, amount_px: float) -> None:
    """A compressor shakes the boom all the time."""
    shifts = story.rng.normal(0, amount_px, (story.frames + 2, 2)).clip(-2 * amount_px, 2 * amount_px)

    def motion(time_s: float) -> Motion:
        dx, dy = shifts[round(time_s * story.fps)]
        return Motion(dx, dy, 0.0)

    story.sight.motions.append(motion)
    story.note("vibration", 0, story.duration_s)
