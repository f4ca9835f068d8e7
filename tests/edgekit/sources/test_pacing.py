from __future__ import annotations

from datetime import datetime, timezone

import numpy as np
import pytest

from edgekit.frame import Frame
from edgekit.sources.iterable import IterableSource
from edgekit.sources.pacing import PacedSource


class HandClock:
    """Time that only sleeping, and the test, move on."""

    def __init__(self) -> None:
        self.time_s = 1000.0

    def monotonic_s(self) -> float:
        return self.time_s

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.time_s, timezone.utc)

    def sleep(self, duration_s: float) -> None:
        self.time_s += duration_s


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def paced(clock: HandClock) -> PacedSource:
    """Five frames, one a second."""
    source = PacedSource(IterableSource([np.zeros((2, 2, 3), np.uint8)] * 5, fps=1), clock=clock)
    source.open()
    return source


def read(source: PacedSource) -> Frame:
    frame = source.read()
    assert frame is not None
    return frame


def test_frames_come_no_earlier_than_their_times(paced: PacedSource, clock: HandClock) -> None:
    arrivals_s = []
    while (frame := paced.read()) is not None:
        arrivals_s.append(clock.time_s - 1000 - frame.time_s)
    np.testing.assert_allclose(arrivals_s, np.zeros(5), atol=1e-9)


def test_a_slow_reader_gets_late_frames_at_once_and_is_then_back_in_pace(paced: PacedSource, clock: HandClock) -> None:
    read(paced)
    clock.sleep(2.5)
    assert [read(paced).time_s, read(paced).time_s] == [1.0, 2.0]
    assert clock.time_s == 1002.5
    assert read(paced).time_s == 3.0
    assert clock.time_s == pytest.approx(1003.0)


def test_the_pace_starts_with_the_first_read_of_each_opening(paced: PacedSource, clock: HandClock) -> None:
    read(paced)
    clock.sleep(100)
    paced.open()
    assert (read(paced).time_s, clock.time_s) == (0.0, 1100.0)
    assert read(paced).epoch == 1
    assert clock.time_s == pytest.approx(1101.0)


def test_it_counts_as_live(paced: PacedSource) -> None:
    assert paced.live
    assert (paced.fps, paced.frame_count, paced.description) == (1, 5, "a Python iterable")


def test_closing_ends_a_wait(clock: HandClock) -> None:
    class Closing(HandClock):
        def sleep(self, duration_s: float) -> None:
            super().sleep(duration_s)
            source.close()

    closing = Closing()
    source = PacedSource(IterableSource([np.zeros((2, 2, 3), np.uint8)] * 5, fps=0.001), clock=closing)
    source.open()
    read(source)
    assert source.read() is None
    assert closing.time_s < 1001
