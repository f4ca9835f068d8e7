import numpy as np
import pytest
from edgekit_calibration import HistogramObserver, MinMaxObserver

from edgekit.errors import CalibrationError


def test_extremes_and_count_are_those_of_everything_seen():
    observer = MinMaxObserver("t")
    for values in ([1.0, -2.0], [5.0], []):
        observer.update(np.array(values, np.float32))
    assert (observer.minimum, observer.maximum, observer.count) == (-2.0, 5.0, 3)
    assert observer.largest == 5.0


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_value_that_is_not_finite_names_the_tensor(bad):
    with pytest.raises(CalibrationError, match="conv_3"):
        HistogramObserver("conv_3").update(np.array([1.0, bad], np.float32))


def test_a_tensor_that_never_changed_is_constant_and_one_never_seen_too():
    observer = MinMaxObserver("t")
    assert observer.is_constant
    observer.update(np.full((2, 2), 3.0, np.float32))
    assert observer.is_constant
    observer.update(np.array([4.0], np.float32))
    assert not observer.is_constant


def test_growing_in_steps_gives_the_histogram_of_one_pass():
    rng = np.random.default_rng(0)
    parts = [rng.standard_normal(1000).astype(np.float32) * scale for scale in (0.1, 1.0, 7.0, 100.0)]
    streamed, whole = HistogramObserver("t"), HistogramObserver("t")
    for part in parts:
        streamed.update(part)
    whole.update(np.concatenate(parts))
    assert streamed.limit == whole.limit
    np.testing.assert_array_equal(streamed.counts, whole.counts)


def test_zeros_are_counted_apart_and_every_other_value_lies_in_a_bin_that_holds_it():
    observer = HistogramObserver("t")
    values = np.array([0.0, 0.0, 0.3, -0.7, 1.0], np.float32)
    observer.update(values)
    centres, counts = observer.occupied()
    assert observer.zeros == 2
    assert counts.sum() == 3
    for value in (0.3, -0.7, 1.0):
        assert np.abs(centres - value).min() <= observer.width / 2 + 1e-7


def test_memory_does_not_grow_with_what_is_seen():
    observer = HistogramObserver("t", bins_per_side=16)
    for scale in (1e-3, 1.0, 1e6):
        observer.update(np.linspace(-scale, scale, 10_000, dtype=np.float32))
    assert observer.counts.shape == (32,)
    assert observer.counts.sum() + observer.zeros == 30_000


def test_two_observers_together_hold_what_one_would():
    rng = np.random.default_rng(3)
    parts = [rng.standard_normal(1000).astype(np.float32) * scale for scale in (0.3, 40.0)]
    parts[0][:5] = 0.0
    one, other, whole = (HistogramObserver("t") for _ in range(3))
    one.update(parts[0])
    other.update(parts[1])
    whole.update(np.concatenate(parts))
    for together in (one.together(other), other.together(one)):
        np.testing.assert_array_equal(together.counts, whole.counts)
        assert (together.zeros, together.count, together.limit) == (5, 2000, whole.limit)
        assert (together.minimum, together.maximum) == (whole.minimum, whole.maximum)
    np.testing.assert_array_equal(one.together(HistogramObserver("t")).counts, one.counts)


def test_the_limit_itself_and_long_tensors_are_counted_whole():
    observer = HistogramObserver("t")
    observer.update(np.concatenate([np.full(70_000, 1.0), np.full(70_000, -1.0), np.zeros(10)]).astype(np.float32))
    assert (observer.counts[0], observer.counts[-1]) == (70_000, 70_000)
    assert observer.counts.sum() + observer.zeros == observer.count == 140_010
