"""Pictures from files: read whole, or refused with the reason; a torn JPEG is never half a picture."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np

from edgekit.frame import Pixels

__all__ = ["PICTURE_SUFFIXES", "UnreadablePicture", "pictures_in", "read_picture"]

PICTURE_SUFFIXES: Final = frozenset({".bmp", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp"})


class UnreadablePicture(Exception):
    """A file is no whole picture; the message is the reason."""


def read_picture(path: Path) -> Pixels:
    """The picture in a file, uint8 (height, width, 3) BGR, turned as its EXIF data says.

    Raises:
        UnreadablePicture: missing, empty, torn off or of an unknown format.
    """
    import cv2

    try:
        content = path.read_bytes()
    except OSError as error:
        raise UnreadablePicture((error.strerror or str(error)).lower()) from error
    if not content:
        raise UnreadablePicture("empty file")
    if _torn(content):
        raise UnreadablePicture("cut off in the middle")
    try:
        pixels = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
    except cv2.error as error:
        raise UnreadablePicture(f"cannot be decoded ({error.err or 'OpenCV'})") from error
    if pixels is None:
        raise UnreadablePicture("not a picture that OpenCV can decode")
    decoded: Pixels = pixels
    return decoded


def _torn(content: bytes) -> bool:
    """Whether a JPEG or PNG stops before its end marker; OpenCV would fill the rest with grey.

    In JPEG data 0xFF is always escaped, so the markers for "scan begins" (FFDA) and "end" (FFD9) stand only where
    they are meant; a thumbnail's own end stands before the picture's scan.
    """
    if content.startswith(b"\xff\xd8"):
        return content.rfind(b"\xff\xd9") < content.rfind(b"\xff\xda")
    return content.startswith(b"\x89PNG") and b"IEND" not in content[-1024:]


def pictures_in(folder: Path) -> list[Path]:
    """Every picture file below a folder, in the order of their paths."""

    def walk(where: Path) -> Iterator[Path]:
        for entry in where.iterdir():
            if entry.name.startswith("."):
                continue
            if entry.is_dir():
                yield from walk(entry)
            elif entry.suffix.lower() in PICTURE_SUFFIXES:
                yield entry

    return sorted(walk(folder), key=lambda path: path.relative_to(folder).as_posix())
