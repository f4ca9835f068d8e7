"""`edgekit planogram`: draw, correct, import and check planograms."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from edgekit.cli.failure import say
from edgekit.cli.pages import Address
from edgekit.cli.planogram_check import check
from edgekit.cli.planogram_import import import_planogram
from edgekit.cli.planogram_page import HostOption, NoBrowserOption, PortOption, correct, counted, refuse_existing

if TYPE_CHECKING:
    from edgekit.frame import Pixels
    from edgekit.planograms.draft import Draft

__all__ = ["COMMANDS"]


def new(
    camera: Annotated[
        str, typer.Option(help="The camera, or what stands for it: 0, rtsp://…, clip.mp4, picture.jpg, folder/.")
    ] = "0",
    out: Annotated[
        Path, typer.Option("--out", "-o", help="The planogram to write; its picture lies beside it.")
    ] = Path("planogram.yaml"),
    model: Annotated[
        Path | None, typer.Option(help="A detector's bundle that knows the products: facings are proposed by it.")
    ] = None,
    seconds: Annotated[float, typer.Option(min=0.0, help="Look for so long; who passes by is left out.")] = 3.0,
    no_page: Annotated[bool, typer.Option("--no-page", help="Write the proposal without opening a page.")] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace files that are there.")] = False,
    no_browser: NoBrowserOption = False,
    host: HostOption = "127.0.0.1",
    port: PortOption = 0,
) -> None:
    """Take a reference picture, propose facings, and open a local page to correct and name them.

    The shelf should be full and nobody in front of it for some of the time. Save writes the planogram and its picture.

    Example: edgekit planogram new --camera 0 --out aisle-3.yaml
    """
    from edgekit.cli.site import source_url
    from edgekit.config.schema import SourceConfig
    from edgekit.planograms.looking import frames_of
    from edgekit.planograms.reference import reference_of
    from edgekit.planograms.writing import write_planogram, write_reference

    picture = out.with_suffix(".jpg")
    kept = picture.exists() and Path(camera).exists() and picture.samefile(camera)
    refuse_existing([out] if kept else [out, picture], out, force=force)
    reference = reference_of(frames_of(SourceConfig(url=source_url(camera)), seconds=seconds))
    draft = _proposal(reference.pixels, model)
    height, width = draft.size_hw
    made = f"the median of {reference.frames} frames" if reference.frames > 1 else "one frame"
    say(f"reference picture: {width} x {height}, {made}; {counted(draft)} proposed")

    def save(draft: Draft) -> None:
        if not kept:
            write_reference(picture, reference.pixels)
        write_planogram(out, draft, picture)
        say(f"wrote {out} and {picture}: {counted(draft)}")

    if no_page:
        save(draft)
        return
    from edgekit.web.planogram_page import PlanogramPage

    notes = () if draft.facings else ("No shelf boards were found in this picture: draw the facings yourself.",)
    correct(
        PlanogramPage(reference.pixels, draft, name=out.name, save=save, notes=notes),
        Address(host, port, not no_browser),
    )


def edit(
    planogram: Annotated[Path, typer.Argument(help="The planogram to correct.")],
    no_browser: NoBrowserOption = False,
    host: HostOption = "127.0.0.1",
    port: PortOption = 0,
) -> None:
    """Open a planogram over its reference picture in a local page, to correct and name its facings.

    Example: edgekit planogram edit aisle-3.yaml
    """
    from edgekit.planograms.draft import draft_of
    from edgekit.planograms.looking import picture_of
    from edgekit.planograms.writing import write_planogram
    from edgekit.shelf.planogram import load_planogram
    from edgekit.web.planogram_page import PlanogramPage

    before = load_planogram(planogram)

    def save(draft: Draft) -> None:
        write_planogram(planogram, draft, before.reference)
        say(f"wrote {planogram}: {counted(draft)}")

    page = PlanogramPage(picture_of(before.reference), draft_of(before), name=planogram.name, save=save)
    correct(page, Address(host, port, not no_browser))


def _proposal(pixels: Pixels, model: Path | None) -> Draft:
    if model is not None:
        from edgekit.planograms.modelled import from_bundle

        return from_bundle(model, pixels)
    from edgekit.planograms.propose import from_picture

    return from_picture(pixels)


COMMANDS = {"new": new, "edit": edit, "import": import_planogram, "check": check}
