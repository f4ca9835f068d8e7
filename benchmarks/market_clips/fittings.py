"""Troubles made by things: trolleys, doors, fog, reflections, signs, prices."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

import numpy as np

from market_clips.fixtures import Cell, paint_label
from market_clips.paint import Image, hsv, sheet
from market_clips.scene import MARGIN_PX, canvas_hw
from market_clips.script import Extras, Room, a_time
from market_clips.serving import new_door
from market_clips.things import (
    Lid,
    NewLabels,
    Parked,
    Posts,
    Reflection,
    Sign,
    boxes_picture,
    cage_picture,
    cart_picture,
    sign_picture,
)
from market_clips.truth import Span

Picture = Callable[[np.random.Generator, tuple[int, int]], Image]


def _parked(rng: np.random.Generator, room: Room, picture: Picture, kind: str, stay_s: tuple[float, float]) -> Extras:
    height, width = canvas_hw(room.view)
    size = int(room.tall * rng.uniform(0.22, 0.36)), int(room.tall * rng.uniform(0.3, 0.5))
    stay = rng.uniform(*stay_s)
    start = a_time(rng, room, stay)
    until = min(start + stay, room.duration_s - 0.5)
    x = float(rng.uniform(0.15, 0.85)) * width
    enter = -size[0] if rng.random() < 0.5 else width + size[0]
    place = (x, min(height - MARGIN_PX * 0.3, room.feet) - size[1] / 2)
    act = Parked(picture(rng, size), place, enter, start, until)
    return Extras(acts=(act,), nuisances=(Span(kind, start, until),))


def cart(rng: np.random.Generator, room: Room) -> Extras:
    """A shopping trolley is left before the shelf."""
    return _parked(rng, room, cart_picture, "trolley", (12, 30))


def boxes(rng: np.random.Generator, room: Room) -> Extras:
    """Boxes on a hand truck stand in front for a while."""
    return _parked(rng, room, boxes_picture, "boxes", (10, 22))


def long_boxes(rng: np.random.Generator, room: Room) -> Extras:
    """Boxes are forgotten in front for most of a minute."""
    return _parked(rng, room, boxes_picture, "boxes", (35, 55))


def cage(rng: np.random.Generator, room: Room) -> Extras:
    """A roll cage stands in front."""
    return _parked(rng, room, cage_picture, "roll_cage", (12, 30))


def wobbler(rng: np.random.Generator, room: Room) -> Extras:
    """A springy offer sign, there from the start, swings when somebody brushes it."""
    facing = room.view.facings[int(rng.integers(len(room.view.facings)))]
    polygon = room.view.polygon(facing)
    size = int(np.clip(np.ptp(polygon[:, 1]) * 0.35, 14, 46))
    foot = float(polygon[:2, 0].mean()), float(polygon[:2, 1].mean()) + size * 0.25
    starts = np.sort(rng.uniform(3, room.duration_s - 8, 4)).tolist()
    swings = tuple((start, start + float(rng.uniform(4, 7))) for start in starts)
    sign = Sign(sign_picture(rng, size), foot, float(rng.uniform(20, 40)), swings, 0.0, room.duration_s)
    return Extras(acts=(sign,), nuisances=tuple(Span("wobbler", *swing) for swing in swings))


def new_sign(rng: np.random.Generator, room: Room) -> Extras:
    """An offer sign is clipped to the shelf edge and stays; it covers a corner of one facing."""
    facing = room.view.facings[int(rng.integers(len(room.view.facings)))]
    polygon = room.view.polygon(facing)
    size = int(np.clip(min(np.ptp(polygon[:, 1]), np.ptp(polygon[:, 0])) * 0.4, 12, 46))
    foot = float(polygon[:, 0].min()) + size * 0.4, float(polygon[:, 1].max()) + size * 0.55
    start = a_time(rng, room, 20)
    swing = ((start, start + 3.0),)
    sign = Sign(sign_picture(rng, size), foot, 25.0, swing, start, room.duration_s)
    return Extras(acts=(sign,), nuisances=(Span("new_sign", start, room.duration_s),))


def prices(rng: np.random.Generator, room: Room) -> Extras:
    """The electronic labels change one after the other."""
    outlines = room.view.labels()
    start = a_time(rng, room, 25)
    boxes_xyxy, faces = [], []
    for outline in outlines:
        (x0, y0), (x1, y1) = outline.min(axis=0).astype(int).tolist(), outline.max(axis=0).astype(int).tolist()
        face = sheet((max(4, y1 - y0), max(6, x1 - x0)), (230, 230, 230))
        paint_label(face, Cell(0, 0, face.shape[1], face.shape[0]), rng, electronic=bool(rng.random() < 0.7))
        boxes_xyxy.append((x0, y0, x1, y1))
        faces.append(np.dstack([face, np.full(face.shape[:2], 255, np.uint8)]))
    act = NewLabels(tuple(boxes_xyxy), tuple(faces), start, room.duration_s)
    return Extras(acts=(act,), nuisances=(Span("price_labels", start, min(start + 0.7 * len(faces), room.duration_s)),))


def door(rng: np.random.Generator, room: Room) -> Extras:
    """One of two cooler doors is opened, nothing is taken, and the pane is fogged for a while."""
    width = canvas_hw(room.view)[1]
    length = float(rng.uniform(9, 16))
    start = a_time(rng, room, length)
    at_x = width * float(rng.choice([0.25, 0.75]))
    act = new_door(room, at_x, (start, min(start + length, room.duration_s)), rng)
    return Extras(acts=(act,), nuisances=(Span("door", act.from_s, act.until_s),))


def posts(rng: np.random.Generator, room: Room) -> Extras:
    """The frames of the closed doors, always there."""
    return Extras(acts=(Posts(float(rng.uniform(4, 8)), 0.0, room.duration_s),))


def lid(rng: np.random.Generator, room: Room) -> Extras:
    """The frosted sliding lid of a chest is pushed over a part of it and back."""
    height, width = canvas_hw(room.view)
    start, stay = a_time(rng, room, 14), float(rng.uniform(3, 9))
    wide = width * float(rng.uniform(0.3, 0.45))
    home, over = width + 10.0, width * float(rng.uniform(0.1, 0.55))
    path = ((start, home), (start + 1.5, over), (start + 1.5 + stay, over), (start + 3 + stay, home))
    act = Lid(path, wide, 0, height, float(rng.uniform(0.25, 0.5)), start, start + 3 + stay)
    return Extras(acts=(act,), nuisances=(Span("lid", start, start + 3 + stay),))


def reflection(rng: np.random.Generator, room: Room) -> Extras:
    """Something bright is mirrored in the glass and moves."""
    height, width = canvas_hw(room.view)
    length = float(rng.uniform(4, 18))
    start = a_time(rng, room, length)
    x0, x1 = (float(v) * width for v in rng.uniform(-0.1, 0.9, 2))
    act = Reflection(
        ((start, x0), (start + length, x1)),
        (width * float(rng.uniform(0.12, 0.3)), height * float(rng.uniform(0.35, 0.8))),
        height * float(rng.uniform(0.02, 0.3)),
        float(rng.uniform(0.15, 0.4)),
        hsv(rng.uniform(), rng.uniform(0, 0.25), 0.95),
        start,
        start + length,
    )
    return Extras(acts=(act,), nuisances=(Span("reflection", start, start + length),))


THINGS: Final[Mapping[str, Callable[[np.random.Generator, Room], Extras]]] = MappingProxyType(
    {
        "cart": cart,
        "boxes": boxes,
        "long_boxes": long_boxes,
        "cage": cage,
        "wobbler": wobbler,
        "new_sign": new_sign,
        "prices": prices,
        "door": door,
        "posts": posts,
        "lid": lid,
        "reflection": reflection,
    }
)
