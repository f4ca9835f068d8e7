import numpy as np
import pytest
from edgekit_export.evaluate.agreement import agreement

from edgekit.bundle.manifest import DecoderSpec, Task

SOFTMAX = DecoderSpec(name="softmax")
BOXES = DecoderSpec(name="boxes_scores")


def _detector(*scores, shift=0.0):
    """One picture a score: one box of class 0."""
    boxes = np.tile(np.array([4, 4, 20, 20], np.float32) + shift, (len(scores), 1, 1))
    table = np.zeros((len(scores), 1, 2), np.float32)
    table[:, 0, 0] = scores
    return {"boxes": boxes, "scores": table}


def test_a_classifier_agrees_where_the_best_class_is_the_same():
    reference = {"y": np.eye(4, dtype=np.float32)}
    other = {"y": np.eye(4, dtype=np.float32)[[0, 1, 2, 2]]}
    found = agreement(Task.CLASSIFY, SOFTMAX, (8, 8), 4, reference, other)
    assert (found.top1, found.share, found.images) == (0.75, 0.75, 4)
    assert found.sqnr_db == pytest.approx(10 * np.log10(4 / 2))


def test_the_worst_output_gives_the_ratio():
    reference = {"a": np.ones((1, 4), np.float32), "b": np.ones((1, 4), np.float32)}
    other = {"a": np.ones((1, 4), np.float32), "b": np.full((1, 4), 0.9, np.float32)}
    assert agreement(Task.EMBED, SOFTMAX, (8, 8), 0, reference, other).sqnr_db == pytest.approx(20, abs=0.01)


def test_a_detector_agrees_where_floats_confident_boxes_are_found_again():
    found = agreement(Task.DETECT, BOXES, (32, 32), 2, _detector(0.9, 0.8), _detector(0.7, 0.6))
    assert (found.ap50, found.float_boxes, found.share) == (pytest.approx(1.0), 2, pytest.approx(1.0))


def test_boxes_that_float_is_not_sure_of_need_not_be_found():
    found = agreement(Task.DETECT, BOXES, (32, 32), 2, _detector(0.9, 0.2), _detector(0.9, 0.0))
    assert (found.ap50, found.float_boxes) == (pytest.approx(1.0), 1)


def test_boxes_elsewhere_do_not_agree():
    found = agreement(Task.DETECT, BOXES, (32, 32), 2, _detector(0.9, 0.8), _detector(0.9, 0.8, shift=12))
    assert found.ap50 == 0.0


def test_nothing_found_by_float_is_unknown_and_not_perfect():
    found = agreement(Task.DETECT, BOXES, (32, 32), 2, _detector(0.1), _detector(0.1))
    assert (found.ap50, found.share, found.float_boxes) == (None, None, 0)


def test_boxes_outside_the_picture_are_nothing_to_find_again():
    found = agreement(Task.DETECT, BOXES, (32, 32), 2, _detector(0.9, shift=40), _detector(0.9, shift=40))
    assert (found.ap50, found.float_boxes) == (None, 0)
