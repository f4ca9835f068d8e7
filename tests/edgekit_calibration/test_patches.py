import numpy as np
import pytest
from edgekit_calibration import PatchShape
from edgekit_calibration.patches import spread_positions


def test_patches_are_what_a_convolution_multiplies_with():
    values = np.arange(2 * 4 * 5, dtype=np.float32).reshape(1, 2, 4, 5)
    shape = PatchShape(1, (3, 3), (2, 2), (1, 1), (1, 1, 1, 1))
    patches = shape.patches(values)
    padded = np.pad(values[0], ((0, 0), (1, 1), (1, 1)))
    assert shape.output_hw(values.shape) == (2, 3)
    assert patches.shape == (1, 2 * 3, 18)
    np.testing.assert_array_equal(patches[0, 0], padded[:, 0:3, 0:3].ravel())
    np.testing.assert_array_equal(patches[0, 5], padded[:, 2:5, 4:7].ravel())


def test_groups_and_dilations_are_kept_apart():
    values = np.arange(2 * 5 * 5, dtype=np.float32).reshape(1, 2, 5, 5)
    patches = PatchShape(2, (2, 2), (1, 1), (3, 3), (0, 0, 0, 0)).patches(values)
    assert patches.shape == (2, 4, 4)
    np.testing.assert_array_equal(patches[1, 0], values[0, 1, [0, 0, 3, 3], [0, 3, 0, 3]])


@pytest.mark.parametrize("pads", [(0, 0, 0, 0), (1, 2, 0, 1)])
@pytest.mark.parametrize("strides", [(1, 1), (2, 3)])
def test_some_positions_are_those_of_all(pads, strides):
    values = np.random.default_rng(0).standard_normal((1, 6, 9, 11)).astype(np.float32)
    shape = PatchShape(3, (3, 2), strides, (1, 2), pads)
    positions = np.array([0, 4, 7], np.intp)
    np.testing.assert_array_equal(shape.patches(values, positions), shape.patches(values)[:, positions])
    padded = np.pad(values[0], ((0, 0), (pads[0], pads[2]), (pads[1], pads[3])))
    row, across = divmod(4, shape.output_hw(values.shape)[1])
    window = padded[2:4, row * strides[0] :, across * strides[1] :][:, :3, :4:2]
    np.testing.assert_array_equal(shape.patches(values, positions)[1, 1], window[:, :3, :2].ravel())


def test_positions_are_spread_over_everything_and_differ_from_turn_to_turn():
    assert spread_positions(3, 5).tolist() == [0, 1, 2]
    taken = [set(spread_positions(100, 4, turn).tolist()) for turn in range(20)]
    assert all(len(one) == 4 and max(one) < 100 for one in taken)
    assert len(set.union(*taken)) > 60
