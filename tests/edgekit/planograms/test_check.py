from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from edgekit.planograms.check import examined
from edgekit.planograms.draft import Draft, DraftFacing
from edgekit.planograms.overlay import overlaid
from edgekit.planograms.writing import write_planogram, write_reference
from edgekit.shelf.planogram import Planogram

SIZE = (240, 320)
SHELF = np.kron(np.random.default_rng(5).integers(40, 200, (30, 40, 3), np.uint8), np.ones((8, 8, 1), np.uint8))


def box(left: float, width: float = 60):
    return ((left, 60.0), (left + width, 60.0), (left + width, 160.0), (left, 160.0))


@pytest.fixture
def shelf(tmp_path: Path) -> Planogram:
    write_reference(tmp_path / "r.png", SHELF)
    facings = (DraftFacing("left", "tea", box(20)), DraftFacing("right", "tea", box(200)))
    return write_planogram(tmp_path / "p.yaml", Draft(SIZE, facings), tmp_path / "r.png")


def said(shelf: Planogram, live: np.ndarray) -> list[tuple[str, int | None, str]]:
    return [(p.severity.value, p.facing, p.text) for p in examined(shelf, SHELF, live)]


def test_the_reference_itself_has_nothing_wrong(shelf: Planogram) -> None:
    assert said(shelf, SHELF) == []


def test_another_resolution_is_told_and_another_shape_is_an_error_with_what_to_do(shelf: Planogram) -> None:
    import cv2

    same_shape = said(shelf, cv2.resize(SHELF, (640, 480)))
    assert [(severity, number) for severity, number, _ in same_shape] == [("warning", None)]
    assert "640 x 480" in same_shape[0][2]
    assert "scaled" in same_shape[0][2]
    other = said(shelf, cv2.resize(SHELF, (640, 360)))
    assert other[0][0] == "error"
    assert "edgekit planogram new" in other[0][2]


def test_a_dark_a_burnt_out_and_a_bare_facing_are_told_by_name(shelf: Planogram) -> None:
    for value, word in ((5, "dark"), (250, "over-exposed"), (120, "no structure")):
        live = SHELF.copy()
        live[60:161, 20:81] = value
        found = said(shelf, live)
        assert [(number, word in text) for _, number, text in found] == [(0, True)]


def test_a_camera_that_was_moved_is_told_with_how_far(shelf: Planogram) -> None:
    texts = [text for _, _, text in said(shelf, np.roll(SHELF, 14, axis=1))]
    assert any("14 pixels off the reference" in text for text in texts)


def test_a_facing_of_a_few_pixels_in_the_cameras_picture_is_told(tmp_path: Path) -> None:
    write_reference(tmp_path / "r.png", SHELF)
    draft = Draft(SIZE, (DraftFacing("thin", "tea", box(100, 9)),))
    shelf = write_planogram(tmp_path / "p.yaml", draft, tmp_path / "r.png")
    assert any("only 9 x 100 pixels" in text for _, _, text in said(shelf, SHELF))


def test_facings_over_each_other_are_warned_of_when_a_planogram_is_read(tmp_path: Path, caplog) -> None:
    write_reference(tmp_path / "r.png", SHELF)
    facings = (DraftFacing("a", "tea", box(20)), DraftFacing("b", "tea", box(50)))
    shelf = write_planogram(tmp_path / "p.yaml", Draft(SIZE, facings), tmp_path / "r.png")
    assert len(shelf.warnings) == 1
    assert "'a' and 'b' lie over each other" in shelf.warnings[0]
    assert "'a' and 'b' lie over each other" in caplog.text
    assert [number for _, number, _ in said(shelf, SHELF)] == [0, 1]


def test_the_drawing_outlines_the_facings_in_a_copy_and_leaves_the_rest(shelf: Planogram) -> None:
    live = np.kron(SHELF, np.ones((2, 2, 1), np.uint8))
    before = live.copy()
    drawn = overlaid(shelf, live, examined(shelf, SHELF, SHELF))
    assert np.array_equal(live, before)
    assert drawn.shape == (480, 640, 3)
    assert not np.array_equal(drawn[120, 40:160], live[120, 40:160])
    assert np.array_equal(drawn[400:], live[400:])
