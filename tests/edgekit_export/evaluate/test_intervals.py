import math

import numpy as np
import pytest
from edgekit_export.evaluate.intervals import (
    Interval,
    bootstrap,
    difference,
    difference_of,
    level_of,
    paired_difference,
    percentiles,
    wilson,
)


# R. G. Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in Medicine 17 (1998), table I.
@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_gives_the_published_intervals(successes, trials, low, high):
    found = wilson(successes, trials)
    assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5)


def test_wilson_is_symmetric_and_never_leaves_zero_to_one():
    all_right, none_right = wilson(20, 20), wilson(0, 20)
    assert (all_right.low, all_right.high) == pytest.approx((1 - none_right.high, 1 - none_right.low))
    assert all_right.high == 1.0
    assert wilson(0, 0) == Interval(0.0, 1.0)


def test_a_wider_confidence_is_a_wider_interval():
    assert wilson(8, 10, confidence=0.99).low < wilson(8, 10).low


def test_paired_differences_follow_bonett_and_price():
    # By hand: p1 = 11/102, p2 = 4/102, z = 1.95996.
    found = paired_difference(10, 3, 100)
    half = 1.959964 * math.sqrt((15 / 102 - (7 / 102) ** 2) / 102)
    assert found.value == pytest.approx(0.07)
    assert (found.interval.low, found.interval.high) == pytest.approx((7 / 102 - half, 7 / 102 + half))


def test_pictures_without_any_change_still_leave_room_for_a_difference():
    found = paired_difference(0, 0, 30)
    assert found.value == 0.0
    assert found.interval.high > 0.05
    assert found.interval.low == pytest.approx(-found.interval.high)


def test_paired_intervals_hold_the_truth_about_as_often_as_they_say():
    rng = np.random.default_rng(3)
    held = 0
    for _ in range(400):
        first, second, _ = rng.multinomial(60, (0.10, 0.04, 0.86))
        found = paired_difference(int(first), int(second), 60).interval
        held += found.low <= 0.06 <= found.high
    assert 0.92 <= held / 400 <= 0.99


def test_bootstrap_intervals_hold_the_truth_about_as_often_as_they_say():
    rng = np.random.default_rng(7)
    held = 0
    for _ in range(200):
        values = rng.normal(0.1, 1.0, 80)
        drawn = bootstrap(lambda weights, values=values: weights @ values / 80, 80, rng, replicates=300)
        found = percentiles(drawn)
        held += found.low <= 0.1 <= found.high
    assert 0.90 <= held / 200 <= 0.99


def test_the_spread_of_draws_is_the_standard_error_of_a_mean():
    values = np.random.default_rng(1).normal(size=200)
    drawn = bootstrap(lambda weights: weights @ values / 200, 200, np.random.default_rng(2))
    assert drawn.std() == pytest.approx(values.std() / math.sqrt(200), rel=0.1)


def test_the_same_generator_gives_the_same_draws_and_every_draw_has_all_pictures():
    seen = []

    def statistic(weights):
        seen.append(weights)
        return weights[:, 0]

    one = bootstrap(statistic, 5, np.random.default_rng(4), replicates=50)
    two = bootstrap(statistic, 5, np.random.default_rng(4), replicates=50)
    assert np.array_equal(one, two)
    assert np.all(seen[0].sum(axis=1) == 5)


def test_many_pictures_are_drawn_in_parts():
    shapes = []

    def statistic(weights):
        shapes.append(weights.shape)
        return weights[:, 0]

    assert len(bootstrap(statistic, 30_000, np.random.default_rng(0), replicates=100)) == 100
    assert len(shapes) > 1
    assert all(rows * pictures <= 2_000_000 for rows, pictures in shapes)


def test_draws_without_a_value_are_left_out():
    assert percentiles(np.array([1.0, np.nan, 1.0])) == Interval(1.0, 1.0)
    assert percentiles(np.full(3, np.nan)) == Interval(-math.inf, math.inf)


def test_an_interval_always_holds_its_own_figure():
    # Draws that all lie beside the figure.
    draws = np.random.default_rng(0).uniform(0.4, 0.5, 1000)
    for found in (level_of(0.3, draws), difference_of(0.3, draws, 40)):
        assert found.interval.low <= found.value <= found.interval.high


def test_several_statistics_come_from_the_same_draws():
    values = bootstrap(lambda weights: weights[:, :2] * [1, 2], 9, np.random.default_rng(0), replicates=30)
    assert values.shape == (30, 2)


def test_a_level_stays_a_fraction():
    spread = np.array([0.0, 1.0] * 50)
    assert level_of(0.9, spread).interval.high == 1.0
    assert level_of(0.1, spread).interval.low == 0.0
    assert level_of(0.5, np.full(5, np.nan)).interval == Interval(0.0, 1.0)


def test_a_difference_is_that_of_all_pictures_each_counted_once():
    values = np.random.default_rng(0).normal(0.2, 1.0, 50)
    found = difference(lambda weights: weights @ values / 50, 50, np.random.default_rng(1))
    assert found.value == pytest.approx(values.mean())
    assert found.interval.high - found.interval.low == pytest.approx(2 * 1.96 * values.std() / 50**0.5, rel=0.1)


def test_draws_that_never_differ_still_leave_what_so_many_pictures_cannot_show():
    found = difference_of(0.0, np.zeros(100), 60)
    assert (found.value, found.interval) == (0.0, Interval(-0.05, 0.05))
