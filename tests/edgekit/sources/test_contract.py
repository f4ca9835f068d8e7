"""What every registered kind of source has to do."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from edgekit.config.schema import SourceConfig
from edgekit.errors import CapabilityError, SourceError
from edgekit.frame import Frame
from edgekit.sources.protocol import Source
from edgekit.sources.registry import LIVE, SOURCES, is_live, open_source


def _iterable(request: pytest.FixtureRequest) -> SourceConfig:
    folder: Path = request.getfixturevalue("tmp_path")
    (folder / "pictures_of_a_test.py").write_text(
        "import numpy as np\n\ndef three():\n    return (np.full((48, 64, 3), n, np.uint8) for n in range(3))\n"
    )
    request.getfixturevalue("monkeypatch").syspath_prepend(folder)
    return SourceConfig(url="python:pictures_of_a_test:three", fps=10)


def _stream(request: pytest.FixtureRequest) -> SourceConfig:
    return SourceConfig(url=request.getfixturevalue("mjpeg").url)


def _usb(request: pytest.FixtureRequest) -> SourceConfig:
    if not Path("/dev/video0").exists():
        pytest.skip("no /dev/video0")
    return SourceConfig(url=0)


def _gstreamer(request: pytest.FixtureRequest) -> SourceConfig:
    if not cv2.videoio_registry.hasBackend(cv2.CAP_GSTREAMER):
        pytest.skip(f"cv2 {cv2.__version__} has no GStreamer")
    return SourceConfig(url="gst: videotestsrc is-live=true ! video/x-raw,width=64,height=48,framerate=30/1")


WORKING: dict[str, Callable[[pytest.FixtureRequest], SourceConfig]] = {
    "folder": lambda request: SourceConfig(url=f"{request.getfixturevalue('pictures')}/"),
    "gstreamer": _gstreamer,
    "iterable": _iterable,
    "stream": _stream,
    "usb": _usb,
    "video": lambda request: SourceConfig(url=str(request.getfixturevalue("clip"))),
}

MISSING: dict[str, Any] = {
    "folder": "/nowhere/pictures/",
    "gstreamer": "gst: nosuchelement ! fakesink",
    "iterable": "python:nowhere:pictures",
    "stream": "http://viewer:hush@127.0.0.1:9/video.mjpg",
    "usb": 97,
    "video": "/nowhere/clip.mp4",
}


@pytest.fixture(params=sorted(SOURCES))
def config(request: pytest.FixtureRequest) -> SourceConfig:
    return WORKING[request.param](request)


@pytest.fixture
def source(config: SourceConfig) -> Iterator[Source]:
    source = open_source(config)
    yield source
    source.close()


def starts_at_zero(frame: Frame, source: Source) -> bool:
    """Whether an epoch began at index 0 and time 0; of a live source some frames may have gone by unread."""
    if source.live and frame.index > 0:
        return 0 < frame.time_s < 10
    return (frame.index, frame.time_s) == (0, 0.0)


def test_every_kind_is_tested() -> None:
    assert set(WORKING) == set(MISSING) == set(SOURCES)
    assert set(SOURCES) >= LIVE


def test_its_first_frame_has_index_and_time_zero_and_the_next_ones_rise(source: Source) -> None:
    source.open()
    frames = [source.read() for _ in range(3)]
    assert frames[0] is not None
    assert starts_at_zero(frames[0], source)
    for before, after in itertools.pairwise(frames):
        assert before is not None
        assert after is not None
        assert after.index > before.index
        assert after.time_s > before.time_s
        assert after.epoch == before.epoch == 0


def test_its_pixels_are_read_only_and_not_used_again(source: Source) -> None:
    source.open()
    first = source.read()
    assert first is not None
    assert first.pixels.dtype == np.uint8
    assert first.pixels.shape[2] == 3
    assert not first.pixels.flags.writeable
    kept = first.pixels.copy()
    second = source.read()
    assert second is not None
    assert not np.shares_memory(first.pixels, second.pixels)
    np.testing.assert_array_equal(first.pixels, kept)


def test_opening_again_starts_a_new_epoch_at_zero(source: Source) -> None:
    for epoch in range(2):
        source.open()
        frame = source.read()
        assert frame is not None
        assert frame.epoch == epoch
        assert starts_at_zero(frame, source)
        source.close()


def test_closing_is_fine_at_any_time(source: Source) -> None:
    source.close()
    assert source.read() is None
    source.open()
    source.close()
    source.close()
    assert source.read() is None


def test_it_says_what_it_is_before_it_is_opened(config: SourceConfig) -> None:
    source = open_source(config)
    assert source.live is is_live(config)
    assert source.description
    assert "hush" not in source.description
    assert source.frame_count is None or source.frame_count > 0


@pytest.mark.parametrize("kind", sorted(SOURCES))
def test_what_is_not_there_is_one_clear_line_without_a_password(kind: str, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises((SourceError, CapabilityError)) as caught:
        open_source(SourceConfig(url=MISSING[kind], open_timeout_s=5)).open()
    said = str(caught.value)
    assert "\n" not in said
    assert str(MISSING[kind]).rpartition("/")[2] in said
    assert "hush" not in said
    assert "hush" not in "".join(capfd.readouterr())
