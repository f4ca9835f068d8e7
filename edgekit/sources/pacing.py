"""A recording played at its own pace, as a camera would give it (`--realtime`)."""

from __future__ import annotations

import threading

from edgekit.clock import Clock, SystemClock
from edgekit.frame import Frame
from edgekit.sources.protocol import Source

__all__ = ["PacedSource"]

_NAP_S = 0.1  # the longest that close() has to wait for a read()


class PacedSource:
    """Gives each frame of `recording` no earlier than its time, counted from the first read().

    It counts as live, so whoever reads too slowly gets the newest frame; frames keep their media times.
    """

    live = True

    def __init__(self, recording: Source, *, clock: Clock | None = None) -> None:
        self._recording = recording
        self._clock = clock or SystemClock()
        self._closed = threading.Event()
        self._began_s: float | None = None

    @property
    def description(self) -> str:
        """That of the recording."""
        return self._recording.description

    @property
    def fps(self) -> float | None:
        """That of the recording."""
        return self._recording.fps

    @property
    def frame_count(self) -> int | None:
        """That of the recording."""
        return self._recording.frame_count

    def open(self) -> None:
        """Start a new epoch of the recording; the pace starts with the first read().

        Raises:
            SourceError: the recording cannot be opened.
        """
        self._recording.open()
        self._closed.clear()
        self._began_s = None

    def read(self) -> Frame | None:
        """The next frame when its time has come; None when the recording is over, or closed while waiting.

        Raises:
            SourceError: the recording cannot be read.
        """
        frame = self._recording.read()
        if frame is None:
            return None
        if self._began_s is None:
            self._began_s = self._clock.monotonic_s() - frame.time_s
        while (early_s := self._began_s + frame.time_s - self._clock.monotonic_s()) > 0:
            if self._closed.is_set():
                return None
            self._clock.sleep(min(early_s, _NAP_S))
        return None if self._closed.is_set() else frame

    def close(self) -> None:
        """Close the recording; a read() that waits returns None within a tenth of a second."""
        self._closed.set()
        self._recording.close()
