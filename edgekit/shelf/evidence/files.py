"""How far back the foremost unit of a facing stands: products behind each other look smaller, higher and darker."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from edgekit.frame import Pixels
from edgekit.shelf.evidence.edges import PatchShape, edges_of, likeness_of, patch_of

if TYPE_CHECKING:
    from edgekit.shelf.gates.layout import FacingPlace

__all__ = ["FileLook", "expected_file", "steps_back"]

_PATCH_PX: Final = 48
_ASIDE, _UP, _FEWEST_PX = 0.12, 0.25, 6
"""The next unit is looked for so far (of the facing's sides) aside and above; what stands deeper stands higher."""
_SCALES: Final = 1.0, 0.95, 0.9, 0.85, 0.8
_AS_IT_WAS: Final = 0.02
"""By so much another scale must be more alike before it is believed."""
_LEAST_LIKENESS: Final = 0.25
_BLACK: Final = 24.0
"""Sum of the channels that black is lifted by, so that the noise of dark pixels is no change of light."""
_DARKER, _HIGHER, _STEP = 0.2, 0.1, 1.4
"""One place deeper is about so much darker (log of the light's ratio) and its foot so much higher (of the facing's
height); of both together a step is `_STEP`, since flat views raise no foot and even light darkens nothing. Set on
rendered shelves of tuning seeds 1 and 2."""
_FIRST, _NOT_SURE = 0.5, 0.25
"""From half a step the first unit is gone; more are once three quarters of the way to the next are made."""
_MIDDLE: Final = 6


@dataclass(frozen=True, slots=True, eq=False)
class FileLook:
    """A facing of several units in the reference picture.

    Attributes:
        shape: how it is looked at.
        patch: uint8 (height, width, 3), with its margin.
    """

    shape: PatchShape
    patch: NDArray[np.uint8]


def expected_file(reference: Pixels, place: FacingPlace) -> FileLook:
    """What a facing looks like while all its units stand."""
    left, top, right, bottom = place.box_xyxy_px
    scale = _PATCH_PX / max(right - left, bottom - top)
    width, height = (max(_FEWEST_PX, round(side * scale)) for side in (right - left, bottom - top))
    shape = PatchShape((width, height), (max(1, round(_ASIDE * width)), max(1, round(_UP * height))))
    return FileLook(shape, patch_of(reference, place, shape))


def steps_back(expected: FileLook, pixels: Pixels, place: FacingPlace) -> int:
    """How many places behind the first the foremost unit stands; 0 where it stands as in the reference, or none does.

    Light is told from darkness by what lies around the facing: a shadow on both is no step.
    """
    import cv2

    (width, height), (x, y) = expected.shape.size_wh, expected.shape.shift_xy
    patch = patch_of(pixels, place, expected.shape)
    edges = edges_of(patch)
    inner = expected.patch[y : y + height, x : x + width]
    found: list[tuple[float, NDArray[np.uint8], tuple[int, int]]] = []
    for scale in _SCALES:
        size_wh = max(_FEWEST_PX, round(width * scale)), max(_FEWEST_PX, round(height * scale))
        sought: NDArray[np.uint8] = cv2.resize(inner, size_wh, interpolation=cv2.INTER_AREA)
        likeness = likeness_of(edges_of(sought), edges)
        found.append((likeness.value + (_AS_IT_WAS if scale == 1.0 else 0.0), sought, likeness.shift_xy))
    value, sought, (left, top) = max(found, key=lambda each: each[0])
    if value < _LEAST_LIKENESS:
        return 0
    there = patch[top : top + sought.shape[0], left : left + sought.shape[1]]
    around = np.ones(patch.shape[:2], np.bool_)
    around[y : y + height, x : x + width] = False
    darker = np.median(_light(expected.patch, patch)[around]) - np.median(_middle(_light(sought, there)))
    higher = (y + height - top - sought.shape[0]) / height
    steps = (max(0.0, float(darker)) / _DARKER + max(0.0, higher) / _HIGHER) / _STEP
    return max(1, int(steps + _NOT_SURE)) if steps >= _FIRST else 0


def _light(before: NDArray[np.uint8], now: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Logs of how much brighter each pixel is."""
    sums = (patch.sum(2, dtype=np.float32) + np.float32(_BLACK) for patch in (now, before))
    ratio: NDArray[np.float32] = np.log(next(sums) / next(sums))
    return ratio


def _middle(values: NDArray[np.float32]) -> NDArray[np.float32]:
    height, width = values.shape
    return values[height // _MIDDLE : height - height // _MIDDLE, width // _MIDDLE : width - width // _MIDDLE]
