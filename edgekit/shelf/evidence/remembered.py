"""Judgements that still hold: a facing that looks as it did when it was judged needs no new look."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from edgekit.shelf.evidence.method import Judgement

if TYPE_CHECKING:
    from edgekit.shelf.gates.layout import FacingPlace

__all__ = ["Remembered", "still_holds"]

_DIFFERENCE: Final = 6
"""Grey levels of texture; sensor noise of 8 levels is 2 after 4x4 means."""
_SHARE: Final = 0.01


@dataclass(frozen=True, slots=True, eq=False)
class Remembered:
    """What a facing looked like when it was judged, and the judgement.

    Attributes:
        texture: uint8, its bounding box in the texture picture of that sample (gates.motion.Texture).
        judgement: by the method that needs no model.
    """

    texture: NDArray[np.uint8]
    judgement: Judgement


def still_holds(
    place: FacingPlace, texture: NDArray[np.uint8], remembered: Mapping[str, Remembered]
) -> Judgement | None:
    """The judgement of a facing that has not changed since; None where it has, or was not judged yet.

    Args:
        place: the facing.
        texture: uint8 (height, width), the sample's texture picture.
        remembered: by facing id.
    """
    import cv2

    known = remembered.get(place.facing.id)
    now = texture[place.rows, place.columns]
    if known is None or known.texture.shape != now.shape:
        return None
    changed = cv2.threshold(cv2.absdiff(now, known.texture), _DIFFERENCE, 1, cv2.THRESH_BINARY)[1]
    return known.judgement if cv2.countNonZero(changed) <= _SHARE * now.size else None
