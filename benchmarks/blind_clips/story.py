"""How a story is made up: which place is emptied, filled or confused when, so that each state can be told."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from blind_clips.acts import Act, By, Story, Way
from blind_clips.furniture import leftover
from blind_clips.goods import UNLIKE, Maker, Product, difference, half_as_tall, other_sort
from blind_clips.shelf import Content, Place, Pose, Shelf

HEAP = 8  # places of so many units and more are heaps: emptied by handfuls, filled by staff


@dataclass(frozen=True, slots=True)
class Plot:
    """What sort of things happen.

    Attributes:
        take, bring, swap, mend, askew, touch: how likely each is, where the place allows it.
        gap_s: seconds between two acts.
        rest_s: seconds for which a place is left alone after it changed.
        bodies: share of acts behind somebody's body and not by a hand.
        leftovers: share of emptied places in which a tray or a carton stays.
        begins_with_gap: share of places that are empty from the start.
        overnight: share of places that were filled anew since the reference was taken.
        alien: sorts of what is put into a wrong place: "other", "sort", "small", "neighbour".
        quiet: spans without acts, such as while the camera sees nothing.
        unseen: moments within such spans at which something is done nonetheless.
    """

    take: float = 4.0
    bring: float = 3.0
    swap: float = 0.0
    mend: float = 2.0
    askew: float = 0.6
    touch: float = 0.8
    gap_s: tuple[float, float] = (5.0, 9.0)
    rest_s: float = 21.0
    bodies: float = 0.2
    alien: tuple[str, ...] = ("other", "neighbour", "small")
    leftovers: float = 0.0
    begins_with_gap: float = 0.0
    overnight: float = 0.0
    quiet: tuple[tuple[float, float], ...] = field(default=())
    unseen: tuple[float, ...] = field(default=())


@dataclass(slots=True)
class _Now:
    """A place while the story is made up."""

    content: Content
    free_from_s: float = 0.0
    changes: int = 0


def make_story(
    shelf: Shelf, plot: Plot, maker: Maker, duration_s: float, fps: float, rng: np.random.Generator
) -> Story:
    """Acts on the grid of frames, from 7 s until late enough to be told."""
    nows = [_Now(place.full) for place in shelf.places]
    acts: list[Act] = []
    for index, place in enumerate(shelf.places):
        if place.capacity < HEAP and rng.random() < plot.begins_with_gap:
            acts.append(Act(0.0, index, replace(place.full, poses=()), By.NOBODY, Way.TAKE, "empty from the start"))
            nows[index] = _Now(acts[-1].after, float(rng.uniform(18, 40)), 1)
        elif rng.random() < plot.overnight:
            acts.append(Act(0.0, index, set_down(place, rng), By.NOBODY, Way.BRING, "filled since the reference"))
            nows[index] = _Now(acts[-1].after)
        elif place.capacity >= HEAP and plot.take and rng.random() < 0.4:
            begun = place.full.poses[: levels(place.capacity)[1]]
            acts.append(Act(0.0, index, replace(place.full, poses=begun), By.NOBODY, Way.TAKE, "sold before"))
            nows[index] = _Now(acts[-1].after)
    time_s = float(rng.uniform(6.5, 9.0))
    moments = list(plot.unseen)
    while time_s < duration_s - (26.0 if shelf.places[0].capacity >= HEAP else 18.5):
        while moments and moments[0] <= time_s:
            acts.extend(_unseen(moments.pop(0), shelf, nows, plot, rng))
        span = next((s for s in plot.quiet if s[0] - 4.5 < time_s < s[1] + 4.5), None)
        if span is not None:
            time_s = span[1] + 4.6
            continue
        made = _next_acts(time_s, shelf, nows, plot, maker, rng)
        acts.extend(made)
        time_s = (made[-1].time_s if made else time_s) + float(rng.uniform(*plot.gap_s))
    for moment in moments:
        acts.extend(_unseen(moment, shelf, nows, plot, rng))
    on_grid = (replace(act, time_s=float(np.ceil(act.time_s * fps - 1e-9) / fps)) for act in acts)
    return Story(shelf, tuple(sorted(on_grid, key=lambda act: act.time_s)), duration_s)


def _unseen(time_s: float, shelf: Shelf, nows: list[_Now], plot: Plot, rng: np.random.Generator) -> list[Act]:
    free = [
        i for i, now in enumerate(nows) if now.free_from_s <= time_s and shelf.places[i].state(now.content) == "stocked"
    ]
    if not free:
        return []
    index = free[int(rng.integers(0, len(free)))]
    return [
        _settle(
            nows,
            Act(
                time_s,
                index,
                _emptied(shelf.places[index], nows[index].content, 0, plot, rng),
                By.NOBODY,
                Way.TAKE,
                "taken unseen",
            ),
            plot,
        )
    ]


def _settle(nows: list[_Now], act: Act, plot: Plot) -> Act:
    nows[act.place] = _Now(act.after, act.time_s + plot.rest_s, nows[act.place].changes + 1)
    return act


def _next_acts(
    time_s: float, shelf: Shelf, nows: list[_Now], plot: Plot, maker: Maker, rng: np.random.Generator
) -> list[Act]:
    choices: list[tuple[float, str, int]] = []
    for index, (place, now) in enumerate(zip(shelf.places, nows, strict=True)):
        if now.free_from_s > time_s:
            continue
        state = place.state(now.content)
        keen = 1.0 / (1 + now.changes)
        if state in ("stocked", "low") and plot.take:
            begun = 4.0 if 0 < now.content.units < place.capacity else 1.0
            choices.append((plot.take * keen * begun, "take", index))
        if state in ("out_of_stock", "low"):
            choices.append((plot.bring * 5, "bring", index))
        if state == "misplaced":
            choices.append((plot.mend * 3, "mend", index))
        if state == "stocked" and plot.swap and place.capacity == 1:
            choices.append((plot.swap * keen, "swap", index))
        if state == "out_of_stock" and plot.swap and place.capacity == 1:
            choices.append((plot.swap * 3, "fill wrongly", index))
        if state == "stocked":
            choices.append((plot.askew * (0.5 if place.capacity >= HEAP else 1.0), "askew", index))
            choices.append((plot.touch, "touch", index))
    weights = np.array([choice[0] for choice in choices])
    if not choices or weights.sum() <= 0:
        return []
    _, what, index = choices[int(rng.choice(len(choices), p=weights / weights.sum()))]
    place, now = shelf.places[index], nows[index]
    body = By.BODY if rng.random() < plot.bodies else By.HAND
    if what == "take":
        return _takes(time_s, index, place, nows, body, plot, rng)
    if what == "bring":
        by = By.BODY if place.capacity - now.content.units > 1 else body
        act = Act(time_s, index, set_down(place, rng), by, Way.BRING, "restocked", place.full.product.looks[0])
    elif what == "mend":
        act = Act(time_s, index, set_down(place, rng), By.BODY, Way.BRING, "put right", place.full.product.looks[0])
    elif what in ("swap", "fill wrongly"):
        alien = _alien(place, shelf, plot, maker, rng)
        after = Content(alien, (_laid(rng, 0.05, 3.0),))
        act = Act(
            time_s, index, after, By.BODY if what == "swap" else body, Way.BRING, "another put there", alien.looks[0]
        )
    elif what == "askew":
        act = Act(time_s, index, _disturbed(place, now.content, rng, strong=True), body, Way.TOUCH, "set askew")
        nows[index] = _Now(act.after, time_s + 10.0, now.changes)
        return [act]
    else:
        act = Act(time_s, index, _disturbed(place, now.content, rng, strong=False), By.HAND, Way.TOUCH, "touched")
        nows[index] = _Now(act.after, time_s + 6.0, now.changes)
        return [act]
    return [_settle(nows, act, plot)]


def levels(capacity: int) -> tuple[int, ...]:
    """Units at which a place may rest, from full to none: clear of the border between stocked and low."""
    fixed = {1: (1, 0), 2: (2, 1, 0), 3: (3, 2, 1, 0), 4: (4, 2, 0), 5: (5, 3, 1, 0), 6: (6, 3, 1, 0), 7: (7, 4, 1, 0)}
    return fixed.get(capacity) or (capacity, round(capacity * 0.6), max(1, round(capacity * 0.1)), 0)


def _takes(
    time_s: float, index: int, place: Place, nows: list[_Now], by: By, plot: Plot, rng: np.random.Generator
) -> list[Act]:
    """Down to the next level or the one after it: unit by unit, a heap by handfuls."""
    now = nows[index]
    lower = [level for level in levels(place.capacity) if level < now.content.units]
    target = lower[min(int(rng.integers(0, 2)), max(len(lower) - 1, 0))]
    if place.capacity >= HEAP and target == 0 and len(lower) > 1:
        target = lower[0]
    grabs = now.content.units - target
    if place.capacity >= HEAP:
        grabs, by = int(np.clip(grabs // 4, 1, 5)), By.HAND
    elif by is By.BODY or (place.capacity >= 4 and target == 0 and grabs > 1):
        # By hand it would be low for two seconds on its way.
        grabs, by = 1, By.BODY
    acts, units = [], now.content.units
    for n in range(grabs):
        units = target if n == grabs - 1 else units - max(1, (units - target) // (grabs - n))
        after = _emptied(place, now.content, units, plot, rng)
        look = now.content.product.looks[now.content.poses[-1].look % len(now.content.product.looks)]
        acts.append(_settle(nows, Act(time_s + n * 2.0, index, after, by, Way.TAKE, "taken", look), plot))
    return acts


def _emptied(place: Place, content: Content, units: int, plot: Plot, rng: np.random.Generator) -> Content:
    rest = content.left_behind
    if units == 0 and rng.random() < plot.leftovers:
        rest = leftover(int(place.size_wh[0] * 0.92), int(place.size_wh[1]), rng)
    return Content(content.product, content.poses[:units], rest)


def set_down(place: Place, rng: np.random.Generator) -> Content:
    """A full place as somebody fills it anew: near to how it was."""
    if place.capacity >= HEAP:
        poses = tuple(
            Pose(
                (float(rng.normal(0, 0.14)), float(rng.normal(0, 0.08))),
                float(rng.uniform(-40, 40)),
                int(rng.integers(0, 8)),
            )
            for _ in range(place.capacity)
        )
    else:
        poses = tuple(_laid(rng, 0.05, 1.8) for _ in range(place.capacity))
    return Content(place.full.product, poses)


def _laid(rng: np.random.Generator, off: float, turn_deg: float) -> Pose:
    sign = 1 if rng.random() < 0.5 else -1
    return Pose(
        (sign * float(rng.uniform(0.02, 0.02 + off)), float(rng.uniform(-0.01, 0.012))), float(rng.normal(0, turn_deg))
    )


def _disturbed(place: Place, content: Content, rng: np.random.Generator, *, strong: bool) -> Content:
    """The same units, moved a little; strongly: one askew, turned to its side or lying, as customers put it back."""
    poses = list(content.poses)
    if place.capacity >= HEAP:
        for i in rng.permutation(len(poses))[: len(poses) // (3 if strong else 8)]:
            poses[i] = Pose(
                (float(rng.normal(0, 0.15)), float(rng.normal(0, 0.1))),
                float(rng.uniform(-40, 40)),
                int(rng.integers(0, 8)),
            )
    elif strong:
        front = poses[-1]
        kind = rng.random()
        if kind < 0.5 or place.capacity > 1:
            poses[-1] = _laid(rng, 0.06, 3.5)
        elif kind < 0.75 or content.product.size_wh[1] > 1.3 * content.product.size_wh[0]:
            # What is tall would lie before its neighbours.
            poses[-1] = Pose(front.off_xy, float(rng.normal(0, 1.5)), 1)
        else:
            poses[-1] = Pose((0.0, 0.0), 90.0 if rng.random() < 0.5 else -90.0, 0)
    elif rng.random() < 0.5:
        front = poses[-1]
        poses[-1] = replace(front, off_xy=(front.off_xy[0] + float(rng.normal(0, 0.015)), front.off_xy[1]))
    return Content(content.product, tuple(poses), content.left_behind)


def _alien(place: Place, shelf: Shelf, plot: Plot, maker: Maker, rng: np.random.Generator) -> Product:
    """Another product for a place, one that can be told from its own."""
    own = place.full.product
    best = _stranger(own, shelf, plot, maker, rng)
    for _ in range(8):
        if difference(own, best) > UNLIKE:
            break
        other = _stranger(own, shelf, plot, maker, rng)
        best = max(best, other, key=lambda product: difference(own, product))
    return best


def _stranger(own: Product, shelf: Shelf, plot: Plot, maker: Maker, rng: np.random.Generator) -> Product:
    """Some other product: `sort` is the same package in other colours, `small` about half as tall."""
    kind = plot.alien[int(rng.integers(0, len(plot.alien)))]
    if kind == "sort" and rng.random() < 0.8:
        return other_sort(own, "alien", rng)
    width, height = own.size_wh
    others = [place.full.product for place in shelf.places if place.full.product.name != own.name]
    others = [
        product for product in others if 0.6 < product.size_wh[1] / height < 1.15 and product.size_wh[0] < width * 1.25
    ]
    if kind == "neighbour" and others:
        return others[int(rng.integers(0, len(others)))]
    made = maker.package("alien", (int(width * rng.uniform(0.85, 1.05)), int(height * rng.uniform(0.8, 1.0))), rng)
    return half_as_tall(made, rng) if kind == "small" else made
