"""Frame by frame: what is taken, what is left out and why, what lies in the folder afterwards."""

from datetime import datetime, timedelta, timezone

import cv2
import numpy as np
import pytest
from edgekit_calibration.collect_choice import CollectOptions, Collector, Left
from edgekit_calibration.collect_folder import CollectionFolder
from edgekit_calibration.collect_people import People

from edgekit.frame import Frame

NOON = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)


class Finder:
    """Finds a person wherever a picture is purely red."""

    def __init__(self):
        self.asked = 0

    def boxes(self, pixels):
        self.asked += 1
        red = (pixels == (0, 0, 255)).all(axis=2)
        if not red.any():
            return ()
        rows, columns = np.flatnonzero(red.any(axis=1)), np.flatnonzero(red.any(axis=0))
        return ((int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1),)


def with_person(picture, left=20, top=10, right=50, bottom=80):
    changed = picture.copy()
    changed[top:bottom, left:right] = (0, 0, 255)
    return changed


@pytest.fixture
def folder(tmp_path):
    return CollectionFolder(tmp_path / "pictures")


def keeping(folder, count=10, **options):
    return Collector(folder, CollectOptions(count=count, people=People.KEEP, **options))


def files(folder):
    return sorted(path.name for path in folder.path.glob("*.jpg"))


def test_new_content_is_taken_and_the_same_again_is_not(folder, shelf, frames):
    collector = keeping(folder)
    for frame in frames([shelf(0), shelf(0), shelf(1), shelf(1), shelf(0)]):
        collector.look("aisle", frame, None)
    assert files(folder) == ["aisle_0000.00s.jpg", "aisle_0001.00s.jpg"]
    assert (collector.looked_at, collector.new, dict(collector.left)) == (5, 2, {Left.ALIKE: 3})


def test_the_same_shelf_in_another_light_is_taken(folder, shelf, frames):
    collector = keeping(folder)
    for frame in frames([shelf(0, light) for light in (1.0, 0.7, 0.4, 0.2)]):
        collector.look("aisle", frame, None)
    assert collector.new == 4
    lightness = [picture.lightness for picture in folder.pictures.values()]
    assert lightness == sorted(lightness, reverse=True)


def test_what_is_written_is_what_was_seen(folder, shelf, frames):
    keeping(folder).look("aisle", frames([shelf(3)])[0], None)
    read = cv2.imread(str(folder.path / files(folder)[0]))
    assert np.abs(read.astype(int) - shelf(3)).mean() < 3


def test_a_full_folder_changes_pictures_for_better_ones_and_never_grows(folder, shelf, frames):
    collector = keeping(folder, count=4)
    for frame in frames([shelf(number) for number in range(30)]):
        collector.look("aisle", frame, None)
        assert len(files(folder)) <= 4
    assert files(folder) == sorted(folder.pictures)
    assert collector.new > 4
    assert Left.NOT_NEWER in collector.left


def test_a_dark_or_covered_camera_says_nothing(folder, frames):
    collector = keeping(folder)
    for frame in frames([np.full((96, 144, 3), 12, np.uint8)]):
        collector.look("aisle", frame, None)
    assert dict(collector.left) == {Left.UNIFORM: 1}
    assert files(folder) == []


def test_a_camera_is_looked_at_every_other_second_over_hours(folder, shelf):
    collector = keeping(folder, count=200)
    for second in range(0, 3600):
        frame = Frame(shelf(second // 60), float(second), second)
        collector.look("aisle", frame, NOON + timedelta(seconds=second))
    assert collector.looked_at == 1800
    assert collector.new == 60
    first, *_, last = folder.pictures.values()
    assert (first.time, last.time) == (NOON, NOON + timedelta(seconds=3540))
    assert first.file == "aisle_20260301T120000Z.jpg"
    assert first.media_time_s is None


def test_the_pace_can_be_said(folder, shelf, frames):
    collector = keeping(folder, every_s=3.0)
    for frame in frames([shelf(number) for number in range(10)], every_s=1.0):
        collector.look("aisle", frame, None)
    assert [picture.media_time_s for picture in folder.pictures.values()] == [0.0, 3.0, 6.0, 9.0]


def test_each_camera_has_its_own_pace_and_a_new_epoch_begins_at_once(folder, shelf):
    collector = keeping(folder)
    for camera, epoch, number in (("a", 0, 0), ("b", 0, 1), ("a", 1, 2)):
        collector.look(camera, Frame(shelf(number), 0.0, 0, epoch), None)
    assert collector.new == 3


def test_without_a_model_what_moves_is_left_out_and_tried_again_soon(folder, shelf, frames):
    collector = Collector(folder, CollectOptions(people=People.SKIP))
    still = [shelf(0)] * 4
    passing = [with_person(shelf(0), left=left, right=left + 30) for left in range(0, 100, 10)]
    for frame in frames([*still, *passing, *[shelf(0, 0.5)] * 12], every_s=0.1):
        collector.look("aisle", frame, None)
    assert collector.left[Left.MOVING] >= 2
    assert len(folder.pictures) == 2
    for name in files(folder):
        assert not (cv2.imread(str(folder.path / name))[..., 2].astype(int) > 245).mean() > 0.05


def test_the_first_frame_of_a_camera_cannot_be_judged_and_is_not_counted(folder, shelf, frames):
    collector = Collector(folder, CollectOptions(people=People.SKIP))
    assert not collector.look("aisle", frames([shelf(0)])[0], None)
    assert collector.looked_at == 0


def test_people_are_painted_over_and_their_place_noted(folder, shelf, frames):
    collector = Collector(folder, CollectOptions(people=People.MASK), Finder())
    collector.look("aisle", frames([with_person(shelf(0))])[0], None)
    (picture,) = folder.pictures.values()
    assert picture.masked_xyxy_px == ((20, 10, 50, 80),)
    read = cv2.imread(str(folder.path / picture.file))
    assert read[15:75, 25:45].reshape(-1, 3).std(axis=0).max() < 4
    assert abs(int(read[40, 35, 2]) - 255) > 50


def test_a_person_who_walks_about_makes_no_new_pictures(folder, shelf, frames):
    collector = Collector(folder, CollectOptions(people=People.MASK), Finder())
    for frame in frames([with_person(shelf(0), left=left, right=left + 20) for left in range(0, 120, 10)]):
        collector.look("aisle", frame, None)
    assert collector.new == 1


def test_a_picture_that_shows_mostly_people_is_left_out(folder, shelf, frames):
    collector = Collector(folder, CollectOptions(people=People.MASK), Finder())
    collector.look("aisle", frames([with_person(shelf(0), 0, 0, 120, 96)])[0], None)
    assert dict(collector.left) == {Left.PEOPLE: 1}


def test_people_may_be_a_reason_to_leave_a_picture_out(folder, shelf, frames):
    collector = Collector(folder, CollectOptions(people=People.SKIP), Finder())
    for frame in frames([with_person(shelf(0)), shelf(0)]):
        collector.look("aisle", frame, None)
    assert (collector.new, dict(collector.left)) == (1, {Left.PEOPLE: 1})


def test_between_two_shoppers_the_next_picture_is_tried_soon(folder, shelf, frames):
    collector = Collector(folder, CollectOptions(people=People.SKIP), Finder())
    free, busy = shelf(0), with_person(shelf(0))
    for frame in frames([busy, busy, busy, free, busy], every_s=0.1):
        collector.look("aisle", frame, NOON)
    assert (collector.new, dict(collector.left)) == (1, {Left.PEOPLE: 1})


def test_people_are_kept_where_that_is_wanted_and_nobody_is_asked(folder, shelf, frames):
    finder = Finder()
    Collector(folder, CollectOptions(people=People.KEEP), finder).look(
        "aisle", frames([with_person(shelf(0))])[0], None
    )
    assert next(iter(folder.pictures.values())).masked_xyxy_px == ()
    assert finder.asked == 0


def test_the_model_need_not_look_at_what_is_there_already(folder, shelf, frames):
    finder = Finder()
    collector = Collector(folder, CollectOptions(people=People.MASK), finder)
    for frame in frames([shelf(0)] * 20):
        collector.look("aisle", frame, None)
    assert finder.asked == 1


def test_masking_without_a_model_is_a_programming_error(folder):
    with pytest.raises(ValueError, match="only where a model finds them"):
        Collector(folder, CollectOptions(people=People.MASK))


def test_a_second_run_goes_on_with_what_is_there(tmp_path, shelf, frames):
    first = keeping(CollectionFolder(tmp_path / "p"))
    for frame in frames([shelf(0), shelf(1)]):
        first.look("aisle", frame, None)
    folder = CollectionFolder(tmp_path / "p")
    second = keeping(folder)
    for frame in frames([shelf(0), shelf(1), shelf(2)]):
        second.look("aisle", frame, None)
    assert (second.new, dict(second.left)) == (1, {Left.ALIKE: 2})
    assert len(folder.pictures) == 3


def test_a_second_run_knows_what_was_painted_over(tmp_path, shelf, frames):
    options = CollectOptions(people=People.MASK)
    Collector(CollectionFolder(tmp_path / "p"), options, Finder()).look(
        "aisle", frames([with_person(shelf(0))])[0], None
    )
    second = Collector(CollectionFolder(tmp_path / "p"), options, Finder())
    second.look("aisle", frames([with_person(shelf(0), left=90, right=120)])[0], None)
    assert dict(second.left) == {Left.ALIKE: 1}


def test_a_folder_that_holds_more_than_is_asked_for_loses_nothing(tmp_path, shelf, frames):
    first = keeping(CollectionFolder(tmp_path / "p"), count=5)
    for frame in frames([shelf(number) for number in range(5)]):
        first.look("aisle", frame, None)
    folder = CollectionFolder(tmp_path / "p")
    second = keeping(folder, count=2)
    for frame in frames([shelf(number) for number in range(5, 15)]):
        second.look("aisle", frame, None)
    assert len(folder.pictures) == len(files(folder)) == 5
