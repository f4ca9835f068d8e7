"""Photos from files, whole or refused."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import numpy as np

from edgekit.errors import DataError
from edgekit.frame import Pixels

__all__ = ["photos_of", "read_photo"]

_SUFFIXES: Final = frozenset({".bmp", ".jpeg", ".jpg", ".png", ".webp"})


def photos_of(paths: Iterable[Path]) -> list[Path]:
    """The files named, and of folders those that lie in them, sorted.

    Raises:
        DataError: a folder without photos.
    """
    found: list[Path] = []
    for path in paths:
        if not path.is_dir():
            found.append(path)
            continue
        inside = sorted(one for one in path.iterdir() if one.suffix.lower() in _SUFFIXES)
        if not inside:
            raise DataError(f"{path} holds no photos.", hint=f"It looks for {', '.join(sorted(_SUFFIXES))}.")
        found.extend(inside)
    return found


def read_photo(path: Path) -> tuple[Pixels, str]:
    """A photo as uint8 (height, width, 3) BGR, turned as its EXIF data says, and its file's SHA-256.

    Raises:
        DataError: missing, or no photo that can be decoded.
    """
    import cv2

    try:
        content = path.read_bytes()
    except OSError as error:
        raise DataError(f"Cannot read the photo {path}: {error.strerror or error}.") from error
    try:
        pixels = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR) if content else None
    except cv2.error:
        pixels = None
    if pixels is None:
        raise DataError(f"{path} is no photo that can be decoded.", hint="Give JPEG, PNG or WebP files.")
    return np.ascontiguousarray(pixels, np.uint8), hashlib.sha256(content).hexdigest()
