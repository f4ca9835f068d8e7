import numpy as np
import pytest
from edgekit_calibration import (
    HistogramObserver,
    LayerReader,
    Method,
    Range,
    Scheme,
    TensorObserver,
    choose_range,
    entropy_range,
    least_error_range,
    min_max_range,
    percentile_range,
    range_by,
)

RNG = np.random.default_rng(0)


def seen(values) -> HistogramObserver:
    observer = HistogramObserver("t")
    observer.update(np.asarray(values, np.float32))
    return observer


def folds(first, second) -> TensorObserver:
    tensor = TensorObserver("t")
    tensor.update(np.asarray(first, np.float32), 0)
    tensor.update(np.asarray(second, np.float32), 1)
    return tensor


@pytest.mark.parametrize("scheme", Scheme)
@pytest.mark.parametrize("method", [method for method in Method if method is not Method.AUTO])
def test_every_range_holds_zero_and_lies_within_what_was_seen(scheme, method):
    for values in (RNG.standard_normal(5000), np.maximum(RNG.standard_normal(5000), 0), -RNG.random(5000), [2.0] * 9):
        observer = seen(values)
        span, full = range_by(method, observer, scheme), min_max_range(observer)
        assert full.low <= span.low <= 0.0 <= span.high <= full.high
        assert span.high > span.low


@pytest.mark.parametrize("scheme", Scheme)
def test_a_percentile_range_leaves_out_one_value_in_ten_thousand(scheme):
    values = RNG.standard_normal(200_000)
    span = percentile_range(seen(values), scheme)
    left_out = np.count_nonzero((values < span.low) | (values > span.high))
    assert 10 <= left_out <= 20


def test_a_percentile_range_of_a_tensor_that_is_nearly_always_zero_is_not_empty():
    values = np.zeros(1_000_000)
    values[:50] = RNG.random(50) + 1.0
    assert percentile_range(seen(values), Scheme.UNSIGNED_ASYMMETRIC).high > 1.0


@pytest.mark.parametrize("scheme", Scheme)
def test_entropy_cuts_a_long_thin_tail_further_than_squared_error_does(scheme):
    values = np.concatenate([RNG.standard_normal(1_000_000), [40.0] * 10])
    by_entropy, by_error = entropy_range(seen(values), scheme), least_error_range(seen(values), scheme)
    assert 1.0 < by_entropy.high < 10.0 < by_error.high


@pytest.mark.parametrize("scheme", Scheme)
def test_entropy_keeps_all_of_what_is_evenly_spread(scheme):
    assert entropy_range(seen(np.linspace(0.0, 8.0, 100_000)), scheme).high == pytest.approx(8.0, rel=0.02)


def test_auto_does_not_cut_off_what_other_pictures_show_too():
    tensor = folds(RNG.standard_normal(50_000), RNG.standard_normal(50_000))
    chosen = choose_range(tensor, Scheme.SIGNED_SYMMETRIC)
    assert chosen.method is Method.MSE
    assert chosen.errors[Method.ENTROPY] > 1.0
    assert min(chosen.errors.values()) == 1.0
    assert chosen.span == least_error_range(tensor.whole(), Scheme.SIGNED_SYMMETRIC)


def test_auto_keeps_the_whole_range_where_the_least_error_on_one_half_of_the_images_cuts_off_the_other_half():
    common = RNG.random(400_000)
    tensor = folds([*common, 6.0], [*common, *np.full(400, 5.9)])
    chosen = choose_range(tensor, Scheme.UNSIGNED_ASYMMETRIC)
    assert chosen.method is Method.MIN_MAX
    assert chosen.span.high == 6.0


def test_auto_asks_the_layer_that_reads_the_tensor():
    # Channel 0 is large and multiplied with nothing; all of the output comes from channel 1.
    values = RNG.standard_normal((2, 4000, 2)).astype(np.float32) * np.array([4.0, 0.05], np.float32)
    values[:, :4, 0] = 100.0
    tensor, reader = TensorObserver("t"), LayerReader("t", np.array([[0.0, 1.0]], np.float32), None, images=2)
    for fold in (0, 1):
        tensor.update(values[fold], fold)
        reader.update(values[fold], fold)
    alone = choose_range(tensor, Scheme.SIGNED_SYMMETRIC)
    asked = choose_range(tensor, Scheme.SIGNED_SYMMETRIC, readers=[reader])
    assert asked.span.high < alone.span.high


def test_auto_has_nothing_to_measure_on_where_one_half_of_the_images_is_missing():
    tensor = TensorObserver("t")
    tensor.update(RNG.standard_normal(1000).astype(np.float32), 0)
    chosen = choose_range(tensor, Scheme.SIGNED_SYMMETRIC)
    assert (chosen.method, dict(chosen.errors)) == (Method.MSE, {})


def test_a_method_asked_for_by_name_is_taken():
    tensor = folds([1.0, -3.0], [2.0])
    chosen = choose_range(tensor, Scheme.UNSIGNED_ASYMMETRIC, Method.MIN_MAX)
    assert (chosen.span, chosen.method) == (Range(-3.0, 2.0), Method.MIN_MAX)
