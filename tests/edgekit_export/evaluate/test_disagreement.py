import cv2
import numpy as np
import pytest
from edgekit_export.evaluate.answers import BoxAnswers, ClassAnswers
from edgekit_export.evaluate.box_changes import box_changes
from edgekit_export.evaluate.disagreement import disagreements

from edgekit.vision.detection import Detections

NAMES = ("cup", "bowl", "person")


def _detections(*boxes):
    return Detections(
        np.array([box[:4] for box in boxes], np.float32).reshape(-1, 4),
        np.array([box[4] for box in boxes], np.int64),
        np.array([box[5] for box in boxes], np.float32),
    )


def _boxes(*found):
    return BoxAnswers(tuple(f"/data/{index}.jpg" for index in range(len(found))), found)


def _classes(probabilities, truth=None):
    rows = np.array(probabilities, np.float32)
    names = tuple(f"/data/{index}.jpg" for index in range(len(rows)))
    return ClassAnswers.of(names, rows, None if truth is None else np.array(truth))


def _grey(index):
    return np.full((100, 400, 3), 40 * index, np.uint8)


def test_a_box_that_loses_a_little_score_is_found_again():
    changes = box_changes(_detections((0, 0, 20, 20, 0, 0.35)), _detections((1, 0, 20, 20, 0, 0.2)))
    assert (len(changes.lost), len(changes.added)) == (0, 0)


@pytest.mark.parametrize(
    "other", [(0, 0, 20, 20, 1, 0.9), (15, 15, 35, 35, 0, 0.9), (0, 0, 20, 20, 0, 0.1)], ids=["class", "place", "score"]
)
def test_another_class_another_place_or_hardly_any_score_is_a_loss(other):
    changes = box_changes(_detections((0, 0, 20, 20, 0, 0.8)), _detections(other))
    assert len(changes.lost) == 1
    assert len(changes.added) == (other[5] > 0.3)


def test_one_box_finds_only_one_again():
    twice = _detections((0, 0, 20, 20, 0, 0.8), (1, 0, 21, 20, 0, 0.7))
    assert len(box_changes(twice, _detections((0, 0, 20, 20, 0, 0.8))).lost) == 1


def test_boxes_outside_the_picture_are_no_loss():
    assert len(box_changes(_detections((5, 5, 5, 9, 0, 0.9)), Detections.none()).lost) == 0


def test_classifiers_begin_with_what_float_had_right_and_both_were_sure_of():
    floating = _classes([[0.9, 0.1, 0], [0.6, 0.4, 0], [0.9, 0.1, 0], [0.8, 0.2, 0]], truth=[1, 0, 0, 0])
    other = _classes([[0.1, 0.9, 0], [0.4, 0.6, 0], [0.2, 0.8, 0], [0.8, 0.2, 0]], truth=[1, 0, 0, 0])
    found = disagreements("int8-cpu", floating, other, NAMES, _grey)
    assert [one.picture for one in found] == ["2.jpg", "1.jpg", "0.jpg"]
    assert (found[0].floating, found[0].answer, found[0].truth) == ("cup (90 %)", "bowl (80 %)", "cup")


def test_pictures_are_made_small_and_can_be_decoded():
    found = disagreements("int8-cpu", _classes([[0.9, 0.1, 0]]), _classes([[0.1, 0.9, 0]]), NAMES, _grey)
    assert found[0].size_wh == (240, 60)
    assert cv2.imdecode(np.frombuffer(found[0].jpeg, np.uint8), cv2.IMREAD_COLOR).shape == (60, 240, 3)
    assert len(found[0].jpeg) < 20_000


def test_a_picture_that_is_gone_is_named_all_the_same():
    found = disagreements("int8-cpu", _classes([[0.9, 0.1, 0]]), _classes([[0.1, 0.9, 0]]), NAMES, lambda index: None)
    assert (found[0].picture, found[0].jpeg, found[0].truth) == ("0.jpg", None, None)


def test_detectors_show_what_only_one_of_the_two_finds_the_surest_first():
    floating = _boxes(_detections((0, 0, 40, 50, 0, 0.5)), _detections((0, 0, 40, 50, 0, 0.9)), Detections.none())
    other = _boxes(Detections.none(), Detections.none(), _detections((200, 50, 400, 100, 1, 0.4)))
    found = disagreements("int8-cpu", floating, other, NAMES, _grey)
    assert [one.picture for one in found] == ["1.jpg", "0.jpg", "2.jpg"]
    assert (found[0].floating, found[0].answer) == ("cup 90 %", "nothing")
    assert (found[0].marks[0].box_xyxy, found[0].marks[0].lost) == ((0.0, 0.0, 0.1, 0.5), True)
    assert (found[2].marks[0].box_xyxy, found[2].marks[0].lost) == ((0.5, 0.5, 1.0, 1.0), False)


def test_a_picture_with_a_person_in_it_is_never_shown():
    floating = _boxes(_detections((0, 0, 40, 50, 0, 0.9), (50, 0, 90, 50, 2, 0.2)), _detections((0, 0, 9, 9, 0, 0.4)))
    found = disagreements("int8-cpu", floating, _boxes(Detections.none(), Detections.none()), NAMES, _grey)
    assert [one.picture for one in found] == ["1.jpg"]


def test_no_more_than_asked_for_and_none_where_both_agree():
    ten = _classes([[0.9, 0.1, 0]] * 10)
    assert len(disagreements("x", ten, _classes([[0.1, 0.9, 0]] * 10), NAMES, _grey, most=4)) == 4
    assert disagreements("x", ten, ten, NAMES, _grey) == ()
    assert disagreements("x", ten, _classes([[0.1, 0.9, 0]]), NAMES, _grey) == ()
