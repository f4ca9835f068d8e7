"""What happens before a shelf: changes, who is there, what disturbs; and the truth of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from store_clips.actors import Actor
from store_clips.errors import UnfairError
from store_clips.facing import Facing
from store_clips.sight import Sight
from store_clips.sprites import Placed
from store_clips.world import Snapshot, World

# Mean difference in grey levels below which nobody could be sure that a place has changed.
LEAST_DIFFERENCE_SINGLE = 14
LEAST_DIFFERENCE_OF_SEVERAL = 12


@dataclass(frozen=True, slots=True)
class Change:
    """A place is in another state from a time on."""

    facing: str
    time_s: float
    state: str
    cause: str


@dataclass(frozen=True, slots=True)
class Spell:
    """A time in which something disturbs, or the camera is in trouble."""

    kind: str
    from_s: float
    until_s: float


class Story:
    """A clip in the making; what changes the shelf is told in order of time.

    Attributes:
        fps, duration_s, frames: how fast and how long the clip is.
        scale: how large people and hands are; 1 is usual.
        actors: who and what comes before the shelf.
        changes, nuisances, troubles: of the truth; `troubles` are the camera's.
        versions: what stands on the shelf, and from when on.
        sight: what the camera makes of it.
    """

    def __init__(self, rng: np.random.Generator, world: World, fps: int, duration_s: float, scale: float = 1.0) -> None:
        self.rng, self.world, self.fps, self.duration_s, self.scale = rng, world, fps, duration_s, scale
        self.frames = round(duration_s * fps)
        self.width, self.height = world.size_wh
        self.actors: list[Actor] = []
        self.changes: list[Change] = []
        self.nuisances: list[Spell] = []
        self.troubles: list[Spell] = []
        self.versions: list[tuple[float, Snapshot]] = [(-1.0, world.snapshot())]
        self.sight = Sight()
        self._now_s = 0.0

    def snap(self, time_s: float) -> float:
        """When the first frame at or after a time is taken."""
        return float(np.ceil(time_s * self.fps - 1e-6) / self.fps)

    def do(self, time_s: float, facing: Facing, change: Callable[[Facing], None], cause: str) -> None:
        """Change a place, and note it where its state differs; what cannot be told is no fair story."""
        time_s = self.snap(time_s)
        if time_s < self._now_s - 1e-9:
            raise ValueError(f"{cause} at {time_s} s is told after what happened at {self._now_s} s")
        self._now_s = time_s
        before, looked = facing.state, self.world.close_up(facing, facing.items())
        change(facing)
        if facing.state != before:
            looks = self.world.close_up(facing, facing.items())
            difference = np.abs(looks.astype(np.float32) - looked).mean()
            if difference < (LEAST_DIFFERENCE_SINGLE if facing.capacity == 1 else LEAST_DIFFERENCE_OF_SEVERAL):
                raise UnfairError(f"{facing.id} {before} to {facing.state} differs by {difference:.1f}")
            self.changes.append(Change(facing.id, round(time_s, 3), facing.state, cause))
            facing.last_change_s = time_s
        if time_s <= 0:
            self.versions[0] = (-1.0, self.world.snapshot())
        else:
            self.versions.append((time_s, self.world.snapshot()))

    def note(self, kind: str, from_s: float, until_s: float) -> None:
        """Note a nuisance: something that is no reason for an event."""
        from_s, until_s = float(max(0, from_s)), float(min(self.duration_s, until_s))
        self.nuisances.append(Spell(kind, round(from_s, 2), round(until_s, 2)))

    def note_blind(self, kind: str, from_s: float, until_s: float) -> None:
        """Note a trouble of the camera in which nothing of the shelf is seen."""
        self.sight.blind.append((from_s, until_s))
        self.troubles.append(Spell(kind, round(from_s, 3), round(until_s, 3)))

    def add(self, actor: Actor) -> None:
        """Add somebody or something before the shelf."""
        self.actors.append(actor)
        self.note(actor.kind, actor.from_s, actor.until_s)

    def before_shelf(self, time_s: float) -> tuple[list[Placed], list[Placed]]:
        """The sprites before the shelf, and those of them that cast a shadow on it."""
        placed: list[Placed] = []
        shadowing: list[Placed] = []
        for actor in self.actors:
            if actor.from_s <= time_s <= actor.until_s:
                parts = actor.at(time_s)
                placed += parts
                shadowing += parts if actor.has_shadow else []
        return placed, shadowing
