"""What is seen around a facing: where the scene's edges are gone around it, somebody stands before it.

Colours do not tell a dark coat from the dark shelf behind it, but it hides the shelf's boards and prices, and the goods
beside the facing. A product that is taken leaves them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from edgekit.shelf.gates.landmarks import Landmarks, Sight
from edgekit.shelf.gates.layout import FacingPlace, grown, with_overhang

__all__ = ["HIDDEN_BELOW", "seen_around"]

HIDDEN_BELOW: Final = 0.65
"""Of what is around a facing that differs, with nobody about, more is seen in all but 16 of 27 027 samples; around one
that somebody hides, whatever he wears, less in 36 % (tuning clips of two authors)."""

_AROUND: Final = 0.6
"""Of a facing's sides, on each: near enough to be hidden with it, and large enough to hold boards and other goods."""
_OUTLINE_PX: Final = 4
"""In the small picture: so far beyond a facing its product's own outline makes texture, which goes with it. Before a
dark wall there may be little else."""
_FEWEST: Final = 24
"""Landmarks around a facing; of fewer a shadow, or the print of what was put beside it, takes most."""


def seen_around(
    landmarks: Landmarks, sight: Sight, places: Sequence[FacingPlace], size_hw: tuple[int, int]
) -> dict[str, float]:
    """Share (0-1) of the landmarks around each facing that a sample still shows; absent where there are too few.

    Args:
        landmarks: of the background.
        sight: what the sample has left of them.
        places: the facings that are asked for.
        size_hw: height and width of the small picture.
    """
    import cv2

    there, kept = np.zeros(size_hw, np.uint8), np.zeros(size_hw, np.uint8)
    for points, seen in ((landmarks.bright, sight.bright), (landmarks.dark, sight.dark)):
        there.reshape(-1)[points] = 1
        kept.reshape(-1)[points] = seen
    sums = cv2.integral(there), cv2.integral(kept)
    shares = {}
    for place in places:
        far, near = grown(place, size_hw, _AROUND), with_overhang(place, size_hw, _OUTLINE_PX)
        asked, found = (_sum_in(total, *far) - _sum_in(total, *near) for total in sums)
        if asked >= _FEWEST:
            shares[place.facing.id] = found / asked
    return shares


def _sum_in(integral: NDArray[np.int32], rows: slice, columns: slice) -> int:
    """Sum over a rectangle by its integral image."""
    by_row = integral[rows.stop] - integral[rows.start]
    return int(by_row[columns.stop] - by_row[columns.start])
