from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from edgekit.vision.geometry import (
    Anchor,
    FrameMapping,
    Geometry,
    Interpolation,
    ResizeMode,
    mapping,
    prepare,
    square_crop,
)

LETTERBOX = Geometry(ResizeMode.LETTERBOX, (416, 416))


def noise(height: int, width: int) -> NDArray[np.uint8]:
    return np.random.default_rng(height * width).integers(0, 256, (height, width, 3), np.uint8)


def bilinear(pixels: NDArray[np.uint8], height: int, width: int) -> NDArray[np.float64]:
    """Half-pixel centres, edges repeated, in float64."""

    def taps(size: int, old: int) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float64]]:
        at = (np.arange(size) + 0.5) * old / size - 0.5
        low = np.floor(at)
        share = at - low
        return np.clip(low, 0, old - 1).astype(int), np.clip(low + 1, 0, old - 1).astype(int), share

    top, bottom, down = taps(height, pixels.shape[0])
    left, right, across = taps(width, pixels.shape[1])
    values = pixels.astype(np.float64)
    rows = values[top] * (1 - down[:, None, None]) + values[bottom] * down[:, None, None]
    return rows[:, left] * (1 - across[None, :, None]) + rows[:, right] * across[None, :, None]


@pytest.mark.parametrize(("height", "width"), [(360, 640), (640, 360), (100, 77), (416, 416), (1080, 1920)])
@pytest.mark.parametrize("anchor", Anchor)
def test_a_letterbox_agrees_with_a_float_reference_within_one_grey_level(
    height: int, width: int, anchor: Anchor
) -> None:
    pixels = noise(height, width)
    geometry = Geometry(ResizeMode.LETTERBOX, (416, 416), anchor=anchor, pad_value=114)
    prepared = prepare(pixels, geometry)
    there = mapping((height, width), geometry)
    new_h, new_w = round(there.scale_xy[1] * height), round(there.scale_xy[0] * width)
    left, top = (int(offset) for offset in there.offset_xy)
    inside = prepared[top : top + new_h, left : left + new_w]
    assert np.abs(inside - bilinear(pixels, new_h, new_w)).max() <= 1.0
    outside = np.ones((416, 416), np.bool_)
    outside[top : top + new_h, left : left + new_w] = False
    assert (prepared[outside] == 114).all()


def test_yolox_letterbox_lies_top_left() -> None:
    prepared = prepare(np.full((360, 640, 3), 7, np.uint8), LETTERBOX)
    assert (prepared[:234] == 7).all()
    assert (prepared[234:] == 114).all()
    assert mapping((360, 640), LETTERBOX) == FrameMapping((0.65, 0.65), (0.0, 0.0))


@pytest.mark.parametrize(("size_hw", "offset_xy"), [((360, 640), (0.0, 91.0)), ((640, 360), (91.0, 0.0))])
def test_a_centred_letterbox_lies_in_the_middle(size_hw: tuple[int, int], offset_xy: tuple[float, float]) -> None:
    geometry = Geometry(ResizeMode.LETTERBOX, (416, 416), anchor=Anchor.CENTER)
    assert mapping(size_hw, geometry) == FrameMapping((0.65, 0.65), offset_xy)


def test_a_width_whose_ratio_rounds_down_still_fills_the_canvas() -> None:
    assert int(660 * (416 / 660)) == 415
    assert mapping((400, 660), LETTERBOX).scale_xy[0] * 660 == pytest.approx(416)


def test_stretch_fills_everything() -> None:
    prepared = prepare(np.full((50, 90, 3), 9, np.uint8), Geometry(ResizeMode.STRETCH, (32, 64)))
    assert prepared.shape == (32, 64, 3)
    assert (prepared == 9).all()


def test_center_crop_cuts_the_middle_out() -> None:
    pixels = np.zeros((256, 512, 3), np.uint8)
    pixels[16:240, 144:368] = 200
    geometry = Geometry(ResizeMode.CENTER_CROP, (224, 224), resize_shorter_px=256)
    assert (prepare(pixels, geometry) == 200).all()
    assert mapping((256, 512), geometry).offset_xy == (-144.0, -16.0)


def test_center_crop_pads_where_the_resized_picture_is_smaller() -> None:
    geometry = Geometry(ResizeMode.CENTER_CROP, (64, 64), resize_shorter_px=32, pad_value=5)
    prepared = prepare(np.full((32, 96, 3), 200, np.uint8), geometry)
    assert (prepared[:16] == 5).all()
    assert (prepared[48:] == 5).all()
    assert (prepared[16:48] == 200).all()


@pytest.mark.parametrize("size_hw", [(42, 42), (42, 60), (2, 2)])
def test_center_crop_cuts_one_pixel_off_the_end_where_the_middle_lies_between_two(size_hw: tuple[int, int]) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (*size_hw, 3), np.uint8)
    geometry = Geometry(ResizeMode.CENTER_CROP, (41, 41), resize_shorter_px=42)
    whole = prepare(pixels, Geometry(ResizeMode.STRETCH, (42, int(42 * size_hw[1] / size_hw[0]))))
    left = round((whole.shape[1] - 41) / 2)
    used = np.full((41, 41, 3), 77, np.uint8)
    assert prepare(pixels, geometry, used) is used
    np.testing.assert_array_equal(used, whole[:41, left : left + 41])


def test_interpolations_differ() -> None:
    results = [prepare(noise(300, 300), Geometry(ResizeMode.STRETCH, (64, 64), interpolation=i)) for i in Interpolation]
    assert not (results[0] == results[1]).all()
    assert not (results[0] == results[2]).all()


def test_a_row_of_a_batch_is_written_in_place() -> None:
    batch = np.zeros((2, 416, 416, 3), np.uint8)
    prepare(noise(360, 640), LETTERBOX, batch[1])
    assert (batch[1] == prepare(noise(360, 640), LETTERBOX)).all()
    assert not batch[0].any()


@pytest.mark.parametrize(
    "pixels",
    [np.zeros((4, 4), np.uint8), np.zeros((4, 4, 4), np.uint8), np.zeros((4, 4, 3)), np.zeros((0, 4, 3), np.uint8)],
)
def test_what_is_not_a_picture_is_refused(pixels: NDArray[np.uint8]) -> None:
    with pytest.raises(ValueError, match="pixels must be"):
        prepare(pixels, LETTERBOX)


def test_a_buffer_of_another_shape_is_refused() -> None:
    with pytest.raises(ValueError, match="out must be"):
        prepare(noise(8, 8), LETTERBOX, np.zeros((416, 415, 3), np.uint8))


def test_boxes_come_back_clipped_to_the_frame() -> None:
    there = mapping((360, 640), LETTERBOX)
    boxes = there.boxes_to_frame(np.array([[-5, 65, 500, 130]], np.float32), (360, 640))
    np.testing.assert_allclose(boxes, [[0, 100, 640, 200]], rtol=1e-5)


def test_a_facing_crop_is_squared_with_the_box_in_the_middle() -> None:
    pixels = np.full((100, 100, 3), 50, np.uint8)
    crop = square_crop(pixels, (10, 20, 20, 60), 114)
    assert crop.shape == (40, 40, 3)
    assert (crop[:, 15:25] == 50).all()
    assert (crop[:, :15] == 114).all()
    assert (crop[:, 25:] == 114).all()


def test_a_crop_outside_the_picture_is_one_padded_pixel() -> None:
    assert square_crop(np.zeros((10, 10, 3), np.uint8), (20, 20, 30, 30), 114).tolist() == [[[114, 114, 114]]]
