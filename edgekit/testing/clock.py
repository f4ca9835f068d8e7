"""A clock that a test moves by hand."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta, timezone
from enum import Enum

__all__ = ["FakeClock", "Sleeping"]

_LOOK_S = 0.02
"""How often a waiting thread looks at its event, in real seconds: an Event cannot wake a Condition."""


class Sleeping(Enum):
    """What somebody who sleeps does with the time."""

    WAITS = "waits for advance()"
    ADVANCES = "moves the clock on by itself, at once"


class FakeClock:
    """Stands still until `advance` moves it; may be used from several threads.

    >>> clock = FakeClock()
    >>> clock.advance(2.5)
    >>> clock.monotonic_s(), clock.now().isoformat()
    (2.5, '2026-01-01T00:00:02.500000+00:00')
    """

    def __init__(
        self,
        start: datetime = datetime(2026, 1, 1, tzinfo=timezone.utc),
        *,
        sleeping: Sleeping = Sleeping.WAITS,
    ) -> None:
        self._start = start
        self._sleeping = sleeping
        self._passed_s = 0.0
        self._until_s: list[float] = []
        self._changed = threading.Condition()

    def monotonic_s(self) -> float:
        """Seconds that `advance` has passed so far."""
        with self._changed:
            return self._passed_s

    def now(self) -> datetime:
        """The start plus what has passed, UTC."""
        return self._start + timedelta(seconds=self.monotonic_s())

    def advance(self, duration_s: float) -> None:
        """Let `duration_s` seconds pass and wake who has slept long enough."""
        with self._changed:
            self._passed_s += duration_s
            self._changed.notify_all()

    def set_wall_clock(self, now: datetime) -> None:
        """Somebody sets the wall clock; the monotonic clock does not notice."""
        with self._changed:
            self._start = now - timedelta(seconds=self._passed_s)

    def sleep(self, duration_s: float) -> None:
        """Return when `duration_s` seconds have passed on this clock."""
        self.wait(threading.Event(), duration_s)

    def wait(self, event: threading.Event, timeout_s: float) -> bool:
        """Return True once `event` is set, False once `timeout_s` seconds have passed on this clock."""
        if self._sleeping is Sleeping.ADVANCES and not event.is_set():
            self.advance(max(0.0, timeout_s))
        with self._changed:
            until_s = self._passed_s + (timeout_s if self._sleeping is Sleeping.WAITS else 0.0)
            self._until_s.append(until_s)
            self._changed.notify_all()
            while not event.is_set() and self._passed_s < until_s:
                self._changed.wait(_LOOK_S)
            self._until_s.remove(until_s)
        return event.is_set()

    def wait_for_sleepers(self, count: int = 1, *, timeout_s: float = 5.0) -> None:
        """Block until `count` threads sleep on this clock, so that an `advance` will reach them.

        Raises:
            TimeoutError: they did not within `timeout_s` real seconds.
        """
        with self._changed:
            if not self._changed.wait_for(lambda: self._asleep() >= count, timeout_s):
                raise TimeoutError(f"{self._asleep()} of {count} threads sleep on the clock after {timeout_s} s")

    def _asleep(self) -> int:
        """Who was woken by `advance` but has not run yet does not count."""
        return sum(until_s > self._passed_s for until_s in self._until_s)
