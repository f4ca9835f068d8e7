"""A small network that tells a facing's product from its variants: another flavour in the same package and layout."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from importlib.resources import files
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from edgekit.frame import Pixels
from edgekit.shelf.evidence.arrangement import Arrangement, Box, boxes_of
from edgekit.shelf.evidence.comparator import View, crop_of

if TYPE_CHECKING:
    from edgekit.shelf.gates.layout import FacingPlace

__all__ = ["VIEW", "Variants"]

VIEW: Final = View(64, 0.15)
"""More of a facing's own pixels than the comparator sees, and less of what is around it."""
_AT, _STEEP = 1.4, 2.0
"""Log-odds of the network at which a variant is as likely as not, and what they count. It is surely enough one at 1.6:
products that stand in their own facings come to 1.1 at most, but for one at 1.7, in 2,133 facings of the tuning clips
of five authors (medians over time), put back askew, behind glass and at night too, and three of four of their variants
to more."""


class Variants:
    """Weights of our own (VARIANTS.md, scripts/train_comparator.py), run by ONNX Runtime on one thread."""

    def __init__(self, reference: Pixels, places: Iterable[FacingPlace]) -> None:
        """Remember what stands in facings.

        Args:
            reference: uint8 (height, width, 3) BGR, the reference picture.
            places: where the facings are in it.
        """
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        weights = files("edgekit.shelf.evidence").joinpath("variants.onnx").read_bytes()
        self._session = onnxruntime.InferenceSession(weights, options, providers=["CPUExecutionProvider"])
        self._reference, self._places = reference, {place.facing.id: place for place in places}

    def in_facing(self, pixels: Pixels, place: FacingPlace) -> float:
        """Probability (0-1) that a variant stands in a facing, where it or the product does."""
        return self._in(self._places[place.facing.id].polygon_xy_px, pixels, place.polygon_xy_px)

    def in_parts(self, pixels: Pixels, place: FacingPlace, arrangement: Arrangement, parts: Sequence[int]) -> float:
        """Probability (0-1) that variants stand in some parts of a facing, where they or its units do.

        Args:
            pixels: uint8 (height, width, 3) BGR, the picture.
            place: where the facing is in it.
            arrangement: the rows and columns of its parts.
            parts: numbers of some, row by row; the box around all of them is looked at.
        """
        before = self._places[place.facing.id].box_xyxy_px
        was, now = (_around([boxes_of(box, arrangement)[i] for i in parts]) for box in (before, place.box_xyxy_px))
        return self._in(was, pixels, now)

    def _in(self, was_xy_px: NDArray[np.float32], pixels: Pixels, now_xy_px: NDArray[np.float32]) -> float:
        was, now = crop_of(self._reference, was_xy_px, VIEW), crop_of(pixels, now_xy_px, VIEW)
        given = {"now": now.pixels[None], "reference": was.pixels[None], "outline": now.outline[None]}
        own, variant = (float(value) for value in self._session.run(None, given)[0][0])
        return 1.0 / (1.0 + math.exp(-_STEEP * (variant - own - _AT)))


def _around(boxes: Sequence[Box]) -> NDArray[np.float32]:
    """float32 (4, 2), the corners of the box around some."""
    left, top = np.min(boxes, axis=0)[:2]
    right, bottom = np.max(boxes, axis=0)[2:]
    return np.array(((left, top), (right, top), (right, bottom), (left, bottom)), np.float32)
