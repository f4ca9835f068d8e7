"""What stands where a product's print is not seen: another product, the same one turned, or nothing."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from edgekit.frame import Pixels
from edgekit.shelf.evidence.colours import (
    apart_from_surroundings,
    chroma_of,
    hue_of,
    hues_unseen_around,
    new_hues,
    strange_colours,
)
from edgekit.shelf.evidence.comparator import Compared
from edgekit.shelf.evidence.edges import PatchShape, inside_of, middle_of
from edgekit.shelf.evidence.files import in_the_light_of
from edgekit.shelf.evidence.print import densest, print_of, steep_share

if TYPE_CHECKING:
    from edgekit.shelf.gates.layout import FacingPlace

__all__ = [
    "another_compared",
    "colours_apart",
    "print_odds",
    "shows_a_product",
    "shows_bare_floor",
    "shows_new_hues",
    "turned_by",
]

_MOST_COLOUR: Final = 0.3
_PRINTED, _PRINTED_SOMEWHERE, _HUE, _HUE_SOMEWHERE, _APART, _EMPTY = 5.6, 7.6, 0.7, 1.8, 3.9, -8.5
"""Log-odds that what is unlike the reference is another product: by the share of it that is printed, and of that
quarter that is most; by the logarithm of 2 and how far its hues are from any around it, likewise; by how far they are
from the usual one there; and for a place that shows nothing of its own. Fitted on clips of three authors: rendered
shelves, photographs of groceries and of shelves, in all light, small strangers, blurred aisles behind, as they are
and out of focus by a pixel. Of the clips of each, fitted on the other two, it took 7 emptied places of 1,000 for
another product, and 6 other products of 100 for an emptied place. A plain thing in grey counts as an emptied place: it
may be a wall, in whatever light."""
_PRINT_COUNTS, _RARER = 0.6, -1.8
"""What those log-odds count beside the comparator's, which was trained on as many other products as emptied places:
in shops these are several times as many. Fitted on clips of four authors; of those of each, fitted on the other three,
8 of 1,049 such places were taken for the other kind, and 11 with both counting alike."""
_TURNED, _TURNED_AT = 2.0, 3.5
"""Log-odds that it is the product itself, turned, tilted, pushed aside or back, by how far its colours are from the
product's (between_colours), where both are alike."""
_BLOWN_OUT, _ENOUGH_TOLD = 250, 0.25
"""Any channel of 8 bits from which a pixel tells of no colour, and the share of a facing that must tell of one."""

_RELIEF, _BARE, _ONE_HUE, _MUTED = 0.7, 0.5, 4.5, 28.0
"""Where goods showed print or relief (steep_share) nearly everywhere, a place that shows so little of it, in hues so
near to their median, and one so near to grey (mean distance, and the median's, CIELAB), is the bare floor of a crate,
slats for instance: on the tuning clips of five authors floors that look like another product come to 0.1 to 0.44, 1.2
to 3.6 and 7 to 23, other products with as little relief to hues that are 5.6 and more apart. With 0.87 for the first,
one author's held-out clips have a false alarm less, and another's four more.
"""

_NEW_HUE, _NEW_SHARE = 7.0, 0.012
"""How far (CIELAB) a hue is from grey and from all of the product's, and the share of a facing that a variant shows in
such: on tuning clips of five authors variants come to 0.015 to 0.44, products that show a printed back in black and
white, or that a camera sees without colours, to 0.007 at most."""


def shows_new_hues(reference: NDArray[np.uint8], clean: NDArray[np.uint8], shape: PatchShape) -> bool:
    """Whether something is seen in a facing in hues that its product lacks, in the reference's light.

    Another flavour has a colour of its own. A package that shows its back, with a text and a bar code, has not, and
    nothing has where a camera sees no colours.

    Args:
        reference, clean: uint8 (height, width, 3) BGR, patches of the facing in the reference and now, with their
            margins, without noise.
        shape: of both.
    """
    lit = np.clip(clean * in_the_light_of(reference, clean, shape), 0, 255).astype(np.uint8)
    return new_hues(lit, reference, shape, apart=_NEW_HUE) >= _NEW_SHARE


def shows_bare_floor(
    reference: NDArray[np.uint8], clean: NDArray[np.uint8], shape: PatchShape, inside: NDArray[np.bool_]
) -> bool:
    """Whether goods with relief all over have left a place of one muted hue with little of it.

    It is looked at in the reference's light: in a dim one everything has little of any hue.

    Args:
        reference, clean: uint8 (height, width, 3) BGR, patches of the facing in the reference and now, with their
            margins, without noise.
        shape: of both.
        inside: what of its middle lies inside the outline (inside_of).
    """
    if steep_share(reference, shape, inside) < _RELIEF:
        return False
    gain = np.maximum(in_the_light_of(reference, clean, shape), 1.0)
    lit = np.clip(clean * gain, 0, 255).astype(np.uint8)
    if steep_share(lit, shape, inside) > _BARE:
        return False
    hue, spread = hue_of(lit, shape, inside)
    return spread <= _ONE_HUE and hue <= _MUTED


def colours_apart(reference: NDArray[np.uint8], clean: NDArray[np.uint8], shape: PatchShape) -> float:
    """How far what stands in a facing is from its product in colours, in the reference's light (CIELAB).

    It is far only where both show what the other lacks: a turned product lacks colours of its front, an emptied place
    all of them, and what a part of it is hidden by adds some. What the sun has blown out has no colour.

    Args:
        reference, clean: uint8 (height, width, 3) BGR, patches of the facing in the reference and now, with their
            margins, without noise.
        shape: of both.
    """
    told = middle_of(clean, shape.size_wh, shape.shift_xy).max(2) < _BLOWN_OUT
    if told.mean() < _ENOUGH_TOLD:
        return 0.0
    lit = np.clip(clean * in_the_light_of(reference, clean, shape), 0, 255).astype(np.uint8)
    return min(
        strange_colours(lit, reference, shape, told),
        strange_colours(reference, lit, shape, told),
    )


def shows_a_product(pixels: Pixels, place: FacingPlace, clean: NDArray[np.uint8], shape: PatchShape) -> float:
    """Probability (0-1) that a facing which is unlike the reference shows a product, and no emptied place.

    Args:
        pixels: uint8 (height, width, 3) BGR, the picture.
        place: where the facing is in it.
        clean: uint8 (height, width, 3) BGR, its patch with a margin, without noise.
        shape: of the patch.
    """
    return 1.0 / (1.0 + math.exp(-print_odds(pixels, place, clean, shape)))


def another_compared(odds: float, compared: Compared) -> float:
    """The same probability by its print and colours (print_odds) and by the comparator."""
    return 1.0 / (1.0 + math.exp(-_RARER - _PRINT_COUNTS * odds - compared.another))


def print_odds(pixels: Pixels, place: FacingPlace, clean: NDArray[np.uint8], shape: PatchShape) -> float:
    """Log-odds of the same (shows_a_product)."""
    inside = inside_of(place, shape)
    hues, apart = hues_unseen_around(clean, shape), apart_from_surroundings(chroma_of(clean), shape)
    print_ = print_of(pixels, place)
    odds = _PRINTED * print_.share + _PRINTED_SOMEWHERE * densest(print_.where)
    odds += _HUE * math.log(2.0 + float(hues[inside].mean())) + _HUE_SOMEWHERE * math.log(2.0 + densest(hues * inside))
    return odds + _APART * min(float(apart[inside].mean()), _MOST_COLOUR) + _EMPTY


def turned_by(distance: float) -> float:
    """Probability (0-1) that a product so far from the expected one's colours is that one, turned, tilted or aside."""
    return 1.0 / (1.0 + math.exp(_TURNED * (distance - _TURNED_AT)))
