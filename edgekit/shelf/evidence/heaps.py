"""What is left of a heap: loose goods lie otherwise after each hand, and are known by their colours and edges."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from edgekit.shelf.evidence.colours import mean_to_nearest, shaded_lab, without_noise
from edgekit.shelf.evidence.edges import edges_of
from edgekit.shelf.evidence.files import FrontLook, in_the_light_of

__all__ = ["Cell", "heaped", "left_of_heap", "lie_in_no_order", "showing_goods"]

Cell = tuple[slice, slice]
"""Rows and columns of a patch."""

_SAME_COLOURS: Final = 5.0
"""CIELAB steps, the light around taken into account, between goods and goods in other places of a crate: 1.2 to 4;
between goods and the crate's floor 11 and more, an emptied tray of bread and its emptiest corner 5.6 (rendered crates
of photographed fruit, nuts and bread, in coloured light too)."""
_SAME_EDGES: Final = 0.65
"""Share of the heap's usual edges: goods have 0.8 and more of it, floors 0.3 to 0.5, in noise up to 0.7."""
_EACH: Final = 2
"""Every second pixel of a row and of a column tells enough of the colours."""
_GOODS, _MOST_GOODS = 0.4, 75
"""Share of the edges of most cells (percentile) that goods have: the floor of trays has 0.11 to 0.39 of it, the least
of 120 heaps 0.40 and mostly 0.5 and more."""
_LANES: Final = 0.13
"""Share of what pixels differ by that whole columns and whole rows do (geometric mean of both), slow shades apart:
in trays of bread 0.15 to 0.37, in crates of fruit and vegetables 0.02 to 0.11."""
_SLOW: Final = 3
"""What changes over a third of the crate is a shade."""
_MOST_LAYERS, _SEEN_SIDE_BY_SIDE = 3.0, 8.0
"""So many times the goods of a full crate would cover its floor, did none lie on another: as many as it holds by those
that can be seen side by side, between once and the first."""


def heaped(expected: FrontLook, patch: NDArray[np.uint8], cells: Sequence[Cell], asked: Sequence[Cell]) -> list[bool]:
    """Of each cell that is asked for, whether goods like those of the reference lie there, in whatever arrangement.

    Args:
        expected: the facing in the reference.
        patch: uint8 (height, width, 3), the facing now, with the same margin.
        cells: of the whole heap in the patch.
        asked: some of them.
    """
    before, gain = without_noise(expected.patch), in_the_light_of(expected.patch, patch, expected.shape)
    now = np.clip(without_noise(patch) * gain, 0, 255).astype(np.uint8)
    usual = float(np.median([_edges(before[cell]) for cell in cells]))
    colours = shaded_lab(before)
    goods, now_colours = [_sampled(colours, cell) for cell in cells], shaded_lab(now)
    heap = np.concatenate(goods)
    return [
        _edges(now[cell]) >= _SAME_EDGES * usual and _alike(_sampled(now_colours, cell), goods, heap) for cell in asked
    ]


def showing_goods(patch: NDArray[np.uint8], cells: Sequence[Cell]) -> tuple[int, ...]:
    """Indices of the cells that show goods while all are there: between few small ones a tray's floor is seen.

    Args:
        patch: uint8 (height, width, 3), the full facing with its margin.
        cells: of the whole heap in the patch.
    """
    clean = without_noise(patch)
    edges = [_edges(clean[cell]) for cell in cells]
    least = _GOODS * float(np.percentile(edges, _MOST_GOODS))
    return tuple(index for index, each in enumerate(edges) if each >= least)


def lie_in_no_order(patch: NDArray[np.uint8], cells: Sequence[Cell]) -> bool:
    """Whether goods lie as they fell; what is put there in rows and columns leaves lanes between them.

    Args:
        patch: uint8 (height, width, 3), the full facing with its margin.
        cells: of the whole heap in the patch, the first one at its upper left and the last one at its lower right.
    """
    (top, left), (bottom, right) = ((side.start for side in cells[0]), (side.stop for side in cells[-1]))
    colours = shaded_lab(without_noise(patch))[top:bottom, left:right]
    differ = float(((colours - colours.mean((0, 1))) ** 2).sum(2).mean())
    across, down = (_lanes(colours.mean(axis)) for axis in (0, 1))
    return math.sqrt(across * down) < _LANES * max(differ, 1e-6)


def left_of_heap(covered: float, capacity: int) -> float:
    """Share (0-1) of its goods that is left of a heap which covers this share of its crate.

    What falls into a crate comes to lie over what is there: where half of a crate of many is covered, a fifth is left.
    """
    layers = min(_MOST_LAYERS, max(1.0, capacity / _SEEN_SIDE_BY_SIDE))
    return -math.log(1.0 - covered * (1.0 - math.exp(-layers))) / layers


def _lanes(profile: NDArray[np.float32]) -> float:
    """How much the colours, float32 (n, 3), of columns or of rows differ, slow shades apart."""
    import cv2

    shade = cv2.blur(profile[None], (max(_SLOW, len(profile) // _SLOW), 1), borderType=cv2.BORDER_REPLICATE)[0]
    return float(((profile - shade) ** 2).sum(1).mean())


def _edges(pixels: NDArray[np.uint8]) -> float:
    return float(edges_of(pixels).strength.mean())


def _sampled(colours: NDArray[np.float32], cell: Cell) -> NDArray[np.float32]:
    return colours[cell][::_EACH, ::_EACH].reshape(-1, 3)


def _alike(now: NDArray[np.float32], goods: Sequence[NDArray[np.float32]], heap: NDArray[np.float32]) -> bool:
    """Whether a cell shows no colours but those of the heap, and all that one of its cells showed."""
    return mean_to_nearest(now, heap) <= _SAME_COLOURS and any(
        mean_to_nearest(each, now) <= _SAME_COLOURS for each in goods
    )
