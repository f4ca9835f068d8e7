from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from edgekit.annotate.contact_sheet import ContactSheet
from edgekit.annotate.crops import facing_crop, write_picture
from edgekit.errors import OutputError

POLYGON = [[100.0, 100.0], [200.0, 100.0], [200.0, 300.0], [100.0, 300.0]]
RED = (40, 60, 230)


def frame(size_hw: tuple[int, int] = (360, 640)) -> NDArray[np.uint8]:
    return np.full((*size_hw, 3), 120, np.uint8)


def sheet_of(events: int, size_hw: tuple[int, int] = (360, 640)) -> ContactSheet:
    sheet = ContactSheet("demo")
    for n in range(events):
        sheet.add(f"0:{n:02d}.0  left: out of stock", RED, frame(size_hw), POLYGON)
    return sheet


def titles(pixels: NDArray[np.uint8]) -> int:
    """How many title bars a sheet has: runs of the title's colour down the columns, at the left end of each."""
    red = (np.abs(pixels.astype(int) - RED).max(axis=2) < 3).astype(int)
    wide = cv2.erode(red.astype(np.uint8), np.ones((3, 100), np.uint8))
    return cv2.connectedComponents(wide)[0] - 1


@pytest.mark.parametrize("events", [1, 2, 3, 4, 5, 8, 12, 13, 40])
@pytest.mark.parametrize("size_hw", [(360, 640), (1080, 1920), (640, 480)])
def test_every_event_has_a_tile_and_the_sheet_fits_a_screen_in_width(events: int, size_hw: tuple[int, int]) -> None:
    pixels = sheet_of(events, size_hw).render()
    assert titles(pixels) == events
    assert 900 < pixels.shape[1] <= 2000
    assert pixels.shape[0] < 700 * events


def test_no_event_is_a_sheet_that_says_so() -> None:
    pixels = ContactSheet("demo").render()
    assert pixels.shape[0] > 20
    assert titles(pixels) == 0


def test_the_sheet_does_not_grow_without_end() -> None:
    sheet = sheet_of(205, (36, 64))
    assert (len(sheet.tiles), sheet.left_out) == (200, 5)
    assert titles(sheet.render()) == 200


def test_an_event_of_no_facing_shows_the_whole_frame() -> None:
    sheet = ContactSheet()
    sheet.add("0:01.0  camera moved", RED, frame(), None)
    assert titles(sheet.render()) == 1


def test_the_frame_itself_is_not_drawn_into() -> None:
    pixels = frame()
    ContactSheet().add("x", RED, pixels, POLYGON)
    assert (pixels == 120).all()


def test_it_is_written_as_png(tmp_path: Path) -> None:
    path = sheet_of(3).write(tmp_path / "out" / "contact-sheet.png")
    np.testing.assert_array_equal(cv2.imread(str(path)), sheet_of(3).render())


def test_a_crop_is_the_facing_and_its_margin_clipped_to_the_picture() -> None:
    assert facing_crop(frame(), POLYGON, margin_share=0).shape == (200, 100, 3)
    assert facing_crop(frame(), POLYGON, margin_share=0.1).shape == (240, 140, 3)
    assert facing_crop(frame(), [[-10, -10], [5, -10], [5, 5]], margin_share=0).shape == (5, 5, 3)
    assert facing_crop(frame(), [[900, 900], [950, 900], [950, 950]]).size > 0


def test_a_suffix_that_is_no_picture_format_is_refused(tmp_path: Path) -> None:
    for name in ("a.xyz", "a"):
        with pytest.raises(OutputError, match="is no picture format"):
            write_picture(tmp_path / name, frame())
    assert list(tmp_path.iterdir()) == []
