"""A stream through PyAV, for what OpenCV can be told only for the whole process: the transport of one stream."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from edgekit.errors import MissingExtra, SourceError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["PyAvCapture"]


class PyAvCapture:
    """Looks like a cv2.VideoCapture to `CaptureSource`: read, get, release.

    Args:
        url: of the stream; errors never show it.
        options: FFmpeg's options for this stream alone, such as {"rtsp_transport": "udp"}.
        open_timeout_s: patience while connecting, seconds.
        read_timeout_s: patience while reading, seconds.
        description: what errors show.

    Raises:
        MissingExtra: PyAV is not installed.
        SourceError: the stream cannot be opened, or holds no pictures.
    """

    def __init__(
        self, url: str, options: dict[str, str], open_timeout_s: float, read_timeout_s: float, *, description: str
    ) -> None:
        try:
            import av
        except ImportError as error:
            raise MissingExtra("PyAV", "video", needed_for=f"{description} with transport: udp") from error
        try:
            self._container: Any = av.open(url, options=options, timeout=(open_timeout_s, read_timeout_s))
        except (av.error.FFmpegError, OSError):
            # Not chained: PyAV's message holds the URL, password and all.
            raise SourceError(
                f"{description} cannot be opened over UDP.",
                hint="Is the camera reachable, are path, user and password right, and does a firewall let UDP through?",
            ) from None
        if not self._container.streams.video:
            self._container.close()
            raise SourceError(f"{description} holds no pictures.")
        self._failures: tuple[type[Exception], ...] = (av.error.FFmpegError, OSError)
        self._stream = self._container.streams.video[0]
        self._frames = self._container.decode(self._stream)

    def read(self) -> tuple[bool, NDArray[np.uint8] | None]:
        """The next picture, BGR; (False, None) at the end or when nothing came in time."""
        try:
            frame = next(self._frames, None)
        except self._failures:
            return False, None
        return (False, None) if frame is None else (True, frame.to_ndarray(format="bgr24"))

    def get(self, prop: int) -> float:
        """Frames per second for cv2.CAP_PROP_FPS, else 0."""
        import cv2

        return float(self._stream.average_rate or 0) if prop == cv2.CAP_PROP_FPS else 0.0

    def release(self) -> None:
        """Disconnect."""
        self._frames.close()
        self._container.close()
