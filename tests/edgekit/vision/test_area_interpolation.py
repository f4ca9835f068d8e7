import cv2
import numpy as np

from edgekit.vision.geometry import Geometry, Interpolation, ResizeMode, prepare

PICTURE = np.random.default_rng(0).integers(0, 256, (40, 60, 3), np.uint8)


def _stretched(size_hw, interpolation):
    return prepare(PICTURE, Geometry(ResizeMode.STRETCH, size_hw, interpolation=interpolation))


def test_area_averages_where_a_picture_shrinks():
    expected = cv2.resize(PICTURE, (15, 10), interpolation=cv2.INTER_AREA)
    assert np.array_equal(_stretched((10, 15), Interpolation.AREA), expected)
    assert not np.array_equal(expected, _stretched((10, 15), Interpolation.LINEAR))


def test_area_is_linear_where_a_picture_grows_in_any_direction():
    for size_hw in ((100, 150), (20, 90), (80, 30)):
        assert np.array_equal(_stretched(size_hw, Interpolation.AREA), _stretched(size_hw, Interpolation.LINEAR))
