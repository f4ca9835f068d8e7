from __future__ import annotations

from pathlib import Path

import pytest

from edgekit.config.schema import SourceConfig
from edgekit.errors import SourceError
from edgekit.frame import Frame
from edgekit.sources.folder import FolderSource


def frames_of(path: Path, **options: float) -> list[Frame]:
    source = FolderSource(SourceConfig(url=str(path), **options))  # type: ignore[arg-type]
    source.open()
    frames: list[Frame] = []
    while (frame := source.read()) is not None:
        frames.append(frame)
    return frames


def grey(frame: Frame) -> int:
    return round(float(frame.pixels.mean()) / 8)


def test_pictures_come_in_the_order_of_their_numbers_at_five_a_second(pictures: Path) -> None:
    frames = frames_of(pictures)
    assert [grey(frame) for frame in frames] == list(range(12))
    assert frames[3].time_s == pytest.approx(0.6)


def test_the_rate_is_configured(pictures: Path) -> None:
    assert frames_of(pictures, fps=2)[3].time_s == pytest.approx(1.5)


def test_a_loop_goes_on_in_time_and_index(pictures: Path) -> None:
    frames = frames_of(pictures, fps=10, loop_for_s=2)
    assert [grey(frame) for frame in frames] == [*range(12), *range(8)]
    assert [frame.index for frame in frames] == list(range(20))
    assert frames[-1].time_s == pytest.approx(1.9)


def test_one_picture_is_a_recording_of_one_frame(pictures: Path) -> None:
    assert [grey(frame) for frame in frames_of(pictures / "p7.png")] == [7]


def test_a_picture_that_cannot_be_decoded_is_named(pictures: Path) -> None:
    (pictures / "p1.png").write_bytes(b"broken")
    with pytest.raises(SourceError, match=r"p1\.png cannot be read as a picture"):
        frames_of(pictures)


def test_a_folder_without_pictures_says_what_counts_as_one(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"holds no picture.*\.jpg"):
        frames_of(tmp_path)
