"""Which products stand where in the photographs of shelves, and how an empty place looks there."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from store_clips.colours import Colour


@dataclass(frozen=True, slots=True)
class Marked:
    """One product in a photograph; bounds in points of the upright photograph."""

    product: str
    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class MarkedShelf:
    """A photograph of a shelf.

    Attributes:
        turn_deg: turned by this it is upright.
        from_afar: products are small in it.
        rows: neighbours of one product, from left to right.
        wall_top, wall_bottom, board: colours of an empty place.
        board_share: of the height of an empty place.
    """

    turn_deg: float
    from_afar: bool
    rows: tuple[tuple[Marked, ...], ...]
    wall_top: Colour
    wall_bottom: Colour
    board: Colour
    board_share: float


def marked_shelf(name: str) -> MarkedShelf:
    """What was marked in a photograph, by eye."""
    found = yaml.safe_load(Path(__file__).with_name("marked.yaml").read_text())[name]
    rows = tuple(
        tuple(_marked(product, box, found["enlarged"], part["top"]) for box in boxes)
        for part in found["parts"]
        for row in part["rows"]
        for product, boxes in row.items()
    )
    wall_top, wall_bottom, board = (_colour(found[part]) for part in ("wall_top", "wall_bottom", "board"))
    return MarkedShelf(
        turn_deg=found["turn_deg"],
        from_afar=found["from_afar"],
        rows=rows,
        wall_top=wall_top,
        wall_bottom=wall_bottom,
        board=board,
        board_share=found["board_share"],
    )


def _marked(product: str, box: list[int], enlarged: float, top: float) -> Marked:
    x0, y0, x1, y1 = (bound / enlarged for bound in box)
    return Marked(product, x0, y0 + top, x1, y1 + top)


def _colour(parts: list[Any]) -> Colour:
    blue, green, red = (int(part) for part in parts)
    return blue, green, red
