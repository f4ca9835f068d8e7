"""Time as an argument: whoever needs to know what time it is, is given a Clock."""

from __future__ import annotations

import threading
import time
from datetime import datetime, timezone
from typing import Protocol

__all__ = ["Clock", "SystemClock"]


class Clock(Protocol):
    """Where a Runtime takes its time from."""

    def monotonic_s(self) -> float:
        """Seconds since an arbitrary moment; never goes back."""

    def now(self) -> datetime:
        """Wall-clock time, aware, in UTC; only for what is published."""

    def sleep(self, duration_s: float) -> None:
        """Return after `duration_s` seconds of this clock."""

    def wait(self, event: threading.Event, timeout_s: float) -> bool:
        """Return True as soon as `event` is set, or False after `timeout_s` seconds of this clock."""


class SystemClock:
    """The machine's own time."""

    def monotonic_s(self) -> float:
        """Seconds of CLOCK_MONOTONIC."""
        return time.monotonic()

    def now(self) -> datetime:
        """UTC wall-clock time."""
        return datetime.now(timezone.utc)

    def sleep(self, duration_s: float) -> None:
        """Block this thread for `duration_s` seconds."""
        time.sleep(max(0.0, duration_s))

    def wait(self, event: threading.Event, timeout_s: float) -> bool:
        """Block this thread until `event` is set, at most `timeout_s` seconds."""
        return event.wait(max(0.0, timeout_s))
