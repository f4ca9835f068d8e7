"""The sink that writes one CloudEvent a line to standard output."""

from __future__ import annotations

import sys
from typing import BinaryIO

from edgekit.errors import OutputError
from edgekit.events.event import Event

__all__ = ["StandardOutput"]


class StandardOutput:
    """Writes and flushes whole lines; for another program at the end of a pipe."""

    def __init__(self, name: str = "stdout", stream: BinaryIO | None = None) -> None:
        """Write to `stream`; None: this process's standard output at the time of `open`."""
        self._name = name
        self._given = stream
        self._stream: BinaryIO | None = None

    @property
    def name(self) -> str:
        """Its name as a consumer."""
        return self._name

    def open(self) -> None:
        """Take hold of the stream."""
        self._stream = self._given or sys.stdout.buffer

    def deliver(self, event: Event) -> None:
        """Write the event's line.

        Raises:
            OutputError: nobody reads there any more.
        """
        if self._stream is None:
            self.open()
        assert self._stream is not None
        try:
            self._stream.write(event.to_json() + b"\n")
            self._stream.flush()
        except (OSError, ValueError) as error:
            raise OutputError(f"Cannot write to standard output: {error}.") from error

    def close(self) -> None:
        """Let go of the stream; it is not ours to close."""
        self._stream = None
