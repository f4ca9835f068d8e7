"""The size of a picture file from its header, without decoding a pixel where the format allows it."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import BinaryIO

__all__ = ["picture_size_hw"]

_FRAME_HEADERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # JPEG: SOF0-15 without DHT, JPG, DAC
_WITHOUT_LENGTH = frozenset(range(0xD0, 0xD8)) | {0x01}


def picture_size_hw(path: Path) -> tuple[int, int] | None:
    """Height and width of a JPEG or PNG by its header, of any other picture by decoding it; None: not a picture.

    Raises:
        OSError: the file cannot be read.
    """
    with path.open("rb") as file:
        start = file.read(24)
        if start.startswith(b"\x89PNG\r\n\x1a\n") and len(start) == 24:
            width, height = struct.unpack(">II", start[16:24])
            return int(height), int(width)
        if start.startswith(b"\xff\xd8"):
            file.seek(2)
            return _jpeg_size_hw(file)
    return _decoded_size_hw(path)


def _jpeg_size_hw(file: BinaryIO) -> tuple[int, int] | None:
    while True:
        byte = file.read(1)
        while byte == b"\xff":
            byte = file.read(1)
        if not byte:
            return None
        marker = byte[0]
        if marker in _WITHOUT_LENGTH:
            file.read(1)
            continue
        head = file.read(2)
        if len(head) < 2 or marker in (0xD9, 0xDA):
            return None
        length = struct.unpack(">H", head)[0]
        if marker in _FRAME_HEADERS:
            frame = file.read(5)
            if len(frame) < 5:
                return None
            height, width = struct.unpack(">HH", frame[1:])
            return int(height), int(width)
        file.seek(max(0, length - 2), 1)
        if file.read(1) != b"\xff":
            return None


def _decoded_size_hw(path: Path) -> tuple[int, int] | None:
    import cv2
    import numpy as np

    content = np.frombuffer(path.read_bytes(), np.uint8)
    pixels = cv2.imdecode(content, cv2.IMREAD_COLOR) if content.size else None
    return None if pixels is None else (int(pixels.shape[0]), int(pixels.shape[1]))
