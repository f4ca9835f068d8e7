"""Whether a product stands in a patch: by how much of its edges is kept, and by how far its colours are."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from edgekit.shelf.evidence.colours import chroma_of, mean_difference
from edgekit.shelf.evidence.comparator import Compared
from edgekit.shelf.evidence.edges import edges_of, kept_share, likeness_of

__all__ = ["STANDS_AT", "standing_by", "standing_compared", "standing_in"]

STANDS_AT: Final = 0.5
"""Probability from which it is more likely there than gone."""
_KEPT, _COLOUR, _HALF_KEPT = 10.0, 22.0, 0.45
"""Log-odds that a product stands: by the share of its edges that it has kept, half at `_HALF_KEPT`, and against it
by the distance of its colours. Set on rendered shelves and photographs of groceries by which nothing is reported."""
_MOST_COLOUR: Final = 0.3
_COUNTS, _LEAST = 0.7, 1e-3
"""What the log-odds by edges and colours count beside the comparator's, and the least probability they are taken of.
Tried, as what follows, on the clips of three authors that another.py names; the comparator was trained on none."""
_CHANGED: Final = -1.0
"""Log-odds that it is there before anything is compared: what does not plainly look as it did has mostly changed."""


def standing_by(kept: float, distance: float) -> float:
    """Probability (0-1) that a product stands, by the share of its edges kept and the distance of its colours."""
    return 1.0 / (1.0 + math.exp(_COLOUR * min(distance, _MOST_COLOUR) - _KEPT * (kept - _HALF_KEPT)))


def standing_compared(stands: float, compared: Compared) -> float:
    """Probability (0-1) that a product stands, by its edges and colours (standing_by) and by the comparator."""
    stands = min(max(stands, _LEAST), 1.0 - _LEAST)
    return 1.0 / (1.0 + math.exp(-_CHANGED - compared.product - _COUNTS * math.log(stands / (1.0 - stands))))


def standing_in(sought: NDArray[np.uint8], within: NDArray[np.uint8]) -> float:
    """Probability (0-1) that a product stands somewhere in a patch.

    Args:
        sought: uint8 (height, width, 3), what it looks like.
        within: the same or larger.
    """
    wanted, now = edges_of(sought), edges_of(within)
    same_size = sought.shape == within.shape  # then there is one place for it
    left, top = (0, 0) if same_size else likeness_of(wanted, now).shift_xy
    there = within[top : top + sought.shape[0], left : left + sought.shape[1]]
    distance = mean_difference(chroma_of(sought), chroma_of(there))
    return standing_by(kept_share(wanted, now, (left, top)), distance)
