"""`edgekit planogram check`: a planogram over what its camera shows now."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from edgekit.cli.failure import say
from edgekit.cli.pages import Address
from edgekit.cli.planogram_page import HostOption, NoBrowserOption, PortOption, correct, counted
from edgekit.errors import UsageError

if TYPE_CHECKING:
    from edgekit.config.schema import CameraConfig
    from edgekit.frame import Pixels
    from edgekit.planograms.problems import Problem
    from edgekit.shelf.planogram import Planogram

__all__ = ["check"]

WRONG = 3
"""Exit code when a planogram cannot work as it is; things to look at leave it 0."""


def check(
    config: Annotated[Path | None, typer.Option(help="The edgekit.yaml; without it the one in this folder.")] = None,
    camera: Annotated[str | None, typer.Option(help="Only this camera's id, or a source in its place.")] = None,
    planogram: Annotated[Path | None, typer.Option(help="A planogram in place of the configured one.")] = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Draw it over the camera's picture into this PNG or JPEG.")
    ] = None,
    ui: Annotated[
        bool, typer.Option("--ui", help="Open it over the camera's picture in a local page, to correct it there.")
    ] = False,
    no_browser: NoBrowserOption = False,
    host: HostOption = "127.0.0.1",
    port: PortOption = 0,
) -> None:
    """Hold planograms against what their cameras show now, and say per facing what is wrong.

    Example: edgekit planogram check --out check.png

    Example: edgekit planogram check --camera 0 --planogram aisle-3.yaml
    """
    from edgekit.cli.site import RunOptions, site_for_run
    from edgekit.planograms.check import examined
    from edgekit.planograms.looking import frames_of, picture_of
    from edgekit.planograms.overlay import overlaid
    from edgekit.planograms.problems import Severity
    from edgekit.planograms.reference import reference_of
    from edgekit.planograms.writing import write_reference
    from edgekit.shelf.planogram import load_planogram

    site = site_for_run(RunOptions(config=config, camera=camera, planogram=planogram))
    if out is not None and out.suffix.lower() not in (".png", ".jpg", ".jpeg"):
        raise UsageError(f"--out {out}: a picture's name ends in .png or .jpg.")
    if ui and len(site.cameras) != 1:
        ids = ", ".join(one.id for one in site.cameras)
        raise UsageError(f"--ui shows one camera; there are {ids}.", hint=f"Add: --camera {site.cameras[0].id}")
    wrong = False
    for one in site.cameras:
        shelf = load_planogram(one.planogram)
        live = reference_of(frames_of(one.source, seconds=1.0)).pixels
        problems = examined(shelf, picture_of(shelf.reference), live)
        wrong = wrong or any(problem.severity is Severity.ERROR for problem in problems)
        _say(one, shelf, live, problems)
        if out is not None:
            path = out if len(site.cameras) == 1 else out.with_stem(f"{out.stem}-{one.id}")
            write_reference(path, overlaid(shelf, live, problems))
            typer.echo(f"wrote {path}")
        if ui:
            _correct(shelf, live, Address(host, port, not no_browser))
    if wrong and not ui:
        raise typer.Exit(WRONG)


def _correct(shelf: Planogram, live: Pixels, address: Address) -> None:
    """The planogram's page with the camera's picture in place of the reference, which stays as it is."""
    import cv2

    from edgekit.planograms.draft import Draft, draft_of
    from edgekit.planograms.writing import write_planogram
    from edgekit.web.planogram_page import PlanogramPage

    def save(draft: Draft) -> None:
        write_planogram(shelf.path, draft, shelf.reference)
        say(f"wrote {shelf.path}: {counted(draft)}")

    height, width = shelf.reference_size_hw
    pixels: Pixels = cv2.resize(live, (width, height), interpolation=cv2.INTER_AREA).astype(live.dtype)
    note = "This is what the camera shows now, not the reference picture."
    correct(PlanogramPage(pixels, draft_of(shelf), name=shelf.path.name, save=save, notes=(note,)), address)


def _say(camera: CameraConfig, shelf: Planogram, live: Pixels, problems: Sequence[Problem]) -> None:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    console = Console(highlight=False)
    marked = {problem.facing for problem in problems if problem.facing is not None}
    console.print(
        f"[bold]{escape(camera.id)}[/]  {live.shape[1]} x {live.shape[0]}, {len(shelf.facings)} facings, "
        f"{len(shelf.facings) - len(marked)} without remark"
    )
    table = Table.grid(padding=(0, 1))
    table.add_column(width=1)
    table.add_column(max_width=24, overflow="fold")
    table.add_column(overflow="fold")
    for problem in problems:
        mark = "[red]✗[/]" if problem.severity.value == "error" else "[yellow]![/]"
        name = "" if problem.facing is None else shelf.facings[problem.facing].id
        table.add_row(mark, escape(name), escape(problem.text))
    console.print(table)
