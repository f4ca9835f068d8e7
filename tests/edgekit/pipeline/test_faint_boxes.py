"""Boxes below `min_score`: the shelf hears of them, people do not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from edgekit.backends.selection import load_model
from edgekit.bundle.bundle import Bundle
from edgekit.runtime import Runtime
from edgekit.testing import FakeCamera, FakeShelf
from edgekit.testing.backend import FakeBackend, boxes_scores_answer

SURE_SAMPLES = 10
PRODUCT_XYXY = (2.5, 2.7, 7.5, 13.3)
"""In prepared pixels: the shelf's 96 x 144 are 10 x 16 there."""


@pytest.mark.parametrize(
    ("score", "events"),
    [
        pytest.param(0.2, [], id="faint: nothing is said"),
        pytest.param(0.1, ["io.edgekit.restock.opened", "io.edgekit.product.opened"], id="as good as none: empty"),
    ],
)
def test_a_faint_box_keeps_a_facing_from_being_called_empty_and_is_not_shown(
    opened: Callable[..., Bundle], tmp_path: Path, score: float, events: list[str]
) -> None:
    shelf = FakeShelf(tmp_path, ("left",))
    text = shelf.planogram.read_text("utf-8")
    shelf.planogram.write_text(text.replace("product: box", "product: bright, method: detector"), "utf-8")
    asked: list[int] = []
    shown: list[float] = []

    def see(picture: object) -> list[tuple[tuple[float, float, float, float], int, float]]:
        asked.append(1)
        return [(PRODUCT_XYXY, 0, 0.9 if len(asked) <= SURE_SAMPLES else score)]

    class Watch:
        def on_frame(self, camera_id, frame, detections, readings, transitions) -> None:
            shown.extend(detections.scores.tolist() if detections is not None else [])

    model = load_model(opened(task="detect"), backend=FakeBackend(boxes_scores_answer(see, classes=1)))
    camera = FakeCamera(shelf.pictures([(6.0, ())]), fps=shelf.fps)
    with Runtime(shelf.site(), sources={"cam": camera}, models={"shelf": model}, observer=Watch()) as runtime:
        assert [event.type for event in runtime.events()] == events
    assert len(shown) == SURE_SAMPLES - 1
    assert min(shown) > 0.8
