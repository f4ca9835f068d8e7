"""`edgekit planogram import`: a planogram of headquarters onto a picture of the shelf."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from edgekit.cli.failure import say
from edgekit.cli.pages import Address
from edgekit.cli.planogram_page import HostOption, NoBrowserOption, PortOption, correct, counted, refuse_existing

__all__ = ["import_planogram"]


def import_planogram(
    file: Annotated[Path, typer.Argument(help="What to import: .csv, .json or .psa.")],
    picture: Annotated[Path, typer.Option(help="The reference picture: the full shelf, as the camera sees it.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="The planogram to write.")],
    corners: Annotated[
        str | None,
        typer.Option(
            help="Where the area that the products fill lies in the picture: top left, top right, bottom right and "
            'bottom left as "x,y x,y x,y x,y". Without it they are dragged on a local page.'
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a planogram that is there.")] = False,
    no_browser: NoBrowserOption = False,
    host: HostOption = "127.0.0.1",
    port: PortOption = 0,
) -> None:
    """Bring a planogram of another program onto a picture of the shelf, by four corners.

    A CSV has the columns shelf, position, product, gtin, width and, if wanted, height, facings, capacity; shelf 1 is
    the top one. JSON is a list of objects with the same names.

    Example: edgekit planogram import aisle.psa --picture aisle.jpg -o aisle.yaml

    Example: edgekit planogram import a.csv --picture a.jpg --corners "40,30 600,32 598,330 44,334" -o a.yaml
    """
    from edgekit.planograms.draft import Draft
    from edgekit.planograms.importing import layout_of_file
    from edgekit.planograms.layout import Corners, parsed_corners, projected
    from edgekit.planograms.looking import picture_of
    from edgekit.planograms.writing import write_planogram

    refuse_existing([out], out, force=force)
    layout = layout_of_file(file)
    pixels = picture_of(picture)
    size_hw = (pixels.shape[0], pixels.shape[1])
    for note in layout.notes:
        say(f"note: {note}")

    def save(draft: Draft) -> None:
        write_planogram(out, draft, picture)
        say(f"wrote {out}: {counted(draft)}")

    if corners is not None:
        save(projected(layout, parsed_corners(corners), size_hw))
        return
    from edgekit.web.planogram_page import PlanogramPage

    def project(points: Corners) -> Draft:
        return projected(layout, points, size_hw)

    page = PlanogramPage(pixels, Draft(size_hw), name=out.name, save=save, project=project, notes=layout.notes)
    correct(page, Address(host, port, not no_browser))
