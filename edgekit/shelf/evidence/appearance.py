"""Evidence by appearance: no model, only how much a facing still looks like the reference picture."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from edgekit.frame import Pixels
from edgekit.shelf.evidence.another import (
    another_compared,
    colours_apart,
    print_odds,
    shows_bare_floor,
    shows_new_hues,
    turned_by,
)
from edgekit.shelf.evidence.colours import (
    between_colours,
    chroma_of,
    colour_distance,
    unseen_around,
    without_noise,
)
from edgekit.shelf.evidence.comparator import Comparator, Crop, crop_of
from edgekit.shelf.evidence.edges import (
    Edges,
    PatchShape,
    edges_of,
    inside_of,
    kept_share,
    likeness_of,
    patch_of,
    shape_of,
)
from edgekit.shelf.evidence.files import FrontLook, front_look
from edgekit.shelf.evidence.method import Baseline, Judgement, MethodContext
from edgekit.shelf.evidence.print import steep_share
from edgekit.shelf.evidence.pushed import standing_back
from edgekit.shelf.evidence.standing import STANDS_AT, standing_by, standing_compared
from edgekit.shelf.evidence.units import Units, UnitsLook, expected_units, units_of
from edgekit.shelf.evidence.variants import Variants
from edgekit.shelf.words import Findings, UnknownReason, Want

if TYPE_CHECKING:
    from edgekit.shelf.gates.layout import FacingPlace

__all__ = ["AppearanceEvidence"]

_MIN_EDGE_SHARE = 0.02
_ANCHORED_AT = 0.9
"""Fill by the reference alone from which a restocked facing's look is kept beside it: no place half empty, no other
product."""
_ASKED_BELOW = 0.5
"""What is more likely the product itself is not looked at for being another."""
_PLAIN = 0.9
"""Probability by edges and colours alone from which a product needs no second look."""
_SURELY_ITSELF = 0.99
"""The same, from which it is no variant either: variants come to 0.95 at most in the tuning clips of five authors, and
to 0.98 with a small panel in another colour; products that stand as they stood to more in six looks of ten."""
_OWN = 2.8
"""How far (unseen_around) what stands there may be from the product's colours to be one of its units: units farther
back are 0.5 to 2.5, other products 3 to 15."""
_OWN_COLOURS, _COLOURS_COUNT, _COMPARED_FROM = 6.0, 4.0, -4.0
"""How far (colours_apart) what does not plainly look as it did may be from its product: each step more takes one from
the comparator's log-odds, the second at most, where they leave any doubt. Of one unit that is 0.5 to 7.4, of several
0.6 to 5.8 (one in 337 facings 8.3, which the comparator knows), of products in strong sun up to 12; other products in
the same shape are 9 to 15 (124 clips of three authors)."""
_LIKE_ITS_OWN = 0.25
"""Likeness of its edges (Units.likeness) that it then needs besides: units farther back, of another print even, have
0.3 and more, gaps that show what lies behind the shelf 0.2 and less."""

_SOME_LEFT: Final = 0.15
"""Probability that the whole look is the product's from which not all of several units are gone: emptied places and
other products come to 0.05 and less, the last unit in a quarter of the light or behind a basket's wire to 0.23 and more
(the clips of three authors that another.py names)."""
_SURELY_PRODUCT, _MAYBE_PRODUCT, _NO_PRODUCT = 1.0, 0.75, -2.5
"""Log-odds by the comparator from which units that cannot be told apart are the product's: the first by themselves, the
second where nothing else speaks for another product, more than the last with the likeness and the colours above. Of the
tuning clips of four authors emptied places come to -1.2 at most and other products to 0.5, the last unit of a deep
shelf, or of a dark one, mostly to 0.9 to 2.8."""
_PLAINLY_NOTHING: Final = 7.5
"""Log-odds (_Whole.nothing) from which none of several units is left where the reference does not tell how they stand:
a tray's front or a crate's slats may look as a part of them did. Of the tuning clips of five authors 67 such places
with some units left come to 6.4 at most, 8 of 10 emptied ones to 9 to 17."""
_HEAP_STANDS: Final = 0.66
"""A heap whose whole look is its own has lost little, wherever a shadow lies or a hand was: of emptied crates and of
half empty ones it is 0.54 at most, and its cells are unsure by themselves."""
_FEW: Final = 0.25
_FLOOR, _FULL = 0.33, 0.66
"""Of a crate or tray that shows so little of its own goods, the print: floors have 0.2 of it and less, the last of its
goods on the floor up to 0.55, other goods 0.77 and more."""


@dataclass(frozen=True, slots=True, eq=False)
class _Look:
    """Edges and colours of a facing that is stocked."""

    shape: PatchShape
    edges: Edges
    chroma: NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class _Expected:
    """A facing in the reference picture."""

    look: _Look
    edge_share: float
    patch: NDArray[np.uint8]
    crop: Crop
    units: UnitsLook | None
    front: FrontLook | None


@dataclass(frozen=True, slots=True, eq=False)
class _Whole:
    """What the whole look of a facing tells, of one unit or several.

    Attributes:
        clean: uint8 (height, width, 3), the look, without noise.
        by_itself: probability (0-1) by edges and colours that the product stands as it stood.
        stocked: the same, with what the comparator tells.
        another: probability (0-1) that another product stands there.
        product: log-odds by the comparator, less what its colours take, that it is the product; of what plainly
            stands, it is not asked.
        nothing: log-odds by the comparator and by print that nothing stands there; likewise.
        strange: whether its colours outweigh whatever else speaks for the product.
    """

    clean: NDArray[np.uint8]
    by_itself: float
    stocked: float
    another: float = 0.0
    product: float = math.inf
    nothing: float = -math.inf
    strange: bool = False


class AppearanceEvidence:
    """How much of the reference's edges and colours is still there, over small shifts, and what the comparator tells.

    Fill is the probability that the product stands, where it stood, turned, or smaller and darker farther back: pushed,
    or the next one behind one that was taken. For a larger capacity it is the share of units: by the rows and columns
    that still look as they did, or by how far back the foremost unit stands. What does not plainly look as it did is
    held against the reference by the comparator, too. What stands may be a variant of it all the same, another flavour
    in the same package, which a second network tells, and a hue of its own. What does not stand is an empty place where
    it has little print and shows no colours but those around it, and else another product; of several units one may be
    left that stands farther back, in the product's own colours. A facing without edges in the reference gives
    `no_evidence`; one that the reference shows empty is stocked where it no longer looks like that.
    """

    def __init__(self, context: MethodContext) -> None:
        self._stocked_at = context.rules.stocked_at
        self._comparator = Comparator()
        self._variants = Variants(context.reference_pixels, context.reference_places)
        self._expected = {
            place.facing.id: _expected(context.reference_pixels, place) for place in context.reference_places
        }

    @property
    def role(self) -> str | None:
        """No model."""
        return None

    def want(self, pixels: Pixels, places: Sequence[FacingPlace]) -> Want | None:
        """Nothing."""
        return None

    def baselines(self, places: Sequence[FacingPlace], want: Want | None, findings: Findings) -> Mapping[str, Baseline]:
        """How much of each facing is edges in the reference."""
        return {
            place.facing.id: Baseline(
                self._expected[place.facing.id].edge_share >= _MIN_EDGE_SHARE,
                self._expected[place.facing.id].edge_share,
            )
            for place in places
        }

    def judge(
        self,
        pixels: Pixels,
        places: Sequence[FacingPlace],
        want: Want | None,
        findings: Findings,
        baselines: Mapping[str, Baseline],
    ) -> Mapping[str, Judgement]:
        """Judge each facing by its likeness to the reference, or to its last restocking if it is more like that."""
        return {place.facing.id: self._judged(pixels, place, baselines.get(place.facing.id)) for place in places}

    def learnt(self, baselines: Mapping[str, Baseline], judgements: Mapping[str, Judgement]) -> Mapping[str, Baseline]:
        """Nothing: the reference says it all."""
        return baselines

    def anchored(self, pixels: Pixels, place: FacingPlace) -> Baseline | None:
        """The baseline of a facing that has just been restocked; None where it is not like enough to the reference."""
        return self.bound(place, patch_of(pixels, place, self._expected[place.facing.id].look.shape))

    def bound(self, place: FacingPlace, look: NDArray[np.uint8] | None) -> Baseline | None:
        """The baseline of a facing that once looked like this.

        It is held against the reference alone, and never against an earlier restocking: however often a facing is
        restocked, what it may look like does not wander away from the product that belongs there. Several units are
        counted by the reference alone.
        """
        expected = self._expected[place.facing.id]
        if look is None or not self._may_be_bound(place, look):
            return None
        sure = self._stands(expected, look) >= _ANCHORED_AT
        return Baseline(True, expected.edge_share, look=look) if sure else None

    def _may_be_bound(self, place: FacingPlace, look: NDArray[np.uint8]) -> bool:
        expected, facing = self._expected[place.facing.id], place.facing
        fits = look.shape == expected.patch.shape and expected.edge_share >= _MIN_EDGE_SHARE
        return fits and not facing.empty_in_reference and facing.capacity == 1

    def _judged(self, pixels: Pixels, place: FacingPlace, baseline: Baseline | None) -> Judgement:
        expected = self._expected[place.facing.id]
        if expected.edge_share < _MIN_EDGE_SHARE:
            return Judgement(None, UnknownReason.NO_EVIDENCE)
        facing, shape = place.facing, expected.look.shape
        patch = patch_of(pixels, place, shape)
        by_itself = self._stands(expected, patch, None if baseline is None else baseline.look)
        if facing.empty_in_reference:
            return Judgement(1.0 - by_itself)
        whole = self._whole(expected, by_itself, without_noise(patch), pixels, place)
        if expected.units is not None:
            found = units_of(expected.units, pixels, place)
            counted = _counted(expected.units, found, whole, expected.patch, place)
            return self._of_their_sort(counted, found, expected, whole, pixels, place)
        turned = _turned(expected, whole.clean) if whole.another >= _ASKED_BELOW else 0.0
        judged = Judgement(max(whole.stocked, turned), misplaced=whole.another * (1.0 - turned))
        if whole.stocked < _ASKED_BELOW or whole.by_itself >= _SURELY_ITSELF:
            return judged
        return self._unless_variant(judged, self._variants.in_facing(pixels, place), expected, whole)

    def _of_their_sort(
        self, counted: Judgement, found: Units, expected: _Expected, whole: _Whole, pixels: Pixels, place: FacingPlace
    ) -> Judgement:
        """What stands as units do may be variants of them, whatever edges and the comparator say.

        Where some are gone, those are asked about that are seen where they stood: a gap beside them is no variant.
        Loose goods never lie as they lay.
        """
        units = expected.units
        if units is None or units.heap or not counted.fill or whole.by_itself >= _SURELY_ITSELF:
            return counted
        parts = found.parts
        if counted.fill < 1.0 and parts is not None and any(parts.stand):
            where = [index for index, stands in enumerate(parts.stand) if stands]
            variant = self._variants.in_parts(pixels, place, parts.arrangement, where)
            return self._unless_variant(counted, variant, expected, whole)
        if counted.fill < 1.0 and (parts is None or not units.told):
            return counted
        return self._unless_variant(counted, self._variants.in_facing(pixels, place), expected, whole)

    def _unless_variant(self, judged: Judgement, variant: float, expected: _Expected, whole: _Whole) -> Judgement:
        """The judgement of what stands as the product does, given the probability (0-1) that it is a variant."""
        if variant < self._stocked_at or judged.fill is None:  # less is no misplaced facing, and so no empty one
            return judged
        if not shows_new_hues(without_noise(expected.patch), whole.clean, expected.look.shape):
            return judged
        # A count is no probability: none of the units that were counted is one of the facing's.
        left = 0.0 if judged.units else judged.fill * (1.0 - variant)
        return replace(judged, fill=left, misplaced=max(judged.misplaced, variant))

    def _whole(
        self, expected: _Expected, by_itself: float, clean: NDArray[np.uint8], pixels: Pixels, place: FacingPlace
    ) -> _Whole:
        """What does not plainly look as it did is held against the reference by the comparator, too."""
        if by_itself >= _PLAIN:
            return _Whole(clean, by_itself, by_itself)
        compared = self._comparator.compare(expected.crop, crop_of(pixels, place.polygon_xy_px))
        shape, reference, apart = expected.look.shape, without_noise(expected.patch), 0.0
        if compared.product > _COMPARED_FROM:
            apart = min(_COLOURS_COUNT, max(0.0, colours_apart(reference, clean, shape) - _OWN_COLOURS))
            compared = replace(compared, product=compared.product - apart)
        stocked, strange = standing_compared(by_itself, compared), apart > 0.0 > compared.product
        if stocked >= _ASKED_BELOW:
            return _Whole(clean, by_itself, stocked, 0.0, compared.product, strange=strange)
        odds = print_odds(pixels, place, clean, shape)
        bare = shows_bare_floor(reference, clean, shape, inside_of(place, shape))
        in_its_shape = strange and by_itself >= STANDS_AT
        another = 0.0 if bare else (1.0 - stocked) * (1.0 if in_its_shape else another_compared(odds, compared))
        nothing = -compared.product - compared.another - odds
        return _Whole(clean, by_itself, stocked, another, compared.product, nothing, strange)

    def _stands(
        self, expected: _Expected, patch: NDArray[np.uint8], restocked: NDArray[np.uint8] | None = None
    ) -> float:
        """Probability (0-1) by edges and colours that the product stands, where it stood or farther back.

        Args:
            expected: the facing in the reference.
            patch: uint8 (height, width, 3), the facing now.
            restocked: the same after its last restocking; it says that the facing is stocked, or nothing: by how much
                it is empty the reference alone tells.
        """
        stocked = _as_it_stood(expected.look, patch)
        ways = []
        if stocked < _ASKED_BELOW and expected.front is not None:
            ways.append(standing_back(expected.front, patch))
        if stocked < _PLAIN and restocked is not None:
            ways.append(_as_it_stood(_look_of(restocked, expected.look.shape), patch))
        return max([stocked, *(way for way in ways if way >= self._stocked_at)])  # a slight likeness is none


def _as_it_stood(look: _Look, patch: NDArray[np.uint8]) -> float:
    """Probability (0-1) that a product stands as it looked, about where it stood."""
    now = edges_of(patch)
    shift_xy = likeness_of(look.edges, now).shift_xy
    kept = kept_share(look.edges, now, shift_xy)
    return standing_by(kept, colour_distance(look.chroma, chroma_of(patch), look.shape, shift_xy))


def _counted(
    units: UnitsLook, found: Units, whole: _Whole, reference: NDArray[np.uint8], place: FacingPlace
) -> Judgement:
    """How many units stand, where the whole look tells this."""
    facing, count = place.facing, found.count
    another = 0.0 if found.far_back else whole.another
    if units.heap:
        count, another = _of_heap(count, whole, place)
    elif whole.strange and another >= _ASKED_BELOW:
        count = 0  # of the same shape
    elif not units.told and whole.nothing >= _PLAINLY_NOTHING:
        count, another = 0, 0.0
    elif whole.by_itself >= found.all_stand_at and not whole.strange:
        count, another = facing.capacity, 0.0  # pushed a little, together
    elif count == 0 and whole.by_itself >= STANDS_AT and whole.product >= _SURELY_PRODUCT:
        count, another = facing.capacity, 0.0  # in poor light no part may be seen for sure
    elif count == 0 and _one_is_left(whole) and not whole.strange:
        count, another = 1, 0.0
    doubtful = not units.grid and count == 0 and another >= _ASKED_BELOW
    if doubtful and _is_farther_back(found, whole, reference, place):
        count, another = 1, 0.0
    hidden = found.hidden if 0 < count < facing.capacity and not units.heap else 0.0
    return Judgement(count / facing.capacity, misplaced=another, units=True, hidden=hidden)


def _is_farther_back(found: Units, whole: _Whole, reference: NDArray[np.uint8], place: FacingPlace) -> bool:
    """Whether what looks like another product is one of the facing's, behind where the foremost one stood."""
    if whole.strange or whole.product <= _NO_PRODUCT or found.likeness < _LIKE_ITS_OWN:
        return False
    return unseen_around(whole.clean, shape_of(place.box_xyxy_px), reference) < _OWN


def _one_is_left(whole: _Whole) -> bool:
    """Whether what stands there is the product's, though no part of it can be told for sure."""
    if whole.product >= _SURELY_PRODUCT:
        return True
    return whole.another < _ASKED_BELOW and (whole.product >= _MAYBE_PRODUCT or whole.stocked >= _SOME_LEFT)


def _of_heap(count: int, whole: _Whole, place: FacingPlace) -> tuple[int, float]:
    """Units of a crate or tray, and the probability (0-1) of another product, where cells tell so many."""
    facing, shape, another = place.facing, shape_of(place.box_xyxy_px), whole.another
    if whole.by_itself >= _HEAP_STANDS:
        return max(count, round(whole.by_itself * facing.capacity)), another
    if another >= _ASKED_BELOW and count <= _FEW * facing.capacity:
        shown = steep_share(whole.clean, shape, inside_of(place, shape))
        if shown >= _FULL:
            return 0, another
        if shown < _FLOOR and count == 0:
            return 0, 0.0  # whatever its colour, it was not seen under the goods
    return count, another


def _turned(expected: _Expected, clean: NDArray[np.uint8]) -> float:
    """Probability (0-1) that a product without a likeness to the reference is still that of the reference."""
    return turned_by(between_colours(without_noise(expected.patch), clean, expected.look.shape))


def _expected(reference: Pixels, place: FacingPlace) -> _Expected:
    shape, facing = shape_of(place.box_xyxy_px), place.facing
    patch = patch_of(reference, place, shape)
    look, crop = _look_of(patch, shape), crop_of(reference, place.polygon_xy_px)
    full, many = not facing.empty_in_reference, facing.capacity > 1
    return _Expected(
        look,
        look.edges.share,
        patch,
        crop,
        units=expected_units(reference, place) if full and many else None,
        front=front_look(patch, shape) if full and not many else None,
    )


def _look_of(patch: NDArray[np.uint8], shape: PatchShape) -> _Look:
    return _Look(shape, edges_of(patch).inner(shape), chroma_of(patch))
