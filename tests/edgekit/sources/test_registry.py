from __future__ import annotations

from pathlib import Path

import pytest

from edgekit.config.schema import SourceConfig
from edgekit.errors import SourceError
from edgekit.sources.kinds import source_kind
from edgekit.sources.pacing import PacedSource
from edgekit.sources.registry import is_live, open_source
from edgekit.sources.usb import UsbSource


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        (0, "usb"),
        ("12", "usb"),
        ("/dev/video2", "usb"),
        ("rtsp://cam/live", "stream"),
        ("RTSP://cam/live", "stream"),
        ("https://cam/video.mjpg", "stream"),
        ("udp://@:5000", "stream"),
        ("gst: v4l2src", "gstreamer"),
        ("gst:v4l2src", "gstreamer"),
        ("python:shop.cameras:frames", "iterable"),
        ("clip.mp4", "video"),
        ("/some/where/clip.mkv", "video"),
        (r"C:\clips\clip.mp4", "video"),
        ("pictures/", "folder"),
        ("shelf.JPG", "folder"),
        ("basler:0815", "basler"),
    ],
)
def test_what_stands_in_source_says_its_kind(url: int | str, kind: str) -> None:
    assert source_kind(url) == kind


def test_a_folder_needs_no_slash_where_it_is_there(tmp_path: Path) -> None:
    assert source_kind(str(tmp_path)) == "folder"


def test_a_file_with_a_colon_in_its_name_is_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cam:1.mp4").write_bytes(b"")
    assert source_kind("cam:1.mp4") == "video"


def test_cameras_are_live_and_recordings_are_not() -> None:
    live = {url: is_live(SourceConfig(url=url)) for url in (0, "rtsp://c/", "gst: x", "a.mp4", "b/", "python:c:d")}
    assert live == {0: True, "rtsp://c/": True, "gst: x": True, "a.mp4": False, "b/": False, "python:c:d": False}


def test_realtime_paces_recordings_only() -> None:
    assert isinstance(open_source(SourceConfig(url="a.mp4"), realtime=True), PacedSource)
    assert isinstance(open_source(SourceConfig(url=0), realtime=True), UsbSource)


def test_an_unknown_kind_says_what_is_known_and_shows_no_password() -> None:
    with pytest.raises(SourceError, match="no kind of source is called ftpx") as caught:
        open_source(SourceConfig(url="ftpx://me:hush@there/clip"))
    assert "rtsp" in str(caught.value)
    assert "hush" not in str(caught.value)


PLUGIN = """
class Source:
    live = False

    def __init__(self, config, *, clock):
        self.description = f"plug-in {config.url}"
"""


@pytest.fixture
def plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An installed distribution that brings the kinds `acme` and `broken`."""
    (tmp_path / "acme_cameras.py").write_text(PLUGIN)
    information = tmp_path / "acme_cameras-1.0.dist-info"
    information.mkdir()
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-cameras\nVersion: 1.0\n")
    (information / "entry_points.txt").write_text(
        "[edgekit.sources]\nacme = acme_cameras:Source\nbroken = acme_nowhere:Source\n"
    )
    monkeypatch.syspath_prepend(tmp_path)


@pytest.mark.usefixtures("plugin")
def test_a_plug_in_brings_its_kind_by_entry_point() -> None:
    config = SourceConfig(url="acme:0815")
    assert not is_live(config)
    assert open_source(config).description == "plug-in acme:0815"


@pytest.mark.usefixtures("plugin")
def test_a_plug_in_that_cannot_be_loaded_is_named() -> None:
    with pytest.raises(SourceError, match=r"acme_nowhere:Source for broken: cannot be loaded: No module named"):
        open_source(SourceConfig(url="broken:1"))
