"""What people do before a shelf: an arm that reaches, a visit, somebody who passes, what is left there."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from store_clips.actors import Build, Pushed, Reach, Sway, Thing, Touch, Walker
from store_clips.arm import Point
from store_clips.colours import hsv, opaque
from store_clips.draws import pick
from store_clips.facing import Facing
from store_clips.looks import Look, new_look
from store_clips.sprites import clear
from store_clips.story import Story
from store_clips.things import box_sprite, cup_sprite


def reach(story: Story, touch: Touch, *, look: Look | None = None, hold_s: float | None = None) -> None:
    """An arm reaches in from below or from a side; without a look, anybody's."""
    rng = story.rng
    width = story.height * 0.085 * story.scale * rng.uniform(0.85, 1.15)
    look = look or new_look(rng)
    entry = _entry(story, touch.point)
    hold_s = hold_s or float(rng.uniform(0.2, 0.6))
    story.add(Reach(rng, look, entry, touch, width, hold_s, float(rng.uniform(0.7, 1.1))))


def _entry(story: Story, target: Point) -> tuple[float, float]:
    """Where an arm comes from."""
    rng = story.rng
    side = pick(rng, ("bottom", "bottom", "left", "right"))
    if side == "bottom":
        return target[0] + rng.uniform(-0.25, 0.25) * story.width, story.height * 1.12
    x = (-0.12 if side == "left" else 1.12) * story.width
    return x, min(story.height * 1.05, target[1] + rng.uniform(0.1, 0.4) * story.height)


def visit(
    story: Story,
    touches: Sequence[Touch],
    *,
    look: Look | None = None,
    is_child: bool = False,
    stay_s: float = 1.5,
) -> None:
    """Somebody walks in, stands beside what is touched, one after the other, and leaves."""
    rng, width = story.rng, story.width
    look = look or new_look(rng)
    top, height = story.height * rng.uniform(0.1, 0.3), story.height * rng.uniform(1.15, 1.5)
    if is_child:
        top, height = story.height * rng.uniform(0.5, 0.58), story.height * 0.85
    top = min(top, min(touch.point[1] for touch in touches) + 0.05 * height)
    speed = rng.uniform(0.28, 0.45) * width
    outside = width * 0.05 + height * 0.23
    start = -outside if rng.random() < 0.5 else width + outside
    side = float(pick(rng, (-1, 1)))
    first_x = touches[0].point[0]
    if first_x < width * 0.25:
        side = 1.0
    elif first_x > width * 0.75:
        side = -1.0
    beside = side * (height * rng.uniform(0.2, 0.27))
    end = -outside if rng.random() < 0.5 else width + outside
    path = _visit_path([(touch.time_s, touch.point[0] + beside) for touch in touches], (start, end), speed, stay_s)
    story.add(Walker(rng, look, Build(height, top), path, touches))


def _visit_path(
    stands: list[tuple[float, float]], ends: tuple[float, float], speed: float, stay_s: float
) -> list[tuple[float, float]]:
    """Times and places: from one end by way of where somebody stands (at a time, there) to the other end."""
    first_s, first_x = stands[0]
    path = [(first_s - 1.1 - stay_s * 0.5 - abs(first_x - ends[0]) / speed, ends[0])]
    for time_s, x in stands:
        comes_s = time_s - 1.1 - (stay_s * 0.5 if len(path) == 1 else 0)
        if comes_s > path[-1][0] + 0.05:
            path.append((comes_s, x))
        path.append((max(time_s + 1.0, path[-1][0] + 0.1), x))
    path.append((path[-1][0] + stay_s * 0.5, path[-1][1]))
    path.append((path[-1][0] + abs(ends[1] - path[-1][1]) / speed, ends[1]))
    return path


def walk_past(
    story: Story,
    time_s: float,
    speed: float,
    *,
    stop_s: float = 0.0,
    build: Build | None = None,
    is_child: bool = False,
    front: Sequence[Pushed] = (),
) -> None:
    """Somebody walks through at about a time, perhaps standing for a while; speed in widths of the picture a second."""
    rng, width = story.rng, story.width
    look = new_look(rng)
    if build is None:
        top = story.height * rng.uniform(0.05, 0.35)
        build = Build(story.height * rng.uniform(1.1, 1.5), top)
    if is_child:
        build = Build(story.height * 0.85, story.height * 0.52)
    outside = width * 0.05 + build.height_px * 0.23
    outside += max([abs(pushed.dx) + pushed.sprite.shape[1] / 2 for pushed in front], default=0)
    speed *= width
    start, end = (-outside, width + outside) if rng.random() < 0.5 else (width + outside, -outside)
    if stop_s:
        x = width * rng.uniform(0.2, 0.8)
        leaves_s = time_s + stop_s
        path = [
            (time_s - abs(x - start) / speed, start),
            (time_s, x),
            (leaves_s, x + rng.uniform(-0.02, 0.02) * width),
            (leaves_s + abs(end - x) / speed, end),
        ]
    else:
        half_s = abs(start - end) / speed / 2
        path = [(time_s - half_s, start), (time_s + half_s, end)]
    story.add(Walker(rng, look, build, path, (), front))


def crowd(story: Story, count: int, from_s: float = 6.0, until_s: float | None = None, stopping: float = 0.5) -> None:
    """So many people walk past; some of them (a share) stop, some are children."""
    rng = story.rng
    times = np.linspace(from_s, until_s or story.duration_s - 8, count) + rng.uniform(-2, 2, count)
    for time_s in times:
        speed = float(rng.uniform(0.25, 0.6))
        stop_s = float(rng.uniform(2, 7)) if rng.random() < stopping else 0.0
        walk_past(story, float(time_s), speed, stop_s=stop_s, is_child=rng.random() < 0.15)


def leave_cup(story: Story, time_s: float, facing: Facing) -> None:
    """A customer leaves a paper cup before a product: it covers a small part of it and stays."""
    rng = story.rng
    middle, width, height = story.world.spot(facing)
    cup = cup_sprite(rng, int(max(8, min(width * 0.42, height * 0.34))), int(max(10, height * 0.4)))
    x = middle[0] + rng.uniform(-0.2, 0.2) * width - cup.shape[1] / 2
    y = middle[1] + height * 0.51 - cup.shape[0]
    time_s = story.snap(time_s)
    look, entry = new_look(rng), _entry(story, middle)
    touch = Touch(time_s, np.array([x + cup.shape[1] / 2, y + cup.shape[0] / 2]), bring=cup)
    story.add(Reach(rng, look, entry, touch, story.height * 0.08 * story.scale))
    story.add(Thing("litter", cup, [(time_s, x, y), (story.duration_s + 1, x, y)], has_shadow=False))


def set_carton(story: Story, from_s: float, until_s: float, share: float = 0.34) -> None:
    """Staff sets a carton down before the lowest board for a while; it takes a share of the picture's width."""
    rng = story.rng
    width, height = int(story.width * share), int(story.height * 0.3)
    carton = box_sprite(rng, width, height)
    x, y = rng.uniform(0.05, 0.6) * story.width, story.height - height * rng.uniform(0.75, 0.95)
    below = story.height
    keys = [(from_s, x, below), (from_s + 0.8, x, y), (until_s - 0.8, x, y), (until_s, x, below)]
    story.add(Thing("carton", carton, keys))


def hang_banner(story: Story, text: str) -> None:
    """A hanging sign that turns in the draught before the upper part of the picture."""
    rng = story.rng
    width, height = int(story.width * 0.22), int(story.height * 0.22 * 0.7)
    sprite = clear(height * 2, width)
    colour = hsv(int(rng.integers(180)), 210, 210)
    cv2.line(sprite, (width // 2, 0), (width // 2, height), (90, 90, 90, 255), 2)
    sprite[height:, :] = opaque(colour)
    at = int(width * 0.08), int(height * 1.62)
    cv2.putText(sprite, text, at, cv2.FONT_HERSHEY_DUPLEX, width / 95, (250, 250, 250, 255), 2, cv2.LINE_AA)
    x, y = rng.uniform(0.1, 0.7) * story.width, -height * 1.35
    keys = [(-1, x, y), (story.duration_s + 1, x, y)]
    story.add(Thing("banner", sprite, keys, sway=Sway(7, 5.2), has_shadow=False))
