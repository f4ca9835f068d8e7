"""One sample as the reference lays it out: what gates and methods look at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from edgekit.frame import Pixels
from edgekit.shelf.gates.layout import Layout
from edgekit.shelf.gates.light import light_gain
from edgekit.shelf.registration.straighten import UNTOUCHED_FRAME_SHARE, aligned_picture, is_untouched, seen_part
from edgekit.shelf.registration.tracking import Tracking
from edgekit.shelf.rules import ShelfRules
from edgekit.shelf.words import Evidence, UnknownReason

__all__ = ["LaidOut", "laid_out"]


@dataclass(frozen=True, slots=True, eq=False)
class LaidOut:
    """A sample as the reference lays it out.

    Attributes:
        small: its small picture; where the frame does not reach there is background, in today's light.
        seen: bool, of the small picture's size: where the frame does reach; None: everywhere.
        tracking: by which it was laid out; None: it lies as in the reference and was left as it is.
    """

    small: Pixels
    seen: NDArray[np.bool_] | None = None
    tracking: Tracking | None = None

    def of(self, pixels: Pixels) -> Pixels:
        """The frame's pixels, laid out."""
        if self.tracking is None:
            return pixels
        alignment, size_hw = self.tracking.alignment, self.tracking.frame_size_hw
        if is_untouched(alignment, size_hw, within_share=UNTOUCHED_FRAME_SHARE):
            return pixels
        return aligned_picture(pixels, alignment, size_hw)

    def within_view(self, gates: Mapping[str, Evidence], layout: Layout, rules: ShelfRules) -> Mapping[str, Evidence]:
        """The gates, with facings that the frame no longer reaches hidden."""
        if self.seen is None:
            return gates
        told = dict(gates)
        for place in layout.places:
            there = np.count_nonzero(self.seen[place.rows, place.columns] & (place.mask > 0)) / place.area_px
            gate = told[place.facing.id]
            if there < gate.visible_share:
                reason = UnknownReason.OCCLUDED if there < rules.min_visible_share else None
                told[place.facing.id] = replace(gate, visible_share=there, reason=gate.reason or reason)
        return told


def laid_out(small: Pixels, tracking: Tracking, background: NDArray[np.float32] | Pixels) -> LaidOut:
    """Lay a sample's small picture out.

    Args:
        small: uint8 (height, width, 3).
        tracking: where the camera looks.
        background: (height, width, 3), the scene as it is remembered, where the frame does not reach.
    """
    if is_untouched(tracking.alignment, tracking.frame_size_hw):
        return LaidOut(small)
    straight = aligned_picture(small, tracking.alignment, tracking.frame_size_hw)
    seen = seen_part(small.shape[:2], tracking.alignment, tracking.frame_size_hw)
    if seen.all():
        return LaidOut(straight, None, tracking)
    straight[~seen] = np.clip(background[~seen] * light_gain(straight, background), 0, 255).astype(np.uint8)
    return LaidOut(straight, seen, tracking)
