"""Who and what comes before the shelf: arms, people, things; where their sprites are at any time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike

from store_clips.arm import Limb, Point, arm_sprite
from store_clips.looks import Look, person_sprite
from store_clips.sprites import Placed, Sprite, rotated
from store_clips.timing import ease


class Actor(Protocol):
    """Something before the shelf from `from_s` until `until_s`; `has_shadow` where it stands near it."""

    kind: str
    has_shadow: bool
    from_s: float
    until_s: float

    def at(self, time_s: float) -> list[Placed]:
        """Its sprites in the picture, back to front."""


@dataclass(frozen=True, slots=True, eq=False)
class Touch:
    """A hand at a point at a time: it may bring a sprite or carry one off.

    Attributes:
        before_s, after_s: how long the hand comes and goes.
    """

    time_s: float
    point: Point
    bring: Sprite | None = None
    take: Sprite | None = None
    before_s: float = 1.0
    after_s: float = 1.0

    def carried(self, time_s: float) -> Sprite | None:
        """What is in the hand."""
        return self.take if time_s >= self.time_s else self.bring


class Reach:
    """An arm from outside the picture: comes, touches, goes."""

    kind, has_shadow = "hand", True

    def __init__(
        self,
        rng: np.random.Generator,
        look: Look,
        entry: ArrayLike,
        touch: Touch,
        width_px: float,
        hold_s: float = 0.4,
        way_s: float = 0.9,
    ) -> None:
        self._look, self._touch, self._width = look, touch, width_px
        self._entry = np.asarray(entry, float)
        self._hold_s, self._way_s = hold_s, way_s
        self.from_s, self.until_s = touch.time_s - way_s - 2 * hold_s, touch.time_s + way_s + 2 * hold_s
        self._wobble = rng.uniform(-0.3, 0.3, size=2) * width_px
        self._glove = (220, 215, 190) if look.is_staff and rng.random() < 0.3 else None

    def at(self, time_s: float) -> list[Placed]:
        share = self._share(time_s)
        target = self._touch.point
        far = self._entry + (self._entry - target) * 0.1
        hand = far + (target - far) * share + self._wobble * (1 - share)
        shoulder = self._entry + (self._entry - target) * 0.5
        carried = self._touch.carried(time_s)
        limb = Limb(shoulder, hand + np.array((0, self._width * 0.3)), self._width)
        return [*_held(carried, hand), arm_sprite(limb, self._look, grips=carried is not None, glove=self._glove)]

    def _share(self, time_s: float) -> float:
        """How far the arm has come: 1 at the place, in time for what is taken or brought."""
        since_s = time_s - self._touch.time_s
        if self._touch.take is not None:
            since_s += self._hold_s
        elif self._touch.bring is not None:
            since_s -= self._hold_s
        return ease(1 - (abs(since_s) - self._hold_s) / self._way_s) if abs(since_s) > self._hold_s else 1.0


@dataclass(frozen=True, slots=True)
class Build:
    """How tall somebody is, and where the top of the head is in the picture, in points."""

    height_px: float
    top_px: float


@dataclass(frozen=True, slots=True, eq=False)
class Pushed:
    """What somebody pushes: its middle and its top, from the middle of the body and the top of the head."""

    sprite: Sprite
    dx: float
    dy: float


class Walker:
    """Somebody who walks in, may stand and reach, and leaves."""

    kind, has_shadow = "person", True

    def __init__(
        self,
        rng: np.random.Generator,
        look: Look,
        build: Build,
        path: Sequence[tuple[float, float]],
        touches: Sequence[Touch] = (),
        front: Sequence[Pushed] = (),
    ) -> None:
        """Path: times in seconds and where the middle of the body is then."""
        self._look, self._build, self._front = look, build, front
        self._times, self._xs = [time_s for time_s, _ in path], [x for _, x in path]
        self._touches = sorted(touches, key=lambda touch: touch.time_s)
        self._steps = [person_sprite(look, build.height_px, phase) for phase in range(4)]
        self.from_s, self.until_s = path[0][0], path[-1][0]
        self._pace = float(rng.uniform(1.4, 2.0))

    def at(self, time_s: float) -> list[Placed]:
        x, height = self._x(time_s), self._build.height_px
        walks = abs(self._x(time_s + 0.1) - self._x(time_s - 0.1)) > 1.5
        phase = int((time_s - self.from_s) * self._pace * 2) % 4 if walks else 0
        bob = (0, 0.006, 0, 0.006)[phase] * height if walks else 0.003 * height * np.sin(time_s * 1.3)
        top, step = self._build.top_px + bob, self._steps[phase]
        out = [part for touch in self._touches for part in self._arm(touch, time_s, x, top)]
        out.append(Placed(step, x - step.shape[1] / 2, top))
        for pushed in self._front:
            left = x + pushed.dx - pushed.sprite.shape[1] / 2
            out.append(Placed(pushed.sprite, left, self._build.top_px + pushed.dy))
        return out

    def _x(self, time_s: float) -> float:
        return float(np.interp(time_s, self._times, self._xs))

    def _arm(self, touch: Touch, time_s: float, x: float, top: float) -> list[Placed]:
        """The arm that reaches, and what it carries; nothing before and after."""
        since_s, before_s, after_s = time_s - touch.time_s, touch.before_s, touch.after_s
        if not -before_s < since_s < after_s:
            return []
        way = (since_s + before_s) / (before_s * 0.75) if since_s < 0 else (after_s - since_s) / (after_s * 0.75)
        height = self._build.height_px
        side = 1 if touch.point[0] > x else -1
        shoulder = np.array([x + side * height * 0.1 * self._look.girth, top + height * 0.215])
        rest = shoulder + np.array((side * height * 0.05, height * 0.2))
        hand = rest + (touch.point - rest) * ease(way)
        carried = touch.carried(time_s)
        arm = arm_sprite(Limb(shoulder, hand, height * 0.062), self._look, grips=carried is not None)
        return [*_held(carried, hand), arm]


@dataclass(frozen=True, slots=True)
class Sway:
    """How far something that hangs swings to each side, and how long it takes to and fro."""

    angle_deg: float
    period_s: float


class Thing:
    """A sprite moved along (time, x, y) of its upper left corner."""

    def __init__(
        self,
        kind: str,
        sprite: Sprite,
        keys: Sequence[tuple[float, float, float]],
        *,
        sway: Sway | None = None,
        has_shadow: bool = True,
    ) -> None:
        self.kind, self.has_shadow = kind, has_shadow
        self._sprite, self._sway = sprite, sway
        self._times, self._xs, self._ys = ([key[part] for key in keys] for part in range(3))
        self.from_s, self.until_s = keys[0][0], keys[-1][0]

    def at(self, time_s: float) -> list[Placed]:
        x = float(np.interp(time_s, self._times, self._xs))
        y = float(np.interp(time_s, self._times, self._ys))
        sprite = self._sprite
        if self._sway is not None:
            turn = self._sway.angle_deg * np.sin(2 * np.pi * time_s / self._sway.period_s)
            sprite = rotated(sprite, turn)
            x, y = x - (sprite.shape[1] - self._sprite.shape[1]) / 2, y - (sprite.shape[0] - self._sprite.shape[0]) / 2
        return [Placed(sprite, x, y)]


def _held(sprite: Sprite | None, hand: Point) -> list[Placed]:
    """What a hand holds, about its middle."""
    if sprite is None:
        return []
    return [Placed(sprite, hand[0] - sprite.shape[1] / 2, hand[1] - sprite.shape[0] / 2)]
