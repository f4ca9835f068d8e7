import numpy as np
import pytest
from edgekit_calibration import HistogramObserver, Range, Scheme, entropy_range
from edgekit_calibration.entropy import relative_entropy


def seen(values) -> HistogramObserver:
    observer = HistogramObserver("t")
    observer.update(np.asarray(values, np.float32))
    return observer


def test_as_many_levels_as_bins_lose_nothing():
    counts = np.random.default_rng(0).integers(1, 100, 256)
    assert relative_entropy(counts, 0, 0, 256) == pytest.approx(0.0, abs=1e-12)
    assert relative_entropy(counts, 0, 0, 128) > 0.01


def test_bins_of_one_level_are_told_apart_only_by_what_is_empty():
    assert relative_entropy(np.array([4, 4, 2, 2]), 0, 0, 2) == pytest.approx(0.0, abs=1e-12)
    assert relative_entropy(np.array([8, 0, 4, 0]), 0, 0, 2) == pytest.approx(0.0, abs=1e-12)
    # Merged: 6, 6, 3, 3 out of 18, against 8, 4, 4, 2.
    expected = sum(p / 18 * np.log(p / q) for p, q in ((8, 6), (4, 6), (4, 3), (2, 3)))
    assert relative_entropy(np.array([8, 4, 4, 2]), 0, 0, 2) == pytest.approx(expected)


def test_what_is_cut_off_counts_at_its_own_end():
    counts = np.array([10, 10, 10, 10])
    assert relative_entropy(counts, 5, 0, 4) == pytest.approx(relative_entropy(counts, 0, 5, 4))
    assert relative_entropy(counts, 5, 0, 4) > 0.0
    uneven = np.array([1, 10, 10, 30])
    assert relative_entropy(uneven, 20, 0, 4) > relative_entropy(uneven, 0, 20, 4)


def test_a_range_that_holds_nothing_is_as_bad_as_can_be():
    assert relative_entropy(np.zeros(8, np.int64), 5, 5, 4) == float("inf")


def test_asymmetric_eight_bits_have_twice_the_levels_for_one_side():
    values = np.abs(np.random.default_rng(1).standard_normal(400_000)) ** 1.5
    signed, unsigned = (entropy_range(seen(values), scheme) for scheme in Scheme)
    assert signed.low == unsigned.low == 0.0
    assert unsigned.high > signed.high


def test_a_constant_tensor_keeps_its_own_range():
    assert entropy_range(seen(np.full(9, -2.0)), Scheme.SIGNED_SYMMETRIC) == Range(-2.0, 0.0)
    assert entropy_range(seen(np.zeros(9)), Scheme.UNSIGNED_ASYMMETRIC) == Range(0.0, 0.0)


def directly(counts, below, above, levels):
    """The definition, bin by bin."""
    reference = counts.astype(float)
    reference[0] += below
    reference[-1] += above
    level = np.arange(len(counts)) * levels // len(counts)
    spread = np.zeros(len(counts))
    for one in range(levels):
        held = (level == one) & (counts > 0)
        spread[held] = counts[held].sum() / held.sum() / counts.sum() if held.any() else 0.0
    spread = np.maximum(spread, 1e-12)
    share = reference / reference.sum()
    return sum(p * np.log(p / q) for p, q in zip(share, spread, strict=True) if p > 0)


@pytest.mark.parametrize("bins", [1, 3, 16, 100, 1024])
@pytest.mark.parametrize("levels", [16, 128])
@pytest.mark.parametrize("emptied", [False, True])
def test_the_running_sums_give_what_the_definition_gives(bins, levels, emptied):
    rng = np.random.default_rng(bins + levels)
    counts = rng.integers(0, 40, bins) * rng.integers(0, 2, bins)
    counts[bins // 2] = 7
    if emptied and bins > 2:
        counts[[0, -1]] = 0
    for below, above in ((0, 0), (11, 0), (0, 5), (3, 60)):
        assert relative_entropy(counts, below, above, levels) == pytest.approx(
            directly(counts, below, above, levels), abs=1e-9
        )
