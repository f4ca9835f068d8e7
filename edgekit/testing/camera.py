"""A camera that shows what a test gives it."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator

import numpy as np

from edgekit.errors import SourceError
from edgekit.frame import Frame, Pixels

__all__ = ["FakeCamera"]


class FakeCamera:
    """A source over pictures held in memory.

    An item may be a picture (uint8 (height, width, 3), stamped by index / fps), a whole Frame (given on as it is, its
    epoch set), or an exception, which `read` raises. A recording ends after its last item; a live camera then blocks
    until it is closed. Each `open` starts a new epoch and goes on with the next item.
    """

    def __init__(
        self,
        items: Iterable[Pixels | Frame | Exception],
        *,
        fps: float = 5.0,
        live: bool = False,
        failing_opens: int = 0,
    ) -> None:
        """See the class; the first `failing_opens` calls of `open` raise SourceError."""
        self._items: Iterator[Pixels | Frame | Exception] = iter(items)
        self._fps = fps
        self._live = live
        self._failing_opens = failing_opens
        self._epoch = -1
        self._index = 0
        self._closed = threading.Event()

    @property
    def description(self) -> str:
        """How people name it."""
        return "fake camera"

    @property
    def live(self) -> bool:
        """A camera rather than a recording."""
        return self._live

    @property
    def fps(self) -> float | None:
        """Frames per second."""
        return self._fps

    @property
    def frame_count(self) -> int | None:
        """Not known."""
        return None

    def open(self) -> None:
        """Start a new epoch, or fail as asked for."""
        if self._failing_opens > 0:
            self._failing_opens -= 1
            raise SourceError("fake camera does not answer.")
        self._closed.clear()
        self._epoch += 1
        self._index = 0

    def read(self) -> Frame | None:
        """The next item as a frame; raises it where it is an exception."""
        item = next(self._items, None)
        if item is None:
            if self._live:
                self._closed.wait()
            return None
        if isinstance(item, Exception):
            raise item
        index = self._index
        self._index += 1
        if isinstance(item, Frame):
            return Frame(item.pixels, item.time_s, item.index, self._epoch)
        pixels = np.ascontiguousarray(item)
        pixels.flags.writeable = False
        return Frame(pixels, index / self._fps, index, self._epoch)

    def close(self) -> None:
        """Let a blocked `read` return."""
        self._closed.set()
