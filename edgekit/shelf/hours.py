"""When a store is open: a few words of the OpenStreetMap notation, asked with a moment. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Final

__all__ = ["OpeningHours", "StoreHours"]

_DAYS: Final = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_DAY_S: Final = 86_400
_TIMES: Final = re.compile(r"(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})")
_EXAMPLE: Final = '"Mo-Fr 08:00-20:00; Sa 09:00-18:00"'

Span = tuple[int, int]
"""Opening and closing, seconds since local midnight; what closes before it opens does so on the next day."""


@dataclass(frozen=True, slots=True)
class OpeningHours:
    """A week of opening hours, in local time.

    Attributes:
        week: spans of each day, Monday first.
    """

    week: tuple[tuple[Span, ...], ...]

    @classmethod
    def parse(cls, text: str) -> OpeningHours:
        """Read hours such as "Mo-Fr 08:00-12:00,14:00-20:00; Sa 09:00-18:00; Su off", or "24/7".

        Days are Mo Tu We Th Fr Sa Su, alone, as a list or a range; without days times are of every day. A later rule
        replaces the earlier ones of its days; a day that none names is closed. 22:00-02:00 goes on past midnight.

        Raises:
            ValueError: it says none; the message names the part.
        """
        if text.strip() == "24/7":
            return cls((((0, _DAY_S),),) * 7)
        week: list[tuple[Span, ...]] = [()] * 7
        for rule in filter(None, (part.strip() for part in text.split(";"))):
            days, _, times = rule.rpartition(" ")
            spans = () if times in ("off", "closed") else tuple(_span(part, rule) for part in times.split(","))
            for day in _days(days, rule):
                week[day] = spans
        if not any(week):
            raise ValueError(f"no opening hours in {text!r}; write them as {_EXAMPLE}")
        return cls(tuple(week))

    def open_at(self, local: datetime) -> bool:
        """Whether it is open at a moment in the store's own time."""
        second = local.hour * 3600 + local.minute * 60 + local.second
        today, yesterday = self.week[local.weekday()], self.week[local.weekday() - 1]
        return any(opens <= second and (second < closes or closes <= opens) for opens, closes in today) or any(
            closes <= opens and second < closes for opens, closes in yesterday
        )


@dataclass(frozen=True, slots=True)
class StoreHours:
    """Opening hours where the store stands."""

    hours: OpeningHours
    zone: tzinfo

    def open_at(self, time: datetime) -> bool:
        """Whether it is open at a moment, given with its time zone."""
        return self.hours.open_at(time.astimezone(self.zone))


def _days(text: str, rule: str) -> list[int]:
    if not text.strip():
        return list(range(7))
    found: list[int] = []
    for part in text.replace(" ", "").split(","):
        first, _, last = part.partition("-")
        if first not in _DAYS or (last or first) not in _DAYS:
            raise ValueError(f"{part!r} in {rule!r} is no day: they are {' '.join(_DAYS)}")
        start, end = _DAYS.index(first), _DAYS.index(last or first)
        found += [day % 7 for day in range(start, end + 1 if end >= start else end + 8)]
    return found


def _span(text: str, rule: str) -> Span:
    match = _TIMES.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text.strip()!r} in {rule!r} is no time; write it as {_EXAMPLE}")
    opens_h, opens_min, closes_h, closes_min = map(int, match.groups())
    opens, closes = opens_h * 3600 + opens_min * 60, closes_h * 3600 + closes_min * 60
    if opens >= _DAY_S or closes > _DAY_S or max(opens_min, closes_min) > 59:
        raise ValueError(f"{text.strip()!r} in {rule!r} is no time of a day")
    return opens, closes
