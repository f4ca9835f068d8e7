"""A product that was pushed back: smaller, darker, and in its own colours."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from edgekit.shelf.evidence.another import turned_by
from edgekit.shelf.evidence.channels import sum_of_channels
from edgekit.shelf.evidence.colours import between_colours, chroma_of, mean_difference, without_noise
from edgekit.shelf.evidence.edges import PatchShape, edges_of, kept_share, middle_of
from edgekit.shelf.evidence.files import BLACK, FrontLook, foremost
from edgekit.shelf.evidence.standing import standing_by

__all__ = ["standing_back"]


def standing_back(expected: FrontLook, patch: NDArray[np.uint8]) -> float:
    """Probability (0-1) that a product stands farther back than in the reference.

    It is held against the reference in the light that falls on it there, so that its colours must be its own: smaller
    and darker, an emptied place or another product has a likeness to many things.

    Args:
        expected: the facing in the reference.
        patch: uint8 (height, width, 3), the facing now, with the same margin.
    """
    front = foremost(expected, patch, deep=False)
    sought, there = _in_the_light_of(front.there, front.sought), front.there
    kept = kept_share(edges_of(front.sought), edges_of(there), (0, 0))
    stands = standing_by(kept, mean_difference(chroma_of(sought), chroma_of(there)))
    shape = PatchShape((there.shape[1], there.shape[0]), (0, 0))
    return stands * turned_by(between_colours(without_noise(sought), without_noise(there), shape))


def _in_the_light_of(there: NDArray[np.uint8], sought: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The product as dark as what stands there, if that is darker."""
    size_wh = there.shape[1], there.shape[0]
    now, before = (middle_of(sum_of_channels(each) + BLACK, size_wh, (0, 0)) for each in (there, sought))
    darker = min(1.0, float(np.median(now / before)))
    lit: NDArray[np.uint8] = (sought * np.float32(darker)).astype(np.uint8)
    return lit
