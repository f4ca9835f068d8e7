"""Feature registration: where the reference lies in a picture, with no idea of where to look."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edgekit.shelf.registration.fit import Fit, fitted
from edgekit.shelf.registration.picture import Structure

__all__ = ["Features", "features_of", "matched"]

_COUNT = 500
_LEVELS = 4
_PATCH_PX = 25
_RATIO = 0.85
_TOLERANCE_PX = 3.0


@dataclass(frozen=True, slots=True, eq=False)
class Features:
    """ORB features: places float32 (n, 2) counted from pixel centres, and descriptors uint8 (n, 32)."""

    points_xy: NDArray[np.float32]
    descriptors: NDArray[np.uint8]


def features_of(structure: Structure) -> Features:
    """The strongest ORB features of a structure."""
    import cv2

    orb = cv2.ORB_create(  # type: ignore[attr-defined]
        nfeatures=_COUNT,
        scaleFactor=1.2,
        nlevels=_LEVELS,
        edgeThreshold=_PATCH_PX,
        patchSize=_PATCH_PX,
        fastThreshold=12,
    )
    keypoints, descriptors = orb.detectAndCompute(structure, None)
    if descriptors is None:
        return Features(np.empty((0, 2), np.float32), np.empty((0, 32), np.uint8))
    return Features(np.array([one.pt for one in keypoints], np.float32), descriptors)


def matched(reference: Features, now: Features) -> Fit | None:
    """The alignment that most matches agree on; None where there are too few."""
    import cv2

    if len(reference.points_xy) < 2 or len(now.points_xy) < 2:
        return None
    pairs = cv2.BFMatcher(cv2.NORM_HAMMING).knnMatch(reference.descriptors, now.descriptors, k=2)
    kept = [first for first, second in pairs if first.distance < _RATIO * second.distance]
    points = reference.points_xy[[one.queryIdx for one in kept]].astype(np.float64).reshape(-1, 2)
    there = now.points_xy[[one.trainIdx for one in kept]].astype(np.float64).reshape(-1, 2)
    return fitted(points, there, _TOLERANCE_PX)
