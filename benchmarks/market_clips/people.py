"""People before the shelf: bodies that walk, stop and lean, and arms that reach."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from market_clips.layer import Cloth, Layer, new_cloth
from market_clips.paint import Colour, Image, dimmed, hsv

Point = tuple[float, float]
PATTERNS = ("plain", "plain", "stripes", "checks", "dots")


@dataclass(frozen=True, slots=True, eq=False)
class Wear:
    """Skin, hair and clothes of one person; sleeve says whether the arm below the elbow is covered."""

    skin: Colour
    hair: Colour
    top: Cloth
    trousers: Cloth
    sleeve: bool
    glove: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Grab:
    """One reach of a hand to a place on the shelf.

    Attributes:
        touch_s: when the hand arrives; it stays until leave_s.
        brings: the unit in the hand on the way in, or None.
        takes: the unit in the hand on the way out, or None.
    """

    target: Point
    from_s: float
    touch_s: float
    leave_s: float
    until_s: float
    brings: Image | None = None
    takes: Image | None = None

    def reach(self, time_s: float) -> float:
        """How far the hand is out (0 at rest, 1 at the shelf)."""
        if time_s < self.touch_s:
            return _eased((time_s - self.from_s) / (self.touch_s - self.from_s))
        if time_s <= self.leave_s:
            return 1.0
        return _eased((self.until_s - time_s) / (self.until_s - self.leave_s))

    def held(self, time_s: float) -> Image | None:
        """The unit in the hand."""
        return self.brings if time_s < self.leave_s - 1e-6 else self.takes


def _eased(share: float) -> float:
    inside = min(1.0, max(0.0, share))
    return inside * inside * (3 - 2 * inside)


def new_wear(rng: np.random.Generator, colour: Colour | None = None) -> Wear:
    """Clothes at random, the top in a given colour if there is one."""
    tone = rng.uniform(0.35, 0.95)
    skin = hsv(rng.uniform(0.03, 0.07), rng.uniform(0.3, 0.55), tone)
    hair = hsv(rng.uniform(0.03, 0.12), rng.uniform(0.1, 0.7), rng.uniform(0.08, 0.7))
    top = colour or hsv(rng.uniform(), rng.uniform(0.05, 0.9), rng.uniform(0.15, 0.9))
    legs = hsv(rng.uniform(0.55, 0.7), rng.uniform(0.1, 0.6), rng.uniform(0.12, 0.5))
    pattern = PATTERNS[int(rng.integers(len(PATTERNS)))]
    covered = bool(rng.random() < 0.6)
    return Wear(skin, hair, new_cloth(rng, top, pattern), new_cloth(rng, legs, "plain"), covered)


def _limb(layer: Layer, start: Point, end: Point, widths: tuple[float, float], paint: Colour | Cloth) -> None:
    along = np.array(end) - np.array(start)
    across = np.array([-along[1], along[0]]) / max(1e-6, float(np.hypot(*along)))
    first, second = np.array(start), np.array(end)
    corners = [first + across * widths[0], second + across * widths[1], second - across * widths[1]]
    layer.fill([*corners, first - across * widths[0]], paint, start)
    layer.disc(start, (widths[0], widths[0]), paint)


def draw_arm(layer: Layer, shoulder: Point, hand: Point, tall: float, wear: Wear, item: Image | None) -> None:
    """An arm from a shoulder to a hand, for a person `tall` pixels high, with what the hand holds."""
    start, end = np.array(shoulder), np.array(hand)
    along = end - start
    bend = np.array([-along[1], along[0]]) * 0.16 + (0, tall * 0.03)
    elbow = start + along * 0.5 + bend
    joint = (float(elbow[0]), float(elbow[1]))
    _limb(layer, shoulder, joint, (tall * 0.036, tall * 0.028), wear.top)
    _limb(layer, joint, hand, (tall * 0.029, tall * 0.019), wear.top if wear.sleeve else wear.skin)
    skin = (200, 120, 60) if wear.glove else wear.skin
    if item is not None:
        layer.stamp(item, (hand[0], hand[1] - tall * 0.01))
    layer.disc(hand, (tall * 0.024, tall * 0.028), skin)
    forward = along / max(1e-6, float(np.hypot(*along)))
    for spread in (-0.5, 0.0, 0.5):
        tip = end + (forward + spread * np.array([-forward[1], forward[0]])) * tall * 0.045
        shade = dimmed(skin, 0.92 + 0.1 * spread)
        _limb(layer, hand, (float(tip[0]), float(tip[1])), (tall * 0.009, tall * 0.007), shade)


@dataclass(frozen=True, slots=True, eq=False)
class Arm:
    """An arm that comes from beyond the picture, once or several times."""

    shoulder: Point
    tall: float
    wear: Wear
    grabs: tuple[Grab, ...]

    @property
    def from_s(self) -> float:
        """When it first may be seen."""
        return self.grabs[0].from_s

    @property
    def until_s(self) -> float:
        """When it is gone."""
        return self.grabs[-1].until_s

    def draw(self, layer: Layer, time_s: float) -> None:
        """Draw the arm as far as it is out."""
        for grab in self.grabs:
            if grab.from_s <= time_s < grab.until_s:
                out = grab.reach(time_s)
                hand = _between(self.shoulder, grab.target, out)
                draw_arm(layer, self.shoulder, hand, self.tall, self.wear, grab.held(time_s))


@dataclass(frozen=True, slots=True, eq=False)
class GuidedArm:
    """An arm from beyond the picture whose hand follows stops of (time, place) and carries a unit for a while."""

    shoulder: Point
    tall: float
    wear: Wear
    stops: tuple[tuple[float, Point], ...]
    unit: Image
    carries: tuple[float, float]

    @property
    def from_s(self) -> float:
        """When it first may be seen."""
        return self.stops[0][0]

    @property
    def until_s(self) -> float:
        """When it is gone."""
        return self.stops[-1][0]

    def draw(self, layer: Layer, time_s: float) -> None:
        """Draw the arm with its hand on the way between two stops."""
        times = [at for at, _ in self.stops]
        x = float(np.interp(time_s, times, [place[0] for _, place in self.stops]))
        y = float(np.interp(time_s, times, [place[1] for _, place in self.stops]))
        item = self.unit if self.carries[0] <= time_s < self.carries[1] else None
        draw_arm(layer, self.shoulder, (x, y), self.tall, self.wear, item)


def _between(start: Point, end: Point, share: float) -> Point:
    return start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share


@dataclass(frozen=True, slots=True, eq=False)
class Body:
    """A person seen from behind, who walks along a path of (time, x) and may reach for the shelf.

    Attributes:
        tall: height in pixels; feet: y of the feet on the canvas, which may lie below it.
        lean: how far the head comes forward, as a share of the height.
    """

    path: tuple[tuple[float, float], ...]
    tall: float
    feet: float
    wear: Wear
    grabs: tuple[Grab, ...] = ()
    lean: float = 0.0

    @property
    def from_s(self) -> float:
        """When it first may be seen."""
        return self.path[0][0]

    @property
    def until_s(self) -> float:
        """When it is gone."""
        return self.path[-1][0]

    def draw(self, layer: Layer, time_s: float) -> None:
        """Draw legs, trunk, head and arms."""
        times, ways = zip(*self.path, strict=True)
        x = float(np.interp(time_s, times, ways))
        speed = abs(float(np.interp(time_s + 0.1, times, ways)) - x)
        stride = np.sin(time_s * 7.0) * min(1.0, speed / 2.0)
        x += np.sin(time_s * 1.3 + self.tall) * self.tall * 0.008
        rise = abs(stride) * self.tall * 0.012
        self._draw_legs(layer, x, stride)
        self._draw_trunk(layer, x, rise)
        self._draw_arms(layer, x, rise, stride, time_s)

    def _draw_legs(self, layer: Layer, x: float, stride: float) -> None:
        hip, reach = self.feet - self.tall * 0.5, self.tall * 0.1 * stride
        for side in (-1, 1):
            foot = (x + side * (self.tall * 0.05 + reach), self.feet - abs(reach) * (side > 0))
            _limb(layer, (x + side * self.tall * 0.045, hip), foot, (self.tall * 0.06, self.tall * 0.04), self.trousers)

    @property
    def trousers(self) -> Cloth:
        """What covers the legs."""
        return self.wear.trousers

    def _draw_trunk(self, layer: Layer, x: float, rise: float) -> None:
        tall, top = self.tall, self.feet - self.tall - rise
        lean = self.lean * tall
        outline = [(-0.045, 0.155), (0.045, 0.155), (0.12, 0.2), (0.125, 0.3), (0.1, 0.53), (-0.1, 0.53)]
        outline += [(-0.125, 0.3), (-0.12, 0.2)]
        trunk = [(x + lean * (0.55 - v) * 2 + u * tall, top + v * tall) for u, v in outline]
        layer.fill(trunk, self.wear.top, (x, top))
        head = (x + lean * 0.95, top + tall * 0.075)
        layer.fill(_box((head[0], top + tall * 0.14), tall * 0.035, tall * 0.04), dimmed(self.wear.skin, 0.85))
        layer.disc(head, (tall * 0.06, tall * 0.075), self.wear.skin)
        layer.disc((head[0], head[1] - tall * 0.015), (tall * 0.063, tall * 0.066), self.wear.hair)

    def _draw_arms(self, layer: Layer, x: float, rise: float, stride: float, time_s: float) -> None:
        shoulder_y = self.feet - self.tall * 0.79 - rise
        busy = next((g for g in self.grabs if g.from_s <= time_s < g.until_s), None)
        reaching = 0 if busy is None else (1 if busy.target[0] > x else -1)
        for side in (-1, 1):
            shoulder = (x + side * self.tall * 0.11, shoulder_y)
            rest = (x + side * self.tall * (0.15 + 0.03 * stride), self.feet - self.tall * 0.47)
            if busy is not None and side == reaching:
                hand = _between(rest, busy.target, busy.reach(time_s))
                draw_arm(layer, shoulder, hand, self.tall, self.wear, busy.held(time_s))
            else:
                draw_arm(layer, shoulder, rest, self.tall, self.wear, None)


def _box(centre: Point, half_w: float, half_h: float) -> list[Point]:
    x, y = centre
    return [(x - half_w, y - half_h), (x + half_w, y - half_h), (x + half_w, y + half_h), (x - half_w, y + half_h)]
