"""Performs people and things that come before the shelf: shoppers, trolleys, crates, price tags."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from edgekit.replay.simulation.figures import crate, shopper, trolley
from edgekit.replay.simulation.furniture import draw_price_tag
from edgekit.replay.simulation.layers import Layer, mirrored
from edgekit.replay.simulation.script import Action, Kind
from edgekit.replay.simulation.stage import Piece, Stage, Track

__all__ = ["perform_in_front"]

Canvas = tuple[int, int]


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


def _walker(stage: Stage, action: Action, canvas: Canvas) -> tuple[tuple[Layer, ...], tuple[Layer, ...], int]:
    """Somebody with their steps to the right and to the left, and how far down their head is."""
    height = round(canvas[1] * stage.random.uniform(0.75, 1.6) * action.strength)
    steps = shopper(stage.random, height, phases=4)
    top = max(canvas[1] - height - 4, round(canvas[1] * stage.random.uniform(0.02, 0.3)))
    return steps, tuple(mirrored(step) for step in steps), top


def _shopper(stage: Stage, action: Action, canvas: Canvas) -> None:
    """Somebody walks through the picture in `lasts_s` (default 4)."""
    from_s, until_s = action.at_s, action.at_s + (action.lasts_s or 4.0)
    steps, back, top = _walker(stage, action, canvas)
    rightwards, pace = stage.random.random() < 0.5, stage.random.uniform(1.2, 2.2)
    width = steps[0].size_wh[0]

    def pieces(time_s: float) -> list[Piece]:
        share = (time_s - from_s) / (until_s - from_s)
        x = -width + (canvas[0] + width) * (share if rightwards else 1 - share)
        step = (steps if rightwards else back)[int(time_s * pace * 4) % len(steps)]
        return [(step, round(x), top + round(3 * np.sin(time_s * pace * 4 * np.pi)))]

    stage.tracks.append(Track(from_s, until_s, pieces))
    stage.nuisance("shopper", from_s, until_s)


def _stander(stage: Stage, action: Action, canvas: Canvas) -> None:
    """Somebody comes, stands there for long, sways and looks about, and goes."""
    from_s, until_s = action.at_s, action.at_s + (action.lasts_s or 20.0)
    steps, back, top = _walker(stage, action, canvas)
    middle, _ = _middle_of(stage, action, canvas)
    width = steps[0].size_wh[0]
    stop, away = middle - width / 2, float(stage.random.choice([-width, canvas[0]]))
    way_s = min(2.5, (until_s - from_s) / 4)
    restless, phase = stage.random.uniform(1, 9), stage.random.uniform(0, 6)

    def pieces(time_s: float) -> list[Piece]:
        outside = 1 - min(1.0, (time_s - from_s) / way_s, (until_s - time_s) / way_s)
        x = stop + (away - stop) * outside
        walking = outside > 0
        sway = 0.0 if walking else restless * (np.sin(time_s * 0.9 + phase) + 0.5 * np.sin(time_s * 2.3))
        step = int(time_s * 6) % len(steps) if walking else int(time_s / 7) % 2 * 2
        return [((back if away > stop else steps)[step], round(x + sway), top)]

    stage.tracks.append(Track(from_s, until_s, pieces))
    stage.nuisance("stander", from_s, until_s)


def _parked(
    draw: Callable[[np.random.Generator, int, int], Layer], kind: str
) -> Callable[[Stage, Action, Canvas], None]:
    def perform(stage: Stage, action: Action, canvas: Canvas) -> None:
        """Something is pushed before the shelf, stays, and is taken away."""
        from_s, until_s = action.at_s, action.at_s + (action.lasts_s or 30.0)
        random = stage.random
        width = round(canvas[0] * random.uniform(0.2, 0.42) * action.strength)
        x, y = _middle_of(stage, action, canvas)
        top = min(y - width * random.uniform(0.1, 0.5), canvas[1] * 0.8)
        layer = draw(random, width, round(canvas[1] - top + width * random.uniform(-0.1, 0.4)))
        stop = (x - width / 2, top)
        away = float(random.choice([-width, canvas[0]]))
        way_s = min(2.0, (until_s - from_s) / 4)

        def pieces(time_s: float) -> list[Piece]:
            outside = 1 - min(1.0, (time_s - from_s) / way_s, (until_s - time_s) / way_s)
            return [(layer, round(stop[0] + (away - stop[0]) * outside), round(stop[1]))]

        stage.tracks.append(Track(from_s, until_s, pieces))
        stage.nuisance(kind, from_s, until_s)

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
    Kind.TROLLEY: _parked(trolley, "trolley"),
    Kind.CRATE: _parked(crate, "crate"),
    Kind.PRICE_TAG: _price_tag,
}
