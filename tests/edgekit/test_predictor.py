from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from edgekit.backends.protocols import LoadOptions
from edgekit.backends.selection import load_model
from edgekit.bundle.bundle import Bundle
from edgekit.errors import UsageError
from edgekit.predictor import Predictor

MakeBundle = Callable[..., Bundle]


def predictor(bundle: Bundle) -> Predictor:
    return Predictor(load_model(bundle, encoding="float", backend="onnxruntime", options=LoadOptions(threads=1)))


def grey(value: int, height: int = 32, width: int = 64) -> np.ndarray:
    return np.full((height, width, 3), value, np.uint8)


def test_boxes_come_back_in_each_pictures_own_pixels(opened: MakeBundle) -> None:
    found = predictor(opened(task="detect")).detect([grey(255), grey(255, 16, 16)], min_score=0.3)
    assert [detections.boxes_xyxy_px.tolist() for detections in found] == [[[8, 8, 40, 24]], [[2, 2, 10, 6]]]


def test_scores_below_the_limit_are_left_out(opened: MakeBundle) -> None:
    found = predictor(opened(task="detect")).detect([grey(255, 16, 16), grey(10, 16, 16)], min_score=0.3)
    assert [len(detections) for detections in found] == [1, 0]


@pytest.mark.parametrize("count", [0, 1, 4, 5, 9])
def test_any_number_of_pictures_gives_as_many_answers(count: int, opened: MakeBundle) -> None:
    pictures = [grey(28 * index, 16, 16) for index in range(count)]
    detector = predictor(opened(task="detect"))
    one_by_one = [detector.detect([picture], min_score=0.0)[0].scores.tolist() for picture in pictures]
    assert [found.scores.tolist() for found in detector.detect(pictures, min_score=0.0)] == one_by_one


@pytest.mark.parametrize("count", [0, 1, 6])
def test_probabilities_have_a_row_a_picture_and_sum_to_one(count: int, opened: MakeBundle) -> None:
    picture = grey(0, 16, 16)
    picture[..., 1] = 255
    rows = predictor(opened()).classify([picture] * count)
    assert rows.shape == (count, 3)
    assert rows.argmax(axis=1).tolist() == [1] * count
    np.testing.assert_allclose(rows.sum(axis=1), np.ones(count), rtol=1e-6)


def test_a_task_that_the_bundle_has_not_is_refused(opened: MakeBundle, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="made to classify, not to detect"):
        predictor(opened()).detect([grey(0)])
    with pytest.raises(UsageError, match="made to detect, not to classify"):
        predictor(opened(task="detect")).classify([grey(0)])
