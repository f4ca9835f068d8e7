"""What happens to the stream on its way: it stands still, fails, is squeezed, loses frames, has the time written in."""

from __future__ import annotations

import cv2
import numpy as np

from store_clips.sprites import Picture
from store_clips.story import Story


def freeze(story: Story, from_s: float, until_s: float) -> None:
    """The stream repeats one picture."""
    from_s, until_s = story.snap(from_s), story.snap(until_s)
    story.sight.frozen.append((from_s, until_s))
    story.note_blind("lost", from_s, until_s)


def lose_signal(story: Story, from_s: float, until_s: float) -> None:
    """The recorder shows its own picture."""
    from_s, until_s = story.snap(from_s), story.snap(until_s)
    width, height = story.width, story.height
    notice = np.zeros((height, width, 3), np.uint8)
    notice[:] = (110, 30, 10) if story.rng.random() < 0.5 else (128, 128, 128)
    at = int(width * 0.3), height // 2
    cv2.putText(notice, "NO SIGNAL", at, cv2.FONT_HERSHEY_SIMPLEX, width / 600, (240, 240, 240), 2, cv2.LINE_AA)
    story.sight.after.append(lambda frame, time_s: notice.copy() if from_s <= time_s < until_s else frame)
    story.note_blind("lost", from_s, until_s)


def squeeze(story: Story, quality: int) -> None:
    """A starved uplink: strong JPEG artefacts, now and then worse."""
    offsets = story.rng.integers(-4, 5, 60)

    def after(frame: Picture, time_s: float) -> Picture:
        now = int(quality + offsets[int(time_s / 2) % 60])
        _, data = cv2.imencode(".jpg", frame, [cv2.IMWRITE_JPEG_QUALITY, now])
        return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)

    story.sight.after.append(after)
    story.note("compression", 0, story.duration_s)


def drop_frames(story: Story, share: float) -> None:
    """Frames that do not arrive: the one before is shown again."""
    lost = story.rng.random(story.frames + 1) < share
    arrived: list[Picture] = []

    def after(frame: Picture, time_s: float) -> Picture:
        if not (lost[round(time_s * story.fps)] and arrived):
            arrived[:] = [frame]
        return arrived[0]

    story.sight.after.append(after)
    story.note("dropped frames", 0, story.duration_s)


def write_clock(story: Story) -> None:
    """Date and running time written into the picture."""
    day, hour = story.frames % 9, story.frames % 7
    font = cv2.FONT_HERSHEY_SIMPLEX

    def after(frame: Picture, time_s: float) -> Picture:
        frame = frame.copy()
        minute, second = 14 + int(time_s) // 60, int(time_s) % 60
        text = f"2025-03-1{day} 1{hour}:{minute:02d}:{second:02d}"
        cv2.putText(frame, text, (6, 14), font, 0.42, (20, 20, 20), 3, cv2.LINE_AA)
        cv2.putText(frame, text, (6, 14), font, 0.42, (245, 245, 245), 1, cv2.LINE_AA)
        return frame

    story.sight.after.append(after)
    story.note("clock", 0, story.duration_s)
