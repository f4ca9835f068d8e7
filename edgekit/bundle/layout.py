"""The one way a bundle's ZIP is laid out: stored, fixed dates, no extra fields, the manifest's hash as comment.

Written by hand rather than with the standard library's zipfile, so that the bytes depend on names and contents
alone: not on the Python version, the clock or the host. Any unzip program reads the result.
Layout and field names: PKWARE's APPNOTE, sections 4.3.7 (local header), 4.3.12 (directory), 4.3.16 (end).
"""

from __future__ import annotations

import struct
from typing import Final

__all__ = ["END_BYTES", "directory_entry", "end_record", "local_header", "parse_directory", "parse_end"]

_LOCAL: Final = struct.Struct("<4s5H3L2H")
_ENTRY: Final = struct.Struct("<4s6H3L5H2L")
_END: Final = struct.Struct("<4s4H2LH")
_VERSION: Final = 20
_MADE_BY_UNIX: Final = 3 << 8 | _VERSION
_TIME: Final = 0
_DATE: Final = 1 << 5 | 1  # 1980-01-01, the earliest that a ZIP can say
_REGULAR_FILE_0644: Final = 0o100644 << 16
_COMMENT_BYTES: Final = 64
END_BYTES: Final = _END.size + _COMMENT_BYTES


def local_header(name: str, checksum: int, size: int) -> bytes:
    """What stands before a member's content of that CRC-32 and length."""
    raw = name.encode("ascii")
    fields = (b"PK\3\4", _VERSION, 0, 0, _TIME, _DATE, checksum, size, size, len(raw), 0)
    return _LOCAL.pack(*fields) + raw


def directory_entry(name: str, checksum: int, size: int, offset: int) -> bytes:
    """A member's line in the directory; `offset` is where its local header begins."""
    raw = name.encode("ascii")
    head = (b"PK\1\2", _MADE_BY_UNIX, _VERSION, 0, 0, _TIME, _DATE, checksum, size, size, len(raw))
    return _ENTRY.pack(*head, 0, 0, 0, 0, _REGULAR_FILE_0644, offset) + raw


def end_record(count: int, directory_bytes: int, offset: int, comment: str) -> bytes:
    """The end of the archive; `comment` is a SHA-256 in hex."""
    raw = comment.encode("ascii")
    return _END.pack(b"PK\5\6", 0, 0, count, count, directory_bytes, offset, len(raw)) + raw


def parse_end(end: bytes | memoryview) -> tuple[int, int, int, bytes] | None:
    """Count of members, directory bytes, directory offset and comment; None if it is no end of ours."""
    if len(end) != END_BYTES:
        return None
    magic, disk, start, here, count, size, offset, comment_bytes = _END.unpack_from(end)
    if magic != b"PK\5\6" or disk or start or here != count or comment_bytes != _COMMENT_BYTES:
        return None
    return count, size, offset, bytes(end[_END.size :])


def parse_directory(directory: bytes | memoryview, count: int) -> list[tuple[bytes, int]] | None:
    """Names and sizes of all members; None if it does not hold exactly `count` whole entries.

    Everything else in an entry is not read but compared with what the writer writes.
    """
    entries = []
    at = 0
    for _ in range(count):
        if at + _ENTRY.size > len(directory):
            return None
        fields = _ENTRY.unpack_from(directory, at)
        size, name_bytes = fields[9], fields[10]
        name = bytes(directory[at + _ENTRY.size : at + _ENTRY.size + name_bytes])
        entries.append((name, size))
        at += _ENTRY.size + name_bytes
    return entries if at == len(directory) else None
