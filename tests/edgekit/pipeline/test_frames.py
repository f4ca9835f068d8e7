from __future__ import annotations

import itertools
import math
import threading

import numpy as np
import pytest

from edgekit.frame import Frame
from edgekit.pipeline.frames import Arrived, Ended, FrameQueue, LatestFrame, Lost, Opened
from edgekit.pipeline.reader import Backoff
from edgekit.pipeline.sampler import Sampler
from edgekit.pipeline.trust import DropCause, FrameTrust


def frame(index: int, *, time_s: float | None = None, value: int | None = None, size=(4, 4), epoch: int = 0) -> Frame:
    pixels = np.full((*size, 3), index if value is None else value, np.uint8)
    return Frame(pixels, index / 5 if time_s is None else time_s, index, epoch)


def arrived(index: int) -> Arrived:
    return Arrived(frame(index), 0.0)


def taken(buffer) -> list:
    found = []
    while (news := buffer.take(0)) is not None:
        found.append(news.frame.index if isinstance(news, Arrived) else type(news))
    return found


def test_a_slow_worker_gets_the_newest_frame_and_the_overtaken_ones_are_counted() -> None:
    buffer = LatestFrame()
    for index in range(5):
        buffer.put(arrived(index))
    assert taken(buffer) == [4]
    assert buffer.dropped == 4


def test_other_news_is_never_overtaken_and_keeps_its_place() -> None:
    buffer = LatestFrame()
    for news in (
        Opened(),
        arrived(0),
        arrived(1),
        Lost("disconnected", "x"),
        Opened(),
        arrived(2),
        arrived(3),
        Ended(),
    ):
        buffer.put(news)
    assert taken(buffer) == [Opened, 1, Lost, Opened, 3, Ended]


def test_a_source_that_flaps_while_nobody_takes_does_not_fill_the_memory() -> None:
    buffer = LatestFrame()
    for _ in range(10_000):
        buffer.put(Opened())
        buffer.put(Lost("disconnected", "x"))
    assert len(taken(buffer)) <= 64


def test_a_queue_keeps_every_frame_and_makes_the_reader_wait() -> None:
    buffer = FrameQueue(capacity=2)
    reader = threading.Thread(target=lambda: [buffer.put(arrived(index)) for index in range(20)])
    reader.start()
    found = []
    while len(found) < 20:
        news = buffer.take(5)
        assert isinstance(news, Arrived)
        found.append(news.frame.index)
    reader.join(5)
    assert found == list(range(20))


@pytest.mark.parametrize("make", [LatestFrame, lambda: FrameQueue(1)])
def test_closing_lets_both_sides_go_on(make) -> None:
    buffer = make()
    taker = threading.Thread(target=buffer.take, args=(60,))
    taker.start()
    buffer.close()
    taker.join(5)
    assert not taker.is_alive()
    for index in range(3):
        buffer.put(arrived(index))


def test_frames_that_cannot_be_trusted_are_told_by_cause() -> None:
    trust = FrameTrust(live=True)
    assert trust.objection(frame(0)) is None
    assert trust.objection(frame(1)) is None
    assert trust.objection(frame(2, value=1)) is DropCause.REPEATED
    assert trust.objection(frame(3, time_s=0.2)) is DropCause.TIME_BACKWARDS
    assert trust.objection(frame(4, time_s=math.nan)) is DropCause.CORRUPT
    assert trust.objection(frame(5, size=(4, 6))) is DropCause.CORRUPT
    assert trust.objection(frame(6, size=(0, 4))) is DropCause.CORRUPT
    assert trust.objection(frame(7)) is None


def test_one_changed_pixel_makes_a_new_picture() -> None:
    trust = FrameTrust(live=True)
    first, second = frame(0, value=9, size=(40, 40)), frame(1, value=9, size=(40, 40))
    second.pixels[17, 3, 1] += 1
    assert trust.objection(first) is None
    assert trust.objection(second) is None


def test_a_recording_may_show_one_picture_twice_and_a_new_epoch_may_start_anew() -> None:
    trust = FrameTrust(live=False)
    assert trust.objection(frame(0)) is None
    assert trust.objection(frame(1, value=0)) is None
    assert trust.objection(frame(0, epoch=1, size=(8, 8))) is None


@pytest.mark.parametrize(("fps", "sample_fps"), [(179 / 6, 179 / 6), (30.0, 30.0), (25.0, 60.0), (29.97, 29.97)])
def test_a_clip_sampled_at_its_own_rate_gives_every_frame_however_its_times_are_rounded(fps, sample_fps) -> None:
    sampler = Sampler(sample_fps)
    assert all(sampler.due(round(index / fps, 3)) for index in range(2000))


def test_samples_lie_on_a_grid_of_media_time() -> None:
    sampler = Sampler(5.0)
    due = [index for index in range(60) if sampler.due(index / 30)]
    assert len(due) == 11
    assert due[0] == 0
    assert {b - a for a, b in itertools.pairwise(due[1:])} <= {5, 6, 7}
    sampler.restart()
    assert sampler.due(0.0)


def test_pauses_double_up_to_a_limit_and_jitter_only_shortens_them() -> None:
    backoff = Backoff(first_s=1, limit_s=30)
    assert [backoff.delay_s(attempt, 0.0) for attempt in (1, 2, 3, 6, 1000)] == [1, 2, 4, 30, 30]
    assert backoff.delay_s(3, 1.0) == 2
