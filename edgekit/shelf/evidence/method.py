"""What a way to find evidence is: it wants pixels, learns from the reference, judges samples; and how one is made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from edgekit.frame import Pixels
from edgekit.recognition.index import Index
from edgekit.shelf.evidence.registry import METHODS
from edgekit.shelf.gates.layout import FacingPlace
from edgekit.shelf.planogram import Facing, Planogram
from edgekit.shelf.rules import ShelfRules
from edgekit.shelf.words import Findings, UnknownReason, Want

__all__ = ["Baseline", "EvidenceMethod", "Judgement", "MethodContext", "ModelInfo", "make_method"]


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """What the shelf must know of a model.

    Attributes:
        task: "detect", "classify" or "embed".
        class_names: by class id; of an embedding model the enrolled products.
        pad_value: grey value (0-255) that crops are squared with.
        index: the enrolled products of an embedding model.
    """

    task: Literal["classify", "detect", "embed"]
    class_names: tuple[str, ...]
    pad_value: int = 114
    index: Index | None = None


@dataclass(frozen=True, slots=True, eq=False)
class MethodContext:
    """What a method is made of.

    Attributes:
        facings: the facings that it serves.
        planogram: all facings, and the classes of products.
        rules: the shelf's settings.
        models: by role.
        reference_pixels: the reference picture.
        reference_places: where `facings` lie in it, in their order.
    """

    facings: Sequence[Facing]
    planogram: Planogram
    rules: ShelfRules
    models: Mapping[str, ModelInfo]
    reference_pixels: Pixels
    reference_places: Sequence[FacingPlace]


@dataclass(frozen=True, slots=True)
class Baseline:
    """What a model says of a facing in the reference picture.

    Attributes:
        proven: the model told the product there, so that its silence now means something.
        value: the method's own measure of it.
        sightings: while it is not proven, in how many samples in a row the model has told the product since.
        look: uint8 (height, width, 3) BGR, what the facing looked like after its last restocking, beside the reference;
            None before the first.
    """

    proven: bool
    value: float
    sightings: int = 0
    look: NDArray[np.uint8] | None = None


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one method says of one facing in one sample.

    Attributes:
        fill: probability (0-1) that it is stocked, or the share of its capacity; None when it cannot say.
        reason: why it cannot say.
        misplaced: probability (0-1) that another product stands there, of the planogram or surely found.
        units: units were counted.
        hidden: share (0-1) of the units that something else stands before, or instead of, so that they are not gone for
            sure.
    """

    fill: float | None
    reason: UnknownReason | None = None
    misplaced: float = 0.0
    units: bool = False
    hidden: float = 0.0


class EvidenceMethod(Protocol):
    """One way to find evidence. It holds nothing that changes: same pixels and findings, same judgement."""

    @property
    def role(self) -> str | None:
        """The model that it asks; None when it needs none."""

    def want(self, pixels: Pixels, places: Sequence[FacingPlace]) -> Want | None:
        """What its model should look at to judge `places` in `pixels`."""

    def baselines(self, places: Sequence[FacingPlace], want: Want | None, findings: Findings) -> Mapping[str, Baseline]:
        """What the model said of the reference picture; empty where it has not answered."""

    def judge(
        self,
        pixels: Pixels,
        places: Sequence[FacingPlace],
        want: Want | None,
        findings: Findings,
        baselines: Mapping[str, Baseline],
    ) -> Mapping[str, Judgement]:
        """Judge `places` in one sample; facings that the model has not answered for are absent."""

    def learnt(self, baselines: Mapping[str, Baseline], judgements: Mapping[str, Judgement]) -> Mapping[str, Baseline]:
        """Baselines after a sample; the same object where nothing changed."""


def make_method(name: str, context: MethodContext) -> EvidenceMethod:
    """The method that is called `name`, for the facings of `context`.

    Raises:
        KeyError: there is none of that name.
        PlanogramError: the models cannot tell these facings' products by this method.
    """
    module, _, attribute = METHODS[name].partition(":")
    method: EvidenceMethod = getattr(import_module(module), attribute)(context)
    return method
