"""`edgekit init`: a commented edgekit.yaml to start from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def init(
    folder: Annotated[Path, typer.Argument(help="Where to write it.", file_okay=False)] = Path(),
    force: Annotated[bool, typer.Option("--force", help="Replace files that are there.")] = False,
) -> None:
    """Write a commented edgekit.yaml and planogram to start from.

    Example: edgekit init store-17
    """
    from edgekit.config.template import write_template

    for path in write_template(folder, overwrite=force):
        typer.echo(f"wrote {path}")
    typer.echo("Next: open edgekit.yaml, name your model and camera, then `edgekit export --int8` and `edgekit run`.")
