"""What a model is asked of each facing's crop, and which answer belongs to which facing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from edgekit.frame import Pixels
from edgekit.shelf.words import Embeddings, Findings, Probabilities, Want
from edgekit.vision.geometry import square_crop

if TYPE_CHECKING:
    from edgekit.shelf.gates.layout import FacingPlace

__all__ = ["answers", "crops_of"]


def crops_of(pixels: Pixels, places: Sequence[FacingPlace], role: str, pad_value: int) -> Want | None:
    """One crop a facing (bounding box, squared) for the model called `role`; None without facings."""
    if not places:
        return None
    crops = tuple(square_crop(pixels, place.box_xyxy_px, pad_value) for place in places)
    return Want(role, crops, tuple(place.facing.id for place in places))


def answers(
    want: Want | None, findings: Findings, kind: type[Probabilities] | type[Embeddings]
) -> Mapping[str, NDArray[np.float32]]:
    """The model's row for each facing that was asked for; nothing where it gave none of that kind."""
    found = findings.get(want.role) if want is not None else None
    if want is None or not isinstance(found, kind) or len(found.values) != len(want.facings):
        return {}
    return dict(zip(want.facings, found.values, strict=True))
