"""`edgekit simulate`: scripted clips of a shelf, with what truly happens in them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from edgekit.errors import UsageError


def simulate(
    out: Annotated[Path, typer.Option(help="Folder for the clips, one folder each.", file_okay=False)],
    scenario: Annotated[
        list[str] | None, typer.Option(help="Its name, more than once for several; without it, all of them.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Another seed, another shelf and another story.")] = 0,
    minutes: Annotated[float | None, typer.Option(min=0.1, max=600, help="Length of each clip.")] = None,
    size: Annotated[str, typer.Option(help="Size of a rendered picture.")] = "640x480",
    fps: Annotated[float, typer.Option(min=1, max=30, help="Frames per second.")] = 5.0,
) -> None:
    """Make clips in which it is known what happens: products taken and put back, shoppers, light, bumps.

    Each folder holds clip, reference picture, planogram, edgekit.yaml and truth.json: `edgekit run --config` and
    `edgekit replay` take it as it is.

    Example: edgekit simulate --out clips --scenario shoppers --scenario bump --seed 3
    """
    from edgekit.replay.simulation.clip import ClipOptions, scenario_clip
    from edgekit.replay.simulation.folder import write_folder
    from edgekit.replay.simulation.scenarios import SCENARIOS, named

    names = list(SCENARIOS) if not scenario or "all" in scenario else [named(name).name for name in scenario]
    options = ClipOptions(None if minutes is None else minutes * 60, fps, _size_wh(size))
    for name in names:
        simulation = scenario_clip(name, seed, options)
        config = write_folder(simulation, out / name)
        changes, seconds = len(simulation.truth.changes), simulation.script.duration_s
        typer.echo(f"{config}: {seconds:g} s, {len(simulation.facings)} facings, {changes} changes")


def _size_wh(text: str) -> tuple[int, int]:
    parts = text.lower().split("x")
    if len(parts) != 2 or not all(part.isdecimal() and 160 <= int(part) <= 1920 for part in parts):
        raise UsageError(f"--size {text!r} is not WIDTHxHEIGHT, 160 to 1920 each.", hint="Say: --size 640x480")
    return int(parts[0]), int(parts[1])
