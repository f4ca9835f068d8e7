from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from edgekit.annotate.video import Mp4Writer
from edgekit.errors import OutputError


def picture(value: int, size_hw: tuple[int, int] = (48, 64)) -> NDArray[np.uint8]:
    return np.full((*size_hw, 3), value, np.uint8)


def greys(path: Path) -> list[int]:
    capture = cv2.VideoCapture(str(path))
    values = []
    while True:
        success, pixels = capture.read()
        if not success:
            return values
        values.append(round(float(pixels.mean())))


def test_every_frame_is_in_the_file_at_its_rate(tmp_path: Path) -> None:
    writer = Mp4Writer(tmp_path / "out" / "a.mp4", 12.5)
    for n in range(30):
        writer.write(picture(8 * n))
    assert writer.finish() == tmp_path / "out" / "a.mp4"
    assert writer.codec in ("avc1", "mp4v")
    np.testing.assert_allclose(greys(tmp_path / "out" / "a.mp4"), 8 * np.arange(30), atol=5)
    assert cv2.VideoCapture(str(tmp_path / "out" / "a.mp4")).get(cv2.CAP_PROP_FPS) == 12.5


def test_nothing_is_in_place_before_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(b"the one before")
    writer = Mp4Writer(path, 10)
    writer.write(picture(1))
    assert path.read_bytes() == b"the one before"
    writer.abandon()
    writer.abandon()
    assert [p.name for p in tmp_path.iterdir()] == ["a.mp4"]
    assert path.read_bytes() == b"the one before"


def test_without_a_frame_there_is_no_file(tmp_path: Path) -> None:
    assert Mp4Writer(tmp_path / "a.mp4", 10).finish() is None
    assert list(tmp_path.iterdir()) == []


def test_odd_sizes_and_changing_sizes_are_taken(tmp_path: Path) -> None:
    writer = Mp4Writer(tmp_path / "a.mp4", 10)
    writer.write(picture(50, (49, 65)))
    writer.write(picture(50, (96, 128)))
    writer.finish()
    assert len(greys(tmp_path / "a.mp4")) == 2


def test_a_folder_that_cannot_be_made_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match="Cannot write"):
        Mp4Writer(tmp_path / "file" / "a.mp4", 10).write(picture(0))


def test_a_disk_that_fills_up_leaves_nothing_half_written() -> None:
    """/dev/shm cannot be filled safely, so the process's own limit on file sizes stands for the disk's end."""
    import resource
    import signal
    import subprocess
    import sys
    import tempfile

    program = """
import signal, resource, sys
import numpy as np
from pathlib import Path
from edgekit.annotate.video import Mp4Writer
from edgekit.errors import OutputError
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))
writer = Mp4Writer(Path(sys.argv[1]) / "a.mp4", 10)
noise = np.random.default_rng(0)
try:
    for _ in range(60):
        writer.write(noise.integers(0, 255, (240, 320, 3), np.uint8))
    writer.finish()
except OutputError as error:
    print(error)
"""
    assert resource.RLIMIT_FSIZE
    assert signal.SIGXFSZ
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run([sys.executable, "-c", program, folder], capture_output=True, text=True, check=True)
        assert "of 60 frames are in it" in done.stdout
        assert list(Path(folder).iterdir()) == []
