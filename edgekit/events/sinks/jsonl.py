"""The sink that appends one CloudEvent a line to a file."""

from __future__ import annotations

import json
import os
from collections import deque
from collections.abc import Collection
from pathlib import Path

from edgekit.errors import OutputError
from edgekit.events.event import Event
from edgekit.files import unwritable, write_whole

__all__ = ["JsonlFile"]

_REMEMBERED = 1024
"""Ids of the last lines: far more than can have been written without having been acknowledged (normally one)."""

_TAIL_BYTES = 1 << 20

_LINE_START = b'{"specversion":"1.0"'


class JsonlFile:
    """Appends whole lines, and each event once.

    Every line is fsynced before `deliver` returns, since the outbox then counts it as delivered and may drop its own
    copy; events are rare, so the few milliseconds cost nothing. What a crash leaves behind is mended on `open`: a torn
    last line is cut, and an event that was written but not yet acknowledged is not written again.
    """

    def __init__(self, name: str, path: Path) -> None:
        self._name = name
        self._path = path
        self._descriptor: int | None = None
        self._recent: deque[str] = deque(maxlen=_REMEMBERED)

    @property
    def name(self) -> str:
        """Its name as a consumer."""
        return self._name

    @property
    def path(self) -> Path:
        """The file."""
        return self._path

    def open(self) -> None:
        """Open the file, cut a torn last line, and see which events its end holds.

        Raises:
            OutputError: the file cannot be written.
        """
        self.close()
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
            self._mend(self._descriptor)
        except OSError as error:
            self.close()
            raise unwritable(self._path, error) from error

    def _mend(self, descriptor: int) -> None:
        size = os.fstat(descriptor).st_size
        start = max(0, size - _TAIL_BYTES)
        tail = os.pread(descriptor, size - start, start)
        whole = tail.rfind(b"\n") + 1
        torn = tail[whole : whole + len(_LINE_START)]
        if (whole == 0 and start > 0) or not _LINE_START.startswith(torn):
            # Cutting is for what we wrote ourselves; somebody else's file is left alone.
            raise OutputError(f"{self._path} is not a log of one event a line.", hint="Give the sink another `path`.")
        if whole < len(tail):
            os.ftruncate(descriptor, start + whole)
            os.fsync(descriptor)
        self._recent.clear()
        self._recent.extend(filter(None, map(_id_of, tail[:whole].splitlines()[-_REMEMBERED:])))

    def deliver(self, event: Event) -> None:
        """Append the event's line and fsync it, unless the file's end holds it already.

        Raises:
            OutputError: the line could not be written whole; nothing of it stays.
        """
        if self._descriptor is None:
            self.open()
        if event.id not in self._recent:
            self._append(event.to_json() + b"\n")
            self._recent.append(event.id)

    def _append(self, line: bytes) -> None:
        assert self._descriptor is not None
        size = os.fstat(self._descriptor).st_size
        try:
            written = os.write(self._descriptor, line)
            while written < len(line):
                # A disk that fills up takes a part; the next attempt tells why.
                written += os.write(self._descriptor, line[written:])
            os.fsync(self._descriptor)
        except OSError as error:
            os.ftruncate(self._descriptor, size)
            raise unwritable(self._path, error) from error

    def forget(self, event_ids: Collection[str]) -> None:
        """Rewrite the file without the lines of these events.

        Raises:
            OutputError: the file cannot be written; it stays as it was.
        """
        if not self._path.exists():
            return
        self.close()
        unwanted = set(event_ids)
        lines = self._path.read_bytes().splitlines(keepends=True)
        kept = [line for line in lines if _id_of(line) not in unwanted]
        if len(kept) < len(lines):
            write_whole(self._path, b"".join(kept))

    def close(self) -> None:
        """Close the file."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def _id_of(line: bytes) -> str | None:
    try:
        body = json.loads(line)
    except ValueError:
        return None
    return str(body["id"]) if isinstance(body, dict) and "id" in body else None
