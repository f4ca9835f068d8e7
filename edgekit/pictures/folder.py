"""The folder of evidence pictures: written whole, told when that fails, kept for some days and some megabytes."""

from __future__ import annotations

import contextlib
import logging
import os
import threading
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from edgekit.clock import Clock
from edgekit.errors import OutputError
from edgekit.files import write_whole

__all__ = ["PictureFolder", "PicturesStatus"]

logger = logging.getLogger(__name__)

_DAY_S: Final = 86_400.0
_SUFFIX: Final = ".jpg"
_KEPT_ASIDE: Final = "last"
"""Subfolder of what each facing last looked like, for the first event after a restart."""
_REMOVED_AT_ONCE: Final = 16
"""A sample waits for no more removals than these; the rest goes with the next ones."""


@dataclass(frozen=True, slots=True)
class PicturesStatus:
    """The evidence pictures now.

    Attributes:
        folder: where they are.
        count: pictures of events.
        size_bytes: of all of them.
        failed: pictures that could not be written, since the start.
        problem: why the last one could not; None since one could again.
    """

    folder: Path
    count: int = 0
    size_bytes: int = 0
    failed: int = 0
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class _Entry:
    born_s: float
    """On the monotonic axis, so that setting the device's clock ages nothing."""
    size_bytes: int


class PictureFolder:
    """Evidence pictures of one site. Any thread; nothing of it is made before the first picture.

    A picture that cannot be written never holds up its event: `write` says None, and `status` says why.
    """

    def __init__(self, folder: Path, *, clock: Clock, expire_days: float, max_megabytes: float) -> None:
        """Look what is there, and let go of what is too old or too much."""
        self._folder = folder
        self._clock = clock
        self._expire_s = expire_days * _DAY_S
        self._max_bytes = int(max_megabytes * 1_000_000)
        self._lock = threading.Lock()
        self._entries: OrderedDict[str, _Entry] = OrderedDict()
        self._size_bytes = 0
        self._failed = 0
        self._problem: str | None = None
        for born_s, name, size_bytes in sorted(_found(folder, clock)):
            self._enter(name, _Entry(born_s, size_bytes))
        self.tidy(limit=len(self._entries))
        self._forget_aside()

    @property
    def status(self) -> PicturesStatus:
        """How it goes."""
        with self._lock:
            return PicturesStatus(self._folder, len(self._entries), self._size_bytes, self._failed, self._problem)

    def write(self, stem: str, jpeg: bytes) -> str | None:
        """Write one picture of an event, whole or not at all.

        Args:
            stem: its name without the suffix; the same name again replaces the picture.
            jpeg: its content.

        Returns:
            Its path from the folder that the pictures' folder lies in, such as "pictures/STEM.jpg"; None where it
            could not be written.
        """
        name = stem + _SUFFIX
        if not self._written(self._folder / name, jpeg):
            return None
        with self._lock:
            self._enter(name, _Entry(self._clock.monotonic_s(), len(jpeg)))
        self.tidy()
        return f"{self._folder.name}/{name}"

    def tidy(self, *, limit: int = _REMOVED_AT_ONCE) -> None:
        """Remove pictures that are too old, then the oldest while there are too many bytes; at most `limit`."""
        oldest_s = self._clock.monotonic_s() - self._expire_s
        with self._lock:
            for _ in range(limit):
                name, entry = next(iter(self._entries.items()), ("", None))
                if entry is None or (entry.born_s >= oldest_s and self._size_bytes <= self._max_bytes):
                    return
                self._leave(name)
                with contextlib.suppress(OSError):
                    (self._folder / name).unlink()

    # --- what each facing last looked like ---------------------------------------------------------------------

    def keep_aside(self, stem: str, jpeg: bytes) -> None:
        """Keep what a facing looks like for the next start; that it could not be kept is told as for `write`."""
        self._written(self._folder / _KEPT_ASIDE / (stem + _SUFFIX), jpeg)

    def kept_aside(self, stem: str) -> bytes | None:
        """What `keep_aside` kept; None where there is nothing."""
        with contextlib.suppress(OSError):
            return (self._folder / _KEPT_ASIDE / (stem + _SUFFIX)).read_bytes()
        return None

    def _forget_aside(self) -> None:
        for born_s, name, _ in _found(self._folder / _KEPT_ASIDE, self._clock):
            if born_s < self._clock.monotonic_s() - self._expire_s:
                with contextlib.suppress(OSError):
                    (self._folder / _KEPT_ASIDE / name).unlink()

    def _written(self, path: Path, content: bytes) -> bool:
        try:
            write_whole(path, content)
        except OutputError as error:
            with self._lock:
                new = self._problem != error.message
                self._failed, self._problem = self._failed + 1, error.message
            if new:
                logger.warning("evidence pictures: %s", error.message)
            return False
        with self._lock:
            self._problem = None
        return True

    def _enter(self, name: str, entry: _Entry) -> None:
        self._leave(name)
        self._entries[name] = entry
        self._size_bytes += entry.size_bytes

    def _leave(self, name: str) -> None:
        before = self._entries.pop(name, None)
        self._size_bytes -= before.size_bytes if before else 0


def _found(folder: Path, clock: Clock) -> list[tuple[float, str, int]]:
    """(when it was written on the monotonic axis, name, bytes) of each picture; one of the future is of now."""
    now_s, wall_s = clock.monotonic_s(), clock.now().timestamp()
    found = []
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.endswith(_SUFFIX) and not entry.name.startswith(".") and entry.is_file():
                with contextlib.suppress(OSError):
                    about = entry.stat()
                    found.append((now_s - max(0.0, wall_s - about.st_mtime), entry.name, about.st_size))
    return found
