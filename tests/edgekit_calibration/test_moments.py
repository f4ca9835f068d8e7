import numpy as np
import pytest
from edgekit_calibration import MomentObserver, PatchShape


def test_patches_are_what_a_convolution_multiplies_with():
    values = np.arange(2 * 4 * 5, dtype=np.float32).reshape(1, 2, 4, 5)
    shape = PatchShape(1, (3, 3), (2, 2), (1, 1), (1, 1, 1, 1))
    patches = shape.patches(values)
    padded = np.pad(values[0], ((0, 0), (1, 1), (1, 1)))
    assert patches.shape == (1, 2 * 3, 18)
    np.testing.assert_array_equal(patches[0, 0], padded[:, 0:3, 0:3].ravel())
    np.testing.assert_array_equal(patches[0, 5], padded[:, 2:5, 4:7].ravel())


def test_groups_and_dilations_are_kept_apart():
    values = np.arange(2 * 5 * 5, dtype=np.float32).reshape(1, 2, 5, 5)
    patches = PatchShape(2, (2, 2), (1, 1), (3, 3), (0, 0, 0, 0)).patches(values)
    assert patches.shape == (2, 4, 4)
    np.testing.assert_array_equal(patches[1, 0], values[0, 1, [0, 0, 3, 3], [0, 3, 0, 3]])


def test_mean_and_covariance_are_those_of_all_rows_together():
    rows = np.random.default_rng(0).standard_normal((30, 4)).astype(np.float32) + 5
    observer = MomentObserver(None)
    for part in np.split(rows, 3):
        observer.update(part)
    np.testing.assert_allclose(observer.mean()[0], rows.mean(axis=0), rtol=1e-5)
    np.testing.assert_allclose(observer.covariance()[0], np.cov(rows.T, bias=True), atol=1e-4)


def test_nothing_seen_has_no_moments():
    with pytest.raises(AssertionError):
        MomentObserver(None).mean()
