"""Which reader a planogram file of another program needs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import MappingProxyType
from typing import Final

from edgekit.errors import PlanogramError
from edgekit.planograms.layout import Layout
from edgekit.planograms.psa import layout_from_psa
from edgekit.planograms.table import layout_from_csv, layout_from_json

__all__ = ["READERS", "layout_of_file"]

READERS: Final = MappingProxyType[str, Callable[[Path], Layout]](
    {".csv": layout_from_csv, ".json": layout_from_json, ".psa": layout_from_psa}
)


def layout_of_file(path: Path) -> Layout:
    """Read a planogram of another program by the ending of its name.

    Raises:
        PlanogramError: no such kind is known, or `file:line: what` is wrong in it.
    """
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise PlanogramError(f"{path}: what ends so is not imported.", hint=f"Known are {', '.join(READERS)}.")
    return reader(path)
