"""A video file, read frame by frame with its own times; nothing is dropped."""

from __future__ import annotations

import math
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from edgekit.clock import Clock
from edgekit.config.schema import SourceConfig
from edgekit.errors import SourceError
from edgekit.frame import Frame
from edgekit.sources.pixels import sealed

if TYPE_CHECKING:
    import cv2

__all__ = ["VideoSource"]

_DEFAULT_FPS = 25.0
# Containers round durations and count frames that an edit list cuts away; a file that really broke off lacks more.
_TOLERATED_SHARE = 0.02
_TOLERATED_FRAMES = 5
_TOLERATED_S = 0.5


class VideoSource:
    """A video file or GIF through OpenCV's FFmpeg.

    A frame's time is its presentation time, counted from the first frame's; where the file has none (or it does not
    rise), one frame interval after the frame before. With `loop_for_s` the file starts over, time and index go on,
    in the same epoch.
    """

    live = False

    def __init__(self, config: SourceConfig, *, clock: Clock | None = None) -> None:
        self._path = Path(str(config.url))
        self._loop_for_s = config.loop_for_s
        self._lock = threading.Lock()  # cv2 crashes when one thread releases what another reads
        self._capture: cv2.VideoCapture | None = None
        self._fps: float | None = None
        self._frame_count: int | None = None
        self._epoch = -1

    @property
    def description(self) -> str:
        """The file's path."""
        return str(self._path)

    @property
    def fps(self) -> float | None:
        """Average frames per second that the file declares, once open."""
        return self._fps

    @property
    def frame_count(self) -> int | None:
        """Frames of one pass that the file declares, once open; None where it does not say."""
        return self._frame_count

    def open(self) -> None:
        """Start a new epoch at the first frame.

        Raises:
            SourceError: there is no such file, or it is no video that can be read.
        """
        with self._lock:
            self._release()
            self._start_pass()
            self._epoch += 1
            self._index = 0
            self._pass_starts_s = 0.0
            self._last_s = -math.inf
            self._interval_s = 1.0 / (self._fps or _DEFAULT_FPS)

    def read(self) -> Frame | None:
        """The next frame; None when the recording, or the time to loop, is over.

        Raises:
            SourceError: the file breaks off early, or holds no frame at all.
        """
        with self._lock:
            if self._capture is None:
                return None
            success, pixels = self._capture.read()
            if not success:
                self._refuse_broken_off()
                if self._loop_for_s is None:
                    return None
                self._pass_starts_s = self._last_s + self._interval_s
                if self._pass_starts_s >= self._loop_for_s:
                    return None
                self._release()
                self._start_pass()
                success, pixels = self._capture.read()
                if not success:
                    raise SourceError(f"{self.description} could not be read a second time.")
            return self._frame(pixels)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._release()

    def _frame(self, pixels: object) -> Frame | None:
        import cv2

        assert self._capture is not None
        # In the FFmpeg backend this is the presentation time of the frame just read (versions before 4.6: of the
        # next one at a constant rate; counting from the first frame's makes both the same).
        position_s = self._capture.get(cv2.CAP_PROP_POS_MSEC) / 1000.0
        if self._read_in_pass == 0:
            self._first_position_s = position_s
        time_s = self._pass_starts_s + position_s - self._first_position_s
        if self._index > 0:
            if time_s > self._last_s and math.isfinite(time_s):
                if self._read_in_pass > 0:
                    self._interval_s = time_s - self._last_s
            else:
                time_s = self._last_s + self._interval_s
        if self._loop_for_s is not None and time_s >= self._loop_for_s:
            return None
        frame = Frame(sealed(pixels, self.description), time_s, self._index, self._epoch)
        self._last_s = time_s
        self._index += 1
        self._read_in_pass += 1
        return frame

    def _start_pass(self) -> None:
        import cv2

        if not self._path.is_file():
            what = "is a folder, not a video" if self._path.is_dir() else "does not exist"
            raise SourceError(f"{self.description} {what}.")
        if self._path.stat().st_size == 0:
            raise SourceError(f"{self.description} is empty.")
        # Without FFmpeg: whatever else this OpenCV has.
        backend = cv2.CAP_FFMPEG if cv2.videoio_registry.hasBackend(cv2.CAP_FFMPEG) else cv2.CAP_ANY
        capture = cv2.VideoCapture(str(self._path), backend)
        if not capture.isOpened():
            raise SourceError(
                f"{self.description} cannot be read as a video.",
                hint="It may be broken off or corrupt, or in a format that this OpenCV lacks.",
            )
        self._capture = capture
        self._read_in_pass = 0
        self._first_position_s = 0.0
        fps = capture.get(cv2.CAP_PROP_FPS)
        self._fps = fps if 0.01 < fps < 1000 else None
        count = capture.get(cv2.CAP_PROP_FRAME_COUNT)
        self._frame_count = int(count) if 0 < count < 2**40 else None

    def _refuse_broken_off(self) -> None:
        """Raise if the pass that just ended lacks frames that the file declares."""
        if self._read_in_pass == 0:
            raise SourceError(f"{self.description} holds no frame that can be decoded.")
        if self._frame_count is None or self._fps is None:
            return
        missing = self._frame_count - self._read_in_pass
        declared_s = self._frame_count / self._fps
        ended_s = self._last_s - self._pass_starts_s + self._interval_s
        # Both must agree: a count that was estimated from a varying rate is wrong where the time is not.
        if missing > max(_TOLERATED_FRAMES, _TOLERATED_SHARE * self._frame_count) and declared_s - ended_s > max(
            _TOLERATED_S, _TOLERATED_SHARE * declared_s
        ):
            raise SourceError(
                f"{self.description} ends early: {self._read_in_pass} of {self._frame_count} frames could be read "
                f"({ended_s:.1f} of {declared_s:.1f} s).",
                hint="The file is broken off or corrupt; copy it again.",
            )

    def _release(self) -> None:
        if self._capture is not None:
            self._capture.release()
            self._capture = None
