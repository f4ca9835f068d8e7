"""One sample's measurement: cheap test first, features only where it says that something moved, then a proof."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from edgekit.shelf.registration.agreement import Agreement, agreement_of
from edgekit.shelf.registration.anchor import Anchor
from edgekit.shelf.registration.features import Features, features_of, matched
from edgekit.shelf.registration.fit import Fit, fitted, is_spread
from edgekit.shelf.registration.geometry import Matrix, displacement_px, is_plausible, mapped
from edgekit.shelf.registration.picture import Structure
from edgekit.shelf.registration.shift import Tracks, tracked

__all__ = ["How", "Measurement", "Shows", "followed", "searched", "shown"]

_STILL_PX = 0.12
"""At registration's scale. Corners waver by less in the noise of a still camera; below it nothing is followed."""
_NEAR_PX = 0.8
_STILL_SHARE = 0.5
_FOLLOWED_SHARE = 0.35
_MIN_CORNERS = 12
_SMALL_STEP_PX = 2.0
_MIN_GONE = 22
_OUTVOTED = 3
"""Of a camera that moves nearly every corner in view goes with it: 10 to 1 and more on photographs of shelves. Where
three bottles are all the scene has, hands that move two of them get 2 to 1, and 20 corners in all."""
_MIN_AGREEMENT = 0.4
_MIN_BLOCKS = 8
_MIN_QUARTERS = 0.7
_CLEARLY_BETTER = 0.15
_SURELY_THE_SAME = 0.5
_ANOTHER_SCENE = 0.15
"""Agreement with another photograph of a shelf is 0.11 and less, with the same shelf behind three shoppers 0.27, with
the same shelf quite empty 0.77 (shelf-01 to shelf-04)."""


class How(str, Enum):
    """How a sample's alignment was found."""

    STILL = "still"
    FOLLOWED = "followed"
    FEATURES = "features"


@dataclass(frozen=True, slots=True, eq=False)
class Measurement:
    """An alignment that a sample proves.

    Attributes:
        matrix: at registration's scale, counted from pixel centres.
        how: how it was found.
    """

    matrix: Matrix
    how: How


def followed(anchor: Anchor, structure: Structure, last: Matrix) -> Measurement | None:
    """The cheap test: the alignment of a sample that is like `last`, or a little off it; None where neither shows."""
    tracks = tracked(anchor, structure, last)
    if tracks.asked < _MIN_CORNERS:
        return None
    off = tracks.now_xy - mapped(last, tracks.points_xy)
    near = (off**2).sum(1) <= _NEAR_PX**2
    if np.count_nonzero(near) >= _STILL_SHARE * tracks.asked and is_spread(tracks.points_xy[near], anchor.points_xy):
        middle = np.median(off[near], 0)
        outward = _outward(off[near], tracks.points_xy[near])
        if max(float(np.hypot(*middle)), outward) <= _STILL_PX:
            return Measurement(last, How.STILL)
    fit = _proven(tracks, anchor, structure, _FOLLOWED_SHARE)
    if fit is None:
        return None
    step_px = displacement_px(fit.matrix, last, structure.shape[:2])
    if step_px > _NEAR_PX:
        # Hands and what they carry move many corners of a bare scene alike; what stands still speaks against them.
        if not _outvotes(fit, tracks, last):
            return None
        agreement = agreement_of(anchor.structure, structure, fit.matrix)
        if agreement.likeness <= agreement_of(anchor.structure, structure, last).likeness:
            return None
        if step_px > _SMALL_STEP_PX and not _shows_the_same(agreement):
            return None
    return Measurement(fit.matrix, How.FOLLOWED)


def searched(anchor: Anchor, features: Features, structure: Structure, last: Matrix) -> Measurement | None:
    """Feature registration: wherever the reference lies in the sample; None where that cannot be proven.

    A shelf repeats itself, so that an alignment off by one product agrees on much. The one found must show more of
    the reference than `last` does, by far, unless it is the same.
    """
    rough = matched(features, features_of(structure))
    if rough is None or not is_plausible(rough.matrix, structure.shape[:2]):
        return None
    fit = _proven(tracked(anchor, structure, rough.matrix), anchor, structure, _FOLLOWED_SHARE / 2)
    if fit is None:
        return None
    agreement = agreement_of(anchor.structure, structure, fit.matrix)
    if not _shows_the_same(agreement):
        return None
    before_xy = tracked(anchor, structure, last)
    if displacement_px(fit.matrix, last, structure.shape[:2]) > _SMALL_STEP_PX:
        if not _outvotes(fit, before_xy, last):
            return None
        before = agreement_of(anchor.structure, structure, last)
        if agreement.share < before.share + _CLEARLY_BETTER or agreement.likeness <= before.likeness:
            return None
    elif _stays(fit, before_xy, last):
        return Measurement(last, How.STILL)
    return Measurement(fit.matrix, How.FEATURES)


class Shows(str, Enum):
    """What a sample that proves no alignment shows, laid out by the last one."""

    REFERENCE = "reference"
    UNCLEAR = "unclear"
    ANOTHER_SCENE = "another_scene"


def shown(anchor: Anchor, structure: Structure, last: Matrix) -> Shows:
    """How much of the reference is where `last` puts it; a reference without structure is never another scene."""
    agreement = agreement_of(anchor.structure, structure, last)
    if agreement.blocks < _MIN_BLOCKS or agreement.share >= _SURELY_THE_SAME:
        return Shows.REFERENCE
    return Shows.ANOTHER_SCENE if agreement.share < _ANOTHER_SCENE else Shows.UNCLEAR


def _proven(tracks: Tracks, anchor: Anchor, structure: Structure, least_share: float) -> Fit | None:
    """The alignment of tracked corners, if enough of them, and from everywhere, agree on a plausible one."""
    fit = fitted(tracks.points_xy, tracks.now_xy)
    if fit is None or fit.count < max(_MIN_CORNERS, least_share * tracks.asked):
        return None
    if not is_spread(tracks.points_xy[fit.agreeing], anchor.points_xy):
        return None
    return fit if is_plausible(fit.matrix, structure.shape[:2]) else None


def _outvotes(fit: Fit, tracks: Tracks, last: Matrix) -> bool:
    """Whether far more corners have gone with a fit than have stayed where `last` puts them."""
    return fit.count >= max(_MIN_GONE, _OUTVOTED * _nearer(last, fit.matrix, tracks))


def _stays(fit: Fit, tracks: Tracks, last: Matrix) -> bool:
    """Whether not far more corners have gone with a fit than have stayed: with half of the scene hidden, a product
    pushed a little and the rest where it was make a fit that leaves the picture's corners off."""
    return _nearer(fit.matrix, last, tracks) < _OUTVOTED * _nearer(last, fit.matrix, tracks)


def _nearer(matrix: Matrix, other: Matrix, tracks: Tracks) -> int:
    """How many corners are where `matrix` puts them, rather than where `other` does."""
    apart = _apart(matrix, tracks)
    return int(np.count_nonzero((apart <= _NEAR_PX) & (apart < _apart(other, tracks))))


def _apart(matrix: Matrix, tracks: Tracks) -> NDArray[np.float64]:
    """float64 (n,): how far corners are from where `matrix` puts them."""
    off = tracks.now_xy - mapped(matrix, tracks.points_xy)
    return np.asarray(np.hypot(off[:, 0], off[:, 1]), np.float64)


def _shows_the_same(agreement: Agreement) -> bool:
    return agreement.blocks >= _MIN_BLOCKS and agreement.share >= _MIN_AGREEMENT and agreement.spread >= _MIN_QUARTERS


def _outward(off: NDArray[np.float64], points: NDArray[np.float64]) -> float:
    """How far a turn or a change of scale about the middle moves the outer corners, in pixels."""
    arms = points - points.mean(0)
    weight = float((arms**2).sum())
    if weight == 0.0:
        return 0.0
    turn = float((arms[:, 0] * off[:, 1] - arms[:, 1] * off[:, 0]).sum()) / weight
    growth = float((arms * off).sum()) / weight
    return float(np.hypot(turn, growth) * np.sqrt((arms**2).sum(1).mean()))
