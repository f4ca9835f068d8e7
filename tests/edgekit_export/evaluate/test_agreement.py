import numpy as np
import pytest
from edgekit_export.evaluate.agreement import Comparison, agreement
from edgekit_export.evaluate.signal import SignalToNoise

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
    assert (found.ap, found.ap_interval) == (None, None)


def test_boxes_outside_the_picture_are_nothing_to_find_again():
    found = agreement(Task.DETECT, BOXES, (32, 32), 2, _detector(0.9, shift=40), _detector(0.9, shift=40))
    assert (found.ap50, found.float_boxes) == (None, 0)


def test_an_agreement_says_how_sure_it_is():
    reference = {"y": np.tile(np.eye(4, dtype=np.float32), (5, 1))}
    found = agreement(Task.CLASSIFY, SOFTMAX, (8, 8), 4, reference, reference)
    assert found.top1 == 1.0
    assert (found.interval.low, found.interval.high) == pytest.approx((0.8389, 1.0), abs=1e-4)


def test_boxes_that_are_all_found_again_still_leave_room_for_doubt():
    found = agreement(Task.DETECT, BOXES, (32, 32), 2, _detector(*[0.9] * 12), _detector(*[0.8] * 12))
    assert found.ap50 == pytest.approx(1.0)
    assert 0.7 < found.interval.low < 0.8
    assert (found.found_again, found.added) == (12, 0)


def test_boxes_that_move_lower_the_stricter_figure_alone_and_its_interval_holds_it():
    scores = [0.9] * 12
    moved = _detector(*scores)
    moved["boxes"][::2] += 1.0  # an overlap of 0.78
    found = agreement(Task.DETECT, BOXES, (32, 32), 2, _detector(*scores), moved)
    assert found.ap50 == pytest.approx(1.0)
    assert found.share == found.ap50
    assert found.ap < 0.9
    assert 0.5 < found.ap_interval.low < found.ap - 0.05
    assert found.ap + 0.05 < found.ap_interval.high < 1.0


def test_boxes_that_are_framed_alike_still_leave_room_for_doubt_the_less_the_more_they_are():
    few, many = (
        agreement(Task.DETECT, BOXES, (32, 32), 2, _detector(*[0.9] * boxes), _detector(*[0.8] * boxes))
        for boxes in (12, 48)
    )
    assert few.ap == many.ap == pytest.approx(1.0)
    assert (few.ap_interval.low, many.ap_interval.low) == pytest.approx((1 - 1.5 / 12, 1 - 1.5 / 48))


def test_lost_and_new_boxes_are_counted():
    found = agreement(Task.DETECT, BOXES, (32, 32), 2, _detector(0.9, 0.8, 0.1), _detector(0.9, 0.1, 0.9))
    assert (found.float_boxes, found.found_again, found.added) == (2, 1, 1)


def test_answers_that_are_always_the_same_can_be_told():
    varied = np.eye(4, dtype=np.float32)[[0, 0, 0, 1]]
    found = agreement(Task.CLASSIFY, SOFTMAX, (8, 8), 4, {"y": varied}, {"y": np.eye(4, dtype=np.float32)[[0] * 4]})
    assert (found.float_answers, found.answers, found.commonest) == (2, 1, 0.75)


def test_pictures_one_by_one_are_the_same_as_all_at_once():
    rng = np.random.default_rng(0)
    reference, other = {"y": rng.normal(size=(9, 4))}, {"y": rng.normal(size=(9, 4))}
    comparison = Comparison(Task.CLASSIFY, SOFTMAX, (8, 8), 4)
    for index in range(9):
        comparison.add([str(index)], {"y": reference["y"][index][None]}, {"y": other["y"][index][None]})
    one, all_at_once = comparison.result(rng), agreement(Task.CLASSIFY, SOFTMAX, (8, 8), 4, reference, other)
    assert one.sqnr_db == pytest.approx(all_at_once.sqnr_db)
    assert one.top1 == all_at_once.top1


@pytest.mark.parametrize("broken", [np.full((2, 4), np.nan), np.full((2, 4), np.inf), np.zeros((2, 3))])
def test_outputs_that_are_not_usable_have_no_signal_left(broken):
    signal = SignalToNoise()
    signal.add({"y": np.ones((2, 4))}, {"y": np.ones((2, 4))})
    signal.add({"y": np.ones((2, 4))}, {"y": broken})
    assert signal.worst_db == -np.inf


def test_equal_outputs_have_an_infinite_ratio():
    signal = SignalToNoise()
    signal.add({"y": np.ones((2, 4))}, {"y": np.ones((2, 4))})
    assert signal.worst_db == np.inf
