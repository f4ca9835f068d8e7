"""The running sums give what counting bin by bin gives, for every range and through every activation."""

import numpy as np
import pytest
from edgekit_calibration import HistogramObserver, Range, Scheme, least_error_range, min_max_range, quantizer
from edgekit_calibration.least_error import ErrorCurve, squared_error

SPANS = [Range(-0.3, 0.2), Range(-2.0, 7.0), Range(-11.0, 11.0), Range(0.0, 40.0), Range(-1e-3, 0.0)]


def silu(values):
    return values / (1.0 + np.exp(-values))


def observed(values) -> HistogramObserver:
    observer = HistogramObserver("t")
    observer.update(np.asarray(values, np.float32))
    return observer


def bin_by_bin(span, scheme, observer, through=lambda values: values):
    centres, counts = observer.occupied()
    return float(counts @ np.square(through(quantizer(span, scheme).apply(centres)) - through(centres)))


@pytest.mark.parametrize("through", [lambda values: values, silu])
@pytest.mark.parametrize("scheme", Scheme)
def test_the_errors_are_those_of_every_bin_on_its_own(scheme, through):
    observer = observed(np.random.default_rng(0).standard_normal(20_000) * 3 + 1)
    expected = [bin_by_bin(span, scheme, observer, through) for span in SPANS]
    assert ErrorCurve(observer, through).errors(SPANS, scheme) == pytest.approx(expected, rel=1e-6)
    assert squared_error(SPANS[1], scheme, observer, through) == pytest.approx(expected[1], rel=1e-6)


def test_what_lies_beyond_the_range_becomes_its_end():
    observer = observed([-9.0, 1.0, 30.0])
    low, inside, high = observer.occupied()[0]
    found = squared_error(Range(-4.0, 4.0), Scheme.SIGNED_SYMMETRIC, observer)
    step = quantizer(Range(-4.0, 4.0), Scheme.SIGNED_SYMMETRIC)
    kept = float(step.apply(np.array([inside]))[0])
    assert found == pytest.approx((low + 128 * step.scale) ** 2 + (inside - kept) ** 2 + (high - 4.0) ** 2)


def test_where_only_zeros_were_seen_nothing_is_lost():
    observer = observed(np.zeros(10))
    assert squared_error(Range(-1.0, 1.0), Scheme.UNSIGNED_ASYMMETRIC, observer) == 0.0
    assert least_error_range(observer, Scheme.UNSIGNED_ASYMMETRIC) == min_max_range(observer)


def test_of_ranges_that_lose_the_same_the_widest_is_taken():
    # One value in one bin: at many scales it is a step's whole multiple or nearly so, never better than rounding.
    observer = observed([0.0, 2.0**-9])
    span = least_error_range(observer, Scheme.SIGNED_SYMMETRIC)  # scales end at 2^-14: below that all are alike
    assert span == min_max_range(observer)
