"""Evidence by recognition: which enrolled product stands in a facing, by its crop's embedding."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from edgekit.errors import PlanogramError
from edgekit.frame import Pixels
from edgekit.recognition.recogniser import Recogniser
from edgekit.shelf.evidence.crops import answers, crops_of
from edgekit.shelf.evidence.method import Baseline, Judgement, MethodContext
from edgekit.shelf.evidence.models import role_for
from edgekit.shelf.words import Embeddings, Findings, UnknownReason, Want

if TYPE_CHECKING:
    from edgekit.shelf.gates.layout import FacingPlace

__all__ = ["RecognitionEvidence"]


class RecognitionEvidence:
    """The facing's crop (bounding box, squared) looked up among the enrolled products of the planogram.

    Fill is the probability of the facing's own product, as a share of what it was in the reference picture. Another
    product that the index accepts makes the facing `misplaced`. A facing that shows nothing enrolled is without its
    product: empty, or with something unknown in it. A facing whose product is not recognised in the reference picture
    gives `no_evidence`.
    """

    def __init__(self, context: MethodContext) -> None:
        self._role = role_for(context, "embed", "recognition")
        model = context.models[self._role]
        planogram = context.planogram
        if model.index is None:
            raise PlanogramError(
                f"{planogram.path}: facing {context.facings[0].id!r} asks for method 'recognition', but no index is "
                "configured.",
                hint="Name what `edgekit enroll` wrote in edgekit.yaml, for example `index: products.index`.",
            )
        self._pad_value = model.pad_value
        wanted = {name for facing in planogram.facings for name in planogram.class_names(facing.product)}
        self._recogniser = Recogniser(model.index, candidates=[name for name in model.index.names if name in wanted])
        names = [product.name for product in self._recogniser.candidates]
        self._own = {
            facing.id: np.array([name in planogram.class_names(facing.product) for name in names])
            for facing in context.facings
        }

    @property
    def role(self) -> str | None:
        """The embedding model that it asks."""
        return self._role

    def want(self, pixels: Pixels, places: Sequence[FacingPlace]) -> Want | None:
        """One crop a facing."""
        return crops_of(pixels, places, self._role, self._pad_value)

    def baselines(self, places: Sequence[FacingPlace], want: Want | None, findings: Findings) -> Mapping[str, Baseline]:
        """Probability of the product in the reference; one that is empty there is believed to be known."""
        told: dict[str, Baseline] = {}
        rows = self._probabilities(want, findings)
        least = self._recogniser.calibration.min_probability
        for place in places:
            facing = place.facing
            if facing.id not in rows:
                continue
            own, _ = self._own_and_other(facing.id, rows[facing.id])
            told[facing.id] = Baseline(True, least) if facing.empty_in_reference else Baseline(own >= least, own)
        return told

    def judge(
        self,
        pixels: Pixels,
        places: Sequence[FacingPlace],
        want: Want | None,
        findings: Findings,
        baselines: Mapping[str, Baseline],
    ) -> Mapping[str, Judgement]:
        """Judge each facing by the product seen in it."""
        told: dict[str, Judgement] = {}
        least = self._recogniser.calibration.min_probability
        for name, row in self._probabilities(want, findings).items():
            baseline = baselines.get(name)
            if baseline is None:
                continue
            if not baseline.proven:
                told[name] = Judgement(None, UnknownReason.NO_EVIDENCE)
                continue
            own, other = self._own_and_other(name, row)
            told[name] = Judgement(min(1.0, own / baseline.value), misplaced=other if other >= least else 0.0)
        return told

    def learnt(self, baselines: Mapping[str, Baseline], judgements: Mapping[str, Judgement]) -> Mapping[str, Baseline]:
        """Nothing: the index and the reference say it all."""
        return baselines

    def _probabilities(self, want: Want | None, findings: Findings) -> Mapping[str, NDArray[np.float32]]:
        """Of every candidate, by facing id."""
        rows = answers(want, findings, Embeddings)
        if not rows:
            return {}
        return dict(zip(rows, self._recogniser.probabilities(np.stack(list(rows.values()))), strict=True))

    def _own_and_other(self, facing_id: str, row: NDArray[np.float32]) -> tuple[float, float]:
        own = self._own[facing_id]
        return float(row[own].sum()), float(row[~own].max(initial=0.0))
