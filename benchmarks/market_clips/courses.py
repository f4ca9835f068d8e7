"""Which facings change, to what, when and by whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from market_clips.scene import Facing, View
from market_clips.script import Edit, Extras, Room, joined
from market_clips.serving import Deed, facing_of, handful, serve
from market_clips.truth import LOW, MISPLACED, OUT, STOCKED, Change

FIRST_S, LAST_BEFORE_END_S = 13.0, 19.0


@dataclass(frozen=True, slots=True)
class Habits:
    """How goods change in one kind of shop.

    Attributes:
        number: least and most changes in a clip.
        gap_s: least time between two changes of one facing.
        space_s: least time between two changes of different facings.
        wrong: chance that goods come back as another product.
    """

    number: tuple[int, int]
    takers: tuple[str, ...] = ("arm", "shopper")
    putters: tuple[str, ...] = ("staff",)
    gap_s: float = 27.0
    space_s: float = 3.5
    wrong: float = 0.2


@dataclass(frozen=True, slots=True)
class Step:
    """One change to come."""

    facing: str
    time_s: float
    state: str
    count: int
    before: int
    stranger_before: bool


class NoCourse(ValueError):
    """No order of changes fits into the clip; another seed may."""


def new_course(
    view: View, habits: Habits, duration_s: float, closed: Sequence[tuple[float, float]], rng: np.random.Generator
) -> tuple[Step, ...]:
    """Steps in order of time, away from the closed spans in which the camera sees nothing."""
    wanted = int(rng.integers(habits.number[0], habits.number[1] + 1))
    for _ in range(400):
        steps: list[Step] = []
        for index in rng.permutation(len(view.facings)):
            facing = view.facings[int(index)]
            length = min(int(rng.choice([1, 2, 2, 3])), wanted - len(steps))
            steps += _steps_of(facing, habits, duration_s, length, rng)
            if len(steps) >= wanted:
                break
        steps.sort(key=lambda step: step.time_s)
        if len(steps) == wanted and _fits(steps, habits, closed):
            return tuple(steps)
    raise NoCourse(f"{wanted} changes do not fit into {duration_s} s with these habits; give it a longer clip.")


def _steps_of(facing: Facing, habits: Habits, duration_s: float, length: int, rng: np.random.Generator) -> list[Step]:
    until = duration_s - LAST_BEFORE_END_S
    slack = until - FIRST_S - habits.gap_s * (length - 1)
    if slack <= 0:
        return []
    times = FIRST_S + np.sort(rng.uniform(0, slack, length)) + habits.gap_s * np.arange(length)
    steps, count, stranger = [], facing.capacity, False
    for time_s, state in zip(times.tolist(), _states(facing.capacity, habits.wrong, rng), strict=False):
        left = _count_in(state, facing.capacity)
        steps.append(Step(facing.name, round(time_s, 1), state, left, count, stranger))
        count, stranger = left, state == MISPLACED
    return steps


def _states(capacity: int, wrong: float, rng: np.random.Generator) -> tuple[str, ...]:
    if rng.random() < wrong:
        plans = [(MISPLACED, STOCKED, OUT), (OUT, MISPLACED, STOCKED), (MISPLACED, OUT, STOCKED)]
    elif capacity == 1:
        plans = [(OUT, STOCKED, OUT)]
    else:
        plans = [(LOW, OUT, STOCKED), (LOW, STOCKED, LOW), (OUT, STOCKED, LOW), (OUT, LOW, STOCKED)]
    return plans[int(rng.integers(len(plans)))]


def _count_in(state: str, capacity: int) -> int:
    return {OUT: 0, LOW: capacity // 2}.get(state, capacity)


def _fits(steps: Sequence[Step], habits: Habits, closed: Sequence[tuple[float, float]]) -> bool:
    times = [step.time_s for step in steps]
    spaced = all(later - earlier >= habits.space_s for earlier, later in pairwise(times))
    return spaced and not any(start - 5 < time < end + 6 for time in times for start, end in closed)


def played(room: Room, steps: Sequence[Step], habits: Habits, rng: np.random.Generator) -> Extras:
    """The edits, changes, people and things of all steps."""
    return joined([_play(room, step, habits, rng) for step in steps])


def _play(room: Room, step: Step, habits: Habits, rng: np.random.Generator) -> Extras:
    wrong = step.state == MISPLACED
    comes = wrong or step.count > step.before or (step.stranger_before and step.count > 0)
    view, name = room.view, step.facing
    brings = handful(view, name, step.count, stranger=wrong) if comes else None
    goes = step.before > 0 and (not comes or wrong or step.stranger_before)
    takes = handful(view, name, step.before - step.count, stranger=step.stranger_before) if goes else None
    people = habits.putters if comes else habits.takers
    by = people[int(rng.integers(len(people)))]
    deed = Deed(name, step.time_s, brings, takes, unit=max(0, max(step.count, step.before) - 1))
    parts = [serve(room, deed, by, rng)]
    if not comes and by != "staff" and step.before - step.count > 1 and not step.stranger_before:
        parts.append(_one_by_one(room, step, rng))
    fields: dict[str, object] = {"count": step.count, "stranger": wrong}
    if comes:
        fields |= _set_down(rng)
    cause = "swapped" if wrong else ("restocked" if comes else "taken")
    if step.state == STOCKED and step.stranger_before:
        cause = "put_right"
    edit = Edit(step.time_s, name, fields)
    return joined([*parts, Extras(edits=(edit,), changes=(Change(name, step.time_s, step.state, cause),))])


def _set_down(rng: np.random.Generator) -> dict[str, object]:
    """Goods never come back to the very pixel."""
    return {
        "turned": False,
        "dx": float(rng.uniform(-0.07, 0.07)),
        "tilt": float(rng.uniform(-2, 2)),
        "back": float(rng.uniform(0, 0.3)),
    }


def _one_by_one(room: Room, step: Step, rng: np.random.Generator) -> Extras:
    """Take a unit some seconds earlier when the state it leads to is the one the facing is in."""
    capacity = facing_of(room.view, step.facing).capacity
    count = step.before - 1
    low = 2 * count <= capacity
    if low != (2 * step.before <= capacity) or count <= step.count:
        return Extras()
    at = step.time_s - float(rng.uniform(4.0, 7.0))
    hand = serve(room, Deed(step.facing, at, takes=handful(room.view, step.facing, 1), unit=count), "arm", rng)
    return joined([hand, Extras(edits=(Edit(at, step.facing, {"count": count}),))])
