import numpy as np
import pytest
from edgekit_calibration import MomentObserver, PatchShape

POINTWISE = PatchShape(1, (1, 1), (1, 1), (1, 1), (0, 0, 0, 0))


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


def test_more_images_mean_other_patches_and_not_more_of_them():
    rng = np.random.default_rng(1)
    images = rng.standard_normal((200, 1, 4, 64, 64)).astype(np.float32) + np.arange(4)[:, None, None]
    few, many = MomentObserver(POINTWISE), MomentObserver(POINTWISE, images=len(images))
    for image in images:
        few.update(image)
        many.update(image)
    assert few.count == 200 * 256
    assert 4096 <= many.count <= 4096 + 200
    np.testing.assert_allclose(many.mean(), few.mean(), atol=0.1)
    np.testing.assert_allclose(many.covariance(), few.covariance(), atol=0.1)


@pytest.mark.parametrize("groups", [1, 4])
def test_an_observer_goes_on_from_its_state_as_if_nothing_had_happened(groups):
    shape = PatchShape(groups, (3, 3), (1, 1), (1, 1), (1, 1, 1, 1))
    images = np.random.default_rng(2).standard_normal((8, 1, 4, 32, 32)).astype(np.float32)
    whole, first, second = (MomentObserver(shape, images=1000) for _ in range(3))
    for index, image in enumerate(images):
        whole.update(image)
        if index < 4:
            first.update(image)
    second.restore(first.state())
    for image in images[4:]:
        second.update(image)
    assert second.count == whole.count
    # To the last digit: weights are rounded by these, and the same export gives the same bytes.
    assert np.array_equal(second.mean(), whole.mean())
    assert np.array_equal(second.covariance(), whole.covariance())


def test_patches_beyond_what_float32_squares_give_a_covariance_that_is_not_finite_and_no_warning():
    observer = MomentObserver(None)
    observer.update(np.full((4, 2), 1e30, np.float32))
    assert not np.isfinite(observer.covariance()).any()
