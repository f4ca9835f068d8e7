"""Troubles made by people who leave the goods as they were, or nearly."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

import numpy as np

from market_clips.paint import hsv
from market_clips.people import Body, GuidedArm
from market_clips.scene import canvas_hw
from market_clips.script import Edit, Extras, Room, a_time, joined
from market_clips.serving import Deed, facing_of, handful, middle, serve, shoulder_for, some_wear, walk_up
from market_clips.things import Wipe
from market_clips.truth import Span

Maker = Callable[[np.random.Generator, Room], Extras]


def _some_facing(rng: np.random.Generator, names: tuple[str, ...]) -> str:
    return names[int(rng.integers(len(names)))]


def _calm_facing(rng: np.random.Generator, room: Room) -> str | None:
    return _some_facing(rng, room.calm) if room.calm else None


def _quiet_time(rng: np.random.Generator, room: Room, length_s: float, apart_s: float = 5.0) -> float:
    """A time at which nothing else is done to goods; the best of many tries."""
    tries = [a_time(rng, room, length_s) for _ in range(40)]

    def distance(time_s: float) -> float:
        return min((abs(time_s - other) for other in room.busy_s), default=99.0)

    return next((time_s for time_s in tries if distance(time_s) > apart_s), max(tries, key=distance))


def passer(rng: np.random.Generator, room: Room) -> Extras:
    """Somebody walks by without stopping."""
    width, edge = canvas_hw(room.view)[1], room.tall * 0.22
    length = rng.uniform(2.2, 5.0)
    start = a_time(rng, room, length)
    ends = (-edge, width + edge) if rng.random() < 0.5 else (width + edge, -edge)
    path = ((start, ends[0]), (start + length, ends[1]))
    body = Body(path, room.tall * rng.uniform(0.9, 1.1), room.feet, some_wear(room, rng))
    return Extras(acts=(body,), nuisances=(Span("shopper", start, start + length),))


def looker(rng: np.random.Generator, room: Room) -> Extras:
    """Somebody stops, leans in, reads, and goes."""
    width, stay = canvas_hw(room.view)[1], rng.uniform(4.0, 9.0)
    start = a_time(rng, room, stay + 6)
    body = walk_up(room, rng, rng.uniform(0.2, 0.8) * width, (start + 3, start + 3 + stay))
    body = replace(body, lean=float(rng.uniform(-0.08, 0.08)))
    return Extras(acts=(body,), nuisances=(Span("shopper", body.from_s, body.until_s),))


def child(rng: np.random.Generator, room: Room) -> Extras:
    """A child runs along the shelf and stops for a moment."""
    width = canvas_hw(room.view)[1]
    start = a_time(rng, room, 8)
    body = walk_up(room, rng, rng.uniform(0.2, 0.8) * width, (start + 2, start + 2 + rng.uniform(0.5, 3)))
    body = replace(body, tall=room.tall * rng.uniform(0.5, 0.65))
    return Extras(acts=(body,), nuisances=(Span("child", body.from_s, body.until_s),))


def toucher(rng: np.random.Generator, room: Room) -> Extras:
    """A hand reaches for a unit, rests on it, and leaves it."""
    name = _some_facing(rng, tuple(item.name for item in room.view.facings))
    at = _quiet_time(rng, room, 5.0) + 2.5
    return serve(room, Deed(name, at, stay_s=float(rng.uniform(0.6, 2.5))), _visitor(rng, room), rng)


def _visitor(rng: np.random.Generator, room: Room) -> str:
    return "shopper" if room.hands_from == "side" and rng.random() < 0.5 else "arm"


def put_back(rng: np.random.Generator, room: Room) -> Extras:
    """A unit is lifted out, looked at before the shelf for two seconds, and set back."""
    name = _calm_facing(rng, room)
    if name is None:
        return Extras()
    facing, out = facing_of(room.view, name), float(rng.uniform(1.2, 2.6))
    at = _quiet_time(rng, room, 6.0) + 2.0
    target = room.view.spot(facing, facing.capacity - 1)
    near = target[0] + float(rng.uniform(-0.02, 0.02)) * room.tall, target[1] + 0.03 * room.tall
    shoulder = shoulder_for(room, target, rng)
    coming = ((at - 1.5, shoulder), (at - 0.4, target), (at, target), (at + 0.4, near))
    going = ((at + out - 0.4, near), (at + out, target), (at + out + 0.3, target), (at + out + 1.4, shoulder))
    unit = handful(room.view, name, 1)
    arm = GuidedArm(shoulder, room.tall * 1.15, some_wear(room, rng), (*coming, *going), unit, (at, at + out))
    edits = (
        Edit(at, name, {"count": facing.capacity - 1}),
        Edit(at + out, name, {"count": facing.capacity, "dx": float(rng.uniform(-0.05, 0.05))}),
    )
    return Extras(acts=(arm,), edits=edits, nuisances=(Span("take_and_put_back", arm.from_s, arm.until_s),))


def _single_facing(rng: np.random.Generator, room: Room) -> str | None:
    """A calm facing whose units behind the first are not counted, so that they may come to the front."""
    single = tuple(name for name in room.calm if facing_of(room.view, name).capacity == 1)
    return _some_facing(rng, single) if single else None


def _touched(rng: np.random.Generator, room: Room, fields: Mapping[str, object], kind: str) -> Extras:
    """A hand works on a facing that stays stocked, and leaves it a little different."""
    name = _single_facing(rng, room)
    if name is None:
        return Extras()
    at = _quiet_time(rng, room, 5.0) + 2.5
    hand = serve(room, Deed(name, at, stay_s=float(rng.uniform(0.8, 2.0))), _visitor(rng, room), rng)
    done = Extras(edits=(Edit(at, name, fields),), nuisances=(Span(kind, at - 0.5, at + 0.5),))
    return joined([hand, done])


def turned(rng: np.random.Generator, room: Room) -> Extras:
    """Goods are turned with their backs to the front."""
    return _touched(rng, room, {"turned": True}, "turned_around")


def nudged(rng: np.random.Generator, room: Room) -> Extras:
    """Goods are moved by some pixels."""
    return _touched(rng, room, {"dx": float(rng.choice([-1, 1]) * rng.uniform(0.05, 0.16))}, "nudged")


def tilted(rng: np.random.Generator, room: Room) -> Extras:
    """Goods are left standing crooked."""
    return _touched(rng, room, {"tilt": float(rng.choice([-1, 1]) * rng.uniform(4, 9))}, "tilted")


def pushed_back(rng: np.random.Generator, room: Room) -> Extras:
    """Goods are pushed back on the shelf: smaller and darker, but there."""
    return _touched(rng, room, {"back": float(rng.uniform(0.4, 0.8))}, "pushed_back")


def front_taken(rng: np.random.Generator, room: Room) -> Extras:
    """The front unit is taken and the next behind shows: the facing stays stocked."""
    name = _single_facing(rng, room)
    if name is None:
        return Extras()
    at = _quiet_time(rng, room, 5.0) + 2.5
    hand = serve(room, Deed(name, at, takes=handful(room.view, name, 1)), _visitor(rng, room), rng)
    edits = (Edit(at, name, {"back": 1.0}),)
    return joined([hand, Extras(edits=edits, nuisances=(Span("next_behind_shows", at - 0.5, at + 0.5),))])


def next_rolls_up(rng: np.random.Generator, room: Room) -> Extras:
    """The front unit is taken and a pusher or gravity brings the next to the front within half a second."""
    name = _single_facing(rng, room)
    if name is None:
        return Extras()
    at = _quiet_time(rng, room, 5.0) + 2.5
    hand = serve(room, Deed(name, at, takes=handful(room.view, name, 1)), _visitor(rng, room), rng)
    way = np.linspace(1.0, 0.0, 6)
    edits = tuple(Edit(at + 0.1 * step, name, {"back": float(back)}) for step, back in enumerate(way))
    return joined([hand, Extras(edits=edits, nuisances=(Span("next_rolls_up", at, at + 0.6),))])


def one_of_many(rng: np.random.Generator, room: Room) -> Extras:
    """One unit is taken where more than half are left."""
    rich = [name for name in room.calm if facing_of(room.view, name).capacity >= 3]
    if not rich:
        return Extras()
    name = rich[int(rng.integers(len(rich)))]
    at = _quiet_time(rng, room, 5.0) + 2.5
    left = facing_of(room.view, name).capacity - 1
    deed = Deed(name, at, takes=handful(room.view, name, 1), unit=left)
    hand = serve(room, deed, _visitor(rng, room), rng)
    return joined(
        [hand, Extras(edits=(Edit(at, name, {"count": left}),), nuisances=(Span("one_of_many", at - 0.5, at + 0.5),))]
    )


def cleaning(rng: np.random.Generator, room: Room) -> Extras:
    """A hand with a cloth wipes along the shelf edge."""
    first = middle(room.view, _some_facing(rng, tuple(item.name for item in room.view.facings)))
    reach = canvas_hw(room.view)[1] * rng.uniform(0.08, 0.2)
    start, length = a_time(rng, room, 12), rng.uniform(6, 11)
    low = first[1] + room.tall * 0.04
    wipe = Wipe(
        shoulder_for(room, first, rng),
        (first[0] - reach, low),
        (first[0] + reach, low),
        room.tall * 1.15,
        some_wear(room, rng),
        hsv(rng.uniform(), 0.5, 0.9),
        start,
        start + length,
    )
    return Extras(acts=(wipe,), nuisances=(Span("cleaning", start, start + length),))


PEOPLE: Final[Mapping[str, Maker]] = MappingProxyType(
    {
        "passer": passer,
        "looker": looker,
        "child": child,
        "toucher": toucher,
        "put_back": put_back,
        "turned": turned,
        "nudged": nudged,
        "tilted": tilted,
        "pushed_back": pushed_back,
        "front_taken": front_taken,
        "next_rolls_up": next_rolls_up,
        "one_of_many": one_of_many,
        "cleaning": cleaning,
    }
)
