from __future__ import annotations

from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from edgekit.shelf.hours import OpeningHours, StoreHours

MONDAY = datetime(2026, 3, 2)


def open_times(text: str, *, step_min: int = 30) -> list[str]:
    """The half hours of a week at which it opens and closes."""
    hours = OpeningHours.parse(text)
    moments = [MONDAY + timedelta(minutes=step_min * number) for number in range(7 * 24 * 60 // step_min)]
    states = [hours.open_at(moment) for moment in moments]
    return [
        f"{moment:%a %H:%M} {'opens' if state else 'closes'}"
        for moment, state, before in zip(moments, states, [states[-1], *states], strict=False)
        if state is not before
    ]


def test_days_and_times_are_read_as_written() -> None:
    assert open_times("We 08:00-12:00,14:00-20:00") == [
        "Wed 08:00 opens",
        "Wed 12:00 closes",
        "Wed 14:00 opens",
        "Wed 20:00 closes",
    ]
    assert len(open_times("Mo-Sa 08:00-20:00")) == 12
    assert len(open_times("Mo,We-Fr 08:00-20:00")) == 8
    assert len(open_times("08:00-20:00")) == 14
    assert open_times("24/7") == []


def test_a_later_rule_replaces_the_days_that_it_names() -> None:
    assert open_times("Mo-Su 08:00-20:00; Tu-Su off; Sa 10:00-16:00") == [
        "Mon 08:00 opens",
        "Mon 20:00 closes",
        "Sat 10:00 opens",
        "Sat 16:00 closes",
    ]


def test_hours_may_go_on_past_midnight_and_a_range_past_sunday() -> None:
    assert open_times("Su 22:00-02:00") == ["Mon 02:00 closes", "Sun 22:00 opens"]
    assert open_times("Sa-Mo 22:00-24:00") == [
        "Mon 00:00 closes",
        "Mon 22:00 opens",
        "Tue 00:00 closes",
        "Sat 22:00 opens",
        "Sun 00:00 closes",
        "Sun 22:00 opens",
    ]


@pytest.mark.parametrize(
    "text", ["", "Mo-Fr", "Mo-Fr 8-20", "Xx 08:00-20:00", "Mo 25:00-26:00", "Mo 08:61-20:00", "Mo off"]
)
def test_what_cannot_be_read_is_refused_with_what_is_wrong(text) -> None:
    with pytest.raises(ValueError, match=r"write them as|write it as|no day|no time"):
        OpeningHours.parse(text)


def test_a_moment_is_judged_where_the_store_stands_in_summer_and_in_winter() -> None:
    berlin = StoreHours(OpeningHours.parse("08:00-20:00"), ZoneInfo("Europe/Berlin"))
    for month, opens_at_utc in ((1, 7), (7, 6)):
        opens = datetime(2026, month, 5, opens_at_utc, tzinfo=timezone.utc)
        assert berlin.open_at(opens)
        assert not berlin.open_at(opens - timedelta(seconds=1))
