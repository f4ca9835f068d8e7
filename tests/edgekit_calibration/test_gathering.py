import numpy as np
import pytest
from edgekit_calibration import Gathering, LayerReader, MomentObserver, PatchShape, Scheme, choose_range

from edgekit.errors import CalibrationError

SHAPE = PatchShape(1, (3, 3), (1, 1), (1, 1), (1, 1, 1, 1))
WEIGHT = np.random.default_rng(5).standard_normal((4, 18)).astype(np.float32)
IMAGES = np.random.default_rng(6).standard_normal((40, 1, 2, 12, 12)).astype(np.float32)


def gathering(images: int = len(IMAGES)) -> Gathering:
    moments = {"conv": ("x", MomentObserver(SHAPE, images=images))}
    return Gathering(["x", "y"], moments, {"conv": LayerReader("x", WEIGHT, SHAPE, images=images)}, images=images)


def take(one: Gathering, images: np.ndarray) -> Gathering:
    for image in images:
        one.update({"x": image, "y": np.maximum(image, 0)})
    return one


def test_tensors_moments_and_patches_are_gathered_in_one_pass():
    one = take(gathering(), IMAGES)
    assert one.done == 40
    assert one.tensors["y"].whole().count == IMAGES.size
    assert one.moments["conv"].covariance().shape == (1, 18, 18)
    assert [reader.data for reader in one.readers_of("x")] == ["x"]
    assert one.readers_of("y") == []


def test_both_folds_see_half_of_the_images_neighbours_together():
    one = gathering()
    for index, image in enumerate(IMAGES):
        one.update({"x": np.full_like(image, index + 1), "y": image})
    first, second = one.tensors["x"].folds
    assert first.count == second.count
    assert (first.minimum, second.minimum) == (1.0, 5.0)


def test_what_was_saved_goes_on_as_if_nothing_had_happened(tmp_path):
    whole, second = take(gathering(), IMAGES), gathering()
    take(gathering(), IMAGES[:25]).save(tmp_path / "state.npz")
    assert second.restore(tmp_path / "state.npz")
    assert second.done == 25
    take(second, IMAGES[25:])
    for name in ("x", "y"):
        np.testing.assert_array_equal(second.tensors[name].whole().counts, whole.tensors[name].whole().counts)
    np.testing.assert_allclose(second.moments["conv"].covariance(), whole.moments["conv"].covariance(), atol=1e-5)
    chosen = [
        choose_range(one.tensors["x"], Scheme.SIGNED_SYMMETRIC, readers=one.readers_of("x")) for one in (second, whole)
    ]
    assert chosen[0].span == chosen[1].span
    assert second.convergence() == whole.convergence()


@pytest.mark.parametrize("content", [None, b"", b"PK\x03\x04 torn", b"\x93NUMPY"])
def test_a_state_that_is_missing_or_torn_counts_as_nothing(tmp_path, content):
    path = tmp_path / "state.npz"
    if content is not None:
        path.write_bytes(content)
    one = gathering()
    assert not one.restore(path)
    assert one.done == 0


def test_a_state_of_other_tensors_counts_as_nothing(tmp_path):
    other = Gathering(["x"], {}, {"conv": LayerReader("x", WEIGHT, SHAPE, images=4)}, images=4)
    other.update({"x": IMAGES[0]})
    other.save(tmp_path / "state.npz")
    one = gathering()
    assert not one.restore(tmp_path / "state.npz")
    assert one.tensors["x"].whole().count == one.done == 0


def test_memory_does_not_grow_with_the_number_of_images(tmp_path):
    sizes = []
    for count in (64, 512):
        one = gathering(count)
        take(one, np.tile(IMAGES, (count // 32, 1, 1, 1, 1))[:count])
        one.save(tmp_path / "state.npz")
        with np.load(tmp_path / "state.npz") as saved:
            sizes.append(sum(saved[name].nbytes for name in saved.files))
    assert sizes[1] < 1.1 * sizes[0]


def test_a_value_that_is_not_finite_names_its_tensor():
    with pytest.raises(CalibrationError, match="Tensor y is not finite"):
        gathering().update({"x": IMAGES[0], "y": np.full((1, 2, 12, 12), np.nan, np.float32)})
