"""What the commands share that put a planogram's page up."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from edgekit.cli.failure import say
from edgekit.cli.pages import Address, page_up, wait_done
from edgekit.errors import UsageError

if TYPE_CHECKING:
    from edgekit.planograms.draft import Draft
    from edgekit.web.planogram_page import PlanogramPage

__all__ = ["HostOption", "NoBrowserOption", "PortOption", "correct", "counted", "refuse_existing"]

HostOption = Annotated[
    str, typer.Option(help="Address to listen on; 0.0.0.0 lets other machines in, a phone for instance.")
]
PortOption = Annotated[int, typer.Option(min=0, max=65535, help="Port to listen on; 0 takes a free one.")]
NoBrowserOption = Annotated[bool, typer.Option("--no-browser", help="Only print the page's address.")]


def correct(page: PlanogramPage, address: Address) -> None:
    """Put the page up until somebody is done with it; Ctrl-C after a save is as good.

    Raises:
        UsageError: nothing can listen there.
        KeyboardInterrupt: Ctrl-C, and nothing was saved.
    """
    with page_up(page.page, address, "planogram page"):
        say("Save writes the planogram, Done (or Ctrl-C here) ends.")
        try:
            wait_done(page.done)
        except KeyboardInterrupt:
            if page.saves == 0:
                raise


def counted(draft: Draft) -> str:
    """ "3 facings"."""
    return f"{len(draft.facings)} facing{'' if len(draft.facings) == 1 else 's'}"


def refuse_existing(paths: Sequence[Path], out: Path, *, force: bool) -> None:
    """Refuse to replace what is there, unless forced.

    Raises:
        UsageError: one of `paths` exists, or the planogram `out` is not called .yaml.
    """
    if out.suffix not in (".yaml", ".yml"):
        raise UsageError(f"--out {out}: a planogram's name ends in .yaml.")
    for path in paths:
        if path.exists() and not force:
            hint = f"To correct it: edgekit planogram edit {out}" if path == out else "Give --out another name."
            raise UsageError(f"{path} is there already.", hint=f"{hint} (--force replaces it.)")
