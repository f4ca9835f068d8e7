import numpy as np
import pytest
from edgekit_export.evaluate.answers import BoxAnswers, ClassAnswers
from edgekit_export.evaluate.average_precision import precision_of
from edgekit_export.evaluate.classification import macro_f1
from edgekit_export.evaluate.confusion import ClassChange, Mixup, confusion_changes
from edgekit_export.evaluate.losses import levels, losses
from edgekit_export.evaluate.scores import Scores

from edgekit.vision.detection import Detections

NAMES = ("apple", "pear", "fig", "plum")


def _answers(first, truth, classes=4):
    scores = np.full((len(first), classes), 0.1, np.float32)
    scores[np.arange(len(first)), first] = 0.7
    names = tuple(f"{index}.png" for index in range(len(first)))
    return ClassAnswers.of(names, scores, np.array(truth, np.int64))


def _scores(first, truth):
    answers = _answers(first, truth)
    return Scores({"top1": float((answers.first == truth).mean()), "top5": 1.0}, len(first), answers=answers)


TRUTH = np.arange(80) % 4


def _wrong(indices):
    first = TRUTH.copy()
    first[list(indices)] = (first[list(indices)] + 1) % 4
    return first


def test_losses_are_paired_and_signed_from_float_to_the_encoding():
    found = losses(_scores(_wrong(range(4)), TRUTH), _scores(_wrong(range(12)), TRUTH), np.random.default_rng(0))
    assert found["top1"].value == pytest.approx(8 / 80)
    assert 0 < found["top1"].interval.low < 0.1 < found["top1"].interval.high < 0.2
    assert found["macro_f1"].value > 0
    assert found["top5"].value == 0.0


def test_equal_answers_lose_nothing_yet_leave_room():
    one = _scores(_wrong(range(4)), TRUTH)
    found = losses(one, one, np.random.default_rng(0))
    assert found["top1"].value == 0
    assert found["top1"].interval.high > 0.02


def test_other_pictures_cannot_be_paired():
    assert losses(_scores(TRUTH[:8], TRUTH[:8]), _scores(TRUTH, TRUTH), np.random.default_rng(0)) == {}


def test_levels_of_proportions_are_wilsons():
    found = levels(_scores(_wrong(range(8)), TRUTH), np.random.default_rng(0))
    assert found["top1"].value == pytest.approx(0.9)
    assert (found["top1"].interval.low, found["top1"].interval.high) == pytest.approx((0.8148, 0.9485), abs=1e-4)
    assert found["macro_f1"].interval.low < found["macro_f1"].value < found["macro_f1"].interval.high


def test_a_detector_that_finds_less_loses_average_precision():
    boxes = np.array([[0, 0, 20, 20], [30, 30, 60, 60]], np.float32)
    truths = [
        {"image_id": index, "category_id": 0, "bbox": [0, 0, 20, 20], "area": 400, "iscrowd": 0} for index in range(20)
    ]

    def scores(hits):
        found = [
            Detections(boxes[:1] if index in hits else boxes[1:], np.zeros(1, np.int64), np.ones(1, np.float32))
            for index in range(20)
        ]
        precision = precision_of(truths, found, 1)
        names = tuple(map(str, range(20)))
        return Scores(precision.metrics, 20, answers=BoxAnswers(names, tuple(found), precision.matches))

    found = losses(scores(range(20)), scores(range(15)), np.random.default_rng(0))
    assert found["map"].value == pytest.approx(found["map50"].value)
    assert found["map"].value > 0.1
    assert 0 < found["map"].interval.low < found["map"].value < found["map"].interval.high
    assert levels(scores(range(15)), np.random.default_rng(0))["map"].interval.high < 1.0


def test_macro_f1_counts_every_class_alike():
    truth = np.array([0, 0, 0, 0, 1])
    # Class 0: 2 * 4 / (4 + 5); class 1: 0.
    assert macro_f1(truth, np.zeros(5, np.int64))[0] == pytest.approx((8 / 9) / 2)
    assert macro_f1(truth, truth)[0] == 1.0


def test_macro_f1_of_a_draw_leaves_out_classes_that_were_not_drawn():
    truth = np.array([0, 0, 1])
    assert macro_f1(truth, truth, np.array([[1.5, 1.5, 0.0]]))[0] == 1.0


def test_confusion_changes_name_who_gained_and_lost_and_the_mixups():
    truth = np.array([0, 0, 0, 1, 1, 2, 3])
    before = _answers([0, 0, 0, 1, 1, 0, 0], truth)
    after = _answers([1, 1, 0, 1, 3, 2, 0], truth)
    found = confusion_changes(before, after, NAMES)
    assert (found.newly_wrong, found.newly_right) == (3, 1)
    assert found.lost == (ClassChange("apple", 3, 3, 1), ClassChange("pear", 2, 2, 1))
    assert found.gained == (ClassChange("fig", 1, 0, 1),)
    assert found.mixups == (Mixup("apple", "pear", 2), Mixup("pear", "plum", 1))


def test_without_labels_there_is_no_confusion():
    unlabelled = ClassAnswers.of(("a",), np.eye(4, dtype=np.float32)[:1])
    assert confusion_changes(unlabelled, unlabelled, NAMES) is None
