from __future__ import annotations

import cv2
import pytest

from edgekit.config.schema import SourceConfig
from edgekit.errors import CapabilityError, SourceError
from edgekit.sources.gstreamer import CSI_CAMERA, GStreamerSource, pipeline_of
from edgekit.sources.usb import UsbSource


def test_a_camera_that_is_not_there_says_which_are() -> None:
    with pytest.raises(SourceError, match=r"^camera 97 \(/dev/video97\) does not exist\. (Cameras here|This machine)"):
        UsbSource(SourceConfig(url=97)).open()


@pytest.mark.parametrize("url", [3, "3", "/dev/video3"])
def test_a_camera_is_named_by_number_and_device(url: int | str) -> None:
    assert UsbSource(SourceConfig(url=url)).description == "camera 3 (/dev/video3)"


def test_a_pipeline_gets_an_appsink_of_the_newest_frame_unless_it_has_one() -> None:
    assert pipeline_of("gst: a ! b !").startswith("a ! b ! videoconvert ! video/x-raw, format=BGR ! appsink drop=true")
    assert pipeline_of("gst: a ! appsink name=mine") == "a ! appsink name=mine"
    assert pipeline_of(CSI_CAMERA).startswith("nvarguscamerasrc sensor-id=0 ! video/x-raw(memory:NVMM)")


@pytest.mark.skipif(cv2.videoio_registry.hasBackend(cv2.CAP_GSTREAMER), reason="this OpenCV has GStreamer")
def test_an_opencv_without_gstreamer_says_which_one_it_is_and_what_to_do() -> None:
    with pytest.raises(CapabilityError) as caught:
        GStreamerSource(SourceConfig(url="gst: rtspsrc location=rtsp://u:hush@c/ ! x")).open()
    assert cv2.__version__ in caught.value.message
    assert "rtsp://u:***@c/" in caught.value.message
    assert "python3-opencv" in (caught.value.hint or "")
