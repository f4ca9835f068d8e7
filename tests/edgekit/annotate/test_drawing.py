from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest
from numpy.typing import NDArray

from edgekit.annotate.drawing import draw_banners, draw_detections, draw_facings, draw_highlight
from edgekit.annotate.style import DETECTION, STATE_COLOURS
from edgekit.shelf.words import FacingStatus, UnknownReason
from edgekit.vision.detection import Detections


@dataclass
class Facing:
    id: str
    polygon_xy_px: list[list[float]]


@dataclass
class Planogram:
    facings: list[Facing]
    reference_size_hw: tuple[int, int] = (360, 640)


@dataclass
class Reading:
    committed: FacingStatus
    reason: UnknownReason | None = None
    fill: float | None = None
    outline_xy_px: tuple[tuple[float, float], ...] | None = None
    state: FacingStatus = field(init=False)

    def __post_init__(self) -> None:
        self.state = self.committed if self.reason is None else FacingStatus.UNKNOWN


SQUARE = [[100.0, 100.0], [200.0, 100.0], [200.0, 300.0], [100.0, 300.0]]


def canvas(size_hw: tuple[int, int] = (360, 640)) -> NDArray[np.uint8]:
    return np.full((*size_hw, 3), 90, np.uint8)


def count(pixels: NDArray[np.uint8], colour: tuple[int, int, int]) -> int:
    return int((pixels == colour).all(axis=2).sum())


@pytest.mark.parametrize("status", list(FacingStatus))
def test_a_facing_has_the_colour_of_its_state(status: FacingStatus) -> None:
    pixels = canvas()
    draw_facings(pixels, Planogram([Facing("a", SQUARE)]), {"a": Reading(status)})
    assert count(pixels, STATE_COLOURS[status.value]) > 500
    for other in FacingStatus:
        if other is not status:
            assert count(pixels, STATE_COLOURS[other.value]) == 0


def test_every_state_has_a_colour_of_its_own() -> None:
    assert set(STATE_COLOURS) == {status.value for status in FacingStatus}
    assert len(set(STATE_COLOURS.values())) == len(STATE_COLOURS)


def test_a_facing_that_cannot_be_judged_keeps_its_colour_with_a_thinner_outline() -> None:
    seen, hidden = canvas(), canvas()
    planogram = Planogram([Facing("a", SQUARE)])
    draw_facings(seen, planogram, {"a": Reading(FacingStatus.STOCKED)})
    draw_facings(hidden, planogram, {"a": Reading(FacingStatus.STOCKED, UnknownReason.OCCLUDED)})
    greenish = [int((p[110:290, :, 1].astype(int) - p[110:290, :, 2] > 100).sum()) for p in (hidden, seen)]
    assert 0 < greenish[0] < greenish[1]


def test_polygons_are_scaled_from_the_reference_to_the_frame() -> None:
    pixels = canvas((720, 1280))
    draw_facings(pixels, Planogram([Facing("a", SQUARE)]), {"a": Reading(FacingStatus.OUT_OF_STOCK)})
    rows, columns = np.nonzero((pixels[220:] == STATE_COLOURS["out_of_stock"]).all(axis=2))
    assert abs(columns.min() - 200) < 8
    assert abs(columns.max() - 400) < 8
    assert abs(rows.max() + 220 - 600) < 8


def test_a_facing_of_a_camera_that_was_moved_is_drawn_where_it_is_now() -> None:
    pixels, there = canvas(), tuple((x + 150.0, y) for x, y in SQUARE)
    draw_facings(pixels, Planogram([Facing("a", SQUARE)]), {"a": Reading(FacingStatus.OUT_OF_STOCK, None, None, there)})
    _, columns = np.nonzero((pixels[110:] == STATE_COLOURS["out_of_stock"]).all(axis=2))
    assert abs(columns.min() - 250) < 8
    assert abs(columns.max() - 350) < 8


def test_labels_of_neighbours_do_not_cover_each_other() -> None:
    pixels = canvas()
    narrow = [Facing(f"{n}", [[x, 100], [x + 20, 100], [x + 20, 200], [x, 200]]) for n, x in enumerate((100, 125, 150))]
    states = [FacingStatus.STOCKED, FacingStatus.LOW, FacingStatus.OUT_OF_STOCK]
    draw_facings(pixels, Planogram(narrow), {f.id: Reading(s) for f, s in zip(narrow, states, strict=True)})
    whole = canvas()
    draw_facings(whole, Planogram(narrow[:1]), {"0": Reading(FacingStatus.STOCKED)})
    plates = [count(pixels, STATE_COLOURS[state.value]) for state in states]
    assert min(plates) > 0.6 * count(whole, STATE_COLOURS["stocked"])


@pytest.mark.parametrize("polygon", [[[-50, -50], [30, -50], [30, 30]], [[700, 400], [800, 400], [800, 500]]])
def test_a_facing_outside_the_picture_does_no_harm(polygon: list[list[float]]) -> None:
    draw_facings(canvas(), Planogram([Facing("a", polygon)]), {"a": Reading(FacingStatus.OUT_OF_STOCK)})


def test_boxes_are_drawn_from_the_score_on() -> None:
    boxes = np.array([[10, 10, 60, 60], [300, 10, 360, 60]], np.float32)
    found = Detections(boxes, np.array([0, 7], np.int64), np.array([0.9, 0.2], np.float32))
    pixels = canvas()
    draw_detections(pixels, found, ["bottle"])
    assert count(pixels[:, :200], DETECTION) > 100
    assert count(pixels[:, 200:], DETECTION) == 0


def test_banners_stand_at_the_bottom_and_leave_the_upper_half_free() -> None:
    pixels = canvas()
    draw_banners(pixels, [(f"event {n}", (0, 0, 255)) for n in range(30)])
    assert (pixels[:180] == 90).all()
    assert (pixels[-1] == (0, 0, 255)).all()


def test_a_highlight_darkens_everything_else() -> None:
    pixels = canvas()
    draw_highlight(pixels, SQUARE, (0, 0, 255))
    assert (pixels[200, 150] == 90).all()
    assert (pixels[20, 20] < 70).all()
