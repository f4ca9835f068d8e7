"""What a comparison found, as plain values."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

__all__ = [
    "BoxAgreement",
    "Comparison",
    "LayerDifference",
    "LayerWalk",
    "OutputDifference",
    "PartDifference",
    "PictureDifference",
    "SideFacts",
    "TopOneAgreement",
]


@dataclass(frozen=True, slots=True)
class SideFacts:
    """One of the two models.

    Attributes:
        name: as the user named it.
        what: what really ran, for people.
        preprocessing: what happened to a picture before it, for people.
    """

    name: str
    what: str
    preprocessing: str


@dataclass(frozen=True, slots=True)
class PartDifference:
    """Channels of one output that mean the same: scores (0 to 1) or values (boxes, logits).

    Attributes:
        part: "scores" or "values".
        channels: how many.
        sqnr_db: power of A over power of the difference; infinite where equal.
    """

    part: str
    channels: int
    sqnr_db: float


@dataclass(frozen=True, slots=True)
class OutputDifference:
    """One output over all pictures.

    Attributes:
        name, name_b: in A and in B.
        shape: for one picture.
        sqnr_db: power of A over power of the difference, dB; infinite where equal, minus infinite where one of both
            is not finite.
        max_difference: largest absolute difference.
        largest: largest magnitude in A.
        parts: of an output that holds scores and values, both apart: the larger numbers would drown the others.
    """

    name: str
    name_b: str
    shape: tuple[int, ...]
    sqnr_db: float
    max_difference: float
    largest: float
    parts: tuple[PartDifference, ...] = ()

    @property
    def worst_db(self) -> float:
        """The lowest SQNR of it or of a part of it."""
        return min([self.sqnr_db, *(part.sqnr_db for part in self.parts)])


@dataclass(frozen=True, slots=True)
class TopOneAgreement:
    """Classifiers: on how many pictures both name the same class.

    Attributes:
        pictures: compared.
        same: of them, with the same best class.
        parted: (picture, A's class, B's class) of the first others.
    """

    pictures: int
    same: int
    parted: tuple[tuple[str, str, str], ...] = ()

    @property
    def share(self) -> float:
        """0-1."""
        return self.same / self.pictures if self.pictures else 1.0


@dataclass(frozen=True, slots=True)
class BoxAgreement:
    """Detectors: which boxes both find.

    Attributes:
        pictures: compared.
        boxes_a: A's boxes that score more than 0.3.
        found_again: of them, those that overlap a box of B of the same class by at least half (IoU).
        boxes_b: B's boxes that score more than 0.3.
        new: of them, those that A does not have.
        parted: (picture, boxes lost, boxes new) where most differ.
    """

    pictures: int
    boxes_a: int
    found_again: int
    boxes_b: int
    new: int
    parted: tuple[tuple[str, int, int], ...] = ()

    @property
    def share(self) -> float | None:
        """Boxes found by both over boxes found by either, 0-1; None where neither found any."""
        either = self.boxes_a + self.new
        return self.found_again / either if either else None


@dataclass(frozen=True, slots=True)
class PictureDifference:
    """How far one picture's outputs part, the worst output."""

    name: str
    sqnr_db: float


@dataclass(frozen=True, slots=True)
class LayerDifference:
    """One layer's result in both graphs.

    Attributes:
        index: place in A's graph order.
        layer, op_type: A's node.
        tensor, tensor_b: the compared tensors.
        matched_by: "name" or "place".
        sqnr_db: of B's tensor against A's, both graphs run from the picture: what was lost so far.
        own_sqnr_db: of the layer computed as in B from A's values: what is lost here; None where not measured.
        output_sqnr_db: of A's outputs with this one layer computed as in B, the worst output; None where not measured.
        max_difference: largest absolute difference so far.
        rescaled: B's channels are multiples of A's (equalization); the SQNR is that after undoing it.
    """

    index: int
    layer: str
    op_type: str
    tensor: str
    tensor_b: str
    matched_by: str
    sqnr_db: float
    own_sqnr_db: float | None
    output_sqnr_db: float | None
    max_difference: float
    rescaled: bool = False


@dataclass(frozen=True, slots=True)
class LayerWalk:
    """Both graphs, tensor by tensor.

    Attributes:
        pictures: walked.
        threshold_db: below it a layer counts as parted.
        layers: all that could be matched, in A's graph order.
        first_below: the first of them below the threshold, or None.
        worst: those that lose most, the worst first: by what they do to the outputs, else by what they lose.
        unmatched_a, unmatched_b: results that have no counterpart.
    """

    pictures: int
    threshold_db: float
    layers: tuple[LayerDifference, ...]
    first_below: LayerDifference | None
    worst: tuple[LayerDifference, ...]
    unmatched_a: int
    unmatched_b: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two models on the same pictures.

    Attributes:
        a, b: the models.
        pictures: how many were compared.
        skipped: "name: reason" of each that could not be read.
        outputs: those that both have, in A's order.
        decisions: what a shop would notice; None where nothing says how outputs are read.
        most_parted: the pictures whose outputs part most, the worst first.
        walk: layer by layer, where asked for.
        notes: what a person should be told, one line each.
    """

    a: SideFacts
    b: SideFacts
    pictures: int
    skipped: tuple[str, ...]
    outputs: tuple[OutputDifference, ...]
    decisions: TopOneAgreement | BoxAgreement | None
    most_parted: tuple[PictureDifference, ...]
    walk: LayerWalk | None = None
    notes: tuple[str, ...] = ()

    @property
    def worst_db(self) -> float:
        """The lowest SQNR of any output."""
        return min(output.worst_db for output in self.outputs)

    def to_json(self) -> dict[str, Any]:
        """As values that JSON holds: SQNR null where A and B are equal, "-inf" where one of both is not finite."""
        plain: dict[str, Any] = _jsonable(asdict(self))
        plain["worst_sqnr_db"] = _jsonable(self.worst_db)
        if self.decisions is not None:
            plain["decisions"]["share"] = self.decisions.share
            plain["decisions"]["kind"] = "top1" if isinstance(self.decisions, TopOneAgreement) else "boxes"
        return plain


def _jsonable(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _jsonable(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_jsonable(one) for one in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None if value > 0 else str(value)
    return value
