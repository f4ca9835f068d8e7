"""Whole files appear at once or not at all: written to a temporary name, fsynced, renamed."""

from __future__ import annotations

import contextlib
import errno
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from edgekit.errors import OutputError

__all__ = ["replacing", "unwritable", "write_whole"]


def unwritable(path: Path, error: OSError) -> OutputError:
    """The OutputError that says in one line why `path` could not be written."""
    hint = "Free some space and run the same command again." if error.errno == errno.ENOSPC else None
    return OutputError(f"Cannot write {path}: {error.strerror or error}.", hint=hint)


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Yield a temporary path beside `path`; when the block ends well, fsync and rename it to `path`.

    When the block raises, the temporary file is removed and `path` stays as it was.

    Raises:
        OutputError: the folder cannot be made, or the file cannot be written.
    """
    temporary: Path | None = None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=path.suffix)
        os.close(handle)
        temporary = Path(name)
        yield temporary
        with temporary.open("rb+") as written:
            os.fsync(written.fileno())
        temporary.chmod(0o644)
        temporary.replace(path)
        temporary = None
    except OSError as error:
        raise unwritable(path, error) from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


def write_whole(path: Path, content: bytes) -> None:
    """Write `content` to `path`, whole or not at all.

    Raises:
        OutputError: the file cannot be written.
    """
    with replacing(path) as temporary:
        temporary.write_bytes(content)
