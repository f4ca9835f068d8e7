"""A script on its way to pictures: what stands where when, who walks before it, what befalls light and camera."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from math import ceil

import numpy as np
from numpy.typing import NDArray

from edgekit.frame import Pixels
from edgekit.replay.simulation.layers import Layer
from edgekit.replay.simulation.scene import Place, Scene, Unit
from edgekit.replay.simulation.script import Script
from edgekit.replay.truth import CameraTrouble, Change, Nuisance
from edgekit.shelf.words import FacingStatus

__all__ = ["Apply", "Effect", "Motion", "Piece", "Pieces", "Restocking", "Stage", "Track", "envelope"]

Piece = tuple[Layer, int, int]
"""A layer and its upper left corner in the picture with margins."""


Pieces = Callable[[float], list[Piece]]
"""time_s -> what is there then, to be drawn in order."""

Apply = Callable[[Pixels, float, np.random.Generator], Pixels]
"""(pixels, time_s, random of that frame) -> the changed pixels."""


@dataclass(frozen=True, slots=True)
class Track:
    """Somebody or something in front of the shelf; drawn by `begin` when it comes, from a seed of its own."""

    from_s: float
    until_s: float
    seed: int
    begin: Callable[[np.random.Generator], Pieces]


@dataclass(frozen=True, slots=True)
class Effect:
    """Something that changes the picture itself; made ready by `begin` when it comes, from a seed of its own.

    Attributes:
        order: light first (0), then glass and lens (1), sensor (2), encoder (3).
    """

    from_s: float
    until_s: float
    seed: int
    begin: Callable[[np.random.Generator], Apply]
    order: int


@dataclass(frozen=True, slots=True)
class Motion:
    """The camera moves: `matrix(time_s, random)`, float64 (3, 3), from points of the still picture to the moved."""

    from_s: float
    until_s: float
    matrix: Callable[[float, np.random.Generator], NDArray[np.float64]]


@dataclass(frozen=True, slots=True)
class Restocking:
    """From `time_s` on `units` stand in the facing."""

    time_s: float
    facing: str
    units: tuple[Unit, ...]


@dataclass(slots=True)
class Stage:
    """What the performers of actions put together; only while a simulation is being made.

    Attributes:
        random: decides how things look.
        stock: what stands in each facing after the actions so far.
        fittings: what hangs on the shelf from a time on, and hides nothing.
        frozen: while the same frame comes again and again.
        blind: while no facing can be seen whatever stands before it.
    """

    scene: Scene
    script: Script
    random: np.random.Generator
    stock: dict[str, tuple[Unit, ...]]
    restockings: list[Restocking] = field(default_factory=list)
    tracks: list[Track] = field(default_factory=list)
    fittings: list[tuple[float, Piece]] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)
    motions: list[Motion] = field(default_factory=list)
    frozen: list[tuple[float, float]] = field(default_factory=list)
    blind: list[tuple[float, float]] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    nuisances: list[Nuisance] = field(default_factory=list)
    camera: list[CameraTrouble] = field(default_factory=list)
    _states: dict[str, FacingStatus] = field(default_factory=dict)

    def track(self, from_s: float, until_s: float, begin: Callable[[np.random.Generator], Pieces]) -> None:
        """Let somebody or something come before the shelf."""
        self.tracks.append(Track(from_s, until_s, int(self.random.integers(1 << 31)), begin))

    def effect(
        self, from_s: float, until_s: float, begin: Callable[[np.random.Generator], Apply], *, order: int
    ) -> None:
        """Let something befall the picture."""
        self.effects.append(Effect(from_s, until_s, int(self.random.integers(1 << 31)), begin, order))

    def place(self, facing: str) -> Place:
        """The place of a facing."""
        return next(place for place in self.scene.places if place.facing.id == facing)

    def frame_time_s(self, time_s: float) -> float:
        """The time of the first frame that is not before `time_s`."""
        return round(ceil(time_s * self.script.fps - 1e-6) / self.script.fps, 6)

    def restock(self, facing: str, time_s: float, units: tuple[Unit, ...]) -> None:
        """Let `units` stand in the facing from the first frame that is not before `time_s`."""
        self.stock[facing] = units
        self.restockings.append(Restocking(self.frame_time_s(time_s), facing, units))

    def state(self, facing: str, time_s: float, state: FacingStatus, cause: str) -> None:
        """Say that the facing truly has `state` from then on; the same as before says nothing."""
        at_s = self.frame_time_s(time_s)
        if self._states.get(facing, FacingStatus.STOCKED) is not state and at_s < self.script.duration_s:
            self._states[facing] = state
            self.changes.append(Change(facing=facing, time_s=at_s, state=state, cause=cause))

    def nuisance(self, kind: str, from_s: float, until_s: float) -> None:
        """Say that something happened that is no reason for a restock event."""
        start, end = max(0.0, from_s), min(until_s, self.script.duration_s)
        if end > start:
            self.nuisances.append(Nuisance(kind=kind, from_s=round(start, 6), until_s=round(end, 6)))

    def trouble(self, kind: str, from_s: float, until_s: float) -> None:
        """Say that the camera sees something else or nothing; blocked and lost ones see no facing at all."""
        start, end = self.frame_time_s(from_s), min(until_s, self.script.duration_s)
        if end <= start:
            return
        self.camera.append(CameraTrouble.model_validate({"kind": kind, "from_s": start, "until_s": round(end, 6)}))
        if kind != "moved":
            self.blind.append((start, end))


def envelope(time_s: float, from_s: float, until_s: float, ramp_s: float) -> float:
    """0 to 1: how much of something is there that comes and goes within `ramp_s`."""
    if ramp_s <= 0:
        return float(from_s <= time_s < until_s)
    return float(np.clip(min((time_s - from_s) / ramp_s, (until_s - time_s) / ramp_s), 0, 1))
