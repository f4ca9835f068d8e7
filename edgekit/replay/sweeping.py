"""Settings tried one against the other: which values, on the same takes, and which of them nothing beats."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from itertools import product
from math import inf

from pydantic import ValidationError

from edgekit.errors import UsageError
from edgekit.replay.figures import Figures
from edgekit.replay.grading import Take
from edgekit.shelf.rules import ShelfRules

__all__ = ["Variant", "as_configured", "unbeaten", "variants_of", "with_variant"]

_PREFIX = "shelf."


@dataclass(frozen=True, slots=True)
class Variant:
    """Values of some settings.

    Attributes:
        changes: key of ShelfRules → its value as written; none: as configured.
    """

    changes: Mapping[str, str]

    @property
    def name(self) -> str:
        """For tables, such as "hold_out_of_stock_s=5, cooldown_s=30"."""
        return ", ".join(f"{key}={value}" for key, value in self.changes.items()) or "as configured"


def as_configured() -> Variant:
    """No change at all."""
    return Variant({})


def variants_of(sweeps: Sequence[str]) -> tuple[Variant, ...]:
    """Every combination of the values, such as of ["shelf.window=3,5", "shelf.cooldown_s=0,30"].

    Raises:
        UsageError: not KEY=VALUE,VALUE, or no such key.
    """
    axes = [_axis(sweep) for sweep in sweeps]
    if twice := {key for key, _ in axes if [one for one, _ in axes].count(key) > 1}:
        raise UsageError(f"--sweep names {_PREFIX}{min(twice)} twice.", hint="Put all its values behind one.")
    keys = [key for key, _ in axes]
    return tuple(Variant(dict(zip(keys, values, strict=True))) for values in product(*(values for _, values in axes)))


def _axis(sweep: str) -> tuple[str, tuple[str, ...]]:
    key, _, written = sweep.partition("=")
    values = tuple(dict.fromkeys(value.strip() for value in written.split(",") if value.strip()))
    if not values:
        raise UsageError(f"--sweep {sweep!r} has no values.", hint="Such as: --sweep shelf.hold_out_of_stock_s=2,5,10")
    key = key.strip().removeprefix(_PREFIX)
    if key not in ShelfRules.model_fields:
        near = get_close_matches(key, ShelfRules.model_fields, 1)
        hint = f"Did you mean {_PREFIX}{near[0]}?" if near else f"There are: {', '.join(ShelfRules.model_fields)}."
        raise UsageError(f"--sweep: there is no setting {_PREFIX}{key}.", hint=hint)
    return key, values


def with_variant(take: Take, variant: Variant) -> Take:
    """The take under these values; what is due stays due.

    Raises:
        UsageError: a value is none for its key.
    """
    before = {name: getattr(take.site.shelf, name) for name in ShelfRules.model_fields}
    try:
        rules = ShelfRules.model_validate({**before, **variant.changes})
    except ValidationError as error:
        first = error.errors()[0]
        raise UsageError(
            f"--sweep {_PREFIX}{'.'.join(map(str, first['loc']))}: {first['msg']} (got {first['input']!r})."
        ) from None
    return replace(take, site=take.site.model_copy(update={"shelf": rules}), due_by=take.yardstick)


def unbeaten(figures: Sequence[Figures]) -> tuple[bool, ...]:
    """For each, whether no other is as good in everything and better in something (the Pareto front).

    What counts: precision, recall, recall of restockings, false alarms a day, and the 95th percentile of the delay.
    """
    marks = [_marks(one) for one in figures]
    return tuple(not any(_beats(other, mark) for other in marks) for mark in marks)


def _marks(figures: Figures) -> tuple[float, ...]:
    """The more the better; nothing said is not imprecise, nothing told is as late as can be."""
    return (
        _or(figures.precision, 1.0),
        _or(figures.recall, 1.0),
        _or(figures.resolved_recall, 1.0),
        -figures.false_alarms_per_day,
        -_or(figures.delay_p95_s, inf if figures.due else 0.0),
    )


def _or(value: float | None, otherwise: float) -> float:
    return otherwise if value is None else value


def _beats(one: Iterable[float], other: Iterable[float]) -> bool:
    pairs = list(zip(one, other, strict=True))
    return all(mine >= yours for mine, yours in pairs) and any(mine > yours for mine, yours in pairs)
