"""Sets the demo's scene where no public file is to be had: a clip that edgekit renders, with its own truth."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Final

import numpy as np

from edgekit.demo.scene import Scene
from edgekit.demo.simulated import simulated_verdict
from edgekit.replay.simulation.folder import write_folder
from edgekit.replay.simulation.script import Action, Kind, Script
from edgekit.replay.simulation.shelves import ShelfStyle, rendered_scene
from edgekit.replay.simulation.simulation import Simulation, simulate

__all__ = ["FOLDER", "SEED", "embedded_clip", "set_embedded_scene"]

FOLDER: Final = "embedded"
"""Below the demo's folder, so that its log and those of the real clip keep apart."""

SEED: Final = 14
FPS: Final = 8.0
DURATION_S: Final = 72.0


def embedded_clip(seed: int = SEED) -> Simulation:
    """A shelf of two boards: three products are taken and put back among hands, a shopper and a step of the light."""
    style = ShelfStyle(rows=2, facings=10, zoom=0.8, tilt=0.25, similar=0.1)
    scene = rendered_scene(np.random.default_rng(seed), style)
    names = [facing.id for facing in scene.facings]
    first, second, third, untouched = names[1], names[-2], names[len(names) // 2], names[0]
    actions = (
        Action(Kind.TAKE, 10.0, 3.0, (first,)),
        Action(Kind.TOUCH, 17.0, 3.0, (untouched,)),
        Action(Kind.SHOPPER, 22.0, 5.0),
        Action(Kind.TAKE, 30.0, 3.0, (second,)),
        Action(Kind.RESTOCK, 34.0, 3.0, (first,)),
        Action(Kind.GONE, 39.0, 0.0, (third,)),
        Action(Kind.LIGHT_STEP, 45.0, 8.0),
        Action(Kind.RESTOCK, 56.0, 3.0, (second, third)),
    )
    return simulate(Script("demo", DURATION_S, actions, fps=FPS), scene, seed)


def set_embedded_scene(out: Path, why: str) -> Scene:
    """Render the clip into `out`, with reference picture, planogram, config and truth.

    Args:
        out: folder to write to.
        why: one sentence on what is not to be had.

    Raises:
        OutputError: `out` cannot be written.
    """
    clip = embedded_clip()
    config = write_folder(clip, out)
    about = f"Input: a shelf that edgekit renders (seed {SEED}), with no model, since {why}"
    return Scene(config, None, (), about, partial(simulated_verdict, truth=clip.truth, config=config, fps=FPS))
