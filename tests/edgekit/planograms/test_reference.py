from __future__ import annotations

import numpy as np
import pytest

from edgekit.errors import SourceError
from edgekit.planograms.reference import reference_of

SHELF = np.random.default_rng(3).integers(30, 220, (120, 160, 3), np.uint8)


def with_person(at: int) -> np.ndarray:
    picture = SHELF.copy()
    picture[:, at : at + 40] = 70
    return picture


def test_somebody_who_walks_by_is_not_in_the_picture() -> None:
    made = reference_of([with_person(at) for at in (0, 30, 60, 90, 115)])
    assert made.frames == 5
    assert np.array_equal(made.pixels, SHELF)


def test_a_camera_that_shakes_gives_one_sharp_frame_and_no_blur() -> None:
    frames = [np.roll(SHELF, shift, axis=1) for shift in (0, 3, -3, 6, -6)]
    made = reference_of(frames)
    assert made.frames == 1
    assert made.shift_px > 2
    assert any(np.array_equal(made.pixels, frame) for frame in frames)


def test_dark_and_over_exposed_frames_are_left_out_and_nothing_else_is_an_error() -> None:
    dark, bright = np.zeros_like(SHELF), np.full_like(SHELF, 255)
    assert np.array_equal(reference_of([dark, SHELF, bright, SHELF, SHELF]).pixels, SHELF)
    with pytest.raises(SourceError, match="All 3 pictures are dark"):
        reference_of([dark] * 3)
    with pytest.raises(SourceError, match="over-exposed"):
        reference_of([bright])
    with pytest.raises(SourceError, match="no picture"):
        reference_of([])
