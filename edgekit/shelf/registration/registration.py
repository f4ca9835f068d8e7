"""Where the reference picture's points lie in a frame."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edgekit.shelf.polygon import Polygon

__all__ = ["Registration", "register"]

_ASPECT_TOLERANCE = 0.02  # two roundings of a resized picture's sides; a 4:3 stream of a 16:9 camera differs by 0.33


@dataclass(frozen=True, slots=True, eq=False)
class Registration:
    """How reference coordinates become frame coordinates.

    Attributes:
        aligned: the frame shows what the reference shows; False means `unknown(camera_moved)` for every facing.
        matrix: float64 (3, 3), homogeneous: frame = matrix @ (x, y, 1).
        frame_size_hw: the frame's height and width.
    """

    aligned: bool
    matrix: NDArray[np.float64]
    frame_size_hw: tuple[int, int]

    def in_frame(self, polygon_xy_px: Polygon) -> NDArray[np.float32]:
        """float32 (n, 2): a reference polygon in frame pixels."""
        points = np.array([(x, y, 1.0) for x, y in polygon_xy_px]) @ self.matrix.T
        mapped: NDArray[np.float32] = (points[:, :2] / points[:, 2:]).astype(np.float32)
        return mapped


def register(reference_size_hw: tuple[int, int], frame_size_hw: tuple[int, int]) -> Registration:
    """The registration of a camera that has not moved: the same view, perhaps at another resolution.

    A frame of another aspect ratio shows another view and is not aligned.
    """
    (ref_h, ref_w), (height, width) = reference_size_hw, frame_size_hw
    scale_x, scale_y = width / ref_w, height / ref_h
    aligned = abs(scale_x / scale_y - 1) <= _ASPECT_TOLERANCE
    return Registration(aligned, np.diag((scale_x, scale_y, 1.0)), frame_size_hw)
