"""A live camera: Ctrl-C is how its run ends, and what was asked for is there afterwards."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import cv2
import pytest
import yaml

pytestmark = pytest.mark.slow


class MotionJpeg(BaseHTTPRequestHandler):
    """Serves the reference picture ten times a second, as a network camera does, with a little noise of its own.

    A server with `hangs_after` sends so many pictures and then keeps the connection open, silent.
    """

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
        self.end_headers()
        number = 0
        try:
            while True:
                if number == self.server.hangs_after:  # type: ignore[attr-defined]
                    self.server.released.wait()  # type: ignore[attr-defined]
                    return
                pixels = cv2.convertScaleAbs(self.server.picture, beta=number % 3)  # type: ignore[attr-defined]
                body = cv2.imencode(".jpg", pixels)[1].tobytes()
                head = f"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {len(body)}\r\n\r\n"
                self.wfile.write(head.encode() + body + b"\r\n")
                number += 1
                time.sleep(0.1)
        except OSError:
            return

    def log_message(self, format: str, *arguments: object) -> None:
        return


@contextmanager
def network_camera(picture: Path, *, hangs_after: int | None = None) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), MotionJpeg)
    server.daemon_threads = True
    server.hangs_after = hangs_after  # type: ignore[attr-defined]
    server.released = threading.Event()  # type: ignore[attr-defined]
    server.picture = cv2.imread(str(picture))  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/stream.mjpg"
    finally:
        server.released.set()  # type: ignore[attr-defined]
        server.shutdown()
        server.server_close()
        thread.join()


def test_ctrl_c_ends_a_cameras_run_with_whole_files(assets_dir: Path, environment, tmp_path: Path) -> None:
    bottles = assets_dir / "restock-video-bottles"
    out = tmp_path / "out"
    with network_camera(bottles / "reference.jpg") as url:
        site = {"cameras": [{"id": "table", "source": url, "planogram": str(bottles / "planogram.yaml")}]}
        (tmp_path / "edgekit.yaml").write_text(yaml.safe_dump(site))
        command = [sys.executable, "-m", "edgekit", "run", "--out", str(out), "--annotate"]
        process = subprocess.Popen(command, cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True)
        try:
            deadline_s = time.monotonic() + 60
            while not list(out.glob(".annotated*")) and time.monotonic() < deadline_s:
                time.sleep(0.05)
            time.sleep(3)  # some frames of video
            process.send_signal(signal.SIGINT)
            _, said = process.communicate(timeout=60)
        finally:
            process.kill()
    assert process.returncode == 130, said
    telemetry = json.loads((out / "summary.json").read_text())["cameras"][0]["telemetry"]
    assert telemetry["frames"] > 5
    video = cv2.VideoCapture(str(out / "annotated.mp4"))
    assert video.read()[0]
    video.release()
    assert (out / "contact-sheet.png").exists()


def test_ctrl_c_ends_a_run_whose_camera_hangs(assets_dir: Path, environment, tmp_path: Path) -> None:
    bottles = assets_dir / "restock-video-bottles"
    with network_camera(bottles / "reference.jpg", hangs_after=60) as url:
        source = {"url": url, "read_timeout_s": 60}
        site = {"cameras": [{"id": "table", "source": source, "planogram": str(bottles / "planogram.yaml")}]}
        (tmp_path / "edgekit.yaml").write_text(yaml.safe_dump(site))
        command = [sys.executable, "-m", "edgekit", "run", "--out", str(tmp_path / "out"), "--annotate"]
        process = subprocess.Popen(command, cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True)
        try:
            deadline_s = time.monotonic() + 60
            while not list(tmp_path.glob("out/.annotated*")) and time.monotonic() < deadline_s:
                time.sleep(0.05)
            time.sleep(7)  # the pictures are over, the capture waits for the next
            process.send_signal(signal.SIGINT)
            _, said = process.communicate(timeout=40)
        finally:
            process.kill()
    assert process.returncode == 130, said
    assert "FATAL" not in said


EMBEDDED = """
import sys, time, edgekit
with edgekit.Runtime(sys.argv[1]) as runtime:
    assert runtime.wait_opened()
    time.sleep(1)
"""


def test_a_host_ends_cleanly_right_after_closing_a_runtime(assets_dir: Path, environment, tmp_path: Path) -> None:
    """No thread may still be inside the camera's driver when close() returns: ending Python would abort it."""
    bottles = assets_dir / "restock-video-bottles"
    with network_camera(bottles / "reference.jpg") as url:
        site = {"cameras": [{"id": "table", "source": url, "planogram": str(bottles / "planogram.yaml")}]}
        (tmp_path / "edgekit.yaml").write_text(yaml.safe_dump(site))
        for _ in range(3):
            ran = subprocess.run(
                [sys.executable, "-c", EMBEDDED, str(tmp_path / "edgekit.yaml")],
                cwd=tmp_path,
                env=environment,
                capture_output=True,
                text=True,
                timeout=60,
            )
            assert ran.returncode == 0, ran.stderr
