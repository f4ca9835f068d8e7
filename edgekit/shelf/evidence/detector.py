"""Evidence by detector: boxes of the facing's product, standing in its place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from edgekit.frame import Pixels
from edgekit.shelf.evidence.method import Baseline, Judgement, MethodContext
from edgekit.shelf.evidence.models import FAINT_SHARE, class_ids, role_for, roles_of
from edgekit.shelf.words import Findings, UnknownReason, Want
from edgekit.vision.detection import Detections

if TYPE_CHECKING:
    from edgekit.shelf.gates.layout import FacingPlace
    from edgekit.shelf.planogram import Facing

__all__ = ["AnyProductEvidence", "DetectorEvidence"]

LIFTED_SHARE = 0.2
"""A unit whose lower edge is off its place's by more of the facing's height than this does not stand there."""
_FILLS_SHARE = 0.35
"""A box that covers less of the facing's bounding box than this is a piece of something."""
_SAME_IOU = 0.6
"""Two boxes that overlap by so much are about one thing."""
_CLEARLY = 2.0
"""The class with so many times another's score is what the thing is."""
_SURE_FACTOR = 2.0
_ROWS_OF_SAMPLES = 5
"""Of `initial_samples` each; a detector that finds a product in four of five samples gets there once in 70,000."""
_PERSON = "person"
INSIDE_SHARE = 0.5
"""So much of a box must lie in the facing's bounding box to be about this facing."""


class DetectorEvidence:
    """Boxes of the product's classes, matched to facings by where they stand.

    A box counts for a facing if its middle lies between the facing's sides, at least half of it lies inside, and (for
    a capacity of 1) its lower edge is where the reference picture's was: a product lifted above its place is not
    stocked. Fill rises with the best such score, 0.5 at `min_score`; for a larger capacity it is the share of units.
    Where another class has a higher score in the same place, the box cannot tell, and counts for half at most; where
    it has twice the score, the box is that other's.

    What stands there instead is `misplaced` if it is of a class of the planogram, or surely of any other class but
    a person's. Where something is found less surely, or the product faintly, the place is not called empty.

    A detector that does not surely find the product in the reference picture (twice `min_score`) says nothing by
    finding none now: until it has found it in many samples in a row, its silence is `no_evidence`. Otherwise a product
    that it knows badly, and finds every now and then, would be reported out of stock over and over.
    """

    _method = "detector"

    def __init__(self, context: MethodContext) -> None:
        self._rules = context.rules
        self._role = self._find_role(context)
        model = context.models[self._role]
        count = len(model.class_names)
        self._own = {facing.id: _marked(count, self._classes(context, facing)) for facing in context.facings}
        self._people = _marked(count, class_ids(model, (_PERSON,)))
        self._any = _marked(count, [])
        for facing in context.planogram.facings:
            self._any |= _marked(count, class_ids(model, context.planogram.class_names(facing.product)))
        for own in self._own.values():
            self._any |= own

    @property
    def role(self) -> str | None:
        """The detector that it asks."""
        return self._role

    def want(self, pixels: Pixels, places: Sequence[FacingPlace]) -> Want | None:
        """The whole picture, if any facing needs it."""
        return Want(self._role, (pixels,)) if places else None

    def baselines(self, places: Sequence[FacingPlace], want: Want | None, findings: Findings) -> Mapping[str, Baseline]:
        """Where the product's lower edge stands in the reference, as a share of the facing's height from its top."""
        found = findings.get(self._role)
        if not isinstance(found, Detections):
            return {}
        found = self._heard(found)
        seen: dict[str, Baseline] = {}
        for place in places:
            feet = self._feet(found, place)
            seen[place.facing.id] = Baseline(feet is not None, 1.0 if feet is None else feet)
        return _with_empty_ones(places, seen)

    def judge(
        self,
        pixels: Pixels,
        places: Sequence[FacingPlace],
        want: Want | None,
        findings: Findings,
        baselines: Mapping[str, Baseline],
    ) -> Mapping[str, Judgement]:
        """Judge each facing by the boxes in its place."""
        found = findings.get(self._role)
        if not isinstance(found, Detections):
            return {}
        found = self._heard(found)
        return {
            place.facing.id: self._judged(found, place, baselines[place.facing.id])
            for place in places
            if place.facing.id in baselines
        }

    def learnt(self, baselines: Mapping[str, Baseline], judgements: Mapping[str, Judgement]) -> Mapping[str, Baseline]:
        """Baselines with the sightings of this sample: a product found often enough in a row is known there."""
        changed: dict[str, Baseline] = {}
        for name, judgement in judgements.items():
            before = baselines[name]
            if before.proven:
                continue
            seen = judgement.fill is not None and judgement.fill >= self._rules.stocked_at
            sightings = before.sightings + 1 if seen else 0
            if sightings != before.sightings:
                enough = sightings >= _ROWS_OF_SAMPLES * self._rules.initial_samples
                changed[name] = replace(before, proven=enough, sightings=sightings)
        return {**baselines, **changed} if changed else baselines

    def _find_role(self, context: MethodContext) -> str:
        return role_for(context, "detect", self._method)

    def _classes(self, context: MethodContext, facing: Facing) -> Sequence[int]:
        return class_ids(context.models[self._role], context.planogram.class_names(facing.product))

    def _heard(self, found: Detections) -> Detections:
        """The boxes that could count for something."""
        return found.select(found.scores > FAINT_SHARE * self._rules.min_score)

    def _judged(self, found: Detections, place: FacingPlace, baseline: Baseline) -> Judgement:
        facing = place.facing
        several = facing.capacity > 1
        here, feet = _about(found, place)
        if not several:
            here &= np.abs(feet - baseline.value) <= LIFTED_SHARE
        near = found.select(here)
        own = self._own[facing.id][near.class_ids]
        scores = _uncontested(near, own, self._rules.min_score)
        if several:
            units = int(np.count_nonzero(scores >= self._rules.min_score))
            fill = min(1.0, units / facing.capacity)
        else:
            fill = self._probability(scores)
        if fill > 0 and (several or fill >= 0.5):
            return Judgement(fill, units=several)
        if not baseline.proven:
            return Judgement(None, UnknownReason.NO_EVIDENCE)
        misplaced = self._stranger(near.select(~own), place)
        if misplaced < self._rules.stocked_at and self._hints(near, own, place):
            return Judgement(None, UnknownReason.UNDECIDED)
        return Judgement(fill, misplaced=misplaced, units=several)

    def _hints(self, near: Detections, own: NDArray[np.bool_], place: FacingPlace) -> bool:
        """Whether the place may not be empty: a faint box of the product, or something that is not surely found."""
        others = near.select(~own & ~self._people[near.class_ids])
        unsure = (others.scores >= self._rules.min_score) & (_filled(others, place) >= _FILLS_SHARE)
        return bool((near.scores[own] >= FAINT_SHARE * self._rules.min_score).any() or unsure.any())

    def _stranger(self, others: Detections, place: FacingPlace) -> float:
        """Probability that something else stands there: of the planogram's classes, or surely of another."""
        listed = self._any[others.class_ids]
        sure = others.scores >= min(1.0, _SURE_FACTOR * self._rules.min_score)
        unlisted = sure & ~self._people[others.class_ids] & (_filled(others, place) >= _FILLS_SHARE)
        return self._probability(others.scores[listed | unlisted])

    def _probability(self, scores: NDArray[np.float32]) -> float:
        """0.5 at `min_score`, 1 from twice that; 0 without a box."""
        return float(min(1.0, scores.max(initial=0.0) / (2 * max(self._rules.min_score, 1e-3))))

    def _feet(self, found: Detections, place: FacingPlace) -> float | None:
        """Lower edge of the surest box of the product in the facing; None if there is no sure one."""
        about, feet = _about(found, place)
        near = found.select(about)
        own = self._own[place.facing.id][near.class_ids]
        scores = _uncontested(near, own, self._rules.min_score)
        sure = scores >= min(1.0, _SURE_FACTOR * self._rules.min_score)
        return float(feet[about][own][np.argmax(scores)]) if sure.any() else None


class AnyProductEvidence(DetectorEvidence):
    """The same by a detector whose every class counts, such as a one-class detector of products on shelves."""

    _method = "any_product"

    def _find_role(self, context: MethodContext) -> str:
        roles = roles_of(context.models, "detect")
        one_class = [role for role in roles if len(context.models[role].class_names) == 1]
        return (one_class or roles or [role_for(context, "detect", self._method)])[0]

    def _classes(self, context: MethodContext, facing: Facing) -> Sequence[int]:
        return range(len(context.models[self._role].class_names))


def _marked(count: int, ids: Sequence[int]) -> NDArray[np.bool_]:
    """bool (count,), true at `ids`."""
    marked = np.zeros(count, np.bool_)
    marked[list(ids)] = True
    return marked


def _about(found: Detections, place: FacingPlace) -> tuple[NDArray[np.bool_], NDArray[np.float32]]:
    """Which boxes are about a facing, and where their lower edges are: 0 at its top, 1 at its bottom."""
    left, top, right, bottom = place.bounds_xyxy_px
    boxes = found.boxes_xyxy_px
    middle = (boxes[:, 0] + boxes[:, 2]) / 2
    width = np.minimum(boxes[:, 2], right) - np.maximum(boxes[:, 0], left)
    height = np.minimum(boxes[:, 3], bottom) - np.maximum(boxes[:, 1], top)
    inside = np.maximum(width, 0) * np.maximum(height, 0)
    area = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    about = (middle >= left) & (middle <= right) & (inside >= INSIDE_SHARE * area)
    return about, ((boxes[:, 3] - top) / np.float32(max(bottom - top, 1.0)))


def _filled(found: Detections, place: FacingPlace) -> NDArray[np.float32]:
    """Share of the facing's bounding box that each box covers."""
    left, top, right, bottom = place.bounds_xyxy_px
    boxes = found.boxes_xyxy_px
    width = np.minimum(boxes[:, 2], right) - np.maximum(boxes[:, 0], left)
    height = np.minimum(boxes[:, 3], bottom) - np.maximum(boxes[:, 1], top)
    area = np.float32(max((right - left) * (bottom - top), 1.0))
    shares: NDArray[np.float32] = np.maximum(width, 0) * np.maximum(height, 0) / area
    return shares


def _uncontested(found: Detections, own: NDArray[np.bool_], min_score: float) -> NDArray[np.float32]:
    """Scores of a product's own boxes as far as no other class, from `min_score`, has a higher one in the same place.

    Where one has, a box scores `min_score` at most; where it has clearly more, nothing.
    """
    scores = found.scores[own]
    against = ~own & (found.scores >= min_score)
    if not len(scores) or not against.any():
        return scores
    others = found.select(against)
    rivals = np.where(
        _overlaps(found.boxes_xyxy_px[own], others.boxes_xyxy_px) >= _SAME_IOU, others.scores, np.float32(0)
    ).max(axis=1)
    left = np.where(rivals > scores, np.minimum(scores, np.float32(min_score)), scores)
    left[rivals >= _CLEARLY * scores] = 0
    return left


def _overlaps(ones_xyxy_px: NDArray[np.float32], others_xyxy_px: NDArray[np.float32]) -> NDArray[np.float32]:
    """(n, m): intersection over union of each two boxes."""
    low = np.maximum(ones_xyxy_px[:, None, :2], others_xyxy_px[None, :, :2])
    high = np.minimum(ones_xyxy_px[:, None, 2:], others_xyxy_px[None, :, 2:])
    both = np.prod(np.maximum(high - low, 0), axis=2)
    areas, other_areas = (np.prod(boxes[:, 2:] - boxes[:, :2], axis=1) for boxes in (ones_xyxy_px, others_xyxy_px))
    overlaps: NDArray[np.float32] = both / np.maximum(areas[:, None] + other_areas[None, :] - both, 1e-6)
    return overlaps


def _with_empty_ones(places: Sequence[FacingPlace], seen: Mapping[str, Baseline]) -> Mapping[str, Baseline]:
    """A facing that the reference shows empty is taken at the word of its product's other facings."""
    told = dict(seen)
    for place in places:
        if place.facing.empty_in_reference:
            proven = any(
                seen[other.facing.id].proven
                for other in places
                if other.facing.product == place.facing.product and not other.facing.empty_in_reference
            )
            told[place.facing.id] = Baseline(proven, 1.0)
    return told
