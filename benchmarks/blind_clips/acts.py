"""What is done to the places of a shelf, and what each of them holds at any time."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from blind_clips.shelf import Content, Shelf
from blind_clips.sprites import Sprite


class By(Enum):
    """Who does it, and so what covers the place meanwhile."""

    HAND = auto()
    BODY = auto()
    NOBODY = auto()


class Way(Enum):
    """What the hand carries: something away, something to the place, or nothing."""

    TAKE = auto()
    BRING = auto()
    TOUCH = auto()


@dataclass(frozen=True, slots=True, eq=False)
class Act:
    """At `time_s` the place holds something else than before."""

    time_s: float
    place: int
    after: Content
    by: By
    way: Way
    cause: str
    carried: Sprite | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Story:
    """Everything that is done, in order of time."""

    shelf: Shelf
    acts: tuple[Act, ...]
    duration_s: float

    def contents_at(self, time_s: float) -> tuple[Content, ...]:
        contents = [place.full for place in self.shelf.places]
        for act in self.acts:
            if act.time_s <= time_s + 1e-6:
                contents[act.place] = act.after
        return tuple(contents)

    def changes(self) -> list[dict[str, object]]:
        """The changes of state, as a truth lists them."""
        states = ["stocked"] * len(self.shelf.places)
        out: list[dict[str, object]] = []
        for act in self.acts:
            place = self.shelf.places[act.place]
            state = place.state(act.after)
            if state != states[act.place]:
                states[act.place] = state
                out.append({"facing": place.name, "time_s": round(act.time_s, 3), "state": state, "cause": act.cause})
        return out
