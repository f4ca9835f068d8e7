"""Evidence by appearance: no model, only how much a facing still looks like the reference picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from edgekit.frame import Pixels
from edgekit.shelf.evidence.edges import Edges, PatchShape, edges_of, kept_share, likeness_of, patch_of, shape_of
from edgekit.shelf.evidence.method import Baseline, Judgement, MethodContext
from edgekit.shelf.words import Findings, UnknownReason, Want

if TYPE_CHECKING:
    from edgekit.shelf.gates.layout import FacingPlace

__all__ = ["AppearanceEvidence"]

_EMPTY_LIKENESS, _STOCKED_LIKENESS = 0.2, 0.65
"""Likeness that unrelated pictures reach, and that the same product put back a little aside has."""
_KEPT_BY_CHANCE = 0.07
"""Share of its edges that an emptied facing seems to have kept: median over photographs of groceries."""
_MIN_EDGE_SHARE = 0.02
_OTHER_EDGES = 0.45, 0.75
"""Edges where the product is gone, as a multiple of its own: less is an empty place, more is another product."""


@dataclass(frozen=True, slots=True, eq=False)
class _Expected:
    edges: Edges
    shape: PatchShape


class AppearanceEvidence:
    """Likeness of edges to the reference's, over small shifts.

    Fill is 0 at the likeness of unrelated pictures and 1 at that of the same product; for a larger capacity it is the
    share of units, by the share of the facing that still looks as it did. What is unlike the reference is an empty
    place where it has few edges, and another product where it has about as many as the product had. A facing without
    edges in the reference gives `no_evidence`; one that the reference shows empty is stocked where it no longer looks
    like that.
    """

    def __init__(self, context: MethodContext) -> None:
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
                self._expected[place.facing.id].edges.share >= _MIN_EDGE_SHARE,
                self._expected[place.facing.id].edges.share,
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
        """Judge each facing by its likeness to the reference."""
        return {place.facing.id: self._judged(pixels, place) for place in places}

    def learnt(self, baselines: Mapping[str, Baseline], judgements: Mapping[str, Judgement]) -> Mapping[str, Baseline]:
        """Nothing: the reference says it all."""
        return baselines

    def _judged(self, pixels: Pixels, place: FacingPlace) -> Judgement:
        expected, facing = self._expected[place.facing.id], place.facing
        if expected.edges.share < _MIN_EDGE_SHARE:
            return Judgement(None, UnknownReason.NO_EVIDENCE)
        now = edges_of(patch_of(pixels, place, expected.shape, margin=True))
        found = likeness_of(expected.edges, now)
        likeness = _between(found.value, _EMPTY_LIKENESS, _STOCKED_LIKENESS)
        if facing.empty_in_reference:
            return Judgement(1.0 - likeness)
        another = _between(now.share / expected.edges.share, *_OTHER_EDGES) * (1.0 - likeness)
        if facing.capacity == 1:
            return Judgement(likeness, misplaced=another)
        left = _between(kept_share(expected.edges, now, found.shift_xy), _KEPT_BY_CHANCE, 1.0)
        return Judgement(round(left * facing.capacity) / facing.capacity, misplaced=another, units=True)


def _expected(reference: Pixels, place: FacingPlace) -> _Expected:
    shape = shape_of(place.box_xyxy_px)
    return _Expected(edges_of(patch_of(reference, place, shape, margin=False)), shape)


def _between(value: float, low: float, high: float) -> float:
    """0 up to `low`, 1 from `high`, in between in proportion."""
    return min(1.0, max(0.0, (value - low) / (high - low)))
