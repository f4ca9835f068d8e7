"""What stands where a product's print is not seen: another product, the same one turned, or nothing."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from edgekit.shelf.evidence.colours import apart_from_surroundings, chroma_of, hues_unseen_around
from edgekit.shelf.evidence.edges import PatchShape, printed

__all__ = ["print_share", "shows_a_product", "turned_by"]

_MOST_COLOUR = 0.3
_PRINTED, _HUE, _APART, _EMPTY = 8.7, 3.0, 8.5, -8.4
"""Log-odds that what is unlike the reference is another product: by the share of it that is printed, by the logarithm
of 2 and how far its hues are from any around it, by how far they are from the usual one there; and for a place that
shows nothing of its own. Fitted on rendered shelves, photographs of groceries and of shelves, in all light and by
outlines drawn some 10 % off too, on half of the clips; of the other half it took 1 emptied place of 1,000 for another
product (of those with blurred goods in the dark behind them 4 of 100), and 1 other product of 30 for an emptied place.
A plain thing in grey counts as an emptied place: it may be a wall, in whatever light."""
_TURNED, _TURNED_AT = 2.0, 3.5
"""Log-odds that it is the product itself, turned, tilted, pushed aside or back, by how far its colours are from the
product's (between_colours), where both are alike."""


def shows_a_product(clean: NDArray[np.uint8], shape: PatchShape, inside: NDArray[np.bool_] | None = None) -> float:
    """Probability (0-1) that a patch which is unlike the reference shows a product, and no emptied place.

    Args:
        clean: uint8 (height, width, 3) BGR, with its margin, without noise.
        shape: of the patch.
        inside: bool, what of the facing's middle lies inside its outline (inside_of); None for all.
    """
    shown = hues_unseen_around(clean, shape), apart_from_surroundings(chroma_of(clean), shape)
    hue, apart = (float((each if inside is None else each[inside]).mean()) for each in shown)
    print_ = print_share(clean, shape, inside)
    odds = _PRINTED * print_ + _HUE * math.log(2.0 + hue) + _APART * min(apart, _MOST_COLOUR) + _EMPTY
    return 1.0 / (1.0 + math.exp(-odds))


def print_share(clean: NDArray[np.uint8], shape: PatchShape, inside: NDArray[np.bool_] | None = None) -> float:
    """Share (0-1) of a facing's middle that is printed; the arguments are those of shows_a_product."""
    shown = printed(clean, shape)
    return float((shown if inside is None else shown[inside]).mean())


def turned_by(distance: float) -> float:
    """Probability (0-1) that a product so far from the expected one's colours is that one, turned, tilted or aside."""
    return 1.0 / (1.0 + math.exp(_TURNED * (distance - _TURNED_AT)))
