"""Writes an MP4, every frame of it, and puts it in place only when it is whole."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

from edgekit.errors import OutputError
from edgekit.files import replacing
from edgekit.frame import Pixels

if TYPE_CHECKING:
    import cv2

__all__ = ["Mp4Writer"]

_WHEELS = ("opencv_python_headless.libs", "opencv_python.libs", "opencv_contrib_python_headless.libs")


class Mp4Writer:
    """One video file; the first frame sets its size.

    Args:
        path: of the file.
        fps: frames per second; may still be set until the first frame is written.

    Attributes:
        path, fps: as given.
        codec: "avc1" (H.264, plays in browsers too) where this OpenCV can write it, else "mp4v" (MPEG-4 Part 2, plays
            in the usual players); None before the first frame.
        frames: how many were written.
    """

    def __init__(self, path: Path, fps: float) -> None:
        self.path = path
        self.codec: str | None = None
        self.frames = 0
        self.fps = fps
        self._stack = contextlib.ExitStack()
        self._writer: cv2.VideoWriter | None = None
        self._size_hw = (0, 0)

    def write(self, pixels: Pixels) -> None:
        """Append a frame; one of another size is scaled to the first one's.

        Raises:
            OutputError: no video can be written there.
        """
        if self._writer is None:
            self._begin((pixels.shape[0], pixels.shape[1]))
        assert self._writer is not None
        height, width = self._size_hw
        if pixels.shape[:2] != (height, width):
            import cv2

            pixels = cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA)
        self._writer.write(pixels)
        self.frames += 1

    def finish(self) -> Path | None:
        """Put the file in place; returns its path, None when nothing was written.

        Raises:
            OutputError: the file is not whole (a full disk), and was removed.
        """
        if self._writer is None:
            return None
        self._writer.release()
        self._writer = None
        try:
            self._refuse_torn()
        except OutputError:
            self.abandon()
            raise
        self._stack.close()
        return self.path

    def abandon(self) -> None:
        """Remove what was written; a file that was there before stays."""
        if self._writer is not None:
            self._writer.release()
            self._writer = None
        with contextlib.suppress(_Abandoned), self._stack:
            raise _Abandoned

    def _begin(self, size_hw: tuple[int, int]) -> None:
        import cv2

        # Chroma is stored for every second pixel: sizes are even, at least 2.
        self._size_hw = (max(2, size_hw[0] // 2 * 2), max(2, size_hw[1] // 2 * 2))
        self._temporary = self._stack.enter_context(replacing(self.path))
        height, width = self._size_hw
        for codec in _codecs():
            writer = cv2.VideoWriter(str(self._temporary), cv2.VideoWriter.fourcc(*codec), self.fps, (width, height))
            if writer.isOpened():
                self._writer, self.codec = writer, codec
                return
            writer.release()
        self.abandon()
        raise OutputError(
            f"Cannot write {self.path}: this OpenCV (cv2 {cv2.__version__}) writes no MP4.",
            hint="pip install opencv-python-headless brings one that does.",
        )

    def _refuse_torn(self) -> None:
        """cv2 drops frames that it cannot write and says nothing: count them."""
        import cv2

        capture = cv2.VideoCapture(str(self._temporary))
        found = int(capture.get(cv2.CAP_PROP_FRAME_COUNT)) if capture.isOpened() else 0
        capture.release()
        if found < self.frames:
            raise OutputError(
                f"Cannot write {self.path}: only {found} of {self.frames} frames are in it.",
                hint="Free some space and run the same command again.",
            )


class _Abandoned(Exception):
    """Takes the temporary file away."""


def _codecs() -> tuple[str, ...]:
    """OpenCV's wheels bring an FFmpeg without an H.264 encoder, and asking for it prints four lines on stderr."""
    import cv2

    packages = Path(cv2.__file__).parent.parent
    is_wheel = any((packages / name).is_dir() for name in _WHEELS)
    return ("mp4v",) if is_wheel else ("avc1", "mp4v")
