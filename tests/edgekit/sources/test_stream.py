from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psutil
import pytest

from edgekit.config.schema import SourceConfig
from edgekit.errors import MissingExtra, SourceError
from edgekit.sources.stream import StreamSource


@contextmanager
def opened(url: str, **options: Any) -> Iterator[StreamSource]:
    source = StreamSource(SourceConfig(url=url, **options))
    try:
        source.open()
        yield source
    finally:
        source.close()


def udp_ports() -> int:
    return len(psutil.Process().net_connections("udp"))


@pytest.mark.parametrize("url", ["rtsp://viewer:hush@127.0.0.1:{}/test", "http://viewer:hush@127.0.0.1:{}/video"])
def test_a_stream_that_accepts_and_never_answers_is_given_up_in_time(
    silent_port: int, url: str, capfd: pytest.CaptureFixture[str]
) -> None:
    began_s = time.monotonic()
    with pytest.raises(SourceError) as caught, opened(url.format(silent_port), open_timeout_s=0.5):
        pass
    assert time.monotonic() - began_s < 10  # FFmpeg's own patience is 30 s
    assert "hush" not in str(caught.value) + "".join(capfd.readouterr())


def test_nothing_of_the_process_s_environment_is_changed(mjpeg: Any) -> None:
    before = dict(os.environ)
    with opened(mjpeg.url) as source:
        assert source.read() is not None
        assert dict(os.environ) == before


def test_a_stream_that_falls_silent_is_lost_within_its_timeout(mjpeg: Any) -> None:
    mjpeg.frames, mjpeg.hang_after = 5, True
    began_s = time.monotonic()
    with opened(mjpeg.url, read_timeout_s=0.5) as source, pytest.raises(SourceError, match="gave no"):
        list(iter(source.read, None))
    assert time.monotonic() - began_s < 10


def test_a_stream_that_ends_is_lost(mjpeg: Any) -> None:
    mjpeg.frames = 5
    with opened(mjpeg.url) as source, pytest.raises(SourceError, match="broke off"):
        list(iter(source.read, None))


def test_after_it_was_lost_it_can_be_opened_again(mjpeg: Any) -> None:
    mjpeg.frames = 5
    with opened(mjpeg.url) as source:
        with pytest.raises(SourceError, match="broke off"):
            list(iter(source.read, None))
        mjpeg.frames = None
        source.open()
        frame = source.read()
        assert frame is not None
        assert frame.epoch == 1
        assert frame.time_s < 10


def test_closing_ends_a_read_that_waits(mjpeg: Any) -> None:
    mjpeg.frames, mjpeg.hang_after = 20, True
    with opened(mjpeg.url, read_timeout_s=600) as source:
        reader = threading.Thread(target=lambda: list(iter(source.read, None)), daemon=True)
        reader.start()
        assert mjpeg.silent.wait(30)
        reader.join(0.3)  # by then it has read what there was, and waits
        source.close()
        reader.join(30)
        assert not reader.is_alive()


def test_only_the_newest_frame_waits_and_the_index_counts_those_in_between(mjpeg: Any) -> None:
    with opened(mjpeg.url) as source:
        first = source.read()
        assert first is not None
        frame = first
        while frame is not None and frame.index < first.index + 10:
            threading.Event().wait(0.2)  # a slow reader: ten frames come meanwhile
            before, frame = frame, source.read()
            assert frame is not None
            assert frame.index > before.index + 1


@pytest.mark.parametrize("transport", ["tcp", "udp"])
def test_a_real_rtsp_server_is_read_by_the_transport_that_was_asked_for(rtsp: Any, transport: str) -> None:
    if transport == "udp":
        pytest.importorskip("av", reason="no PyAV (the extra `video`)")
    server = rtsp()
    before = udp_ports()
    with opened(f"rtsp://127.0.0.1:{server.port}/test", transport=transport, open_timeout_s=30) as source:
        frames = [source.read() for _ in range(5)]
        assert [frame.size_hw for frame in frames if frame] == [(240, 320)] * 5
        assert source.fps == pytest.approx(15)
        assert (udp_ports() > before) is (transport == "udp")


def test_a_real_rtsp_server_that_dies_is_lost_and_read_again_when_it_is_back(rtsp: Any) -> None:
    server = rtsp()
    with opened(f"rtsp://127.0.0.1:{server.port}/test", open_timeout_s=30, read_timeout_s=5) as source:
        assert source.read() is not None
        server.kill()
        with pytest.raises(SourceError, match=r"broke off|gave no frame"):
            list(iter(source.read, None))
        with pytest.raises(SourceError, match="cannot be opened"):
            source.open()
        rtsp("--port", str(server.port))
        source.open()
        frame = source.read()
        assert frame is not None
        assert frame.epoch == 1


def test_a_wrong_password_is_refused_and_not_shown(rtsp: Any, capfd: pytest.CaptureFixture[str]) -> None:
    port = rtsp("--password", "opensesame").port
    with opened(f"rtsp://viewer:opensesame@127.0.0.1:{port}/test", open_timeout_s=30) as source:
        assert source.read() is not None
    with pytest.raises(SourceError) as caught, opened(f"rtsp://viewer:hush@127.0.0.1:{port}/test", open_timeout_s=30):
        pass
    said = str(caught.value) + "".join(capfd.readouterr())
    assert "viewer:***@" in said
    assert "hush" not in said
    assert "opensesame" not in said


@pytest.mark.parametrize("password", ["opensesame", "hush"])
def test_udp_shows_no_password_either(rtsp: Any, capfd: pytest.CaptureFixture[str], password: str) -> None:
    pytest.importorskip("av", reason="no PyAV (the extra `video`)")
    port = rtsp("--password", "opensesame").port
    url = f"rtsp://viewer:{password}@127.0.0.1:{port}/test"
    if password == "opensesame":
        with opened(url, transport="udp", open_timeout_s=30) as source:
            assert source.read() is not None
        return
    with pytest.raises(SourceError) as caught, opened(url, transport="udp", open_timeout_s=30):
        pass
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
    assert "hush" not in str(caught.value) + "".join(capfd.readouterr())


def test_udp_without_pyav_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(MissingExtra, match=r"edgekit\[video\]"), opened("rtsp://127.0.0.1:9/x", transport="udp"):
        pass
