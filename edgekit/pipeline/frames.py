"""Between a reader and its camera's worker: the newest frame of a live source, or every frame of a recording."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass
from typing import Final, Protocol

from edgekit.errors import EdgekitError
from edgekit.frame import Frame

__all__ = ["Arrived", "Ended", "FrameBuffer", "FrameQueue", "LatestFrame", "Lost", "News", "Opened"]

_WAIT_S: Final = 0.5
"""The longest that a wait lasts before it looks again whether everything is closing."""

_MAX_NEWS: Final = 64
"""More tidings than a source can bring while a worker is at one frame."""


@dataclass(frozen=True, slots=True, eq=False)
class Arrived:
    """A frame, and when it came.

    Attributes:
        frame: the frame.
        arrived_s: reading of the process's performance counter when the source gave it, seconds.
    """

    frame: Frame
    arrived_s: float


@dataclass(frozen=True, slots=True)
class Opened:
    """The source is open; a new epoch starts with the next frame."""


@dataclass(frozen=True, slots=True)
class Lost:
    """The live source gives no fresh frame; it is tried again."""

    reason: str
    detail: str


@dataclass(frozen=True, slots=True)
class Ended:
    """Nothing comes any more: the recording is over, or could not be read on."""

    error: EdgekitError | None = None


News = Arrived | Opened | Lost | Ended


class FrameBuffer(Protocol):
    """One thread puts, one takes, in order."""

    @property
    def dropped(self) -> int:
        """Frames that were overtaken by newer ones."""

    def put(self, news: News) -> None:
        """Hand over; of a recording, wait for room."""

    def take(self, timeout_s: float) -> News | None:
        """The next, or None when nothing came within `timeout_s` or the buffer is closed and empty."""

    def close(self) -> None:
        """Let whoever waits go on."""


class LatestFrame:
    """Keeps only the newest frame: a slow worker sees fresh frames and a drop count, never a growing lag."""

    def __init__(self) -> None:
        self._news: deque[News] = deque()
        self._dropped = 0
        self._closed = False
        self._changed = threading.Condition()

    @property
    def dropped(self) -> int:
        """Frames that were overtaken by newer ones."""
        return self._dropped

    def put(self, news: News) -> None:
        """Hand over at once; a frame that waits is overtaken by a newer one, other news never is."""
        with self._changed:
            if isinstance(news, Arrived) and self._news and isinstance(self._news[-1], Arrived):
                self._news.pop()
                self._dropped += 1
            elif len(self._news) >= _MAX_NEWS:
                self._news.popleft()
            self._news.append(news)
            self._changed.notify()

    def take(self, timeout_s: float) -> News | None:
        """The next, or None when nothing came within `timeout_s` or the buffer is closed and empty."""
        with self._changed:
            if not self._news and not self._closed:
                self._changed.wait(timeout_s)
            return self._news.popleft() if self._news else None

    def close(self) -> None:
        """Let whoever waits go on."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()


class FrameQueue:
    """Keeps every frame: a reader that is ahead waits. Decoding runs ahead by `capacity` frames at most.

    A reader that had to wait goes on once no more than a third is left, and then decodes several frames in a row:
    woken for every single one it would decode just while the worker looks at the frame before, and slow that down.
    """

    def __init__(self, capacity: int = 6) -> None:
        self._news: deque[News] = deque()
        self._capacity = capacity
        self._refill_at = capacity // 3
        self._full = False
        self._closed = False
        lock = threading.Lock()
        self._room = threading.Condition(lock)
        self._filled = threading.Condition(lock)

    @property
    def dropped(self) -> int:
        """Always 0."""
        return 0

    def put(self, news: News) -> None:
        """Hand over when there is room; nothing any more once it is closed."""
        with self._room:
            while self._full and not self._closed:
                self._room.wait(_WAIT_S)
            if not self._closed:
                self._news.append(news)
                self._full = len(self._news) >= self._capacity
                self._filled.notify()

    def take(self, timeout_s: float) -> News | None:
        """The next, or None when nothing came within `timeout_s` or the buffer is closed and empty."""
        with self._filled:
            if not self._news and not self._closed:
                self._filled.wait(timeout_s)
            if not self._news:
                return None
            news = self._news.popleft()
            if self._full and len(self._news) <= self._refill_at:
                self._full = False
                self._room.notify()
            return news

    def close(self) -> None:
        """Let whoever waits go on."""
        with self._room:
            self._closed = True
            self._room.notify_all()
            self._filled.notify_all()
