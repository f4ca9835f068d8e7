"""A GStreamer pipeline as `gst: …`, for the cameras of a Jetson and whatever else GStreamer reads."""

from __future__ import annotations

from edgekit.errors import CapabilityError, SourceError
from edgekit.sources.capture import Capture, CaptureSource
from edgekit.sources.redact import redacted

__all__ = ["CSI_CAMERA", "GStreamerSource", "pipeline_of"]

CSI_CAMERA = (
    "gst: nvarguscamerasrc sensor-id=0 ! video/x-raw(memory:NVMM), width=1920, height=1080, framerate=30/1"
    " ! nvvidconv ! video/x-raw, format=BGRx"
)
"""`source:` of the first CSI camera of a Jetson (not run on one yet); what follows is put behind it, see below."""

_TAIL = "videoconvert ! video/x-raw, format=BGR ! appsink drop=true max-buffers=1 sync=false"


class GStreamerSource(CaptureSource):
    """A pipeline through an OpenCV that was built with GStreamer, as JetPack's and Debian's, unlike the wheels."""

    # An element that does not exist makes OpenCV 4.6 wait for ever instead of failing.
    hint_if_silent = "Try the same pipeline with gst-launch-1.0 -v; does it name an element that is not installed?"

    @property
    def description(self) -> str:
        """The pipeline without its secrets."""
        return redacted(str(self._config.url))

    def connect(self) -> Capture:
        """Start the pipeline.

        Raises:
            CapabilityError: this OpenCV has no GStreamer.
            SourceError: the pipeline does not start.
        """
        import cv2

        if not cv2.videoio_registry.hasBackend(cv2.CAP_GSTREAMER):
            raise CapabilityError(
                f"{self.description} needs an OpenCV with GStreamer; cv2 {cv2.__version__} in "
                f"{cv2.__file__.rpartition('/')[0]} has none.",
                hint="Use the system's (apt install python3-opencv, or JetPack's) in an environment made with "
                "--system-site-packages, without the opencv-python wheels.",
            )
        capture = cv2.VideoCapture(pipeline_of(str(self._config.url)), cv2.CAP_GSTREAMER)
        if not capture.isOpened():
            capture.release()
            raise SourceError(
                f"{self.description} does not start.", hint="Try the same pipeline with gst-launch-1.0 -v."
            )
        return capture

    def gone(self) -> SourceError:
        """The pipeline ended."""
        return SourceError(f"{self.description} came to its end.")


def pipeline_of(url: str) -> str:
    """The pipeline behind `gst:`; one without an appsink gets a conversion to BGR and an appsink of the newest frame.

    >>> pipeline_of("gst: videotestsrc")
    'videotestsrc ! videoconvert ! video/x-raw, format=BGR ! appsink drop=true max-buffers=1 sync=false'
    """
    pipeline = url.partition(":")[2].strip().rstrip("!").strip()
    return pipeline if "appsink" in pipeline else f"{pipeline} ! {_TAIL}"
