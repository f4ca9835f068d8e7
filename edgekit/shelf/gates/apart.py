"""What has come apart from somebody who stands there: a part that has not moved since hides what it hid before."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from edgekit.shelf.gates.pieces import Pieces

__all__ = ["with_parts"]

_STILL_S: Final = 1.0
_SHARE: Final = 0.9
"""Of a part: so much of it was a covering piece's and has been still for the time above, or it is something else, such
as a place that an arm has emptied and drawn back from."""
_GAP_SHARE: Final = 0.03
"""Of the picture's width: a strip as dark as somebody's hair, a price rail mostly, that parts him from himself."""


def with_parts(
    pieces: Pieces, near: NDArray[np.uint8], stood: NDArray[np.bool_] | None, still_s: NDArray[np.float32] | None
) -> Pieces:
    """The pieces, of which those that were parts of covering ones and still lie beside one cover facings, too.

    Args:
        pieces: of the sample.
        near: uint8 (height, width), 1 at the foreground that they are measured by.
        stood: bool (height, width), where the last sample's covering pieces were; None: nothing is known of it.
        still_s: float32 (height, width), for how long each pixel has not changed.
    """
    import cv2

    if stood is None or still_s is None or not stood.any() or not pieces.covering.any():
        return pieces
    count = len(pieces.covering)
    areas = np.bincount(pieces.labels[near > 0], minlength=count)
    held = np.bincount(pieces.labels[(near > 0) & stood & (still_s >= _STILL_S)], minlength=count)
    parts = (held >= _SHARE * areas) & (held > 0) & ~pieces.covering
    parts[0] = False
    if not parts.any():
        return pieces
    reach = max(1, round(_GAP_SHARE * near.shape[1]))
    covering = pieces.covering[pieces.labels].astype(np.uint8)
    beside = cv2.dilate(covering, np.ones((2 * reach + 1,) * 2, np.uint8)) > 0
    touching = np.bincount(pieces.labels[beside], minlength=count) > 0
    return Pieces(pieces.labels, pieces.covering | (parts & touching))
