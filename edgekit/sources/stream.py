"""A network camera by its URL: rtsp, http and what else FFmpeg reads."""

from __future__ import annotations

from edgekit.errors import CapabilityError, SourceError
from edgekit.sources.capture import Capture, CaptureSource
from edgekit.sources.kinds import scheme_of
from edgekit.sources.pyav import PyAvCapture

__all__ = ["StreamSource"]


class StreamSource(CaptureSource):
    """A stream through OpenCV's FFmpeg, with timeouts of its own.

    OpenCV asks rtsp cameras for TCP first. Another transport can be told to its FFmpeg only by a variable of the
    environment, which would hold for every stream of the process; so `transport: udp` goes through PyAV (the extra
    `video`), whose options are those of one stream.
    """

    def connect(self) -> Capture:
        """Connect to the camera.

        Raises:
            SourceError: it refuses, is unknown, or does not answer in time.
            CapabilityError: this OpenCV has no FFmpeg, or udp was asked for without PyAV.
        """
        config, url = self._config, str(self._config.url)
        if config.transport == "udp" and scheme_of(url) == "rtsp":
            return PyAvCapture(
                url,
                {"rtsp_transport": "udp"},
                config.open_timeout_s,
                config.read_timeout_s,
                description=self.description,
            )
        import cv2

        if not cv2.videoio_registry.hasBackend(cv2.CAP_FFMPEG):
            raise CapabilityError(
                f"{self.description} needs an OpenCV with FFmpeg; cv2 {cv2.__version__} has none.",
                hint="On a Jetson, read it through GStreamer: 'gst: rtspsrc location=… ! …'.",
            )
        parameters = [
            *(cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, _milliseconds(config.open_timeout_s)),
            *(cv2.CAP_PROP_READ_TIMEOUT_MSEC, _milliseconds(config.read_timeout_s)),
        ]
        # CAP_FFMPEG by name: otherwise OpenCV tries the next backend, and in 4.6 that one logs the URL,
        # password and all (cap_images.cpp; 5.0 no longer does).
        capture = cv2.VideoCapture(url, cv2.CAP_FFMPEG, parameters)
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


def _milliseconds(duration_s: float) -> int:
    return max(1, round(duration_s * 1000))
