"""Recordings and streams made here and now, so that the tests of sources need no public data."""

from __future__ import annotations

import http.server
import socket
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

SERVER = Path(__file__).with_name("rtsp_server.py")
SYSTEM_PYTHON = "/usr/bin/python3"


def picture(number: int, size_hw: tuple[int, int] = (48, 64)) -> NDArray[np.uint8]:
    """A plain picture whose grey says its number (up to 31)."""
    return np.full((*size_hw, 3), 8 * (number % 32), np.uint8)


def number_of(pixels: NDArray[np.uint8]) -> int:
    """The number that `picture` wrote, after any codec."""
    return round(float(pixels.mean()) / 8)


def write_video(path: Path, frames: int, fps: float = 10.0) -> Path:
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"mp4v"), fps, (64, 48))
    assert writer.isOpened()
    for number in range(frames):
        writer.write(picture(number))
    writer.release()
    return path


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """A video of 12 frames at 10 frames a second; frame i shows `picture(i)`."""
    return write_video(tmp_path / "clip.mp4", 12)


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """A folder of 12 pictures, named without leading zeros."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number in range(12):
        cv2.imwrite(str(folder / f"p{number}.png"), picture(number))
    (folder / "notes.txt").write_text("no picture")
    return folder


class MjpegServer(http.server.ThreadingHTTPServer):
    """Motion JPEG over HTTP, as many network cameras give it: `frames` of them, then silence or the end."""

    daemon_threads = True
    frames: int | None = None
    hang_after: bool = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _MjpegHandler)
        self.over = threading.Event()
        self.silent = threading.Event()

    @property
    def url(self) -> str:
        return f"http://viewer:hush@127.0.0.1:{self.server_address[1]}/video.mjpg"


class _MjpegHandler(http.server.BaseHTTPRequestHandler):
    server: MjpegServer

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
        self.end_headers()
        number = 0
        try:
            while not self.server.over.is_set() and (self.server.frames is None or number < self.server.frames):
                jpeg = cv2.imencode(".jpg", picture(number))[1].tobytes()
                self.wfile.write(b"--frame\r\nContent-Type: image/jpeg\r\n")
                self.wfile.write(f"Content-Length: {len(jpeg)}\r\n\r\n".encode() + jpeg + b"\r\n")
                number += 1
                self.server.over.wait(0.02)
            if self.server.hang_after:
                self.server.silent.set()
                self.server.over.wait(60)
        except OSError:
            pass  # the viewer left
        self.close_connection = True

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def mjpeg() -> Iterator[MjpegServer]:
    """A running MjpegServer without end."""
    with MjpegServer() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.over.set()
        server.shutdown()
        thread.join()


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A TCP port that accepts connections and never says anything."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


class RtspServer:
    """The real server in a process of its own."""

    def __init__(self, *arguments: str) -> None:
        self._process = subprocess.Popen(
            [SYSTEM_PYTHON, str(SERVER), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline())

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()


@pytest.fixture(scope="session")
def rtsp_reason() -> str | None:
    """Why there can be no RTSP server here; None where there can."""
    if not Path(SYSTEM_PYTHON).exists():
        return f"no {SYSTEM_PYTHON}"
    try:
        tried = subprocess.run(
            [
                SYSTEM_PYTHON,
                "-c",
                "import gi; gi.require_version('Gst', '1.0'); gi.require_version('GstRtspServer', '1.0');"
                "from gi.repository import Gst; Gst.init(None);"
                "assert all(map(Gst.ElementFactory.find, ['videotestsrc', 'x264enc', 'rtph264pay'])), 'an element'",
            ],
            capture_output=True,
            text=True,
            timeout=60,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"{SYSTEM_PYTHON}: {error}"
    if tried.returncode == 0:
        return None
    missing = tried.stderr.strip().rpartition("\n")[2]
    return (
        f"no RTSP server ({missing}): apt-get install gir1.2-gst-rtsp-server-1.0 python3-gi gstreamer1.0-plugins-base "
        "gstreamer1.0-plugins-good gstreamer1.0-plugins-bad gstreamer1.0-plugins-ugly"
    )


@pytest.fixture
def rtsp(rtsp_reason: str | None) -> Iterator[type[RtspServer]]:
    """Starts servers: `rtsp()`, `rtsp("--port", "…")`; all are killed at the end."""
    if rtsp_reason is not None:
        pytest.skip(rtsp_reason)
    running: list[RtspServer] = []

    class Started(RtspServer):
        def __init__(self, *arguments: str) -> None:
            super().__init__(*arguments)
            running.append(self)

    yield Started
    for server in running:
        server.kill()
