import cv2
import numpy as np
import pytest
from edgekit_export.calibration_images import MAX_FRAMES_PER_VIDEO, load_calibration, spread
from edgekit_export.pictures import UnreadablePicture, read_picture

from edgekit.errors import CalibrationError
from edgekit.vision.geometry import Geometry, ResizeMode, prepare

GEOMETRY = Geometry(ResizeMode.LETTERBOX, (32, 32))


def _names(pictures):
    return [picture.name.rpartition("/")[2] for picture in pictures]


@pytest.fixture
def video(tmp_path):
    path = tmp_path / "clip.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 10, (64, 48))
    for index in range(100):
        writer.write(np.full((48, 64, 3), index * 2, np.uint8))
    writer.release()
    return path


def test_a_folder_is_read_in_order_through_prepare(tmp_path, write_pictures):
    paths = write_pictures(tmp_path / "a" / "b", 10) + write_pictures(tmp_path / "a" / "c", 10)
    found = load_calibration([tmp_path / "a"], GEOMETRY)
    assert [picture.name for picture in found.calibrating] == [str(path) for path in paths]
    assert np.array_equal(found.calibrating[3].prepared, prepare(read_picture(paths[3]), GEOMETRY))
    assert found.calibrating[3].frame_size_hw == (40, 60)


def test_of_many_pictures_every_fourth_is_held_out(tmp_path, write_pictures):
    write_pictures(tmp_path / "a", 64)
    found = load_calibration([tmp_path / "a"], GEOMETRY)
    assert _names(found.held_out) == [f"{index:03d}.png" for index in range(3, 64, 4)]
    assert not set(_names(found.held_out)) & set(_names(found.calibrating))


def test_of_few_pictures_none_is_held_out(tmp_path, write_pictures):
    write_pictures(tmp_path / "a", 63)
    assert not load_calibration([tmp_path / "a"], GEOMETRY).held_out


def test_more_than_enough_pictures_are_evenly_spread(tmp_path, write_pictures):
    write_pictures(tmp_path / "a", 60)
    found = load_calibration([tmp_path / "a"], GEOMETRY, max_images=20)
    assert _names(found.calibrating) == [f"{index:03d}.png" for index in range(1, 60, 3)]


def test_a_video_gives_evenly_spread_frames(video):
    found = load_calibration([video], GEOMETRY)
    assert len(found.calibrating) == MAX_FRAMES_PER_VIDEO
    wanted = spread(100, MAX_FRAMES_PER_VIDEO)
    assert [int(picture.name.split()[-1]) for picture in found.calibrating] == wanted
    greys = [int(picture.prepared[:24].mean()) for picture in found.calibrating]
    assert greys == pytest.approx([2 * index for index in wanted], abs=3)


def test_a_video_is_held_out_in_blocks_as_neighbours_look_alike(video, tmp_path, write_pictures):
    write_pictures(tmp_path / "a", 40)
    found = load_calibration([video, tmp_path / "a"], GEOMETRY)
    frames = [picture.name.split()[-1] for picture in found.held_out if "frame" in picture.name]
    wanted = spread(100, MAX_FRAMES_PER_VIDEO)
    assert [int(frame) for frame in frames] == [*wanted[12:16], *wanted[28:32]]


def test_several_sources_share_evenly_what_is_asked_for(video, tmp_path, write_pictures):
    write_pictures(tmp_path / "a", 6)
    found = load_calibration([video, tmp_path / "a"], GEOMETRY, max_images=26)
    names = _names(found.calibrating)
    assert (sum("frame" in name for name in names), sum("png" in name for name in names)) == (20, 6)
    assert found.sources == ("clip.avi", "a")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("list.txt", "# mine\na/{}\n"),
        ("list.csv", "label,path\nx,a/{}\n"),
        ("plain.csv", "a/{},x\n"),
    ],
)
def test_a_list_names_pictures_relative_to_itself(tmp_path, write_pictures, name, text):
    files = write_pictures(tmp_path / "a", 20)
    head, _, line = text.rpartition("\n")[0].rpartition("\n")
    lines = [line.format(file.name) for file in files]
    (tmp_path / name).write_text("\n".join(filter(None, [head, *lines])))
    found = load_calibration([tmp_path / name], GEOMETRY)
    assert [picture.name for picture in found.calibrating] == [str(file) for file in files]


def test_the_public_gif_gives_frames(assets_dir):
    gif = next((assets_dir / "store-aisle").glob("*.gif"))
    found = load_calibration([gif], GEOMETRY)
    assert len(found.calibrating) == MAX_FRAMES_PER_VIDEO
    assert found.calibrating[0].frame_size_hw == (270, 480)


def test_corrupt_pictures_are_named_with_the_reason_and_skipped(tmp_path, write_pictures):
    paths = write_pictures(tmp_path, 20)
    paths[1].write_bytes(b"")
    paths[2].write_bytes(b"this is text")
    paths[5].write_bytes(paths[5].read_bytes()[:-20])
    found = load_calibration([tmp_path], GEOMETRY)
    assert len(found.calibrating) == 17
    assert [line.rpartition("/")[2] for line in found.skipped] == [
        "001.png: empty file",
        "002.png: not a picture that OpenCV can decode",
        "005.png: cut off in the middle",
    ]


def test_too_few_readable_pictures_are_fatal_and_one_bad_one_is_named(tmp_path, write_pictures):
    paths = write_pictures(tmp_path, 20)
    for path in paths[:5]:
        path.write_bytes(b"bad")
    with pytest.raises(
        CalibrationError, match=r"Only 15 usable .* at least 16 .* 5 could not be read, .*000\.png: not a"
    ):
        load_calibration([tmp_path], GEOMETRY)


def test_a_list_that_names_missing_files_skips_them_by_name(tmp_path, write_pictures):
    write_pictures(tmp_path / "a", 16)
    (tmp_path / "l.txt").write_text("\n".join(f"a/{index:03d}.png" for index in range(17)))
    assert "016.png: no such file" in load_calibration([tmp_path / "l.txt"], GEOMETRY).skipped[0]


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("missing", "no such calibration folder"),
        ("empty/", "holds no picture"),
        ("notes.txt", "names no picture"),
        ("model.onnx", "neither a folder nor a video nor a list"),
        ("one.png", "single picture"),
        ("broken.mp4", "cannot be opened as a video"),
    ],
)
def test_what_holds_no_pictures_is_an_error(tmp_path, name, what):
    path = tmp_path / name.rstrip("/")
    if name.endswith("/"):
        path.mkdir()
    elif name != "missing":
        path.write_bytes(b"" if name == "notes.txt" else b"x" * 100)
    with pytest.raises(CalibrationError, match=what):
        load_calibration([path], GEOMETRY)


def test_the_same_files_give_the_same_pictures(tmp_path, write_pictures):
    write_pictures(tmp_path, 70)
    first, second = (load_calibration([tmp_path], GEOMETRY) for _ in range(2))
    assert _names(first.calibrating) == _names(second.calibrating)
    assert all(np.array_equal(a.prepared, b.prepared) for a, b in zip(first.held_out, second.held_out, strict=True))


@pytest.mark.parametrize("progressive", [0, 1])
def test_a_torn_jpeg_is_never_half_a_picture(tmp_path, progressive):
    pixels = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    _, content = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_PROGRESSIVE, progressive])
    path = tmp_path / "a.jpg"
    path.write_bytes(bytes(content) + b"trailing bytes of a phone")
    assert read_picture(path).shape == (64, 64, 3)
    for share in (0.5, 0.9, 0.99):
        path.write_bytes(bytes(content)[: int(len(content) * share)])
        with pytest.raises(UnreadablePicture, match="cut off"):
            read_picture(path)


def test_black_and_double_pictures_are_said(tmp_path, write_pictures):
    first = write_pictures(tmp_path / "a", 64)[0]
    (tmp_path / "a" / "zz.png").write_bytes(first.read_bytes())
    cv2.imwrite(str(tmp_path / "a" / "black.png"), np.zeros((40, 60, 3), np.uint8))
    notes = load_calibration([tmp_path / "a"], GEOMETRY).notes
    assert [note.partition(":")[0] for note in notes] == [
        "1 calibration picture is of one colour only, the first black.png",
        "1 calibration picture is the same as another one, the first zz.png",
    ]


def test_nothing_is_said_of_good_pictures(tmp_path, write_pictures):
    write_pictures(tmp_path / "a", 64)
    assert load_calibration([tmp_path / "a"], GEOMETRY).notes == ()
