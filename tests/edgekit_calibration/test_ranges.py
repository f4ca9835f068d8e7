import numpy as np
import pytest
from edgekit_calibration import HistogramObserver, Range, Scheme, least_error_range, min_max_range, quantizer


def observed(values) -> HistogramObserver:
    observer = HistogramObserver("t")
    observer.update(np.asarray(values, np.float32))
    return observer


def mean_error(values, span, scheme) -> float:
    return float(np.mean(np.square(quantizer(span, scheme).apply(values) - values)))


def test_signed_symmetric_has_zero_point_0_and_127_steps_a_side():
    chosen = quantizer(Range(-2.0, 1.0), Scheme.SIGNED_SYMMETRIC)
    assert (chosen.zero_point, chosen.lowest, chosen.highest) == (0, -128, 127)
    assert chosen.scale == pytest.approx(2.0 / 127)


def test_unsigned_asymmetric_spans_the_range_with_255_steps():
    chosen = quantizer(Range(-1.0, 3.0), Scheme.UNSIGNED_ASYMMETRIC)
    assert (chosen.lowest, chosen.highest, chosen.zero_point) == (0, 255, 64)
    assert chosen.scale == pytest.approx(4.0 / 255)


@pytest.mark.parametrize("scheme", Scheme)
def test_a_tiny_range_gets_a_scale_that_fp16_holds(scheme):
    assert quantizer(Range(0.0, 1e-9), scheme).scale == 2.0**-14


@pytest.mark.parametrize("scheme", Scheme)
def test_an_outlier_is_cut_off_where_that_loses_less(scheme):
    values = np.concatenate([np.random.default_rng(0).standard_normal(3_000_000), [200.0]])
    observer = observed(values)
    best, full = least_error_range(observer, scheme), min_max_range(observer)
    assert best.high < 100.0
    assert mean_error(values, best, scheme) < 0.5 * mean_error(values, full, scheme)


@pytest.mark.parametrize("scheme", Scheme)
def test_evenly_spread_values_keep_nearly_their_whole_range(scheme):
    span = least_error_range(observed(np.linspace(0.0, 8.0, 50_000)), scheme)
    assert span.high == pytest.approx(8.0, rel=0.1)
    assert span.low == 0.0


def test_the_range_of_silu_loses_far_less_unsigned_than_signed():
    x = np.random.default_rng(1).standard_normal(50_000) * 2
    silu = x / (1 + np.exp(-x))
    errors = {scheme: mean_error(silu, least_error_range(observed(silu), scheme), scheme) for scheme in Scheme}
    assert errors[Scheme.UNSIGNED_ASYMMETRIC] < 0.5 * errors[Scheme.SIGNED_SYMMETRIC]


def test_a_constant_tensor_keeps_its_own_range():
    assert least_error_range(observed(np.full(10, 3.0)), Scheme.UNSIGNED_ASYMMETRIC) == Range(0.0, 3.0)
