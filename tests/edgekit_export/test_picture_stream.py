"""Pictures from folders, lists and videos, found before and read one by one."""

import cv2
import numpy as np
import pytest
from edgekit_export.picture_stream import open_pictures

from edgekit.errors import DataError


@pytest.fixture
def clip(tmp_path):
    """A video of 30 grey frames, each brighter than the one before."""
    path = tmp_path / "clip.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"MJPG"), 10, (32, 24))
    for index in range(30):
        writer.write(np.full((24, 32, 3), 8 * index, np.uint8))
    writer.release()
    return path


def levels(stream):
    return [round(float(pixels.mean()) / 8) for _, pixels in stream]


def test_a_folder_gives_its_pictures_in_order(tmp_path, write_pictures):
    paths = write_pictures(tmp_path / "p", 3)
    stream = open_pictures([tmp_path / "p"])
    assert [name for name, _ in stream] == [str(path) for path in paths]
    assert len(stream) == stream.available == 3


def test_frames_of_a_video_are_spread_evenly(clip):
    stream = open_pictures([clip], max_pictures=3)
    assert levels(stream) == [5, 15, 25]
    assert (stream.available, len(stream)) == (30, 3)
    assert next(iter(stream))[0] == f"{clip} frame 5"


def test_a_stream_can_be_read_again(clip):
    stream = open_pictures([clip], max_pictures=2)
    assert levels(stream) == levels(stream)


def test_the_same_video_given_twice_is_read_twice(clip):
    assert levels(open_pictures([clip, clip]))[28:32] == [28, 29, 0, 1]


@pytest.mark.parametrize(
    ("name", "content"),
    [("list.txt", "# shop\np/000.png\np/002.png\n"), ("list.csv", "label,path\na,p/000.png\nb,p/002.png\n")],
)
def test_a_list_names_pictures_relative_to_itself(tmp_path, write_pictures, name, content):
    write_pictures(tmp_path / "p", 3)
    (tmp_path / name).write_text(content)
    assert [one.rsplit("/", 1)[1] for one, _ in open_pictures([tmp_path / name])] == ["000.png", "002.png"]


def test_a_picture_that_cannot_be_read_is_a_line_and_no_error(tmp_path, write_pictures):
    write_pictures(tmp_path / "p", 2)[0].write_bytes(b"")
    (_, first), (_, second) = open_pictures([tmp_path / "p"])
    assert first == "empty file"
    assert second.shape == (40, 60, 3)


def test_one_picture_is_enough(tmp_path, write_pictures):
    (path,) = write_pictures(tmp_path / "p", 1)
    assert len(open_pictures([path])) == 1


@pytest.mark.parametrize(
    ("name", "content", "what"),
    [
        ("gone", None, "no such folder, picture, video or list"),
        ("empty", (), "holds no picture"),
        ("notes.docx", b"x", "neither a folder nor a picture"),
        ("list.txt", b"# nothing\n", "names no picture"),
        ("list.csv", b"\xff\xfe\xff", "cannot be read as a list"),
        ("broken.mp4", b"no video", "cannot be opened as a video"),
    ],
)
def test_what_is_wrong_is_said_at_once(tmp_path, name, content, what):
    path = tmp_path / name
    if content == ():
        path.mkdir()
    elif content is not None:
        path.write_bytes(content)
    with pytest.raises(DataError, match=what):
        open_pictures([path])
