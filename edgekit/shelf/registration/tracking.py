"""The alignment over time: what jitter is, what a moved camera is, when the new place is sure. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from edgekit.shelf.registration.geometry import Matrix, displacement_px
from edgekit.shelf.registration.renewal import Renewal
from edgekit.shelf.registration.settling import BUMP_SHARE, Settling, settling_after
from edgekit.shelf.words import UnknownReason

__all__ = [
    "CONFIRM_S",
    "Tracking",
    "for_frames_of",
    "in_new_epoch",
    "lost_after",
    "lost_reason",
    "tracking_after",
    "unmoved",
]

CONFIRM_S = 6.0
"""A new place must hold for so long, and one sample more. Longer than a camera must be off to be called moved (5 s), so
that every bump is told once, and ends with one word that all is well."""
CONFIRM_AT_START_S = 1.5
BACK_S = 0.6
"""A camera that was only shaken is back in its place for so long."""
LOST_S = 6.0
"""Somebody who fills the picture walks on within it; the camera itself is called moved 5 s later."""
JUMP_SHARE = 0.008
"""Of the frame's width, between two samples: a trembling hand or a fan moves pictures by less, a bump by more."""
DRIFT_SHARE_PER_S = 0.035
"""A handheld camera that drifts 45 pixels of 640 in 4 s goes at 0.018 of its width a second, and sways about that."""


@dataclass(frozen=True, slots=True, eq=False)
class Tracking:
    """Where the camera looks, as far as that is sure.

    Attributes:
        frame_size_hw: height and width of the frames whose pixels it counts in.
        alignment: the adopted one, from nominal to actual places.
        known: it was adopted from a measurement, in this run or an earlier one; else it is only assumed.
        moved: the camera is known to look elsewhere; nothing may be concluded.
        candidate: where it has looked lately instead, while `moved`.
        candidate_s: since when.
        back_s: since when it has looked where it did before, or rested before that, while `moved`; None: it does not.
        lost_s: since when samples have shown next to nothing of the reference; None: they show it.
        measured_s: time of the last sample that proved an alignment; None before the first of an epoch.
        searched_s: time of the last search by features.
        settling: where it rests; None before the first sample of an epoch.
        renewal: the scene as it was learnt in this epoch; None: not yet.
    """

    frame_size_hw: tuple[int, int]
    alignment: Matrix
    known: bool = False
    moved: bool = False
    candidate: Matrix | None = None
    candidate_s: float = 0.0
    back_s: float | None = None
    lost_s: float | None = None
    measured_s: float | None = None
    searched_s: float | None = None
    settling: Settling | None = None
    renewal: Renewal | None = None


def tracking_after(state: Tracking, measured: Matrix, time_s: float) -> Tracking:
    """Take in what one sample proves.

    Args:
        state: the tracking so far.
        measured: the alignment of that sample.
        time_s: the sample's time in its epoch.
    """
    after = replace(state, measured_s=time_s, lost_s=None)
    since_s = 0.0 if state.measured_s is None else max(0.0, time_s - state.measured_s)
    near_px = state.frame_size_hw[1] * (JUMP_SHARE + DRIFT_SHARE_PER_S * min(since_s, 1.0))
    off_px = displacement_px(measured, state.alignment, state.frame_size_hw)
    if not state.moved:
        if off_px > near_px:
            return replace(after, moved=True, candidate=measured, candidate_s=time_s, back_s=None)
        return _followed(after, measured, time_s)
    if min(off_px, _from_home_px(state, measured)) <= state.frame_size_hw[1] * BUMP_SHARE:
        back_s = time_s if state.back_s is None else state.back_s
        if time_s - back_s >= BACK_S:
            return _adopted(after, measured)
        return replace(after, back_s=back_s, candidate=None)
    after = replace(after, back_s=None, candidate=measured)
    if state.candidate is None or displacement_px(measured, state.candidate, state.frame_size_hw) > near_px:
        return replace(after, candidate_s=time_s)
    confirm_s = CONFIRM_S + min(since_s, CONFIRM_S) if state.known else CONFIRM_AT_START_S
    if time_s - state.candidate_s >= confirm_s:
        return _adopted(after, measured)
    return after


def _from_home_px(state: Tracking, measured: Matrix) -> float:
    """How far a camera is from where it rested before it wandered to its alignment: a hand takes it back in a leap."""
    return displacement_px(measured, state.settling.home, state.frame_size_hw) if state.settling else math.inf


def _followed(state: Tracking, measured: Matrix, time_s: float) -> Tracking:
    """A step that jitter or drift explains, unless the camera has come to rest after a leap."""
    settling, bumped = settling_after(
        state.settling or Settling(measured), state.alignment, measured, time_s, state.frame_size_hw
    )
    if bumped and state.settling is not None:
        return replace(
            state, alignment=state.settling.home, moved=True, candidate=measured, candidate_s=time_s, back_s=None
        )
    return replace(state, alignment=measured, known=True, settling=settling)


def lost_after(state: Tracking, lost: bool, time_s: float) -> Tracking:
    """Take in a sample that proves no alignment; `lost`: nothing speaks for the camera still looking there."""
    if not lost:
        return replace(state, lost_s=None)
    return state if state.lost_s is not None else replace(state, lost_s=time_s)


def lost_reason(state: Tracking, time_s: float) -> UnknownReason:
    """What hides the scene of a camera that shows another one: somebody in front at first, then it was turned away."""
    waited_s = 0.0 if state.lost_s is None else time_s - state.lost_s
    return UnknownReason.CAMERA_MOVED if waited_s >= LOST_S else UnknownReason.OCCLUDED


def _adopted(state: Tracking, matrix: Matrix) -> Tracking:
    return replace(state, alignment=matrix, known=True, moved=False, candidate=None, back_s=None, settling=None)


def unmoved(frame_size_hw: tuple[int, int]) -> Tracking:
    """The tracking of a camera that nothing is known of: it is taken to look where the reference does."""
    return Tracking(frame_size_hw, np.eye(3))


def in_new_epoch(state: Tracking) -> Tracking:
    """Forget what was measured; the camera most likely still looks where it did."""
    return Tracking(state.frame_size_hw, state.alignment, state.known)


def for_frames_of(state: Tracking, frame_size_hw: tuple[int, int]) -> Tracking:
    """The same tracking for frames of another size, which show the same view."""
    if frame_size_hw == state.frame_size_hw:
        return state
    (height, width), (before_h, before_w) = frame_size_hw, state.frame_size_hw
    grow = np.diag((width / before_w, height / before_h, 1.0))
    return Tracking(frame_size_hw, grow @ state.alignment @ np.linalg.inv(grow), state.known)
