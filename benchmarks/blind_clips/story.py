"""How a story is made up: which place is emptied, filled or confused when, so that each state can be told."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from blind_clips.acts import Act, By, Story, Way
from blind_clips.goods import Maker
from blind_clips.handling import HEAP, disturbed, emptied, laid_down, levels, set_down, stranger_for
from blind_clips.shelf import Content, Place, Shelf


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
                emptied(shelf.places[index], nows[index].content, 0, plot.leftovers, rng),
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
        alien = stranger_for(place, shelf, plot.alien, maker, rng)
        after = Content(alien, (laid_down(rng, 0.05, 3.0),))
        act = Act(
            time_s, index, after, By.BODY if what == "swap" else body, Way.BRING, "another put there", alien.looks[0]
        )
    elif what == "askew":
        act = Act(time_s, index, disturbed(place, now.content, rng, strong=True), body, Way.TOUCH, "set askew")
        nows[index] = _Now(act.after, time_s + 10.0, now.changes)
        return [act]
    else:
        act = Act(time_s, index, disturbed(place, now.content, rng, strong=False), By.HAND, Way.TOUCH, "touched")
        nows[index] = _Now(act.after, time_s + 6.0, now.changes)
        return [act]
    return [_settle(nows, act, plot)]


def _takes(
    time_s: float, index: int, place: Place, nows: list[_Now], by: By, plot: Plot, rng: np.random.Generator
) -> list[Act]:
    """Down to the next level or the one after it: unit by unit, a heap by handfuls."""
    now = nows[index]
    lower = [level for level in levels(place.capacity) if level < now.content.units]
    target = lower[min(int(rng.integers(0, 2)), max(len(lower) - 1, 0))]
    if place.capacity >= HEAP and len(lower) > 1:
        target = lower[1 if len(lower) > 2 and rng.random() < 0.75 else 0]
    grabs = now.content.units - target
    if place.capacity >= HEAP:
        grabs, by = int(np.clip(grabs // (4 if place.capacity > 16 else 2), 1, 5)), By.HAND
    elif by is By.BODY or (place.capacity >= 4 and target == 0 and grabs > 1):
        # By hand it would be low for two seconds on its way.
        grabs, by = 1, By.BODY
    acts, units = [], now.content.units
    for n in range(grabs):
        units = target if n == grabs - 1 else units - max(1, (units - target) // (grabs - n))
        after = emptied(place, now.content, units, plot.leftovers, rng)
        look = now.content.product.looks[now.content.poses[-1].look % len(now.content.product.looks)]
        acts.append(_settle(nows, Act(time_s + n * 2.0, index, after, by, Way.TAKE, "taken", look), plot))
    return acts
