"""`edgekit simulate`: scripted clips of a shelf, with what truly happens in them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from edgekit.errors import UsageError

if TYPE_CHECKING:
    from edgekit.replay.simulation.layers import Layer
    from edgekit.replay.simulation.scene import Scene


def simulate(
    out: Annotated[Path, typer.Option(help="Folder for the clips, one folder each.", file_okay=False)],
    scenario: Annotated[
        list[str] | None, typer.Option(help="Its name, more than once for several; without it, all of them.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Another seed, another shelf and another story.")] = 0,
    picture: Annotated[
        Path | None, typer.Option(help="A photograph of your own full shelf to play on (with --planogram).")
    ] = None,
    planogram: Annotated[Path | None, typer.Option(help="The facings of that photograph.")] = None,
    products: Annotated[Path | None, typer.Option(help="Folder of product pictures to stand on the shelf.")] = None,
    minutes: Annotated[float | None, typer.Option(min=0.1, max=600, help="Length of each clip.")] = None,
    size: Annotated[str, typer.Option(help="Size of a rendered picture.")] = "640x480",
    fps: Annotated[float, typer.Option(min=1, max=30, help="Frames per second.")] = 5.0,
    names: Annotated[bool, typer.Option("--list", help="Only say which scenarios there are.")] = False,
) -> None:
    """Make clips in which it is known what happens: products taken and put back, shoppers, light, bumps.

    Each folder holds clip, reference picture, planogram, edgekit.yaml and truth.json: `edgekit run --config` and
    `edgekit replay` take it as it is. Without a picture it renders shelves and packages of its own.

    Example: edgekit simulate --out clips --scenario shoppers --scenario bump --seed 3

    Example: edgekit simulate --out clips --picture shelf.jpg --planogram shelf.yaml --scenario everything
    """
    from edgekit.replay.simulation.clip import ClipOptions, scenario_clip
    from edgekit.replay.simulation.folder import write_folder
    from edgekit.replay.simulation.scenarios import SCENARIOS, named

    if names:
        for one in SCENARIOS.values():
            typer.echo(f"{one.name:16} {one.about}")
        return
    chosen = list(SCENARIOS) if not scenario or "all" in scenario else [named(name).name for name in scenario]
    scene, options = None, ClipOptions(None if minutes is None else minutes * 60, fps, _size_wh(size))
    if picture is not None or planogram is not None:
        scene = _photo_scene(picture, planogram, products, seed)
    elif products is not None:
        options = replace(options, products=_products(products, seed))
    for name in chosen:
        simulation = scenario_clip(name, seed, options, scene=scene)
        config = write_folder(simulation, out / name)
        changes, seconds = len(simulation.truth.changes), simulation.script.duration_s
        typer.echo(f"{config}: {seconds:g} s, {len(simulation.facings)} facings, {changes} changes")


def _photo_scene(picture: Path | None, planogram: Path | None, products: Path | None, seed: int) -> Scene:
    import numpy as np

    from edgekit.replay.simulation.photo import photo_scene
    from edgekit.shelf.planogram import load_planogram

    if picture is None or planogram is None:
        raise UsageError(
            "--picture and --planogram belong together.", hint="Say both: --picture shelf.jpg --planogram shelf.yaml"
        )
    strangers = () if products is None else _products(products, seed)
    return photo_scene(picture, load_planogram(planogram), np.random.default_rng(seed), products=strangers)


def _products(folder: Path, seed: int) -> tuple[Layer, ...]:
    import numpy as np

    from edgekit.replay.simulation.pictures import read_products

    return read_products(folder, np.random.default_rng(seed))


def _size_wh(text: str) -> tuple[int, int]:
    parts = text.lower().split("x")
    if len(parts) != 2 or not all(part.isdecimal() and 160 <= int(part) <= 1920 for part in parts):
        raise UsageError(f"--size {text!r} is not WIDTHxHEIGHT, 160 to 1920 each.", hint="Say: --size 640x480")
    return int(parts[0]), int(parts[1])
