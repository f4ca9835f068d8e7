"""People: found by a bundle that knows them, painted over, or told by motion."""

import numpy as np
import pytest
from edgekit_calibration.collect_people import ModelPeople, MotionGate, _wider, masked

from edgekit.errors import UsageError


def test_a_box_grows_on_every_side_and_stays_inside_the_picture():
    assert _wider(np.array([20.0, 30.0, 40.0, 80.0]), 100, 100) == (18, 25, 42, 85)
    assert _wider(np.array([-5.0, 0.0, 99.0, 100.0]), 100, 100) == (0, 0, 100, 100)


def test_paint_takes_the_colour_of_the_rest_and_touches_nothing_else():
    picture = np.random.default_rng(0).integers(0, 256, (40, 60, 3), np.uint8)
    painted = masked(picture, [(10, 5, 30, 35), (25, 0, 40, 20)])
    inside = np.zeros((40, 60), bool)
    inside[5:35, 10:30] = inside[0:20, 25:40] = True
    np.testing.assert_array_equal(painted[~inside], picture[~inside])
    assert np.all(painted[inside] == painted[6, 11])
    assert np.abs(painted[6, 11] - picture[~inside].mean(axis=0)).max() < 1.01
    assert picture[6, 11].tolist() != painted[6, 11].tolist()


def test_a_picture_that_is_all_person_is_all_grey():
    assert np.all(masked(np.zeros((4, 4, 3), np.uint8), [(0, 0, 4, 4)]) == 128)


def test_nobody_can_tell_from_one_picture_whether_something_moves(shelf):
    gate = MotionGate()
    assert gate.moves(shelf(0), 0.0, 0) is None
    assert gate.moves(shelf(0), 0.1, 0) is False
    assert gate.moves(shelf(0), 0.2, 1) is None


def test_another_light_is_no_motion_and_a_hand_is(shelf):
    gate = MotionGate()
    gate.moves(shelf(0), 0.0, 0)
    assert gate.moves(shelf(0, 0.97), 0.1, 0) is False
    hand = shelf(0, 0.97)
    hand[20:60, 40:60] = (90, 120, 200)
    assert gate.moves(hand, 0.2, 0) is True


def test_a_picture_of_another_size_is_a_new_beginning(shelf):
    gate = MotionGate()
    gate.moves(shelf(0), 0.0, 0)
    assert gate.moves(shelf(0)[:60, :60], 0.1, 0) is None


def test_on_the_bottle_clip_hands_are_told_from_still_bottles(assets_dir):
    import cv2

    clip = cv2.VideoCapture(str(assets_dir / "restock-video-bottles" / "bottle-detection.mp4"))
    gate, moving = MotionGate(), []
    for index in range(300):
        _, frame = clip.read()
        moving.append(gate.moves(frame, index / 29.83, 0))
    clip.release()
    # A hand takes the left bottle around frame 199; nobody is there before frame 150, and none from 260 on.
    assert sum(moving[1:45]) == 0
    assert sum(moving[185:215]) >= 28
    assert sum(moving[262:298]) <= 3


@pytest.fixture(scope="module")
def yolox(tmp_path_factory, assets_dir):
    from edgekit_export.export import ExportRequest, export
    from edgekit_export.models import ModelOptions

    from edgekit.bundle.manifest import Task

    path = tmp_path_factory.mktemp("people") / "yolox.edgekit"
    options = ModelOptions(task=Task.DETECT, decoder="yolox")
    export(ExportRequest(str(assets_dir / "models" / "yolox_nano.onnx"), path, options))
    return path


def test_a_detector_that_knows_people_finds_shoppers(yolox, assets_dir):
    import cv2

    finder = ModelPeople(yolox)
    picture = cv2.imread(str(sorted((assets_dir / "shelf-photos").glob("*aisle*"))[0]))
    boxes = finder.boxes(picture)
    finder.close()
    assert len(boxes) >= 1
    assert all(0 <= left < right <= picture.shape[1] for left, _, right, _ in boxes)
    assert all(0 <= top < bottom <= picture.shape[0] for _, top, _, bottom in boxes)


def test_a_shelf_without_people_is_left_as_it_is(yolox, assets_dir):
    import cv2

    finder = ModelPeople(yolox)
    boxes = finder.boxes(cv2.imread(str(assets_dir / "restock-video-bottles" / "reference.jpg")))
    finder.close()
    assert boxes == ()


def test_a_model_that_knows_no_people_is_refused(tmp_path, assets_dir):
    from edgekit_export.export import ExportRequest, export
    from edgekit_export.models import ModelOptions

    from edgekit.bundle.manifest import Task

    names = tmp_path / "names.txt"
    names.write_text("\n".join(f"product {index}" for index in range(80)))
    options = ModelOptions(task=Task.DETECT, decoder="yolox", classes=names)
    export(ExportRequest(str(assets_dir / "models" / "yolox_nano.onnx"), tmp_path / "b.edgekit", options))
    with pytest.raises(UsageError, match=r"finds no people: it is made to detect product 0, product 1.*, …"):
        ModelPeople(tmp_path / "b.edgekit")
