"""Who comes before the shelf: those whom the story needs, and those who only pass."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from blind_clips.acts import Act, By, Story, Way
from blind_clips.camera import Matrix
from blind_clips.hands import Reach, arm
from blind_clips.people import Passage, cart, person, trolley, walk
from blind_clips.shelf import unit_stand
from blind_clips.sprites import Picture, Sprite, Stand, placed


@dataclass(frozen=True, slots=True)
class Crowd:
    """Who is about besides.

    Attributes:
        passing, standing, children, trolleys, carts: how many of each in the clip; those standing stay 10 to 25 s.
        like_shelf: their clothes have the colours of the shelf.
    """

    passing: int = 1
    standing: int = 0
    children: int = 0
    trolleys: int = 0
    carts: int = 0
    like_shelf: bool = False


def reaches_of(story: Story, view: Matrix, size_wh: tuple[int, int], rng: np.random.Generator) -> tuple[Reach, ...]:
    """An arm for every act that is done by hand."""
    width, height = size_wh
    thick = int(height * rng.uniform(0.05, 0.075))
    limb = arm(int(height * 1.25), thick, None, rng)
    out = []
    for act in story.acts:
        if act.by is not By.HAND:
            continue
        if rng.random() < 0.3:
            limb = arm(int(height * 1.25), thick, None, rng)
        target = _target(story, act, view)
        side = rng.uniform(-0.35, 0.35) * width
        origin = float(np.clip(target[0] + side, -0.1 * width, 1.1 * width)), height * 1.12
        carried = None if act.carried is None else _as_seen(act.carried, view, target, _seat_scale(story, act))
        out.append(
            Reach(
                limb,
                target,
                origin,
                act.time_s,
                float(rng.uniform(1.0, 3.0)) if act.way is Way.TOUCH else 0.0,
                carried if act.way is Way.BRING else None,
                carried if act.way is Way.TAKE else None,
            )
        )
    return tuple(out)


def _target(story: Story, act: Act, view: Matrix) -> tuple[float, float]:
    """Where the hand takes hold: the middle of the unit that goes or comes, in the camera's picture."""
    place = story.shelf.places[act.place]
    before = story.contents_at(act.time_s - 0.01)[act.place]
    content = before if before.units > act.after.units or act.after.units == 0 else act.after
    stand = unit_stand(place, content, content.units - 1)
    height = content.product.size_wh[1] * stand.scale
    point = cv2.perspectiveTransform(np.float64([[[stand.foot_xy[0], stand.foot_xy[1] - height * 0.5]]]), view)[0, 0]
    return float(point[0]), float(point[1])


def _seat_scale(story: Story, act: Act) -> float:
    """How small what is carried looks where it stood or will stand: what stands farther back is smaller."""
    seats = story.shelf.places[act.place].seats
    return seats[min(act.after.units if act.way is Way.TAKE else max(act.after.units - 1, 0), len(seats) - 1)].scale


def _as_seen(sprite: Sprite, view: Matrix, at: tuple[float, float], size: float) -> Sprite:
    """What is carried, as large as the camera sees it there."""
    back = np.linalg.inv(view)
    here, beside = cv2.perspectiveTransform(np.float64([[at, (at[0] + 10.0, at[1])]]), back)[0]
    scale = 10.0 / max(float(np.hypot(*(beside - here))), 1e-6)
    return placed(sprite, Stand((0, 0), float(np.clip(scale, 0.4, 2.0)) * size, 4.0))[0]


def bodies_of(
    story: Story, view: Matrix, size_wh: tuple[int, int], cloth: Picture | None, rng: np.random.Generator
) -> tuple[Passage, ...]:
    """Somebody who stands before the place at every act that is done behind a body."""
    width, height = size_wh
    out = []
    for act in story.acts:
        if act.by is not By.BODY:
            continue
        place = story.shelf.places[act.place]
        outline = cv2.perspectiveTransform(place.outline[None], view)[0]
        low, high = outline.min(axis=0), outline.max(axis=0)
        # As near to the camera as it takes to cover the place: shoulders are 0.3 as broad as somebody is tall.
        tall = max(height * rng.uniform(1.0, 1.3), (high[0] - low[0]) * 1.25 / 0.3)
        top = min(height * float(rng.uniform(0.02, 0.25)), low[1] - tall * 0.22)
        tall = max(tall, height - top + 20)
        stay = float(rng.uniform(1.8, 3.5))
        x = float((low[0] + high[0]) / 2)
        out.append(
            walk(
                person(int(tall), cloth, rng),
                0.0,
                ((act.time_s - stay, act.time_s + stay, x),),
                width,
                top,
                "shopper",
                rng,
            )
        )
    return tuple(out)


def passers(
    crowd: Crowd, story: Story, size_wh: tuple[int, int], cloth: Picture | None, rng: np.random.Generator
) -> tuple[Passage, ...]:
    """People who do nothing to the shelf."""
    width, height = size_wh
    latest = story.duration_s - 14

    def when() -> float:
        return float(rng.uniform(3, latest))

    def adult() -> Sprite:
        return person(int(height * rng.uniform(0.95, 1.35)), cloth, rng)

    out = []
    for _ in range(crowd.passing):
        out.append(walk(adult(), when(), (), width, height * float(rng.uniform(0.05, 0.35)), "passing", rng))
    for _ in range(crowd.standing):
        begin = float(rng.uniform(8, max(9.0, latest - 20)))
        stay = begin + float(rng.uniform(10, 22))
        stand = ((begin, stay, float(rng.uniform(0.2, 0.8)) * width),)
        out.append(walk(adult(), 0.0, stand, width, height * float(rng.uniform(0.08, 0.35)), "standing", rng))
    for _ in range(crowd.children):
        out.append(
            walk(
                person(int(height * rng.uniform(0.55, 0.75)), cloth, rng),
                when(),
                (),
                width,
                height * float(rng.uniform(0.5, 0.62)),
                "child",
                rng,
            )
        )
    for _ in range(crowd.trolleys):
        start = when()
        out.append(
            walk(
                trolley(int(height * rng.uniform(0.4, 0.5)), rng),
                start,
                (),
                width,
                height * float(rng.uniform(0.58, 0.68)),
                "trolley",
                rng,
            )
        )
    for _ in range(crowd.carts):
        begin = float(rng.uniform(8, max(9.0, latest - 20)))
        stand = ((begin, begin + float(rng.uniform(10, 20)), float(rng.uniform(0.15, 0.85)) * width),)
        out.append(
            walk(
                cart(int(height * rng.uniform(0.5, 0.7)), rng),
                0.0,
                stand,
                width,
                height * float(rng.uniform(0.42, 0.55)),
                "cart",
                rng,
            )
        )
    return tuple(out)


def nuisances_of(story: Story, reaches: tuple[Reach, ...], passages: tuple[Passage, ...]) -> list[dict[str, object]]:
    """Who was about when, for a truth."""
    rows = [("hand", *reach.span_s) for reach in reaches] + [(p.kind, p.stops[0][0], p.stops[-1][0]) for p in passages]
    rows = [(kind, max(0.0, a), min(b, story.duration_s)) for kind, a, b in rows]
    return [
        {"kind": k, "from_s": round(a, 3), "until_s": round(b, 3)}
        for k, a, b in sorted(rows, key=lambda row: row[1])
        if b > a
    ]
