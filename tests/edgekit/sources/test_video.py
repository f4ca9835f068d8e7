from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from edgekit.config.schema import SourceConfig
from edgekit.errors import SourceError
from edgekit.frame import Frame
from edgekit.sources.video import VideoSource


def frames_of(path: Path, *, loop_for_s: float | None = None) -> list[Frame]:
    source = VideoSource(SourceConfig(url=str(path), loop_for_s=loop_for_s))
    source.open()
    frames: list[Frame] = []
    while (frame := source.read()) is not None:
        frames.append(frame)
    assert source.read() is None
    source.close()
    return frames


def grey(frame: Frame) -> int:
    return round(float(frame.pixels.mean()) / 8)


def test_every_frame_comes_once_in_order_with_its_time(clip: Path) -> None:
    frames = frames_of(clip)
    assert [grey(frame) for frame in frames] == list(range(12))
    assert [frame.index for frame in frames] == list(range(12))
    np.testing.assert_allclose([frame.time_s for frame in frames], np.arange(12) / 10, atol=1e-6)


def test_it_says_its_rate_and_length_once_open(clip: Path) -> None:
    source = VideoSource(SourceConfig(url=str(clip)))
    assert (source.fps, source.frame_count) == (None, None)
    source.open()
    assert (source.fps, source.frame_count) == (10.0, 12)
    source.close()


def test_a_loop_goes_on_in_time_and_index_within_the_epoch_and_stops_at_its_time(clip: Path) -> None:
    frames = frames_of(clip, loop_for_s=3.0)
    assert [grey(frame) for frame in frames] == [*range(12), *range(12), *range(6)]
    assert [frame.index for frame in frames] == list(range(30))
    assert {frame.epoch for frame in frames} == {0}
    np.testing.assert_allclose([frame.time_s for frame in frames], np.arange(30) / 10, atol=1e-6)


def test_a_loop_shorter_than_the_recording_cuts_it(clip: Path) -> None:
    assert len(frames_of(clip, loop_for_s=0.55)) == 6


def test_a_file_that_is_no_video_is_refused(tmp_path: Path) -> None:
    (tmp_path / "junk.mp4").write_bytes(b"not a video at all\n" * 1000)
    (tmp_path / "empty.mp4").write_bytes(b"")
    (tmp_path / "folder.mp4").mkdir()
    for name, says in {
        "junk.mp4": "cannot be read as a video",
        "empty.mp4": "is empty",
        "folder.mp4": "is a folder",
        "none.mp4": "does not exist",
    }.items():
        with pytest.raises(SourceError, match=says):
            VideoSource(SourceConfig(url=str(tmp_path / name))).open()


def test_a_file_cut_in_half_is_refused_when_it_is_opened(clip: Path) -> None:
    clip.write_bytes(clip.read_bytes()[: clip.stat().st_size // 2])
    with pytest.raises(SourceError, match="broken off or corrupt"):
        VideoSource(SourceConfig(url=str(clip))).open()


def broken_off(path: Path, frames: int, keep: float) -> Path:
    """A Motion JPEG AVI, its index in front as cameras write it, of which only a part of the pictures is there."""
    writer = cv2.VideoWriter(str(path), cv2.CAP_OPENCV_MJPEG, cv2.VideoWriter.fourcc(*"MJPG"), 10.0, (64, 48))
    assert writer.isOpened()
    rng = np.random.default_rng(0)
    for _ in range(frames):
        writer.write(rng.integers(0, 255, (48, 64, 3), np.uint8))
    writer.release()
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * keep)])
    return path


@pytest.mark.parametrize("loop_for_s", [None, 60.0])
def test_a_recording_that_ends_early_says_how_much_was_read(tmp_path: Path, loop_for_s: float | None) -> None:
    path = broken_off(tmp_path / "clip.avi", 40, 0.5)
    source = VideoSource(SourceConfig(url=str(path), loop_for_s=loop_for_s))
    source.open()
    read: list[Frame | None] = []
    with pytest.raises(SourceError, match=r"ends early: \d+ of 40 frames could be read \(\d\.\d of 4\.0 s\)"):
        read.extend(iter(source.read, None))
    assert 10 < len(read) < 30
    source.close()


def test_a_whole_recording_of_the_same_kind_does_not(tmp_path: Path) -> None:
    assert len(frames_of(broken_off(tmp_path / "clip.avi", 40, 1.0))) == 40


def test_the_bottle_clip_is_read_whole_at_its_own_times(assets_dir: Path) -> None:
    frames = frames_of(assets_dir / "restock-video-bottles/bottle-detection.mp4")
    assert len(frames) == 1189
    assert frames[0].size_hw == (360, 640)
    np.testing.assert_allclose([frame.time_s for frame in frames], np.arange(1189) * 6 / 179, atol=1e-5)


def test_a_gif_keeps_the_delay_of_each_picture_and_loops_with_it(assets_dir: Path) -> None:
    frames = frames_of(assets_dir / "store-aisle/store-aisle-detection.gif", loop_for_s=10.0)
    steps_ms = np.diff([frame.time_s for frame in frames]) * 1000
    assert set(np.round(steps_ms)) == {60.0, 70.0}
    np.testing.assert_array_equal(frames[0].pixels, frames[67].pixels)
    assert 4.4 < frames[67].time_s < 4.5
    assert 9.9 < frames[-1].time_s < 10.0
