from __future__ import annotations

import numpy as np
import pytest

from edgekit.annotate.style import WHITE, Style
from edgekit.annotate.text import draw_plate, fitted, plate_size, printable, time_code

STYLE = Style.of((360, 640))


@pytest.mark.parametrize(
    ("time_s", "text"),
    [(0, "0:00.0"), (6.66, "0:06.7"), (59.96, "1:00.0"), (3599.99, "1:00:00.0"), (36001, "10:00:01.0")],
)
def test_media_time_is_minutes_and_seconds(time_s: float, text: str) -> None:
    assert time_code(time_s) == text


def test_letters_that_the_font_lacks_are_replaced() -> None:
    assert printable("Käse 3 – süß ☕ crème") == "Kase 3 - suss ? creme"


def test_a_long_text_is_shortened_to_its_place() -> None:
    text = fitted("a very long name of a product " * 5, STYLE, 120)
    assert plate_size(text, STYLE)[0] <= 120
    assert text.endswith("..")
    assert fitted("short", STYLE, 120) == "short"


@pytest.mark.parametrize("left_top", [(-50, -50), (630, 350), (10, 10)])
def test_a_plate_always_lies_inside_the_picture(left_top: tuple[int, int]) -> None:
    pixels = np.zeros((360, 640, 3), np.uint8)
    left, top, right, bottom = draw_plate(pixels, "text", left_top, STYLE, plate=(1, 2, 3))
    assert 0 <= left < right <= 640
    assert 0 <= top < bottom <= 360
    changed = np.argwhere(pixels.any(axis=2))
    np.testing.assert_array_equal(changed.min(axis=0), [top, left])
    np.testing.assert_array_equal(changed.max(axis=0), [bottom - 1, right - 1])
    assert pixels.min(axis=2).max() > 0.7 * min(WHITE)  # the ink, smoothed at its edges


def test_text_grows_with_the_picture() -> None:
    heights = [plate_size("text", Style.of(size))[1] for size in ((180, 320), (360, 640), (1080, 1920), (2160, 3840))]
    assert heights == sorted(heights)
    assert heights[0] >= 9
    assert heights[2] > 1.8 * heights[1]
