"""Performs what changes a facing, or only seems to: taking, putting back, swapping, touching, shifting."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from edgekit.replay.simulation.figures import arm
from edgekit.replay.simulation.layers import Layer, adjusted, resized
from edgekit.replay.simulation.scene import Place, Scene, Unit
from edgekit.replay.simulation.script import Action, Kind
from edgekit.replay.simulation.shading import shade_of
from edgekit.replay.simulation.stage import Piece, Stage
from edgekit.shelf.words import FacingStatus

__all__ = ["perform_on_facing"]

LOW_AT: Final = 0.5
"""Share of the capacity up to which a facing of several units is low, as the shelf's rules have it."""

_HAND_S: Final = 3.0


def perform_on_facing(stage: Stage, action: Action) -> None:
    """Perform TAKE, RESTOCK, GONE, BACK, SWAP, SHIFT or TOUCH on each of the action's facings, one after another."""
    at_s = action.at_s
    for facing in action.facings:
        _PERFORMERS[action.kind](stage, action, stage.place(facing), at_s)
        at_s += (action.lasts_s or _HAND_S) * 0.6 if action.kind is not Kind.GONE else 0.0


def _take(stage: Stage, action: Action, place: Place, at_s: float) -> None:
    units = stage.stock[place.facing.id]
    count = min(action.units or len(units), len(units))
    if count == 0:
        return
    _hand(stage, action, place, at_s, units[-1], takes=True)
    _leave(stage, place, at_s, count, "taken")


def _gone(stage: Stage, action: Action, place: Place, at_s: float) -> None:
    _leave(stage, place, at_s, action.units or place.facing.capacity, "gone")


def _leave(stage: Stage, place: Place, at_s: float, count: int, cause: str) -> None:
    units = stage.stock[place.facing.id]
    left = units[: max(0, len(units) - count)]
    stage.restock(place.facing.id, at_s, left)
    stage.state(place.facing.id, at_s, _state_of(place, left), cause)


def _restock(stage: Stage, action: Action, place: Place, at_s: float) -> None:
    units = _come(stage, action, place, at_s, "restocked")
    _hand(stage, action, place, at_s, units[-1], takes=False)


def _back(stage: Stage, action: Action, place: Place, at_s: float) -> None:
    _come(stage, action, place, at_s, "back")


def _come(stage: Stage, action: Action, place: Place, at_s: float, cause: str) -> tuple[Unit, ...]:
    """Units stand there again, each a little otherwise than it stood at first."""
    held = stage.stock[place.facing.id]
    own = held if len(held) <= len(place.units) and not _is_strange(place, held) else ()
    count = len(place.units) if not action.units else min(len(place.units), len(own) + action.units)
    units = own + tuple(_put_back(stage.random, unit) for unit in place.units[len(own) : count])
    stage.restock(place.facing.id, at_s, units)
    stage.state(place.facing.id, at_s, _state_of(place, units), cause)
    return units


def _is_strange(place: Place, units: tuple[Unit, ...]) -> bool:
    return any(unit.at_first.layer is other for unit in units for other in place.others)


def _swap(stage: Stage, action: Action, place: Place, at_s: float) -> None:
    """Another product stands there; a hand covers the exchange."""
    other = place.others[int(stage.random.integers(len(place.others)))]
    stood = place.units[-1]
    unit = Unit(other, stood.x, stood.y, shade_of(other))
    stage.restock(place.facing.id, at_s, (unit,))
    stage.state(place.facing.id, at_s, FacingStatus.MISPLACED, "swapped")
    _hand(stage, action, place, at_s, unit, takes=False)


def _shift(stage: Stage, action: Action, place: Place, at_s: float) -> None:
    """The front unit stands a little aside or turned; nothing is missing."""
    units = stage.stock[place.facing.id]
    if not units:
        return
    moved = _put_back(stage.random, units[-1], strength=1.5 * action.strength)
    _hand(stage, action, place, at_s, moved, takes=None)
    stage.restock(place.facing.id, at_s, (*units[:-1], moved))
    stage.nuisance("shift", at_s - 2, at_s + 2)


def _touch(stage: Stage, action: Action, place: Place, at_s: float) -> None:
    """A hand takes the front unit up, looks at it and puts it back, or only reaches there."""
    units = stage.stock[place.facing.id]
    lasts_s = action.lasts_s or _HAND_S
    stage.nuisance("touch", at_s - lasts_s / 2, at_s + lasts_s / 2)
    _hand(stage, action, place, at_s, (units or place.units)[-1], takes=None)


def _state_of(place: Place, units: tuple[Unit, ...]) -> FacingStatus:
    if not units:
        return FacingStatus.OUT_OF_STOCK
    low = place.facing.capacity > 1 and len(units) / place.facing.capacity <= LOW_AT
    return FacingStatus.LOW if low else FacingStatus.STOCKED


def _put_back(random: np.random.Generator, unit: Unit, strength: float = 1.0) -> Unit:
    """A unit that somebody had in his hands, near where it stood at first: however often, it does not wander off."""
    first = unit.at_first
    width = first.layer.size_wh[0]
    aside = float(np.clip(random.normal(0, 0.04 * width), -0.12 * width, 0.12 * width)) * strength
    layer = adjusted(
        first.layer,
        gain=float(np.clip(random.normal(1, 0.05), 0.85, 1.15)),
        angle_deg=float(np.clip(random.normal(0, 1.2), -3, 3)) * strength,
        scale=float(np.clip(random.normal(1, 0.012), 0.96, 1.03)),
    )
    return Unit(layer, round(first.x + aside), first.y + int(random.integers(-1, 2)), shade_of(layer), first)


@dataclass(frozen=True, slots=True)
class _Reach:
    """A hand on its way: where it holds, from which side, and when."""

    layer: Layer
    shade: Layer
    grip_xy: tuple[int, int]
    goal_xy: tuple[float, float]
    from_xy: tuple[float, float]
    coming_s: float
    there_s: float
    leaving_s: float
    gone_s: float
    load: Layer | None
    load_xy: tuple[int, int]
    load_coming: bool
    load_leaving: bool

    def pieces(self, time_s: float) -> list[Piece]:
        if time_s < self.there_s:
            share = (self.there_s - time_s) / max(1e-6, self.there_s - self.coming_s)
        else:
            share = max(0.0, (time_s - self.leaving_s) / max(1e-6, self.gone_s - self.leaving_s))
        away = (
            (self.from_xy[0] - self.goal_xy[0]) * share**1.3,
            (self.from_xy[1] - self.goal_xy[1]) * share**1.3,
        )
        x, y = self.goal_xy[0] + away[0], self.goal_xy[1] + away[1]
        found: list[Piece] = []
        carried = self.load_coming if time_s < self.there_s else self.load_leaving and time_s >= self.leaving_s
        if self.load is not None and carried:
            found.append((self.load, round(self.load_xy[0] + away[0]), round(self.load_xy[1] + away[1])))
        corner = (round(x) - self.grip_xy[0], round(y) - self.grip_xy[1])
        wide = (self.shade.size_wh[0] - self.layer.size_wh[0]) // 2
        return [(self.shade, corner[0] - wide, corner[1] - wide), *found, (self.layer, *corner)]


def _hand(stage: Stage, action: Action, place: Place, at_s: float, unit: Unit, *, takes: bool | None) -> None:
    """Let a hand come, hold, and leave: with the unit (takes), without it (not), or empty both times (None)."""
    lasts_s = action.lasts_s or _HAND_S
    hold_s = lasts_s * stage.random.uniform(0.15, 0.35)
    there_s, leaving_s = (at_s - hold_s, at_s) if takes else (at_s, at_s + hold_s)
    if takes is None:
        there_s, leaving_s = at_s - hold_s, at_s + hold_s
    way_s = (lasts_s - hold_s) / 2
    # Half a frame before the change the hand sets off, so that in the change's frame the unit has left its place.
    there_s, leaving_s = stage.frame_time_s(there_s), stage.frame_time_s(leaving_s) - 0.5 / stage.script.fps
    times = (there_s - way_s, there_s, leaving_s, leaving_s + way_s)
    stage.track(times[0], times[3], lambda random: _reach(stage.scene, unit, times, takes, random).pieces)
    stage.nuisance("hand", times[0], times[3])


def _reach(
    scene: Scene,
    unit: Unit,
    times: tuple[float, float, float, float],
    takes: bool | None,
    random: np.random.Generator,
) -> _Reach:
    """A hand that comes from some side, of some size, to where the unit stands."""
    corners = [scene.in_view(x, y) for x, y in _corners(unit)]
    left, top = min(x for x, _ in corners), min(y for _, y in corners)
    width, height = max(x for x, _ in corners) - left, max(y for _, y in corners) - top
    hand_px = float(np.clip(max(width, height * 0.5) * random.uniform(0.75, 1.2), 18, 150))
    goal = (left + width * random.uniform(0.3, 0.7), top + height * random.uniform(0.35, 0.85))
    angle = float(random.choice([random.normal(0, 15), random.normal(55, 15), random.normal(-55, 15)]))
    canvas_wh = (scene.size_wh[0] + 2 * scene.margin_px, scene.size_wh[1] + 2 * scene.margin_px)
    direction = np.array((np.sin(np.radians(angle)), np.cos(np.radians(angle))))
    reach = min(_to_edge(goal, direction, canvas_wh), 1.2 * max(canvas_wh)) + hand_px + max(width, height)
    layer, grip_x, grip_y = arm(random, hand_px, reach + hand_px, angle)
    start = (goal[0] + direction[0] * reach, goal[1] + direction[1] * reach)
    return _Reach(
        layer,
        shade_of(layer, float(random.uniform(0.1, 0.4))),
        (grip_x, grip_y),
        goal,
        start,
        *times,
        None if takes is None else resized(unit.layer, round(width), round(height)),
        (round(left), round(top)),
        takes is False,
        takes is True,
    )


def _corners(unit: Unit) -> list[tuple[int, int]]:
    width, height = unit.layer.size_wh
    return [(unit.x + x, unit.y + y) for x in (0, width) for y in (0, height)]


def _to_edge(point: tuple[float, float], direction: np.ndarray, size_wh: tuple[int, int]) -> float:
    ways = [(size_wh[axis] - point[axis]) / direction[axis] for axis in (0, 1) if direction[axis] > 1e-6]
    ways += [point[axis] / -direction[axis] for axis in (0, 1) if direction[axis] < -1e-6]
    return float(min(ways))


_PERFORMERS: Final = {
    Kind.TAKE: _take,
    Kind.RESTOCK: _restock,
    Kind.GONE: _gone,
    Kind.BACK: _back,
    Kind.SWAP: _swap,
    Kind.SHIFT: _shift,
    Kind.TOUCH: _touch,
}
