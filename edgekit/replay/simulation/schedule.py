"""Puts true changes and nuisances along a clip, so that each can be judged by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from edgekit.replay.simulation.scene import Scene
from edgekit.replay.simulation.script import Action, Kind

__all__ = ["SETTLED_S", "Schedule"]

SETTLED_S: Final = 16.0
"""A state lasts at least so long, hidden time not counted: longer than the written config's holds."""

_START_S: Final = 8.0
"""Nothing changes before: a baseline is being found."""


@dataclass(slots=True)
class Schedule:
    """The actions of one clip while a scenario writes them.

    Attributes:
        random: decides when, where and how much.
        duration_s: of the clip.
        actions: so far.
    """

    random: np.random.Generator
    scene: Scene
    duration_s: float
    actions: list[Action] = field(default_factory=list)

    @property
    def facings(self) -> list[str]:
        """Ids of the facings in which something stands at first, in another order each time."""
        full = [place.facing.id for place in self.scene.places if place.units]
        return [str(name) for name in self.random.permutation(full)]

    def one(self, facings: Sequence[str] | None = None) -> str:
        """Some facing."""
        return str(self.random.choice(list(facings or self.facings)))

    def add(
        self, kind: Kind, at_s: float, lasts_s: float = 0.0, *facings: str, strength: float = 1.0, units: int = 0
    ) -> None:
        """Add an action; one that would begin after the end is left out."""
        if at_s < self.duration_s - 1:
            self.actions.append(Action(kind, round(at_s, 3), round(lasts_s, 3), facings, round(strength, 3), units))

    def now_and_then(self, kind: Kind, every_s: float, lasts_s: tuple[float, float], *, strength: float = 1.0) -> None:
        """The same kind of nuisance over and over, about every `every_s`."""
        at_s = float(self.random.uniform(2, every_s))
        while at_s < self.duration_s:
            length = float(self.random.uniform(*lasts_s))
            self.add(kind, at_s, length, strength=strength * float(self.random.uniform(0.6, 1.25)))
            at_s += length + float(self.random.exponential(every_s))

    def trade(
        self,
        every_s: float,
        *,
        share: float = 1.0,
        swaps: float = 0.1,
        silent: float = 0.1,
        facings: Sequence[str] | None = None,
        from_s: float = _START_S,
    ) -> None:
        """Products go and come back, about one change every `every_s`.

        Args:
            every_s: usual time between two changes of the shelf.
            share: of the facings that are traded at all; the others never change.
            swaps: share of the changes after which another product stands there.
            silent: share of the changes that no hand is seen to make.
            facings: only these.
            from_s: nothing before.
        """
        random = self.random
        names = list(facings or self.facings)
        names = names[: max(1, round(len(names) * share))]
        ready = dict.fromkeys(names, 0.0)
        stands = {place.facing.id: len(place.units) for place in self.scene.places}
        at_s = from_s + float(random.uniform(0, every_s))
        while at_s < self.duration_s - SETTLED_S / 2:
            free = [name for name in names if ready[name] <= at_s]
            if free:
                name = str(random.choice(free))
                ready[name] = at_s + SETTLED_S * float(random.uniform(1.0, 1.8))
                stands[name] = self._change(name, at_s, stands[name], swaps, silent)
            at_s += float(random.uniform(0.6, 1.6)) * every_s

    def _change(self, name: str, at_s: float, stands: int, swaps: float, silent: float) -> int:
        """One change of a facing in which `stands` units stand (-1: a stranger); how many stand afterwards."""
        random = self.random
        place = next(place for place in self.scene.places if place.facing.id == name)
        seen, lasts_s = random.random() >= silent, float(random.uniform(1.8, 4.5))
        capacity = len(place.units)
        if capacity == 1 and stands >= 0 and place.others and random.random() < swaps:
            self.add(Kind.SWAP, at_s, lasts_s, name)
            return -1
        if stands > 0:
            count = 1 if capacity > 1 and random.random() < 0.8 else stands
            self.add(Kind.TAKE if seen else Kind.GONE, at_s, lasts_s, name, units=count)
            return stands - count
        self.add(Kind.RESTOCK if seen else Kind.BACK, at_s, lasts_s, name)
        return capacity
