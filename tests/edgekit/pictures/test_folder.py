from __future__ import annotations

import os
from pathlib import Path

import pytest

from edgekit.pictures.folder import PictureFolder
from edgekit.testing import FakeClock

DAY_S = 86_400.0


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def folder_in(path: Path, clock: FakeClock, *, days: float = 30.0, megabytes: float = 1.0) -> PictureFolder:
    return PictureFolder(path / "pictures", clock=clock, expire_days=days, max_megabytes=megabytes)


def names(path: Path) -> list[str]:
    return sorted(one.name for one in (path / "pictures").glob("*.jpg"))


def test_a_picture_is_named_from_the_folder_that_the_pictures_lie_in(tmp_path, clock) -> None:
    folder = folder_in(tmp_path, clock)
    assert not (tmp_path / "pictures").exists(), "nothing is made before the first picture"
    path = folder.write("abc-after", b"jpeg")
    assert path == "pictures/abc-after.jpg"
    assert (tmp_path / path).read_bytes() == b"jpeg"
    assert (folder.status.count, folder.status.size_bytes) == (1, 4)


def test_writing_the_same_name_again_replaces_the_picture_and_counts_it_once(tmp_path, clock) -> None:
    folder = folder_in(tmp_path, clock)
    folder.write("a", b"12345678")
    folder.write("a", b"123")
    assert (folder.status.count, folder.status.size_bytes) == (1, 3)


def test_old_pictures_go_while_it_runs_and_young_ones_stay(tmp_path, clock) -> None:
    folder = folder_in(tmp_path, clock, days=2.0)
    folder.write("old", b"x")
    clock.advance(1.5 * DAY_S)
    folder.write("young", b"x")
    clock.advance(1.0 * DAY_S)
    folder.tidy()
    assert names(tmp_path) == ["young.jpg"]


def test_the_oldest_go_while_all_take_too_much(tmp_path, clock) -> None:
    folder = folder_in(tmp_path, clock, megabytes=0.001)
    for name in ("a", "b", "c"):
        folder.write(name, b"x" * 400)
        clock.advance(1.0)
    assert names(tmp_path) == ["b.jpg", "c.jpg"]
    assert folder.status.size_bytes == 800


def test_one_sample_waits_for_few_removals_and_the_rest_goes_with_the_next(tmp_path, clock) -> None:
    folder = folder_in(tmp_path, clock, days=1.0)
    for number in range(40):
        folder.write(f"{number:02}", b"x")
    clock.advance(2 * DAY_S)
    folder.tidy()
    assert len(names(tmp_path)) == 24
    folder.tidy()
    folder.tidy()
    assert names(tmp_path) == []


def test_what_an_earlier_run_left_expires_by_its_own_age(tmp_path, clock) -> None:
    folder = folder_in(tmp_path, clock)
    for name, age_days in (("old", 40), ("young", 10)):
        path = tmp_path / folder.write(name, b"x")
        stamp_s = clock.now().timestamp() - age_days * DAY_S
        os.utime(path, (stamp_s, stamp_s))
    (tmp_path / "pictures" / "notes.txt").write_text("not ours")
    again = folder_in(tmp_path, clock)
    assert names(tmp_path) == ["young.jpg"]
    assert again.status.count == 1
    assert (tmp_path / "pictures" / "notes.txt").exists()
    clock.advance(25 * DAY_S)
    again.tidy()
    assert names(tmp_path) == []


def test_setting_the_clock_ages_nothing(tmp_path, clock) -> None:
    folder = folder_in(tmp_path, clock)
    folder.write("a", b"x")
    clock.set_wall_clock(clock.now().replace(year=2040))
    folder.tidy()
    assert names(tmp_path) == ["a.jpg"]


def test_a_picture_that_cannot_be_written_is_told_until_one_can(tmp_path, clock) -> None:
    (tmp_path / "pictures").write_text("a file stands where the folder should be")
    folder = folder_in(tmp_path, clock)
    assert folder.write("a", b"x") is None
    assert folder.status.failed == 1
    assert "pictures" in (folder.status.problem or "")
    (tmp_path / "pictures").unlink()
    assert folder.write("a", b"x") == "pictures/a.jpg"
    assert (folder.status.failed, folder.status.problem) == (1, None)


def test_what_facings_look_like_is_kept_beside_and_neither_counted_nor_mixed_up(tmp_path, clock) -> None:
    folder = folder_in(tmp_path, clock)
    folder.keep_aside("cam-1", b"look")
    assert folder.kept_aside("cam-1") == b"look"
    assert folder.kept_aside("cam-2") is None
    assert folder.status.count == 0
    assert folder_in(tmp_path, clock).kept_aside("cam-1") == b"look"
