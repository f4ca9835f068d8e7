"""The folder and its list are whole at any moment, and hold no secret."""

import json

import numpy as np
import pytest
from edgekit_calibration.collect_folder import COLLECTION, CollectedPicture, CollectionFolder

from edgekit.errors import CalibrationError, OutputError

PIXELS = np.random.default_rng(0).integers(0, 256, (24, 32, 3), np.uint8)


def picture(name, **others):
    return CollectedPicture(file=name, camera="aisle", lightness=50.0, **others)


@pytest.fixture
def folder(tmp_path):
    return CollectionFolder(tmp_path / "p")


def listed(folder):
    return [entry["file"] for entry in json.loads((folder.path / COLLECTION).read_text())["pictures"]]


def test_nothing_is_made_before_there_is_a_picture(folder):
    folder.save()
    assert not folder.path.exists()


def test_a_picture_and_its_entry_come_together(folder):
    folder.add(picture("a.jpg", media_time_s=1.5, masked_xyxy_px=((1, 2, 3, 4),)), PIXELS)
    assert listed(folder) == ["a.jpg"]
    again = CollectionFolder(folder.path)
    assert again.pictures["a.jpg"] == picture("a.jpg", media_time_s=1.5, masked_xyxy_px=((1, 2, 3, 4),))


def test_what_makes_room_is_gone_from_list_and_disk(folder):
    folder.add(picture("a.jpg"), PIXELS)
    folder.add(picture("b.jpg"), PIXELS, instead_of="a.jpg")
    assert listed(folder) == ["b.jpg"]
    assert sorted(path.name for path in folder.path.iterdir()) == ["b.jpg", COLLECTION]


def test_pictures_that_somebody_removed_are_forgotten(folder):
    for name in ("a.jpg", "b.jpg"):
        folder.add(picture(name), PIXELS)
    (folder.path / "a.jpg").unlink()
    again = CollectionFolder(folder.path)
    assert [entry.file for entry, _ in again.kept()] == ["b.jpg"]
    again.save()
    assert listed(again) == ["b.jpg"]


def test_other_peoples_pictures_are_left_alone_and_their_names_too(folder):
    folder.path.mkdir()
    (folder.path / "aisle.jpg").write_bytes(b"mine")
    assert folder.free_name("aisle") == "aisle_2.jpg"
    assert list(folder.kept()) == []


def test_a_name_is_made_fit_for_a_file(folder):
    assert folder.free_name("../étage 3/x") == "tage-3-x.jpg"
    assert folder.free_name("???") == "picture.jpg"


def test_a_source_keeps_its_id_and_another_one_gets_its_own(folder):
    assert folder.camera_id("camera-1", "rtsp://admin:***@10.0.0.5/live") == "camera-1"
    assert folder.camera_id("camera-1", "rtsp://admin:***@10.0.0.6/live") == "camera-1-2"
    folder.add(picture("a.jpg"), PIXELS)
    again = CollectionFolder(folder.path)
    assert again.camera_id("camera-7", "rtsp://admin:***@10.0.0.6/live") == "camera-1-2"


@pytest.mark.parametrize(
    "content", ["", "[]", "{}x", '{"version": 2}', '{"version": 1, "pictures": [{"file": "../a.jpg"}]}']
)
def test_a_list_that_is_none_is_refused_and_stays(folder, content):
    folder.path.mkdir()
    (folder.path / COLLECTION).write_text(content)
    with pytest.raises(CalibrationError, match=r"collection\.json is no list of collected pictures"):
        CollectionFolder(folder.path)
    assert (folder.path / COLLECTION).read_text() == content


def test_a_file_in_the_folders_place_is_told_before_hours_of_work(tmp_path):
    (tmp_path / "p").write_bytes(b"")
    with pytest.raises(OutputError, match="is not a folder that can be written to"):
        CollectionFolder(tmp_path / "p")
