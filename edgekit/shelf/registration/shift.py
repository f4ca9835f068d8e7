"""The cheap test: where the anchor's corners are now, starting from where they should be."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edgekit.shelf.registration.anchor import Anchor
from edgekit.shelf.registration.geometry import Matrix, mapped
from edgekit.shelf.registration.picture import Structure

__all__ = ["Tracks", "tracked"]

_WINDOW_PX = 15
_LEVELS = 3
_STEPS = 15
_MAX_DIFFERENCE = 42.0


@dataclass(frozen=True, slots=True, eq=False)
class Tracks:
    """Corners that were found again.

    Attributes:
        points_xy: float64 (n, 2): where they lie in the anchor.
        now_xy: float64 (n, 2): where they are in the sample.
        asked: how many of the anchor's corners should be in view.
    """

    points_xy: NDArray[np.float64]
    now_xy: NDArray[np.float64]
    asked: int


def tracked(anchor: Anchor, structure: Structure, expected: Matrix) -> Tracks:
    """Look for the anchor's corners around where `expected` puts them (Lucas-Kanade, from coarse to fine).

    Args:
        anchor: what is looked for.
        structure: the sample's.
        expected: alignment at their scale, counted from pixel centres.
    """
    import cv2

    height, width = structure.shape
    points = anchor.points_xy
    if not len(points):
        return Tracks(np.empty((0, 2)), np.empty((0, 2)), 0)
    there = mapped(expected, points.astype(np.float64))
    inside = (there >= 3).all(1) & (there[:, 0] < width - 3) & (there[:, 1] < height - 3)
    points, there = points[inside], there[inside].astype(np.float32)
    if not len(points):
        return Tracks(np.empty((0, 2)), np.empty((0, 2)), 0)
    now, status, difference = cv2.calcOpticalFlowPyrLK(
        anchor.structure,
        structure,
        points.reshape(-1, 1, 2),
        there.reshape(-1, 1, 2),
        winSize=(_WINDOW_PX, _WINDOW_PX),
        maxLevel=_LEVELS,
        criteria=(cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, _STEPS, 0.02),
        flags=cv2.OPTFLOW_USE_INITIAL_FLOW,
    )
    good = (status.ravel() > 0) & (difference.ravel() < _MAX_DIFFERENCE)
    return Tracks(
        points[good].astype(np.float64), now.reshape(-1, 2)[good].astype(np.float64), int(np.count_nonzero(inside))
    )
