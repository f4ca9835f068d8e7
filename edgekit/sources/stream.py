"""A network camera by its URL: rtsp, http and what else FFmpeg reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from edgekit.errors import CapabilityError, SourceError
from edgekit.sources.capture import CaptureSource
from edgekit.sources.kinds import scheme_of

if TYPE_CHECKING:
    import cv2

__all__ = ["StreamSource", "with_transport"]


class StreamSource(CaptureSource):
    """A stream through OpenCV's FFmpeg, with timeouts of its own.

    The timeouts and the transport go with this one capture: FFmpeg's options in the environment
    (OPENCV_FFMPEG_CAPTURE_OPTIONS) would hold for every stream of the process. Where that variable is set, it decides
    the transport.
    """

    def connect(self) -> cv2.VideoCapture:
        """Connect to the camera.

        Raises:
            SourceError: it refuses, is unknown, or does not answer in time.
            CapabilityError: this OpenCV has no FFmpeg.
        """
        import cv2

        if not cv2.videoio_registry.hasBackend(cv2.CAP_FFMPEG):
            raise CapabilityError(
                f"{self.description} needs an OpenCV with FFmpeg; cv2 {cv2.__version__} has none.",
                hint="On a Jetson, read it through GStreamer: 'gst: rtspsrc location=… ! …'.",
            )
        parameters = [
            *(cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, _milliseconds(self._config.open_timeout_s)),
            *(cv2.CAP_PROP_READ_TIMEOUT_MSEC, _milliseconds(self._config.read_timeout_s)),
        ]
        # CAP_FFMPEG by name: otherwise OpenCV tries the next backend, and that one logs the URL, password and all.
        capture = cv2.VideoCapture(
            with_transport(str(self._config.url), self._config.transport), cv2.CAP_FFMPEG, parameters
        )
        if not capture.isOpened():
            capture.release()
            raise SourceError(
                f"{self.description} cannot be opened.",
                hint="Is the camera reachable, and are path, user and password right?",
            )
        return capture

    def gone(self) -> SourceError:
        """The stream ended, or nothing came for too long."""
        return SourceError(f"{self.description} broke off: it ended, or gave nothing within its timeout.")


def with_transport(url: str, transport: str) -> str:
    """An rtsp URL that makes FFmpeg use this transport only: its RTSP client reads (and takes away) `?tcp` or `?udp`.

    >>> with_transport("rtsp://cam/live?channel=1", "udp")
    'rtsp://cam/live?channel=1&udp'
    """
    if scheme_of(url) != "rtsp":
        return url
    return f"{url}{'&' if '?' in url else '?'}{transport}"


def _milliseconds(duration_s: float) -> int:
    return max(1, round(duration_s * 1000))
