"""A USB (or built-in) camera by its index, as `/dev/videoN` or N."""

from __future__ import annotations

import sys
from pathlib import Path

from edgekit.errors import SourceError
from edgekit.sources.capture import Capture, CaptureSource

__all__ = ["UsbSource"]


class UsbSource(CaptureSource):
    """A camera that the operating system numbers; `size_wh` asks it for a picture size."""

    hint_if_silent = "Unplug it and plug it in again; open_timeout_s says how long to wait."

    @property
    def description(self) -> str:
        """ "camera 0 (/dev/video0)" on Linux."""
        return f"camera {self._number()}" + (f" ({self._device()})" if sys.platform == "linux" else "")

    def connect(self) -> Capture:
        """Open the device.

        Raises:
            SourceError: there is none of this number, or somebody else has it.
        """
        import cv2

        if sys.platform == "linux" and not self._device().exists():
            found = sorted(path.name for path in Path("/dev").glob("video*"))
            raise SourceError(
                f"{self.description} does not exist.",
                hint=f"Cameras here: {', '.join(found)}." if found else "This machine has no camera.",
            )
        parameters = [cv2.CAP_PROP_BUFFERSIZE, 1]  # the newest frame, not four old ones
        if self._config.size_wh is not None:
            width, height = self._config.size_wh
            parameters += [cv2.CAP_PROP_FRAME_WIDTH, width, cv2.CAP_PROP_FRAME_HEIGHT, height]
        backend = cv2.CAP_V4L2 if sys.platform == "linux" else cv2.CAP_ANY
        capture = cv2.VideoCapture(self._number(), backend)
        if not capture.isOpened():
            capture.release()
            raise SourceError(
                f"{self.description} cannot be opened.",
                hint="Another program may be using it, or this user may not: sudo usermod -aG video $USER.",
            )
        for name, value in zip(parameters[::2], parameters[1::2], strict=True):
            capture.set(name, value)  # a camera that cannot, goes on as it is
        return capture

    def gone(self) -> SourceError:
        """It was unplugged, or its driver gave up."""
        return SourceError(f"{self.description} gives no more frames.", hint="Is it still plugged in?")

    def _number(self) -> int:
        return int(str(self._config.url).removeprefix("/dev/video"))

    def _device(self) -> Path:
        return Path(f"/dev/video{self._number()}")
