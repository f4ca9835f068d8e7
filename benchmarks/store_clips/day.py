"""A day at the shelf: operations one after the other, drawn by weights from those that are possible."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

import numpy as np

from store_clips.acts import By, Op, act
from store_clips.draws import pick
from store_clips.facing import Facing
from store_clips.looks import Look
from store_clips.sight import Span
from store_clips.story import Story
from store_clips.strangers import NoStrangerError

Weights = Mapping[Op, float]

USUAL: Final[Weights] = MappingProxyType({Op.TAKE: 5, Op.PUT: 4, Op.NUDGE: 1})
MIXED: Final[Weights] = MappingProxyType({Op.TAKE: 5, Op.PUT: 3, Op.WRONG: 2, Op.RIGHT: 2, Op.NUDGE: 1})

GAP_S = 24.0
"""So long a place keeps its state, as a rule."""


def spend_day(
    story: Story,
    weights: Weights,
    count: int,
    from_s: float = 7.0,
    until_s: float | None = None,
    *,
    by: Sequence[By] = (By.HAND,),
    quiet: Sequence[Span] = (),
    gap_s: float = GAP_S,
    only: Sequence[Facing] | None = None,
    look: Look | None = None,
) -> None:
    """So many operations between two times, none in `quiet` spans, at `only` these places, by somebody of one look."""
    rng = story.rng
    until_s = story.duration_s - 20 if until_s is None else until_s
    jitter_s = rng.uniform(-0.25, 0.25, count) * (until_s - from_s) / count
    for time_s in np.linspace(from_s, until_s, count) + jitter_s:
        if any(begin_s < time_s < end_s for begin_s, end_s in quiet):
            continue
        places = story.world.facings if only is None else only
        options = [(place, each) for place in places for each in possible(place, time_s, weights, gap_s)]
        if not options:
            continue
        shares = np.array([weights[each] / sum(1 for _, other in options if other is each) for _, each in options])
        facing, operation = options[int(rng.choice(len(options), p=shares / shares.sum()))]
        try:
            act(story, time_s, facing, operation, pick(rng, by), look=look)
        except NoStrangerError:
            continue


def possible(facing: Facing, time_s: float, operations: Iterable[Op], gap_s: float = GAP_S) -> list[Op]:
    """Which of the operations are possible now; those that change its state only some time after the last change."""
    settled = time_s - facing.last_change_s >= gap_s
    return [each for each in operations if _POSSIBLE[each](facing) and (settled or each in (Op.NUDGE, Op.ONE))]


def places_for(story: Story, time_s: float, operations: Iterable[Op], gap_s: float = GAP_S) -> list[Facing]:
    """Where some of the operations are possible now."""
    wanted = tuple(operations)
    return [facing for facing in story.world.facings if possible(facing, time_s, wanted, gap_s)]


_POSSIBLE: Final[Mapping[Op, Callable[[Facing], bool]]] = MappingProxyType(
    {
        Op.NUDGE: lambda place: place.count == place.capacity and place.foreign is None,
        Op.ONE: lambda place: place.foreign is None and place.capacity > 2 and (place.count - 1) / place.capacity > 0.5,
        Op.TAKE: lambda place: place.count > 0 and place.foreign is None,
        Op.PUT: lambda place: place.foreign is None and place.state not in ("stocked", "misplaced"),
        Op.WRONG: lambda place: place.foreign is None and place.capacity == 1,
        Op.RIGHT: lambda place: place.foreign is not None,
        Op.CLEAR: lambda place: place.foreign is not None,
    }
)
