"""From the name of a scenario to a simulation, on a rendered shelf or on a scene of somebody's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from edgekit.replay.simulation.layers import Layer
from edgekit.replay.simulation.scenarios import named
from edgekit.replay.simulation.scene import Scene
from edgekit.replay.simulation.schedule import Schedule
from edgekit.replay.simulation.script import Script
from edgekit.replay.simulation.shelves import rendered_scene
from edgekit.replay.simulation.simulation import Simulation, simulate

__all__ = ["ClipOptions", "scenario_clip"]


@dataclass(frozen=True, slots=True)
class ClipOptions:
    """What may be chosen of a clip besides scenario and seed.

    Attributes:
        seconds: how long it is; None for the scenario's usual length.
        fps: frames per second.
        size_wh: of a rendered scene's picture.
        products: pictures of products for a rendered scene; none: rendered packages.
    """

    seconds: float | None = None
    fps: float = 5.0
    size_wh: tuple[int, int] = (640, 480)
    products: Sequence[Layer] = ()


def scenario_clip(
    scenario: str, seed: int, options: ClipOptions | None = None, *, scene: Scene | None = None
) -> Simulation:
    """The simulation of a named scenario; the same arguments give the same frames to the bit.

    Args:
        scenario: a key of SCENARIOS.
        seed: decides shelf, script and looks.
        options: length, frame rate, picture size.
        scene: where it plays; without, a shelf is rendered that suits the scenario.

    Raises:
        UsageError: no such scenario.
    """
    options = options or ClipOptions()
    wanted = named(scenario)
    random = np.random.default_rng((seed, *scenario.encode()))
    if scene is None:
        scene = rendered_scene(random, wanted.style(random), size_wh=options.size_wh, products=options.products)
    plan = Schedule(random, scene, options.seconds or wanted.seconds)
    wanted.write(plan)
    noise, softness = float(random.uniform(0.7, 3.0)), float(random.uniform(0.0, 1.1))
    script = Script(scenario, plan.duration_s, tuple(plan.actions), options.fps, noise, softness)
    return simulate(script, scene, seed)
