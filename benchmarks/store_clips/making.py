"""From a kind and a seed to a story, its film and what of it is hidden."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from store_clips.errors import UnfairError
from store_clips.fairness import check_places, check_story
from store_clips.film import Film
from store_clips.hidden import hidden_spans
from store_clips.kinds import KINDS
from store_clips.photographs import Photographs
from store_clips.setting import Setting
from store_clips.sight import Span
from store_clips.story import Story

TRIES = 40
CLIPS_SEED = 7919


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Which clip is asked for.

    Attributes:
        name: of the kind, one of KINDS.
        seed: from 0 on in either group.
    """

    name: str
    held_out: bool
    seed: int

    @property
    def number(self) -> int:
        """The kind's place in the set, from 1 on."""
        return list(KINDS).index(self.name) + 1

    @property
    def more_entropy(self) -> tuple[int, ...]:
        """What parts one seed from another; seed 0 has nothing, so that it is the set as its author made it."""
        return (self.seed,) if self.seed else ()


@dataclass(frozen=True, slots=True, eq=False)
class Take:
    """A story that can be told, before its film is made.

    Attributes:
        hidden: by facing, when it could not be seen.
    """

    story: Story
    film: Film
    hidden: dict[str, list[Span]]


def make_take(order: Order, data: Path) -> Take:
    """Stories are tried until a careful person could tell everything in one."""
    photographs = Photographs.of_group(data, held_out=order.held_out)
    why: UnfairError | None = None
    for attempt in range(TRIES):
        entropy = (CLIPS_SEED, 2 if order.held_out else 1, order.number, attempt, *order.more_entropy)
        setting = Setting(np.random.default_rng(entropy), photographs)
        try:
            return _take(order.name, setting)
        except UnfairError as error:
            why = error
    raise ValueError(f"{order.name}, seed {order.seed}: {TRIES} stories, none of them fair; the last: {why}")


def _take(name: str, setting: Setting) -> Take:
    story = KINDS[name](setting)
    check_places(len(story.world.facings))
    film = Film(story)
    hidden = hidden_spans(story)
    check_story(story, hidden)
    return Take(story, film, hidden)
