"""Which method judges which facing, and how `auto` puts them together."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from edgekit.frame import Pixels
from edgekit.shelf.evidence.appearance import AppearanceEvidence
from edgekit.shelf.evidence.method import Baseline, EvidenceMethod, Judgement, MethodContext, ModelInfo, make_method
from edgekit.shelf.evidence.models import knows, roles_of
from edgekit.shelf.evidence.remembered import Remembered, holding, remembering
from edgekit.shelf.gates.layout import FacingPlace, Layout
from edgekit.shelf.gates.motion import Texture
from edgekit.shelf.planogram import Facing, Planogram
from edgekit.shelf.rules import ShelfRules
from edgekit.shelf.states import spoken_for
from edgekit.shelf.words import Evidence, Findings, UnknownReason, Want

__all__ = ["Judges"]

_SURELY_STOCKED = 0.95
"""By appearance: what a model misses there, it misses, and nothing stands before it."""

_FINDING = ("any_product", "detector")
_FOUND_SHARE = 0.85
"""Of a facing that is less visible a detector may well not find the product that stands there, units are missed, and
what hides it looks like another product. What hides less may be a unit that stood a little outside, and is gone."""
_WHOLLY_SEEN = 0.97
"""So much is visible of a facing that nothing stands before: what is in its units' places was put there."""

Baselines = Mapping[str, Mapping[str, Baseline]]


@dataclass(frozen=True, slots=True, eq=False)
class _Serving:
    """One method and the facings that it judges."""

    name: str
    method: EvidenceMethod
    facings: frozenset[str]

    def of(self, places: Sequence[FacingPlace]) -> list[FacingPlace]:
        return [place for place in places if place.facing.id in self.facings]


class Judges:
    """The methods of one planogram.

    `auto` takes a detector that knows the product, else a classifier that does, else recognition where the product is
    enrolled, else appearance. Where it has a model it also looks at appearance: a facing whose product the model does
    not tell in the reference picture is judged by appearance, and a model that misses a product which looks exactly as
    it did is not believed (`undecided`). Beside a detector or classifier, recognition says what is misplaced.
    """

    def __init__(
        self,
        planogram: Planogram,
        rules: ShelfRules,
        models: Mapping[str, ModelInfo],
        reference_pixels: Pixels,
        reference_layout: Layout,
    ) -> None:
        self._rules = rules
        self._methods = {facing.id: _resolved(facing, planogram, models) for facing in planogram.facings}
        self._capacities = {facing.id: facing.capacity for facing in planogram.facings}
        self._doubled = frozenset(
            facing.id
            for facing in planogram.facings
            if facing.method == "auto" and self._methods[facing.id] != "appearance"
        )
        serving: dict[str, set[str]] = {}
        for name, method in self._methods.items():
            serving.setdefault(method, set()).add(name)
        self._named = frozenset(
            facing.id
            for facing in planogram.facings
            if facing.id in self._doubled and self._methods[facing.id] != "recognition"
            if _enrolled(facing, planogram, models)
        )
        if self._doubled:
            serving.setdefault("appearance", set()).update(self._doubled)
        if self._named:
            serving.setdefault("recognition", set()).update(self._named)
        self._serving = []
        for method, names in serving.items():
            context = MethodContext(
                facings=[facing for facing in planogram.facings if facing.id in names],
                planogram=planogram,
                rules=rules,
                models=models,
                reference_pixels=reference_pixels,
                reference_places=[place for place in reference_layout.places if place.facing.id in names],
            )
            self._serving.append(_Serving(method, make_method(method, context), frozenset(names)))

    @property
    def methods(self) -> Mapping[str, str]:
        """The method of each facing by its id."""
        return dict(self._methods)

    def anchored(self, pixels: Pixels, places: Sequence[FacingPlace]) -> dict[str, Baseline]:
        """By appearance, the baselines of facings that have just been restocked; absent where none is taken."""
        found = {place.facing.id: method.anchored(pixels, place) for method, place in self._by_appearance(places)}
        return {name: baseline for name, baseline in found.items() if baseline is not None}

    def bound(
        self, places: Sequence[FacingPlace], looks: Mapping[str, NDArray[np.uint8] | None]
    ) -> dict[str, Baseline]:
        """The same of looks that were saved, as far as they are like the reference that there is now."""
        found = {
            place.facing.id: method.bound(place, looks.get(place.facing.id))
            for method, place in self._by_appearance(places)
        }
        return {name: baseline for name, baseline in found.items() if baseline is not None}

    def _by_appearance(self, places: Sequence[FacingPlace]) -> Iterator[tuple[AppearanceEvidence, FacingPlace]]:
        for each in self._serving:
            if isinstance(each.method, AppearanceEvidence):
                yield from ((each.method, place) for place in each.of(places))

    def unasked(self, baselines: Baselines) -> bool:
        """Whether a model has yet to look at the reference picture."""
        return any(each.method.role is not None and each.name not in baselines for each in self._serving)

    def wants(self, pixels: Pixels, places: Sequence[FacingPlace]) -> tuple[Want, ...]:
        """What the models should look at to judge `places`: at most one want a role."""
        wants: dict[str, Want] = {}
        for each in self._serving:
            want = each.method.want(pixels, each.of(places))
            if want is not None:
                wants.setdefault(want.role, want)
        return tuple(wants.values())

    def asked(self, places: Sequence[FacingPlace], wants: Sequence[Want], findings: Findings) -> Baselines:
        """What the methods learn from the reference picture; a model that has not answered will be asked again."""
        told: dict[str, Mapping[str, Baseline]] = {}
        for each in self._serving:
            baselines = each.method.baselines(each.of(places), _of_role(wants, each.method.role), findings)
            if baselines:
                told[each.name] = baselines
        return told

    def evidence(
        self,
        pixels: Pixels,
        places: Sequence[FacingPlace],
        gates: Mapping[str, Evidence],
        wants: Sequence[Want],
        findings: Findings,
        baselines: Baselines,
        texture: Texture | None = None,
        remembered: Mapping[str, Remembered] = MappingProxyType({}),
        anchors: Mapping[str, Baseline] = MappingProxyType({}),
        missed: Collection[str] = (),
    ) -> tuple[dict[str, Evidence], Baselines, Mapping[str, Remembered]]:
        """What the sample says of each facing: its gates, and a fill where a method can tell one.

        The baselines that come with it hold what the methods learnt from the sample, and what is remembered the
        judgements that hold until a facing changes.

        Args:
            pixels: the frame.
            places: where the facings are in it.
            gates: evidence so far, by facing.
            wants, findings: what the models were asked and said.
            baselines: of the reference.
            texture: the sample's texture picture; None where no gate made one.
            remembered: by facing, what the method without a model last said.
            anchors: by facing, its baseline by appearance since its last restocking.
            missed: facings that lack their product, by id.
        """
        if texture is not None:
            gates, remembered = self._seen_again(pixels, places, gates, texture, remembered, anchors, missed)
        visible = [place for place in places if gates[place.facing.id].reason is None]
        told: dict[str, Mapping[str, Judgement]] = {}
        for each in self._serving:
            mine = [place for place in each.of(visible) if not gates[place.facing.id].moving]
            if mine and each.method.role is None and texture is not None:
                told[each.name], remembered = _looked(each.method, pixels, mine, texture, remembered, anchors)
            elif mine:
                want = _of_role(wants, each.method.role)
                before = baselines.get(each.name, {})
                told[each.name] = each.method.judge(pixels, mine, want, findings, before)
                after = each.method.learnt(before, told[each.name])
                if after is not before:
                    baselines = {**baselines, each.name: after}
        return {name: self._fused(gate, told) for name, gate in gates.items()}, baselines, remembered

    def _seen_again(
        self,
        pixels: Pixels,
        places: Sequence[FacingPlace],
        gates: Mapping[str, Evidence],
        texture: Texture,
        remembered: Mapping[str, Remembered],
        anchors: Mapping[str, Baseline],
        missed: Collection[str],
    ) -> tuple[Mapping[str, Evidence], Mapping[str, Remembered]]:
        """The gates once a product that was missed is surely seen again, and what is remembered.

        To the gates it stands before the empty place that was there, and is one piece with whoever stands beside it.
        """
        again: dict[str, Evidence] = {}
        for method, place in self._by_appearance(places):
            name = place.facing.id
            gate = gates[name]
            if name not in missed or self._methods[name] != "appearance" or not _stands_before(gate):
                continue
            told, remembered = _looked(method, pixels, [place], texture, remembered, anchors)
            if (told[name].fill or 0.0) >= _SURELY_STOCKED:
                again[name] = replace(gate, visible_share=1.0, reason=None)
        return ({**gates, **again} if again else gates), remembered

    def _fused(self, gate: Evidence, told: Mapping[str, Mapping[str, Judgement]]) -> Evidence:
        name = gate.facing
        method = self._methods[name]
        if gate.reason is not None or gate.moving:
            return Evidence(name, gate.visible_share, gate.moving, None, gate.reason, method)
        first = told.get(method, {}).get(name)
        if name in self._doubled and first is not None:
            second = told.get("appearance", {}).get(name)
            if first.fill is None and first.reason is UnknownReason.NO_EVIDENCE and second is not None:
                method, first = "appearance", second
            elif _contradicted(first, second, self._rules):
                first = Judgement(None, UnknownReason.UNDECIDED)
        if first is not None and (seen := _seen_share(gate, first)) < _FOUND_SHARE:
            first = _partly_seen(first, method, seen, self._capacities[name], self._rules)
        if name in self._named and first is not None:
            first = _corrected(first, told.get("recognition", {}).get(name), self._rules)
        if first is None:
            return Evidence(name, gate.visible_share, False, None, UnknownReason.NO_EVIDENCE, method)
        return Evidence(name, gate.visible_share, False, first.fill, first.reason, method, first.misplaced, first.units)


def _seen_share(gate: Evidence, first: Judgement) -> float:
    """Share (0-1) of a facing that is seen; what is in its units' places hides them if the gates see something, too."""
    return gate.visible_share - (first.hidden if gate.visible_share < _WHOLLY_SEEN else 0.0)


def _stands_before(gate: Evidence) -> bool:
    """Whether something that does not move seems to stand before a facing."""
    return gate.reason is UnknownReason.OCCLUDED and not gate.moving


def _looked(
    method: EvidenceMethod,
    pixels: Pixels,
    places: Sequence[FacingPlace],
    texture: Texture,
    remembered: Mapping[str, Remembered],
    anchors: Mapping[str, Baseline],
) -> tuple[Mapping[str, Judgement], Mapping[str, Remembered]]:
    """Judgements by a method that needs no model: new ones of facings that have changed, or are in doubt."""
    held = holding(places, texture, remembered)
    changed = [place for place in places if place.facing.id not in held]
    fresh = method.judge(pixels, changed, None, {}, anchors)
    return {**held, **fresh}, remembering(changed, texture, fresh, remembered) if changed else remembered


def _contradicted(first: Judgement, second: Judgement | None, rules: ShelfRules) -> bool:
    return (
        first.fill is not None
        and first.fill <= rules.empty_at
        and second is not None
        and second.fill is not None
        and second.fill >= _SURELY_STOCKED
    )


def _partly_seen(first: Judgement, method: str, visible_share: float, capacity: int, rules: ShelfRules) -> Judgement:
    """What one sample says of a facing of which a part is hidden, as far as that part does not decide."""
    if method in _FINDING:
        first = _unfound(first, rules)
    if first.units:
        return _uncounted(first, visible_share, capacity, rules)
    return _unlike(first, rules) if method == "appearance" else first


def _unlike(first: Judgement, rules: ShelfRules) -> Judgement:
    """A product half behind somebody looks like another one, or like none."""
    gone = first.fill is not None and first.fill <= rules.empty_at
    return Judgement(None, UnknownReason.OCCLUDED) if gone else first


def _unfound(first: Judgement, rules: ShelfRules) -> Judgement:
    """Behind somebody's shoulder, finding nothing says nothing; finding something else does."""
    silent = first.fill is not None and first.fill <= rules.empty_at and first.misplaced < rules.stocked_at
    return Judgement(None, UnknownReason.OCCLUDED) if silent else first


def _uncounted(first: Judgement, visible_share: float, capacity: int, rules: ShelfRules) -> Judgement:
    """Units behind somebody's shoulder are not gone: a count that they would make another state says nothing."""
    if first.fill is None:
        return first
    with_hidden = round(capacity * (first.fill + 1.0 - visible_share)) / capacity
    as_counted, at_most = (spoken_for(fill, 0.0, rules, capacity) for fill in (first.fill, with_hidden))
    return first if as_counted is at_most else Judgement(None, UnknownReason.OCCLUDED)


def _corrected(first: Judgement, named: Judgement | None, rules: ShelfRules) -> Judgement:
    """A detector of bottles sees one whatever stands there: another product, surely recognised, is `misplaced`."""
    if first.fill is None or named is None or named.fill is None or named.misplaced < rules.stocked_at:
        return first
    return replace(first, fill=min(first.fill, named.fill), misplaced=named.misplaced)


def _enrolled(facing: Facing, planogram: Planogram, models: Mapping[str, ModelInfo]) -> bool:
    return any(knows(models[role], planogram, facing.product) for role in roles_of(models, "embed"))


def _of_role(wants: Sequence[Want], role: str | None) -> Want | None:
    return next((want for want in wants if want.role == role), None)


def _resolved(facing: Facing, planogram: Planogram, models: Mapping[str, ModelInfo]) -> str:
    if facing.method != "auto":
        return facing.method
    for task, method in (("detect", "detector"), ("classify", "classifier"), ("embed", "recognition")):
        if any(knows(models[role], planogram, facing.product) for role in roles_of(models, task)):
            return method
    return "appearance"
