"""Judgements that still hold: a facing that looks as it did when it was judged needs no new look."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import islice
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from edgekit.shelf.evidence.method import Judgement
from edgekit.shelf.gates.motion import Texture, beyond_neighbours

if TYPE_CHECKING:
    from edgekit.shelf.gates.layout import FacingPlace

__all__ = ["MOST_DOUBTED", "Holds", "Remembered", "holding", "remembering"]

MOST_DOUBTED: Final = 4
"""Facings a sample that are looked at again in doubt: at 5 samples a second each of 100 within 5 s."""
_LOOKS, _SAME = 3, 0.1
"""Looks in a row that must say the same, but for so much fill or misplaced, before a facing that stays as it is needs
no other: one alone may have caught the shadow of a hand that was leaving."""
_DIFFERENCE: Final = 6
"""Grey levels of texture; sensor noise of 8 levels is 2 after 4x4 means."""
_SHARE: Final = 0.01
_BLURRED: Final = 0.35
"""Of the contrast around a pixel: so much a shift by half a pixel takes from it, or gives."""


@dataclass(frozen=True, slots=True, eq=False)
class Remembered:
    """What a facing looked like when it was judged, and the judgement.

    Attributes:
        texture: its bounding box in the texture picture of that sample.
        judgement: by the method that needs no model.
        looks: how many looks in a row have said so.
    """

    texture: Texture
    judgement: Judgement
    looks: int = 1

    @property
    def settled(self) -> bool:
        """Whether so many looks have said so that no other is needed while the facing stays as it is."""
        return self.looks >= _LOOKS


class Holds(Enum):
    """Whether a judgement still holds."""

    YES = "yes"
    DOUBTED = "doubted"
    NO = "no"


def holding(
    places: Sequence[FacingPlace], texture: Texture, remembered: Mapping[str, Remembered]
) -> dict[str, Judgement]:
    """The judgements, by facing, that hold in this sample; facings that are to be judged (again) are absent.

    A camera that trembles moves small pictures by parts of a pixel. That changes pixels at edges by much, and hardly a
    judgement: of such facings, and of those whose judgement is not settled yet, only MOST_DOUBTED a sample are judged
    again, those first whose judgement is oldest.

    Args:
        places: the facings.
        texture: the sample's texture picture.
        remembered: by facing id, the oldest judgement first.
    """
    held: dict[str, Judgement] = {}
    doubted: set[str] = set()
    for place in places:
        name = place.facing.id
        known = remembered.get(name)
        holds = Holds.NO if known is None else _holds(texture.of(place), known.texture)
        if known is not None and holds is not Holds.NO:
            held[name] = known.judgement
            doubted |= {name} if holds is Holds.DOUBTED or not known.settled else set()
    for name in islice((one for one in remembered if one in doubted), MOST_DOUBTED):
        del held[name]
    return held


def remembering(
    places: Sequence[FacingPlace],
    texture: Texture,
    fresh: Mapping[str, Judgement],
    remembered: Mapping[str, Remembered],
) -> Mapping[str, Remembered]:
    """What is remembered after a sample in which `places` were judged anew; the oldest judgements come first.

    Args:
        places: those facings.
        texture: the sample's texture picture.
        fresh: their judgements, by facing id.
        remembered: what was remembered before.
    """
    looks = {}
    for place in places:
        name = place.facing.id
        before, now = remembered.get(name), fresh[name]
        again = before.looks + 1 if before is not None and _agree(before.judgement, now) else 1
        looks[name] = Remembered(texture.of(place).copied(), now, again)
    return {**{name: one for name, one in remembered.items() if name not in looks}, **looks}


def _agree(one: Judgement, other: Judgement) -> bool:
    if one.fill is None or other.fill is None:
        return one.fill is other.fill
    return abs(one.fill - other.fill) <= _SAME and abs(one.misplaced - other.misplaced) <= _SAME


def _holds(now: Texture, before: Texture) -> Holds:
    import cv2

    if before.picture.shape != now.picture.shape:
        return Holds.NO
    most = _SHARE * now.picture.size
    if _count_above(cv2.absdiff(now.picture, before.picture)) <= most:
        return Holds.YES
    # A product that is gone leaves pixels that lie between the neighbours it had, and takes pixels away that lie
    # between none of what is left: so both pictures are asked.
    contrast = cv2.max(cv2.subtract(now.highest, now.lowest), cv2.subtract(before.highest, before.lowest))
    beyond = cv2.addWeighted(beyond_neighbours(now, before), 1.0, contrast, -_BLURRED, 0.0)
    return Holds.DOUBTED if _count_above(beyond) <= most else Holds.NO


def _count_above(difference: NDArray[np.uint8]) -> int:
    import cv2

    return cv2.countNonZero(cv2.threshold(difference, _DIFFERENCE, 1, cv2.THRESH_BINARY)[1])
