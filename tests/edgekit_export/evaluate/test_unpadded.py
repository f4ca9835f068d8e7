import numpy as np
import pytest
from edgekit_export.evaluate.answers import BoxAnswers
from edgekit_export.evaluate.unpadded import unpadded_answers, unpadded_pixels

from edgekit.vision.detection import Detections
from edgekit.vision.geometry import Anchor, Geometry, ResizeMode, prepare

PICTURE = np.full((30, 60, 3), 200, np.uint8)


@pytest.mark.parametrize("anchor", list(Anchor))
def test_padding_is_cut_off_whatever_its_side(anchor):
    geometry = Geometry(ResizeMode.LETTERBOX, (32, 32), anchor=anchor)
    inner = unpadded_pixels(prepare(PICTURE, geometry), (30, 60), geometry)
    assert inner.shape == (16, 32, 3)
    assert np.all(inner == 200)


@pytest.mark.parametrize("mode", [ResizeMode.STRETCH, ResizeMode.CENTER_CROP])
def test_pictures_without_padding_stay_whole(mode):
    geometry = Geometry(mode, (32, 32))
    assert unpadded_pixels(prepare(PICTURE, geometry), (30, 60), geometry).shape == (32, 32, 3)


def test_boxes_move_with_the_picture_and_end_at_its_edge():
    geometry = Geometry(ResizeMode.LETTERBOX, (32, 32), anchor=Anchor.CENTER)
    boxes = np.array([[4, 8, 12, 16], [0, 0, 40, 40]], np.float32)
    found = Detections(boxes, np.zeros(2, np.int64), np.ones(2, np.float32))
    moved = unpadded_answers(BoxAnswers(("a",), (found,)), [(30, 60)], geometry)
    assert moved.found[0].boxes_xyxy_px.tolist() == [[4, 0, 12, 8], [0, 0, 32, 16]]
