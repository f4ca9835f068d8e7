from __future__ import annotations

import threading

import pytest

from edgekit.testing import FakeClock, Sleeping


def test_a_sleeper_wakes_when_the_clock_was_advanced_far_enough_and_not_before() -> None:
    clock = FakeClock()
    woken = threading.Event()

    def sleeper() -> None:
        clock.sleep(10)
        woken.set()

    thread = threading.Thread(target=sleeper)
    thread.start()
    clock.wait_for_sleepers()
    clock.advance(9.5)
    assert not woken.is_set()
    clock.advance(0.5)
    thread.join(5)
    assert woken.is_set()


def test_an_event_ends_a_wait_without_time_passing() -> None:
    clock, event, answers = FakeClock(), threading.Event(), []
    thread = threading.Thread(target=lambda: answers.append(clock.wait(event, 60)))
    thread.start()
    clock.wait_for_sleepers()
    event.set()
    thread.join(5)
    assert answers == [True]
    assert clock.monotonic_s() == 0


def test_a_clock_whose_sleepers_advance_it_never_blocks() -> None:
    clock = FakeClock(sleeping=Sleeping.ADVANCES)
    clock.sleep(3600)
    assert clock.monotonic_s() == 3600
    assert clock.wait(threading.Event(), 1) is False


def test_waiting_for_sleepers_that_never_come_is_an_error() -> None:
    with pytest.raises(TimeoutError, match="0 of 1"):
        FakeClock().wait_for_sleepers(timeout_s=0.01)
