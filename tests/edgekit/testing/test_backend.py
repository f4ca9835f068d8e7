from __future__ import annotations

from collections.abc import Callable

import numpy as np

from edgekit.backends.selection import load_model
from edgekit.bundle.bundle import Bundle
from edgekit.predictor import Predictor
from edgekit.testing.backend import FakeBackend, boxes_scores_answer


def test_a_predictor_sees_what_the_test_wants_seen(opened: Callable[..., Bundle]) -> None:
    answer = boxes_scores_answer(lambda picture: [((2, 2, 10, 6), 0, 0.5 if picture.any() else 0.1)], classes=1)
    predictor = Predictor(load_model(opened(task="detect"), backend=FakeBackend(answer)))
    bright, dark = np.full((16, 16, 3), 255, np.uint8), np.zeros((16, 16, 3), np.uint8)
    assert [len(found) for found in predictor.detect([bright, dark])] == [1, 0]
    assert predictor.detect([bright])[0].boxes_xyxy_px.tolist() == [[2, 2, 10, 6]]
