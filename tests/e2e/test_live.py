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
    """Serves the reference picture ten times a second, as a network camera does, with a little noise of its own."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
        self.end_headers()
        number = 0
        try:
            while True:
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
def network_camera(picture: Path) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), MotionJpeg)
    server.daemon_threads = True
    server.picture = cv2.imread(str(picture))  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/stream.mjpg"
    finally:
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
