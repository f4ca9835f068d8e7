from __future__ import annotations

import numpy as np
import pytest

from edgekit.shelf.depletion import HALF_LIFE_S, Removals, time_to_empty
from edgekit.shelf.words import FacingStatus

STOCKED, OUT = FacingStatus.STOCKED, FacingStatus.OUT_OF_STOCK


def watched(*parts, start: Removals | None = None) -> Removals:
    """Samples once a second: (seconds, units seen)."""
    removals = start or Removals()
    for seconds, units in parts:
        for _ in range(seconds):
            removals = removals.after(status=STOCKED, units=units, gap_s=1.0)
    return removals


def test_units_that_leave_are_counted_once_they_have_been_gone_for_a_while() -> None:
    removals = watched((60, 5), (60, 4), (60, 2))
    assert (round(removals.count, 2), removals.units) == (3.0, 2)
    assert removals.watched_s == pytest.approx(180, rel=0.01)


def test_a_unit_that_is_missed_now_and_then_has_not_left() -> None:
    assert watched(*[(10, 5), (3, 4)] * 20).count == 0


def test_units_that_come_back_are_no_removals_and_those_that_leave_again_are() -> None:
    assert round(watched((60, 2), (60, 6), (60, 5)).count, 2) == 1.0


def test_hidden_time_counts_and_what_was_taken_in_it_is_noticed() -> None:
    removals = watched((60, 5), (300, None), (60, 4))
    assert round(removals.count, 2) == 1.0
    assert removals.watched_s == pytest.approx(420, rel=0.01)


def test_while_the_facing_is_empty_nothing_can_leave_and_no_time_counts() -> None:
    removals = watched((100, None)).emptied()
    later = removals
    for _ in range(1000):
        later = later.after(status=OUT, units=None, gap_s=1.0)
    assert later == removals
    assert removals.count == 1


def test_what_left_between_two_epochs_is_not_counted() -> None:
    removals = watched((60, 5)).in_new_epoch()
    assert watched((60, 1), start=removals).count == 0


def test_old_removals_count_less_and_leave_the_rate_as_it_is() -> None:
    removals = Removals(count=100.0, watched_s=1e6)
    later = removals.after(status=STOCKED, units=None, gap_s=HALF_LIFE_S)
    assert later.count == pytest.approx(50)
    assert later.watched_s == pytest.approx(5e5 + HALF_LIFE_S)


def test_with_few_removals_or_nothing_there_nothing_is_said() -> None:
    assert time_to_empty(Removals(2.0, 1e5), 3) is None
    assert time_to_empty(Removals(), 3) is None
    assert time_to_empty(Removals(30.0, 1e5), 0) is None


def test_more_units_last_longer_and_more_removals_make_the_interval_narrower() -> None:
    rate = 1 / 600
    three, six = (time_to_empty(Removals(50.0, 50 / rate), units) for units in (3, 6))
    assert three is not None
    assert six is not None
    assert 0 < three.low < three.median < three.high
    assert three.median < six.median
    assert six.median == pytest.approx(6 * 600, rel=0.1)
    vague = time_to_empty(Removals(4.0, 4 / rate), 6)
    assert vague is not None
    assert vague.high / vague.low > six.high / six.low


@pytest.mark.parametrize(("units", "learnt"), [(1, 4), (1, 20), (6, 4), (6, 20), (12, 60)])
def test_the_interval_holds_as_often_as_it_says_over_simulated_shops(units, learnt) -> None:
    """Poisson removals of unknown rates (log-uniform, one in ten minutes to one in ten hours); 1,500 facings each."""
    random = np.random.default_rng(11 * units + learnt)
    rates = np.exp(random.uniform(np.log(1 / 36_000), np.log(1 / 600), 1500))
    watched_s = random.gamma(learnt, 1 / rates)  # until the last of `learnt` removals
    emptied_s = random.gamma(units, 1 / rates)
    below = inside = 0
    for history_s, truth_s in zip(watched_s, emptied_s, strict=True):
        # Watching stops with a removal, which Jeffreys' half then counts too much: it is taken off.
        said = time_to_empty(Removals(learnt - 0.5, history_s), units)
        assert said is not None
        below += truth_s <= said.median
        inside += said.low <= truth_s <= said.high
    assert inside / 1500 == pytest.approx(0.8, abs=0.03)
    assert below / 1500 == pytest.approx(0.5, abs=0.035)
