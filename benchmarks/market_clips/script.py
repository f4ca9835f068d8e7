"""The course of one clip: what is done to the goods, who and what is in front, what light and camera do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from market_clips.camera import Effect, Knock, Loss, Sensor, Stutter, Tremble
from market_clips.layer import Act
from market_clips.lights import Light
from market_clips.scene import Pose, View, stocked
from market_clips.truth import Change, Span


@dataclass(frozen=True, slots=True)
class Edit:
    """From a moment on, some properties of a facing's pose are others."""

    time_s: float
    facing: str
    fields: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Extras:
    """What one kind of trouble adds to a clip."""

    acts: tuple[Act, ...] = ()
    edits: tuple[Edit, ...] = ()
    changes: tuple[Change, ...] = ()
    lights: tuple[Light, ...] = ()
    effects: tuple[Effect, ...] = ()
    knocks: tuple[Knock, ...] = ()
    trembles: tuple[Tremble, ...] = ()
    losses: tuple[Loss, ...] = ()
    stutters: tuple[Stutter, ...] = ()
    nuisances: tuple[Span, ...] = ()
    camera: tuple[Span, ...] = ()


def joined(parts: list[Extras]) -> Extras:
    """All troubles of a clip together."""
    names = Extras.__dataclass_fields__
    return Extras(**{name: tuple(item for part in parts for item in getattr(part, name)) for name in names})


@dataclass(frozen=True, slots=True, eq=False)
class Script:
    """One clip before it is rendered."""

    view: View
    duration_s: float
    sensor: Sensor
    extras: Extras
    auto_exposure: bool = False
    motion_jpeg: bool = False


@dataclass(frozen=True, slots=True)
class Room:
    """What a maker of troubles may look at.

    Attributes:
        calm: facings whose goods the clip does not change.
        busy_s: when goods are changed; troubles that need quiet keep away from these moments.
        tall: height of a grown person, in pixels.
        feet: where people's feet are, on the canvas.
    """

    view: View
    duration_s: float
    calm: tuple[str, ...]
    busy_s: tuple[float, ...]
    tall: float
    feet: float
    hands_from: str


def poses_at(view: View, edits: tuple[Edit, ...]) -> list[tuple[float, dict[str, Pose]]]:
    """The poses of all facings, and from when on they hold."""
    poses = stocked(view)
    course = [(0.0, dict(poses))]
    for edit in sorted(edits, key=lambda item: item.time_s):
        poses[edit.facing] = replace(poses[edit.facing], **edit.fields)  # type: ignore[arg-type]
        course.append((edit.time_s, dict(poses)))
    return course


def a_time(rng: np.random.Generator, room: Room, length_s: float) -> float:
    """When something of a length may begin, anywhere in the clip."""
    return float(rng.uniform(2.0, max(3.0, room.duration_s - length_s - 1.0)))
