"""Proposals, on rendered shelves whose facings are known, and on photographs."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from edgekit.planograms.problems import Severity, problems_of
from edgekit.planograms.propose import from_detections, from_picture
from edgekit.shelf.polygon import bounds_xyxy
from edgekit.vision.detection import Detection

WIDTH, HEIGHT, BOARD, ROW = 900, 640, 18, 150


def rendered(*, gap: bool = False, tilt_deg: float = 0.0):
    """Four rows of packages, twelve a row, three of a kind beside each other; the picture, and their boxes."""
    rng = np.random.default_rng(11)
    picture = np.full((HEIGHT, WIDTH, 3), 200, np.uint8)
    picture += rng.integers(0, 5, picture.shape, np.uint8)
    boxes = []
    for shelf in range(4):
        floor = 20 + (shelf + 1) * ROW - BOARD
        picture[floor : floor + BOARD] = (225, 228, 230)
        picture[floor : floor + 2], picture[floor + BOARD - 2 : floor + BOARD] = 90, 60
        for number in range(12):
            if number % 3 == 0:
                label = rng.integers(20, 235, (6, 4, 3), np.uint8)
                colour = rng.integers(20, 235, 3, np.uint8)
            if gap and shelf == 1 and 3 <= number < 6:
                continue
            left, top = 30 + number * 70, floor - 100
            package = np.empty((100, 66, 3), np.uint8)
            package[:] = colour
            package[15:75, 9:57] = cv2.resize(label, (48, 60), interpolation=cv2.INTER_NEAREST)
            picture[top:floor, left : left + 66] = package
            boxes.append((left, top, left + 66, floor))
    turn = cv2.getRotationMatrix2D((WIDTH / 2, HEIGHT / 2), -tilt_deg, 1.0)
    corners = [np.array([(a, b, 1), (c, b, 1), (c, d, 1), (a, d, 1)]) @ turn.T for a, b, c, d in boxes]
    turned = cv2.warpAffine(picture, turn, (WIDTH, HEIGHT), borderMode=cv2.BORDER_REPLICATE)
    return turned, [bounds_xyxy(tuple((float(x), float(y)) for x, y in points)) for points in corners]


def iou(one, other) -> float:
    shared = max(0.0, min(one[2], other[2]) - max(one[0], other[0])) * max(
        0.0, min(one[3], other[3]) - max(one[1], other[1])
    )
    areas = sum((box[2] - box[0]) * (box[3] - box[1]) for box in (one, other))
    return shared / (areas - shared)


def found_share(draft, boxes) -> float:
    proposed = [bounds_xyxy(facing.polygon_xy_px) for facing in draft.facings]
    return float(np.mean([max(iou(box, one) for one in proposed) > 0.6 for box in boxes]))


def test_most_packages_of_a_rendered_shelf_are_proposed_row_by_row() -> None:
    picture, boxes = rendered()
    draft = from_picture(picture)
    assert {facing.id.split("-")[0] for facing in draft.facings} == {"s1", "s2", "s3", "s4"}
    assert found_share(draft, boxes) >= 0.85
    assert not [problem for problem in problems_of(draft) if problem.severity is Severity.ERROR]


@pytest.mark.parametrize("tilt_deg", [-6.0, 5.0])
def test_a_camera_that_hangs_askew_changes_little(tilt_deg: float) -> None:
    picture, boxes = rendered(tilt_deg=tilt_deg)
    assert found_share(from_picture(picture), boxes) >= 0.7


def test_an_empty_place_is_not_proposed() -> None:
    picture, boxes = rendered(gap=True)
    draft = from_picture(picture)
    assert found_share(draft, boxes) >= 0.8
    inside = [
        facing.id
        for facing in draft.facings
        for left, top, right, bottom in [bounds_xyxy(facing.polygon_xy_px)]
        if 245 <= (left + right) / 2 <= 445 and 180 <= (top + bottom) / 2 <= 310
    ]
    assert inside == []


def test_a_picture_without_boards_gives_no_facing() -> None:
    assert from_picture(np.full((200, 300, 3), 128, np.uint8)).facings == ()


@pytest.mark.parametrize(("photo", "shelves"), [("shelf-01", 7), ("shelf-03", 6), ("shelf-04", 6)])
def test_the_shelves_of_a_photograph_are_found(assets_dir: Path, photo: str, shelves: int) -> None:
    picture = cv2.imread(str(assets_dir / f"shelf-photos/{photo}.jpg"))
    draft = from_picture(picture)
    assert abs(len({facing.id.split("-")[0] for facing in draft.facings}) - shelves) <= 1
    assert len(draft.facings) >= 50
    assert not [problem for problem in problems_of(draft) if problem.severity is Severity.ERROR]


def test_detections_become_facings_by_shelf_and_from_the_left_and_doubles_go() -> None:
    def at(left: float, top: float, score: float, kind: int = 0) -> Detection:
        return Detection((left, top, left + 50, top + 100), kind, score)

    found = [at(200, 10, 0.9), at(20, 14, 0.8, 1), at(22, 15, 0.5), at(100, 160, 0.7)]
    draft = from_detections(found, ["tea", "jam"], (300, 400))
    assert [(facing.id, facing.product) for facing in draft.facings] == [
        ("s1-f1", "jam"),
        ("s1-f2", "tea"),
        ("s2-f1", "tea"),
    ]
    assert draft.facings[1].polygon_xy_px == ((198, 8), (252, 8), (252, 112), (198, 112))
