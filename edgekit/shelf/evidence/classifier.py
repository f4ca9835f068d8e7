"""Evidence by classifier: each facing's crop, its product's probability against that in the reference."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from statistics import median
from typing import TYPE_CHECKING

from edgekit.frame import Pixels
from edgekit.shelf.evidence.crops import answers, crops_of
from edgekit.shelf.evidence.method import Baseline, Judgement, MethodContext
from edgekit.shelf.evidence.models import class_ids, role_for
from edgekit.shelf.words import Findings, Probabilities, UnknownReason, Want

if TYPE_CHECKING:
    from edgekit.shelf.gates.layout import FacingPlace

__all__ = ["ClassifierEvidence"]

MIN_SPAN = 2.0
"""Log-odds between stocked and empty; a model that tells them apart by less (7 times the odds) is no evidence."""


class ClassifierEvidence:
    """The sum of the product's classes on the facing's crop (bounding box, squared), in log-odds.

    What "stocked" looks like to a classifier differs from facing to facing, so it is measured on the reference
    picture. What "empty" looks like is not to be had; a facing without the product is taken to give at most what
    guessing would, and at most what the model leaves to all other classes where it sees the product. Fill is how far
    the sum has come from the one to the other. A facing whose product the model does not tell in the reference
    picture gives `no_evidence`.
    """

    def __init__(self, context: MethodContext) -> None:
        self._role = role_for(context, "classify", "classifier")
        model = context.models[self._role]
        self._pad_value = model.pad_value
        self._ids = {
            facing.id: list(class_ids(model, context.planogram.class_names(facing.product)))
            for facing in context.facings
        }
        self._chance = {name: len(ids) / len(model.class_names) for name, ids in self._ids.items()}

    @property
    def role(self) -> str | None:
        """The classifier that it asks."""
        return self._role

    def want(self, pixels: Pixels, places: Sequence[FacingPlace]) -> Want | None:
        """One crop a facing."""
        return crops_of(pixels, places, self._role, self._pad_value)

    def baselines(self, places: Sequence[FacingPlace], want: Want | None, findings: Findings) -> Mapping[str, Baseline]:
        """Probability of the product in the reference; where that is empty, the median of its other facings."""
        sums = self._sums(want, findings)
        told: dict[str, Baseline] = {}
        for place in places:
            facing = place.facing
            if facing.id not in sums:
                continue
            value = sums[facing.id]
            if facing.empty_in_reference:
                others = [
                    sums[other.facing.id]
                    for other in places
                    if other.facing.product == facing.product
                    and not other.facing.empty_in_reference
                    and other.facing.id in sums
                ]
                value = median(others) if others else 0.5
            told[facing.id] = Baseline(_log_odds(value) - self._empty(facing.id, value) >= MIN_SPAN, value)
        return told

    def judge(
        self,
        pixels: Pixels,
        places: Sequence[FacingPlace],
        want: Want | None,
        findings: Findings,
        baselines: Mapping[str, Baseline],
    ) -> Mapping[str, Judgement]:
        """Judge each facing by the sum of its product's classes."""
        told: dict[str, Judgement] = {}
        for name, value in self._sums(want, findings).items():
            baseline = baselines.get(name)
            if baseline is None:
                continue
            if not baseline.proven:
                told[name] = Judgement(None, UnknownReason.NO_EVIDENCE)
                continue
            empty, stocked = self._empty(name, baseline.value), _log_odds(baseline.value)
            told[name] = Judgement(min(1.0, max(0.0, (_log_odds(value) - empty) / (stocked - empty))))
        return told

    def learnt(self, baselines: Mapping[str, Baseline], judgements: Mapping[str, Judgement]) -> Mapping[str, Baseline]:
        """Nothing: the reference says it all."""
        return baselines

    def _sums(self, want: Want | None, findings: Findings) -> Mapping[str, float]:
        rows = answers(want, findings, Probabilities)
        return {name: float(row[self._ids[name]].sum()) for name, row in rows.items()}

    def _empty(self, facing_id: str, stocked: float) -> float:
        """Log-odds to expect of the facing without its product."""
        return _log_odds(min(self._chance[facing_id], 1 - stocked))


def _log_odds(probability: float) -> float:
    bounded = min(max(probability, 1e-3), 1 - 1e-3)
    return math.log(bounded / (1 - bounded))
