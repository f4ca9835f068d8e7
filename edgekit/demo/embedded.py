"""Sets the demo's scene where no public file is to be had: a clip that edgekit renders, with its own truth."""

from __future__ import annotations

from functools import partial
from importlib.resources import files
from pathlib import Path
from typing import Final

import numpy as np

from edgekit.demo.crops import CLASSES, rendered_crops
from edgekit.demo.scene import Method, Scene
from edgekit.demo.simulated import simulated_verdict
from edgekit.files import write_whole
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
MODEL: Final = "facing.onnx"
CALIBRATION_SHELVES: Final = 8


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


def set_embedded_scene(out: Path, method: Method, why: str) -> Scene:
    """Render the clip into `out`, with reference picture, planogram, config and truth, and model and crops beside it.

    Args:
        out: folder to write to.
        method: appearance, or else the classifier that was trained on rendered crops.
        why: one sentence on what is not to be had.

    Raises:
        OutputError: `out` cannot be written.
    """
    clip = embedded_clip()
    config = write_folder(clip, out)
    verdict = partial(simulated_verdict, truth=clip.truth, config=config, fps=FPS)
    about = f"Input: a shelf that edgekit renders (seed {SEED})"
    if method is Method.APPEARANCE:
        return Scene(config, None, (), f"{about}, since {why}", verdict)
    bundle = out / "facing.edgekit"
    _by_classifier(config, bundle)
    about += ", with edgekit's own facing classifier"
    return Scene(config, bundle, _export(out, bundle), f"{about}, since {why}", verdict)


def _by_classifier(config: Path, bundle: Path) -> None:
    """Let the classifier judge every facing: `full` means that its product stands there."""
    import yaml

    planogram = config.with_name("planogram.yaml")
    site, shelf = (yaml.safe_load(path.read_text("utf-8")) for path in (config, planogram))
    for facing in shelf["facings"]:
        facing["method"] = "classifier"
    shelf["classes"] = {facing["product"]: ["full"] for facing in shelf["facings"]}
    write_whole(planogram, yaml.safe_dump(shelf, sort_keys=False, default_flow_style=None, width=120).encode())
    write_whole(config, yaml.safe_dump({**site, "model": bundle.name}, sort_keys=False).encode())


def _export(out: Path, bundle: Path) -> tuple[str, ...]:
    """Write model, class names and rendered calibration crops; the arguments of `edgekit export`."""
    import cv2

    write_whole(out / MODEL, files("edgekit.demo").joinpath(MODEL).read_bytes())
    write_whole(out / "classes.txt", "".join(f"{name}\n" for name in CLASSES).encode())
    crops = [crop for shelf in range(CALIBRATION_SHELVES) for crop in rendered_crops(_shelf(shelf), 3)]
    for number, crop in enumerate(crops):
        encoded = bytes(cv2.imencode(".png", crop.pixels)[1])
        write_whole(out / "calibration" / f"{number:03d}-{crop.label}.png", encoded)
    contract = ("--task", "classify", "--classes", str(out / "classes.txt"), "--preprocess", "unit")
    return (str(out / MODEL), *contract, "--int8", "--calibration", str(out / "calibration"), "-o", str(bundle))


def _shelf(number: int) -> np.random.Generator:
    """Neither a shelf of the training nor one that it was held against (scripts/train_facing.py)."""
    return np.random.default_rng((21, number))
