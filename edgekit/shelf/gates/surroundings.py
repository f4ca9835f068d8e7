"""What is seen around a facing: where the scene's edges are gone around it, somebody stands before it.

Colours do not tell a dark coat from the dark shelf behind it, but it hides the shelf's boards and prices, and the goods
beside the facing. A product that is taken leaves them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from edgekit.shelf.gates.landmarks import Landmarks, Sight
from edgekit.shelf.gates.layout import FacingPlace, grown

__all__ = ["HIDDEN_BELOW", "seen_around"]

HIDDEN_BELOW: Final = 0.65
"""Of what is around an emptied facing, or one with another product, 0.66 and more are still seen; of what is around
facings behind somebody in dark clothes before a dark shelf 0.3 to 0.62 (right and wrong events of three authors'
clips and of our own)."""

_AROUND: Final = 0.6
"""Of a facing's sides, on each: near enough to be hidden with it, and large enough to hold boards and other goods."""
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
        rows, columns = grown(place, size_hw, _AROUND)
        asked, found = (
            int(total[rows.stop, columns.stop] - total[rows.start, columns.stop])
            - int(total[rows.stop, columns.start] - total[rows.start, columns.start])
            for total in sums
        )
        if asked >= _FEWEST:
            shares[place.facing.id] = found / asked
    return shares
