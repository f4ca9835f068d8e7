from __future__ import annotations

import pytest

from edgekit.shelf.pace import MAX_INTERVAL_S, Pace


def pace_of(*times_s: float) -> Pace:
    pace = Pace()
    for time_s in times_s:
        pace = pace.after(time_s)
    return pace


def test_the_configured_interval_holds_until_samples_have_kept_to_a_longer_one() -> None:
    assert pace_of(0, 1, 2, 3, 4).interval_s(0.2) == 0.2, "four gaps are too few"
    assert pace_of(0, 1, 2, 3, 4, 5).interval_s(0.2) == 1


def test_one_long_gap_changes_nothing() -> None:
    assert pace_of(0, 0.2, 0.4, 0.6, 30.6, 30.8, 31.0).interval_s(0.2) == pytest.approx(0.2)


def test_faster_samples_than_configured_change_nothing() -> None:
    assert pace_of(*[number / 30 for number in range(20)]).interval_s(0.2) == 0.2


def test_samples_too_far_apart_are_not_made_one_stretch() -> None:
    assert pace_of(*[number * 20.0 for number in range(20)]).interval_s(0.2) == MAX_INTERVAL_S
