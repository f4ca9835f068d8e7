from __future__ import annotations

import numpy as np

from edgekit.vision.nms import nms, nms_per_class

TWO_OVERLAPPING = np.array([[0, 0, 10, 10], [0, 0, 10, 8], [20, 20, 30, 30]], np.float32)


def test_the_lower_of_two_overlapping_boxes_goes_and_the_rest_comes_by_falling_score() -> None:
    scores = np.array([0.5, 0.9, 0.7], np.float32)
    assert nms(TWO_OVERLAPPING, scores, 0.5).tolist() == [1, 2]


def test_an_overlap_of_exactly_the_limit_keeps_both() -> None:
    half = np.array([[0, 0, 10, 10], [0, 0, 10, 5]], np.float32)
    assert nms(half, np.array([0.9, 0.8], np.float32), 0.5).tolist() == [0, 1]


def test_a_float32_overlap_is_compared_with_the_limit_as_a_double() -> None:
    # 6/10 rounds up to float32 0.60000002, which is above the double 0.6, as torchvision compares them.
    boxes = np.array([[0, 0, 10, 10], [0, 0, 10, 6]], np.float32)
    assert nms(boxes, np.array([0.9, 0.8], np.float32), 0.6).tolist() == [0]


def test_equal_scores_keep_the_order_given() -> None:
    same = np.array([[0, 0, 10, 10], [0, 0, 10, 10]], np.float32)
    assert nms(same, np.array([0.5, 0.5], np.float32), 0.5).tolist() == [0]


def test_a_suppressed_box_suppresses_nothing() -> None:
    chain = np.array([[0, 0, 10, 10], [4, 0, 14, 10], [8, 0, 18, 10]], np.float32)
    assert nms(chain, np.array([0.9, 0.8, 0.7], np.float32), 0.3).tolist() == [0, 2]


def test_boxes_without_area_all_stay() -> None:
    points = np.zeros((3, 4), np.float32)
    assert nms(points, np.array([0.1, 0.2, 0.3], np.float32), 0.5).tolist() == [2, 1, 0]


def test_no_boxes_give_no_indices() -> None:
    nothing = np.zeros((0, 4), np.float32)
    assert nms(nothing, np.zeros(0, np.float32), 0.5).tolist() == []
    assert nms_per_class(nothing, np.zeros(0, np.int64), np.zeros(0, np.float32), 0.5).tolist() == []


def test_boxes_of_different_classes_do_not_suppress_one_another() -> None:
    scores = np.array([0.5, 0.9, 0.7], np.float32)
    assert nms_per_class(TWO_OVERLAPPING, np.array([0, 1, 0]), scores, 0.5).tolist() == [1, 2, 0]
    assert nms_per_class(TWO_OVERLAPPING, np.array([3, 3, 0]), scores, 0.5).tolist() == [1, 2]
