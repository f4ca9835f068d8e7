"""Frames of a video file by their numbers, one at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from edgekit.errors import EdgekitError
from edgekit.frame import Pixels

__all__ = ["VIDEO_SUFFIXES", "count_frames", "frames"]

VIDEO_SUFFIXES: Final = frozenset(
    {".avi", ".gif", ".m4v", ".mjpeg", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".ts", ".webm", ".wmv"}
)
"""Files that are taken for videos."""


def _opened(path: Path, error: type[EdgekitError]) -> Any:
    import cv2

    capture = cv2.VideoCapture(str(path))
    if not capture.isOpened():
        capture.release()
        raise error(f"{path} cannot be opened as a video.", hint="Is it whole, and of a format OpenCV reads?")
    return capture


def count_frames(path: Path, error: type[EdgekitError]) -> int:
    """Frames that can really be read; containers often claim another number.

    Raises:
        error: there is none.
    """
    capture = _opened(path, error)
    try:
        count = 0
        while capture.grab():
            count += 1
    finally:
        capture.release()
    if not count:
        raise error(f"No frame of {path} can be read.")
    return count


def frames(path: Path, wanted: Iterable[int], error: type[EdgekitError]) -> Iterator[Pixels | str]:
    """The wanted frames, whose numbers ascend; in place of one that cannot be decoded, why.

    Raises:
        error: the file cannot be opened.
    """
    capture = _opened(path, error)
    try:
        at = -1
        for index in wanted:
            while at < index and capture.grab():
                at += 1
            ok, pixels = capture.retrieve()
            yield pixels if ok else "frame cannot be decoded"
    finally:
        capture.release()
