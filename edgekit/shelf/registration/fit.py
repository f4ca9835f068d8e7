"""The alignment that most corners agree on, and whether enough of them do."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edgekit.shelf.registration.geometry import Matrix, mapped

__all__ = ["Fit", "fitted", "is_spread"]

TOLERANCE_PX = 1.2
"""At registration's scale; corners of a sharp picture are found to 0.1 to 0.3."""
_BETTER = 1.12
_MIN_FOR_PERSPECTIVE = 24
_MIN_FOR_SIMILARITY = 6


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """An alignment and the corners that agree on it.

    Attributes:
        matrix: at the corners' scale, counted from pixel centres.
        agreeing: bool (n,).
    """

    matrix: Matrix
    agreeing: NDArray[np.bool_]

    @property
    def count(self) -> int:
        """How many agree."""
        return int(np.count_nonzero(self.agreeing))


def fitted(
    points_xy: NDArray[np.float64], now_xy: NDArray[np.float64], tolerance_px: float = TOLERANCE_PX
) -> Fit | None:
    """The similarity, or where clearly more corners agree on one the homography, from points to where they are now.

    None where too few points are given. What is random in the search is the same for the same points.
    """
    import cv2

    if len(points_xy) < _MIN_FOR_SIMILARITY:
        return None
    similarity, _ = cv2.estimateAffinePartial2D(
        points_xy, now_xy, method=cv2.RANSAC, ransacReprojThreshold=tolerance_px, maxIters=400, confidence=0.995
    )
    if similarity is None:
        return None
    best = _agreeing(np.vstack((similarity, (0.0, 0.0, 1.0))), points_xy, now_xy, tolerance_px)
    if best.count < _MIN_FOR_PERSPECTIVE or best.count > 0.9 * len(points_xy):
        return best
    homography, _ = cv2.findHomography(points_xy, now_xy, cv2.RANSAC, tolerance_px, maxIters=400, confidence=0.995)
    if homography is None:
        return best
    bent = _agreeing(homography, points_xy, now_xy, tolerance_px)
    return bent if bent.count > _BETTER * best.count else best


def is_spread(points_xy: NDArray[np.float64], all_xy: NDArray[np.float32]) -> bool:
    """Whether points cover most of what all corners cover: a small corner of the picture says little of the rest."""
    if len(points_xy) < _MIN_FOR_SIMILARITY:
        return False
    spread, whole = points_xy.std(0), all_xy.std(0)
    return bool((spread >= 0.4 * whole).all())


def _agreeing(
    matrix: NDArray[np.float64], points_xy: NDArray[np.float64], now_xy: NDArray[np.float64], tolerance_px: float
) -> Fit:
    apart = mapped(matrix, points_xy) - now_xy
    return Fit(matrix, (apart**2).sum(1) <= tolerance_px**2)
