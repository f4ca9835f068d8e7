"""Who changes the goods, and how that looks: arms, shoppers, staff with boxes."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from market_clips.paint import Image
from market_clips.people import Arm, Body, Grab, Point, Wear, new_wear
from market_clips.scene import MARGIN_PX, Facing, View, canvas_hw
from market_clips.script import Extras, Room
from market_clips.things import Door, Parked, boxes_picture, cage_picture
from market_clips.truth import Span


@dataclass(frozen=True, slots=True, eq=False)
class Deed:
    """One thing done to a facing: at time_s the goods in it are others.

    Attributes:
        stay_s: how long the hand stays at the shelf before that moment.
        unit: which unit the hand goes to, counted as View.spot does.
    """

    facing: str
    time_s: float
    brings: Image | None = None
    takes: Image | None = None
    stay_s: float = 0.5
    unit: int = 0


def facing_of(view: View, name: str) -> Facing:
    """The facing of a name."""
    return next(item for item in view.facings if item.name == name)


def middle(view: View, name: str) -> Point:
    """The middle of a facing on the canvas."""
    x, y = view.polygon(facing_of(view, name)).mean(axis=0).tolist()
    return x, y


def aim(room: Room, deed: Deed) -> Point:
    """Where the hand goes."""
    return room.view.spot(facing_of(room.view, deed.facing), deed.unit)


def handful(view: View, name: str, units: int, *, stranger: bool = False) -> Image:
    """What a hand holds when it moves some units of a facing; no more than two fit."""
    facing = facing_of(view, name)
    unit = view.held(facing, stranger=stranger)
    pair: Image = np.hstack([unit, unit]) if units > 1 and facing.arrange == "side" else unit
    return pair


def some_wear(room: Room, rng: np.random.Generator) -> Wear:
    """Clothes, four times in ten in the colour of some product on the shelf."""
    if rng.random() < 0.4:
        looks = [item.look for item in room.view.facings]
        return new_wear(rng, looks[int(rng.integers(len(looks)))].base)
    return new_wear(rng)


def serve(room: Room, deed: Deed, by: str, rng: np.random.Generator) -> Extras:
    """The people and things that do a deed; by: arm, gloved, door, shopper, staff or box."""
    if by in ("arm", "gloved"):
        return _by_arm(room, deed, rng, gloved=by == "gloved")
    if by == "door":
        return _by_door(room, deed, rng)
    if by == "shopper":
        return _by_body(room, deed, rng, aside=rng.uniform(0.14, 0.2), kind="shopper")
    staff = _by_body(room, deed, rng, aside=rng.uniform(0.0, 0.08), kind="staff")
    if by == "staff":
        return staff
    load = _load(room, deed, rng)
    return Extras(acts=(*load.acts, *staff.acts), nuisances=(*load.nuisances, *staff.nuisances))


def _grab(deed: Deed, target: Point, pace_s: float) -> Grab:
    at = deed.time_s
    touch = at - deed.stay_s
    return Grab(target, touch - pace_s, touch, at, at + pace_s, deed.brings, deed.takes)


def shoulder_for(room: Room, target: Point, rng: np.random.Generator) -> Point:
    """Beyond the canvas, on the side from which hands come here."""
    height, width = canvas_hw(room.view)
    far = room.tall * 0.1
    if room.hands_from == "below":
        return target[0] + rng.uniform(-0.15, 0.15) * width, height + far
    if room.hands_from == "above":
        return target[0] + rng.uniform(-0.15, 0.15) * width, -far
    from_left = target[0] < width * rng.uniform(0.35, 0.65)
    return (-far if from_left else width + far), target[1] + rng.uniform(0.02, 0.25) * height


def _by_arm(room: Room, deed: Deed, rng: np.random.Generator, *, gloved: bool) -> Extras:
    target = aim(room, deed)
    grab = _grab(deed, target, rng.uniform(0.8, 1.4))
    wear = replace(some_wear(room, rng), glove=gloved)
    arm = Arm(shoulder_for(room, target, rng), room.tall * 1.15, wear, (grab,))
    return Extras(acts=(arm,), nuisances=(Span("hand", arm.from_s, arm.until_s),))


def new_door(room: Room, at_x: float, span_s: tuple[float, float], rng: np.random.Generator) -> Door:
    """The one of two cooler doors that is before a place, hung at its outer or its inner side."""
    height, width = canvas_hw(room.view)
    left = at_x < width / 2
    outer = MARGIN_PX if left else width - MARGIN_PX
    hinge, free = (outer, width / 2) if rng.random() < 0.6 else (width / 2, outer)
    fog_s = float(rng.uniform(0.35, 0.55)) * (span_s[1] - span_s[0])
    return Door(hinge, free - hinge, 6, height - 6, float(rng.uniform(0.4, 0.7)), fog_s, *span_s)


def _by_door(room: Room, deed: Deed, rng: np.random.Generator) -> Extras:
    """A cooler door is opened, an arm reaches in, the door falls shut and fogs."""
    hand = _by_arm(room, deed, rng, gloved=False)
    span = deed.time_s - float(rng.uniform(3.2, 4.5)), deed.time_s + float(rng.uniform(7, 9))
    door = new_door(room, middle(room.view, deed.facing)[0], span, rng)
    return Extras(acts=(door, *hand.acts), nuisances=(Span("door", *span), *hand.nuisances))


def _by_body(room: Room, deed: Deed, rng: np.random.Generator, *, aside: float, kind: str) -> Extras:
    target = aim(room, deed)
    grab = _grab(deed, target, 0.9)
    width = canvas_hw(room.view)[1]
    side = -1 if target[0] > width / 2 else 1
    stand = target[0] - side * aside * room.tall
    body = walk_up(room, rng, stand, (grab.from_s - 0.6, grab.until_s + rng.uniform(0.3, 2.0)))
    crouch = max(0.0, target[1] - (body.feet - body.tall * 0.79) - 0.36 * body.tall)
    body = replace(body, feet=body.feet + crouch, grabs=(grab,))
    return Extras(acts=(body,), nuisances=(Span(kind, body.from_s, body.until_s),))


def walk_up(room: Room, rng: np.random.Generator, stand_x: float, stay: tuple[float, float]) -> Body:
    """Somebody who comes in from the nearer or the farther side, stays at a place, and goes."""
    width = canvas_hw(room.view)[1]
    edge = room.tall * 0.2
    pace = width * rng.uniform(0.28, 0.45)
    enter = -edge if rng.random() < 0.6 else width + edge
    enter = enter if abs(enter - stand_x) < width * 0.8 else width - enter
    leave = -edge if rng.random() < 0.5 else width + edge
    path = (
        (stay[0] - abs(enter - stand_x) / pace, enter),
        (stay[0], stand_x),
        (stay[1], stand_x + rng.uniform(-0.02, 0.02) * width),
        (stay[1] + abs(leave - stand_x) / pace, leave),
    )
    return Body(path, room.tall * rng.uniform(0.9, 1.08), room.feet, some_wear(room, rng))


def _load(room: Room, deed: Deed, rng: np.random.Generator) -> Extras:
    """A hand truck or a roll cage that stands beside the staff for a while."""
    height, width = canvas_hw(room.view)
    x, _ = middle(room.view, deed.facing)
    size = int(room.tall * rng.uniform(0.2, 0.3)), int(room.tall * rng.uniform(0.3, 0.5))
    cage = rng.random() < 0.4
    picture = cage_picture(rng, size) if cage else boxes_picture(rng, size)
    aside = x + (1 if x < width / 2 else -1) * room.tall * rng.uniform(0.12, 0.25)
    span = deed.time_s - rng.uniform(6, 10), deed.time_s + rng.uniform(5, 9)
    bottom = min(height - MARGIN_PX * 0.3, room.feet) - size[1] / 2
    start = -size[0] if aside < width / 2 else width + size[0]
    parked = Parked(picture, (aside, bottom), start, *span)
    return Extras(acts=(parked,), nuisances=(Span("roll_cage" if cage else "boxes", *span),))
