"""Aligns samples of one frame size to the reference."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from edgekit.frame import Pixels
from edgekit.shelf.registration.anchor import anchor_of
from edgekit.shelf.registration.features import features_of
from edgekit.shelf.registration.geometry import at_scale, from_scale
from edgekit.shelf.registration.measure import How, Measurement, Shows, followed, searched, shown
from edgekit.shelf.registration.picture import halved, structure_of
from edgekit.shelf.registration.renewal import Renewal, Target, renewal_after
from edgekit.shelf.registration.tracking import Tracking, lost_after, tracking_after

__all__ = ["Aligner"]

SEARCH_EVERY_S = 0.45
"""A search by features costs ten times a cheap test; a crowd that hides the scene must not cost one each sample."""


@dataclass(frozen=True, slots=True, eq=False)
class Aligner:
    """Finds alignments for frames of one size.

    Attributes:
        frame_size_hw: the frames' height and width.
        target: the reference, laid out as the frames are, at registration's scale.
    """

    frame_size_hw: tuple[int, int]
    target: Target

    @classmethod
    def of(cls, reference: Pixels, frame_size_hw: tuple[int, int]) -> Aligner:
        """An aligner to a reference picture, whose size may differ from the frames'."""
        import cv2

        height, width = frame_size_hw
        laid_out = reference
        if reference.shape[:2] != frame_size_hw:
            shrinks = reference.shape[0] * reference.shape[1] > height * width
            laid_out = cv2.resize(
                reference, (width, height), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
            )
        structure = structure_of(halved(laid_out))
        return cls(frame_size_hw, Target(anchor_of(structure), features_of(structure)))

    def track(self, state: Tracking, small: Pixels, time_s: float) -> Tracking:
        """Take a sample in.

        Args:
            state: the tracking so far.
            small: the sample, as `halved` makes it.
            time_s: its time in the epoch.
        """
        structure = structure_of(small)
        scale_xy = self._scale_xy(structure)
        renewal = state.renewal or Renewal()
        target = renewal.target or self.target
        # Of a moved camera: where it has looked lately, and where it did before, which it may be turned back to.
        places = [state.alignment] if state.candidate is None else [state.candidate, state.alignment]
        scaled = [at_scale(place, scale_xy) for place in places]
        looks = (followed(target.anchor, structure, place) for place in scaled)
        found = next((look for look in looks if look is not None), None)
        if found is None and (state.searched_s is None or time_s - state.searched_s >= SEARCH_EVERY_S):
            found = searched(target.anchor, target.features, structure, scaled[-1])
            state = replace(state, searched_s=time_s)
        if found is None:
            shows = shown(target.anchor, structure, scaled[-1])
            if shows is not Shows.REFERENCE:
                # Of a camera that was just switched on nothing is assumed: it may have been bumped meanwhile.
                lost = shows is Shows.ANOTHER_SCENE or not state.known
                return lost_after(state, lost, time_s)
            found = Measurement(scaled[-1], How.STILL)
        same = [place for place, one in zip(places, scaled, strict=True) if found.matrix is one]
        matrix = same[0] if same else from_scale(found.matrix, scale_xy)
        after = tracking_after(state, matrix, time_s)
        if after.moved or state.moved:
            return after
        return replace(after, renewal=renewal_after(renewal, target, structure, found.matrix, time_s))

    def _scale_xy(self, structure: NDArray[np.uint8]) -> tuple[float, float]:
        height, width = self.frame_size_hw
        return structure.shape[1] / width, structure.shape[0] / height
