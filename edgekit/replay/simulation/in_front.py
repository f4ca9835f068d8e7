"""Performs people and things that come before the shelf: shoppers, trolleys, crates, price tags."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from edgekit.replay.simulation.figures import crate, shopper, trolley
from edgekit.replay.simulation.furniture import draw_price_tag
from edgekit.replay.simulation.in_light import brightened
from edgekit.replay.simulation.layers import Layer, mirrored
from edgekit.replay.simulation.script import Action, Kind
from edgekit.replay.simulation.shading import shade_of
from edgekit.replay.simulation.stage import Piece, Pieces, Stage, envelope

__all__ = ["perform_in_front"]

Canvas = tuple[int, int]
_LEAST_TALL: Final = 3.5
"""Nobody before a shelf looks less tall than so many of its facings: a child is 1.2 m, a tall package 0.35 m."""


def perform_in_front(stage: Stage, action: Action) -> None:
    """Perform SHOPPER, STANDER, TROLLEY, CRATE or PRICE_TAG; `strength` is their size."""
    width, height = stage.scene.size_wh
    margin = stage.scene.margin_px
    _PERFORMERS[action.kind](stage, action, (width + 2 * margin, height + 2 * margin))


def _middle_of(stage: Stage, action: Action, canvas: Canvas) -> tuple[float, float]:
    """Where to stop, in the picture with margins: at the action's facings, else anywhere."""
    if not action.facings:
        return canvas[0] * stage.random.uniform(0.2, 0.8), canvas[1] * stage.random.uniform(0.4, 0.7)
    points = np.array([point for one in action.facings for point in stage.place(one).facing.polygon_xy_px])
    low, high = points.min(0) + stage.scene.margin_px, points.max(0) + stage.scene.margin_px
    return float(low[0] + high[0]) / 2, float(low[1] + high[1]) / 2


@dataclass(frozen=True, slots=True, eq=False)
class _Walker:
    """Somebody: their steps to the right and to the left, their shade on the shelf, and how far down their head is."""

    steps: tuple[Layer, ...]
    back: tuple[Layer, ...]
    shade: Layer
    top: int

    @property
    def width(self) -> int:
        return self.steps[0].size_wh[0]

    def pieces(self, step: int, x: float, y: float, *, leftwards: bool) -> list[Piece]:
        layer = (self.back if leftwards else self.steps)[step % len(self.steps)]
        wide = (self.shade.size_wh[0] - self.width) // 2
        return [(self.shade, round(x) - wide, round(y) - wide), (layer, round(x), round(y))]


def _walker(stage: Stage, random: np.random.Generator, canvas: Canvas, strength: float) -> _Walker:
    height = round(max(canvas[1] * random.uniform(0.75, 1.6), _LEAST_TALL * _facing_px(stage)) * strength)
    steps = shopper(random, height, phases=4)
    top = max(canvas[1] - height - 4, round(canvas[1] * random.uniform(0.02, 0.3)))
    shade = shade_of(steps[0], float(random.uniform(0.05, 0.4)))
    return _Walker(steps, tuple(mirrored(step) for step in steps), shade, top)


def _facing_px(stage: Stage) -> float:
    """Height of most facings in the picture."""
    return float(np.median([np.ptp(np.array(place.facing.polygon_xy_px)[:, 1]) for place in stage.scene.places]))


def _shopper(stage: Stage, action: Action, canvas: Canvas) -> None:
    """Somebody walks through the picture in `lasts_s` (default 4)."""
    from_s, until_s = action.at_s, action.at_s + (action.lasts_s or 4.0)

    def begin(random: np.random.Generator) -> Pieces:
        walker = _walker(stage, random, canvas, action.strength)
        leftwards, pace = random.random() < 0.5, random.uniform(1.2, 2.2)

        def pieces(time_s: float) -> list[Piece]:
            share = (time_s - from_s) / (until_s - from_s)
            x = -walker.width + (canvas[0] + walker.width) * (1 - share if leftwards else share)
            y = walker.top + 3 * np.sin(time_s * pace * 4 * np.pi)
            return walker.pieces(int(time_s * pace * 4), x, y, leftwards=leftwards)

        return pieces

    stage.track(from_s, until_s, begin)
    _answer(stage, from_s, until_s)
    stage.nuisance("shopper", from_s, until_s)


def _stander(stage: Stage, action: Action, canvas: Canvas) -> None:
    """Somebody comes, stands there for long, sways and looks about, and goes."""
    from_s, until_s = action.at_s, action.at_s + (action.lasts_s or 20.0)
    middle, _ = _middle_of(stage, action, canvas)
    way_s = min(2.5, (until_s - from_s) / 4)

    def begin(random: np.random.Generator) -> Pieces:
        walker = _walker(stage, random, canvas, action.strength)
        stop, away = middle - walker.width / 2, float(random.choice([-walker.width, canvas[0]]))
        restless, phase = random.uniform(1, 9), random.uniform(0, 6)

        def pieces(time_s: float) -> list[Piece]:
            outside = 1 - min(1.0, (time_s - from_s) / way_s, (until_s - time_s) / way_s)
            sway = 0.0 if outside else restless * (np.sin(time_s * 0.9 + phase) + 0.5 * np.sin(time_s * 2.3))
            step = int(time_s * 6) if outside else int(time_s / 7) % 2 * 2
            x = stop + (away - stop) * outside + sway
            return walker.pieces(step, x, walker.top, leftwards=away > stop)

        return pieces

    stage.track(from_s, until_s, begin)
    _answer(stage, from_s, until_s)
    stage.nuisance("stander", from_s, until_s)


def _answer(stage: Stage, from_s: float, until_s: float) -> None:
    """The camera's exposure answers to somebody's dark or light clothes, as far as it does."""
    gain = float(stage.random.choice([1.0, stage.random.uniform(0.88, 1.14)]))
    if gain != 1.0:
        stage.effect(
            from_s,
            until_s,
            lambda _: (
                lambda pixels, time_s, __: brightened(pixels, 1 + (gain - 1) * envelope(time_s, from_s, until_s, 1.5))
            ),
            order=0,
        )


def _parked(draw: Callable[[np.random.Generator, int, int], Layer]) -> Callable[[Stage, Action, Canvas], None]:
    def perform(stage: Stage, action: Action, canvas: Canvas) -> None:
        """Something is pushed before the shelf, stays, and is taken away."""
        from_s, until_s = action.at_s, action.at_s + (action.lasts_s or 30.0)
        x, y = _middle_of(stage, action, canvas)
        way_s = min(2.0, (until_s - from_s) / 4)

        def begin(random: np.random.Generator) -> Pieces:
            width = round(canvas[0] * random.uniform(0.2, 0.42) * action.strength)
            top = min(y - width * random.uniform(0.1, 0.5), canvas[1] * 0.8)
            layer = draw(random, width, round(canvas[1] - top + width * random.uniform(-0.1, 0.4)))
            stop, away = x - width / 2, float(random.choice([-width, canvas[0]]))

            def pieces(time_s: float) -> list[Piece]:
                outside = 1 - min(1.0, (time_s - from_s) / way_s, (until_s - time_s) / way_s)
                return [(layer, round(stop + (away - stop) * outside), round(top))]

            return pieces

        stage.track(from_s, until_s, begin)
        stage.nuisance(action.kind.value, from_s, until_s)

    return perform


def _price_tag(stage: Stage, action: Action, canvas: Canvas) -> None:
    """A new price tag is put on the rail below the facings, for good."""
    for facing in action.facings:
        points = np.array(stage.place(facing).facing.polygon_xy_px) + stage.scene.margin_px
        width = max(10, round(float(np.ptp(points[:, 0])) * stage.random.uniform(0.3, 0.7)))
        height = max(6, width // 2)
        paper = np.zeros((height, width, 3), np.uint8)
        draw_price_tag(paper, stage.random)
        tag = Layer(paper, np.full((height, width), 255, np.uint8))
        x, y = round(float(points[:, 0].min()) + width * 0.3), round(float(points[:, 1].max())) + 1
        stage.fittings.append((stage.frame_time_s(action.at_s), (tag, x, y)))
    stage.nuisance("price_tag", action.at_s, action.at_s + 3)


_PERFORMERS: Final = {
    Kind.SHOPPER: _shopper,
    Kind.STANDER: _stander,
    Kind.TROLLEY: _parked(trolley),
    Kind.CRATE: _parked(crate),
    Kind.PRICE_TAG: _price_tag,
}
