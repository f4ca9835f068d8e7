"""One Runtime per state folder: an advisory lock that ends with the process, however it ends."""

from __future__ import annotations

import os
from pathlib import Path

from edgekit.errors import OutputError
from edgekit.files import unwritable

__all__ = ["StateLock"]


class StateLock:
    """An exclusive flock on a file that names its holder.

    The file stays when the lock is given up: removing it would let two processes lock two files of one name.
    """

    def __init__(self, path: Path) -> None:
        """Take the lock.

        Raises:
            OutputError: another Runtime holds it (its process id is named where known), or the file cannot be made.
        """
        import fcntl

        self._descriptor: int | None = None
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise unwritable(path, error) from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        except BlockingIOError as error:
            holder = os.pread(descriptor, 32, 0).decode("ascii", "replace").strip()
            os.close(descriptor)
            named = f" (process {holder})" if holder.isdigit() else ""
            raise OutputError(
                f"{path.parent} is in use by another Runtime{named}.",
                hint="Close that one, or give this one another `state:` folder.",
            ) from error
        except OSError as error:
            os.close(descriptor)
            raise unwritable(path, error) from error
        self._descriptor = descriptor

    def release(self) -> None:
        """Give the lock up; twice is fine."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
