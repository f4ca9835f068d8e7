"""What is seen in the places of units that are not seen where they stood: one that is turned, or what hides it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from edgekit.frame import Pixels
from edgekit.shelf.evidence.another import shows_a_product, turned_by
from edgekit.shelf.evidence.arrangement import Arrangement, Box, boxes_of
from edgekit.shelf.evidence.colours import strange_colours, unseen_in, without_noise
from edgekit.shelf.evidence.edges import PatchShape, patch_of, shape_of
from edgekit.shelf.evidence.files import FrontLook, in_the_light_of
from edgekit.shelf.evidence.standing import STANDS_AT

if TYPE_CHECKING:
    from edgekit.shelf.gates.layout import FacingPlace

__all__ = ["Instead", "UnitLook", "seen_instead", "unit_looks"]

_LACKING: Final = 20.0
"""A side of a product may lack colours of its front, but not so far from all that it shows (strange_colours): turned
units lack 1 to 14, emptied places before a wire rack in a product's own grey 27 to 44 (124 clips of three authors)."""
_STRANGE, _FOREIGN = 5.0, 1.8
"""What shows a product whose colours are so far from a unit's own (strange_colours), and so far from all that the
reference shows in the facing and around it (unseen_in), is something in front of it. An emptied place shows the side of
the next unit, the board and the wall behind: of 42 facings that were low on the clips of four authors it was seen in
one, where another product stood for one of two; 0.7 to 1.7 come the others to, what hides a unit 1.9 to 15."""


@dataclass(frozen=True, slots=True, eq=False)
class UnitLook:
    """One unit in the reference picture.

    Attributes:
        clean: uint8 (height, width, 3), with its margin, without noise.
        shape: of it.
    """

    clean: NDArray[np.uint8]
    shape: PatchShape


@dataclass(frozen=True, slots=True)
class Instead:
    """Of units that are not seen where they stood, how many are `turned` or askew, and how many may be `hidden`."""

    turned: int = 0
    hidden: int = 0


def unit_looks(reference: Pixels, place: FacingPlace, arrangement: Arrangement) -> tuple[UnitLook, ...]:
    """Each unit of a facing, row by row."""
    found = []
    for box in boxes_of(place.box_xyxy_px, arrangement):
        shape = shape_of(box)
        found.append(UnitLook(without_noise(patch_of(reference, replace(place, box_xyxy_px=box), shape)), shape))
    return tuple(found)


def seen_instead(
    units: Sequence[UnitLook],
    boxes: Sequence[Box],
    shares: Sequence[float],
    pixels: Pixels,
    place: FacingPlace,
    reference: FrontLook,
) -> Instead:
    """Look at the places of units that are not seen where they stood.

    That of one which is turned or askew shows a product in its own colours, that of one which is hidden something in
    colours that were nowhere around. What shows neither is an emptied place.

    Args:
        units: as the reference has them.
        boxes: of each, where it is in the frame.
        shares: of each, the probability (0-1) that it stands where it stood.
        pixels: the frame.
        place: the facing in it.
        reference: the whole facing in the reference.
    """
    turned = hidden = 0
    gain = in_the_light_of(reference.patch, patch_of(pixels, place, reference.shape), reference.shape)
    for unit, box, share in zip(units, boxes, shares, strict=True):
        if share >= STANDS_AT:
            continue
        there = replace(place, box_xyxy_px=box)
        clean = without_noise(patch_of(pixels, there, unit.shape))
        if shows_a_product(pixels, there, clean, unit.shape) < STANDS_AT:
            continue
        strange, lacking = (
            strange_colours(one, other, unit.shape) for one, other in ((clean, unit.clean), (unit.clean, clean))
        )
        turned += turned_by(strange) >= STANDS_AT and lacking < _LACKING
        lit = np.clip(clean * gain, 0, 255).astype(np.uint8)
        hidden += strange > _STRANGE and unseen_in(lit, unit.shape, reference.patch) > _FOREIGN
    return Instead(turned, hidden)
