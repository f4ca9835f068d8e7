"""What a source is: it opens, gives frames one by one, and closes."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from edgekit.frame import Frame

__all__ = ["Lingering", "Source"]


class Source(Protocol):
    """A camera or a recording. One thread opens, reads and closes it; only close() may come from another."""

    @property
    def description(self) -> str:
        """How people name it; never holds a password."""

    @property
    def live(self) -> bool:
        """A camera (the newest frame counts) rather than a recording (every frame counts)."""

    @property
    def fps(self) -> float | None:
        """Nominal frames per second, once open and where known."""

    @property
    def frame_count(self) -> int | None:
        """Frames of one pass over a recording, once open and where known."""

    def open(self) -> None:
        """Start a new epoch.

        Raises:
            SourceError: it cannot be opened within its timeout.
        """

    def read(self) -> Frame | None:
        """The next frame; None when a recording is over.

        Raises:
            SourceError: a live source gave nothing within its timeout, or is gone; a recording broke off early.
        """

    def close(self) -> None:
        """Let go of the device or connection; a blocked read() returns soon after. Twice is fine."""


@runtime_checkable
class Lingering(Protocol):
    """A source whose close() may return before the driver has let go."""

    def wait_released(self, timeout_s: float) -> bool:
        """After close(), wait for the driver; False where it hangs."""
