"""From a recipe and a seed to a script that is fair: every state can be seen long enough and looks different."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import pairwise
from types import MappingProxyType
from typing import Final

import cv2
import numpy as np

from market_clips.bystanders import PEOPLE
from market_clips.camera import new_sensor
from market_clips.courses import NoCourse, Step, new_course, played
from market_clips.fittings import THINGS
from market_clips.layout import build_scene
from market_clips.mishaps import CAMERA
from market_clips.photo_shelf import SHELF_03, SHELF_04, photo_scene
from market_clips.photos import Album
from market_clips.recipes import Recipe
from market_clips.render import camera_at, cover_at, mark_outside, new_gauge
from market_clips.scene import View, canvas_hw, stocked
from market_clips.script import Extras, Room, Script, joined, poses_at
from market_clips.things import Crawler, Door, LensHand, Lid, NewLabels, Posts, Reflection, Sign
from market_clips.truth import LOW, seen_s, spans_of
from market_clips.weather import LIGHTS

TROUBLES: Final[Mapping[str, Callable[[np.random.Generator, Room], Extras]]] = MappingProxyType(
    {**PEOPLE, **THINGS, **LIGHTS, **CAMERA}
)
BLINDING: Final = ("frozen", "black", "lens_hand", "lights_out")
NEARNESS: Final[Mapping[type, int]] = MappingProxyType(
    {NewLabels: 0, Sign: 0, Posts: 0, Reflection: 1, Lid: 1, Door: 1, Crawler: 3, LensHand: 4}
)
PROBE_S: Final = 0.5


def directed(recipe: Recipe, album: Album, rng: np.random.Generator) -> Script | None:
    """A script, or None when this draw is not fair and another should be tried."""
    view = _view(recipe, album, rng)
    if len(view.facings) < 4 or len(view.facings) > 24:
        return None
    duration_s = float(rng.integers(recipe.duration_s[0], recipe.duration_s[1] + 1))
    names = _troubles(recipe, rng)
    empty_room = _room(recipe, view, duration_s, ())
    blinds = [TROUBLES[name](rng, empty_room) for name in names if name in BLINDING]
    closed = [(span.from_s, span.until_s) for part in blinds for span in part.camera]
    if _overlap(closed):
        return None
    try:
        steps = _steps(recipe, view, duration_s, closed, rng)
    except NoCourse:
        return None
    room = _room(recipe, view, duration_s, steps)
    parts = [_changes(recipe, room, steps, rng), *blinds]
    parts += [TROUBLES[name](rng, room) for name in names if name not in BLINDING]
    sensor = new_sensor(view.view_wh, recipe.grain, rng)
    script = Script(view, duration_s, sensor, _layered(joined(parts)), recipe.auto_exposure, recipe.motion_jpeg)
    return script if _visible(script) and _seen_long_enough(script) else None


def _layered(extras: Extras) -> Extras:
    """Draw what is nearer to the camera later: first what the shelf carries, then glass, people, and the lens."""
    return replace(extras, acts=tuple(sorted(extras.acts, key=lambda act: NEARNESS.get(type(act), 2))))


def _view(recipe: Recipe, album: Album, rng: np.random.Generator) -> View:
    if recipe.shelf is None:
        return photo_scene(album.shelf(), SHELF_04 if album.held_out else SHELF_03, rng)
    return build_scene(recipe.shelf, recipe.view_wh, album, rng)


def _troubles(recipe: Recipe, rng: np.random.Generator) -> tuple[str, ...]:
    chosen = rng.permutation(len(recipe.maybe))[: recipe.pick]
    return (*recipe.always, *(recipe.maybe[int(at)] for at in chosen))


def _room(recipe: Recipe, view: View, duration_s: float, steps: tuple[Step, ...]) -> Room:
    changing = {step.facing for step in steps}
    calm = tuple(item.name for item in view.facings if item.name not in changing)
    high = view.view_wh[1]
    edge = (canvas_hw(view)[0] - high) / 2
    busy = tuple(step.time_s for step in steps)
    return Room(view, duration_s, calm, busy, recipe.tall * high, edge + recipe.feet * high, recipe.hands_from)


def _overlap(spans: list[tuple[float, float]]) -> bool:
    ordered = sorted(spans)
    return any(later[0] < earlier[1] + 3 for earlier, later in pairwise(ordered))


def _steps(
    recipe: Recipe, view: View, duration_s: float, closed: list[tuple[float, float]], rng: np.random.Generator
) -> tuple[Step, ...]:
    return () if recipe.habits is None else new_course(view, recipe.habits, duration_s, closed, rng)


def _changes(recipe: Recipe, room: Room, steps: tuple[Step, ...], rng: np.random.Generator) -> Extras:
    return Extras() if recipe.habits is None else played(room, steps, recipe.habits, rng)


def _visible(script: Script) -> bool:
    """Whether every change makes the facing look clearly different from what it was, and from full."""
    view = script.view
    full = view.still(stocked(view))
    course = poses_at(view, script.extras.edits)
    for change in script.extras.changes:
        facing = next(item for item in view.facings if item.name == change.facing)
        before = next(poses for at, poses in reversed(course) if at < change.time_s - 1e-6)
        after = next(poses for at, poses in reversed(course) if at <= change.time_s + 1e-6)
        mask = np.zeros(canvas_hw(view), np.uint8)
        cv2.fillPoly(mask, [view.polygon(facing).round().astype(np.int32)], 255)
        least = 0.12 if change.state == LOW else 0.3
        for other in (view.still(before), full):
            if other is full and change.state == "stocked":
                continue
            apart = cv2.absdiff(view.still(after), other).max(axis=2)[mask > 0]
            if np.mean(apart > 28) < least:
                return False
    return True


def _seen_long_enough(script: Script) -> bool:
    """Play the covers through coarsely and ask whether each state is seen for 20 s, or to the end."""
    view = script.view
    gauge = new_gauge(view, np.full((view.view_wh[1], view.view_wh[0], 3), 128, np.uint8))
    times = np.arange(0, script.duration_s, PROBE_S)
    flags: dict[str, list[bool]] = {item.name: [] for item in view.facings}
    for time_s in times.tolist():
        cover = cover_at(script, time_s, None)
        matrix = camera_at(script, time_s)
        if matrix is not None:
            mark_outside(cover, matrix, view.view_wh)
        for name, flag in gauge.covered(cover).items():
            flags[name].append(flag)
    hidden = {name: spans_of(times.tolist(), series, PROBE_S) for name, series in flags.items()}
    return states_are_seen(script, hidden)


def states_are_seen(script: Script, hidden: Mapping[str, tuple[tuple[float, float], ...]]) -> bool:
    """Whether each state is seen for 20 s, the first for 10 s and the last for 13 s, given what is hidden when."""
    blind = [(span.from_s, span.until_s) for span in script.extras.camera if span.kind != "moved"]
    for name, spans in hidden.items():
        changes = sorted(change.time_s for change in script.extras.changes if change.facing == name)
        moments = [0.0, *changes, script.duration_s]
        for at, (start, end) in enumerate(pairwise(moments)):
            last, first = at == len(moments) - 2, at == 0
            least = 10.0 if first and not last else (13.0 if last else 20.5)
            if seen_s(start, end, [*spans, *blind]) < least:
                return False
    return True
