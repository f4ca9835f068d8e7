"""Edges of a facing's patch, and how much of one patch's edges another one has.

Edges do not change with the light, and a product that was put back a little aside keeps its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from edgekit.frame import Pixels
from edgekit.shelf.evidence.channels import sum_of_channels

if TYPE_CHECKING:
    from edgekit.shelf.gates.layout import FacingPlace

__all__ = [
    "Edges",
    "Likeness",
    "PatchShape",
    "edges_of",
    "inside_of",
    "kept_share",
    "likeness_of",
    "middle_of",
    "patch_of",
    "shape_of",
]

Numbers = TypeVar("Numbers", bound=np.generic)

_PATCH_PX = 32
"""Facings are looked at with this many pixels along their longer side."""
_SHIFT_SHARE = 0.15
"""Products are not put back exactly where they stood; so far (of the facing's sides) they are looked for."""
_EDGE_STRENGTH = 40.0**0.5
_WINDOW_PX = 7
_KEPT_LIKENESS = 0.5
_LEFT_OF_EDGES = 0.2
"""Edges that are fainter by more than a dim light explains are not the product's."""
_RIM: Final = 6
"""The outer sixth on each side belongs to the wall rather than to the product."""


@dataclass(frozen=True, slots=True)
class PatchShape:
    """How a facing is looked at.

    Attributes:
        size_wh: pixels of its patch.
        shift_xy: by how many of them the product may have moved.
    """

    size_wh: tuple[int, int]
    shift_xy: tuple[int, int]


@dataclass(frozen=True, slots=True, eq=False)
class Edges:
    """Edges of a patch.

    Attributes:
        strength: float32 (height, width), roots of the gradient, so that one bright edge does not drown the rest.
        directed: float32 (height, width, 2), gradient divided by that root.
    """

    strength: NDArray[np.float32]
    directed: NDArray[np.float32]

    @property
    def share(self) -> float:
        """Share (0-1) of the pixels that are on an edge."""
        return float(np.count_nonzero(self.strength >= _EDGE_STRENGTH)) / self.strength.size

    def inner(self, shape: PatchShape) -> Edges:
        """Without the margin that `patch_of` gives."""
        (width, height), (x, y) = shape.size_wh, shape.shift_xy
        return Edges(self.strength[y : y + height, x : x + width], self.directed[y : y + height, x : x + width])


@dataclass(frozen=True, slots=True)
class Likeness:
    """How alike two patches are at the best shift.

    Attributes:
        value: -1 to 1: the mean of two correlations, of edges' strength and of their direction. Unrelated pictures give
            0 to 0.3, the same product put back a little aside 0.6 and more.
        shift_xy: where it is, in pixels from the margin's corner.
    """

    value: float
    shift_xy: tuple[int, int]


def shape_of(box_xyxy_px: tuple[int, int, int, int]) -> PatchShape:
    """The patch of a facing whose bounding box is this."""
    left, top, right, bottom = box_xyxy_px
    scale = _PATCH_PX / max(right - left, bottom - top)
    size_wh = max(6, round((right - left) * scale)), max(6, round((bottom - top) * scale))
    return PatchShape(size_wh, (round(_SHIFT_SHARE * size_wh[0]), round(_SHIFT_SHARE * min(size_wh))))


def patch_of(pixels: Pixels, place: FacingPlace, shape: PatchShape) -> NDArray[np.uint8]:
    """uint8 (height, width, 3) BGR patch of a facing with as much around it as the product may have moved.

    Beyond the picture its border is repeated.
    """
    import cv2

    left, top, right, bottom = place.box_xyxy_px
    size_wh, margin_xy = shape.size_wh, shape.shift_xy
    per_x, per_y = (right - left) / size_wh[0], (bottom - top) / size_wh[1]
    more_x, more_y = round(margin_xy[0] * per_x), round(margin_xy[1] * per_y)
    height, width = pixels.shape[:2]
    wanted = left - more_x, top - more_y, right + more_x, bottom + more_y
    cut = pixels[max(0, wanted[1]) : min(height, wanted[3]), max(0, wanted[0]) : min(width, wanted[2])]
    missing = (max(0, -wanted[1]), max(0, wanted[3] - height), max(0, -wanted[0]), max(0, wanted[2] - width))
    if any(missing):
        cut = cv2.copyMakeBorder(cut, *missing, cv2.BORDER_REPLICATE)
    patch_w, patch_h = size_wh[0] + 2 * margin_xy[0], size_wh[1] + 2 * margin_xy[1]
    while cut.shape[1] >= 2 * patch_w and cut.shape[0] >= 2 * patch_h:  # halving is much faster than other ratios
        half_w, half_h = cut.shape[1] // 2, cut.shape[0] // 2
        cut = cv2.resize(cut, (half_w, half_h), interpolation=cv2.INTER_LINEAR)
    patch: NDArray[np.uint8] = cv2.resize(cut, (patch_w, patch_h), interpolation=cv2.INTER_AREA)
    return patch


def edges_of(patch: NDArray[np.uint8]) -> Edges:
    """The edges of a patch."""
    import cv2

    grey = cv2.cvtColor(patch, cv2.COLOR_BGR2GRAY)
    across, down = cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1)
    magnitude = cv2.magnitude(across, down)
    strength = cv2.sqrt(magnitude)
    weight = 1.0 / (strength + np.float32(1e-3))
    return Edges(strength, cv2.merge((across * weight, down * weight)))


def middle_of(values: NDArray[Numbers], size_wh: tuple[int, int], from_xy: tuple[int, int]) -> NDArray[Numbers]:
    """What a patch, or anything of its height and width, shows in the middle of the facing.

    Args:
        values: (height, width, ...), with its margin.
        size_wh: of the facing in it.
        from_xy: its upper left corner there.
    """
    (width, height), (x, y) = size_wh, from_xy
    return values[y + height // _RIM : y + height - height // _RIM, x + width // _RIM : x + width - width // _RIM]


def inside_of(place: FacingPlace, shape: PatchShape) -> NDArray[np.bool_]:
    """Bool (height, width): what of a facing's middle (middle_of) lies inside its outline, and not at its rim.

    A camera that hangs aslant sees facings aslant, and their neighbours in their bounding boxes.
    """
    import cv2

    left, top, right, bottom = place.box_xyxy_px
    (width, height), to_patch = shape.size_wh, np.array(shape.size_wh) / (right - left, bottom - top)
    outline = (place.polygon_xy_px - (left, top)) * to_patch
    centre = outline.mean(0)
    shrunk = centre + (outline - centre) * (1.0 - 2.0 / _RIM)
    inside = np.zeros((height, width), np.uint8)
    cv2.fillPoly(inside, [np.round((shrunk - 0.5) * 16).astype(np.int32)], 1, shift=4)
    middle = middle_of(inside, shape.size_wh, (0, 0)) > 0
    return middle if middle.any() else np.ones_like(middle)


def likeness_of(expected: Edges, now: Edges) -> Likeness:
    """How alike a patch with its margin (`now`) is to one without, at the best shift."""
    import cv2

    strength = cv2.matchTemplate(now.strength, expected.strength, cv2.TM_CCOEFF_NORMED)
    directed = cv2.matchTemplate(now.directed, expected.directed, cv2.TM_CCORR_NORMED)
    _, best, _, shift_xy = cv2.minMaxLoc((strength + directed) / 2)
    return Likeness(best if np.isfinite(best) else 0.0, (int(shift_xy[0]), int(shift_xy[1])))


def kept_share(expected: Edges, now: Edges, shift_xy: tuple[int, int]) -> float:
    """Share (0-1) of the expected edges, by area, that are still there at a shift, each looked at by itself.

    Args:
        expected: without a margin.
        now: with its margin.
        shift_xy: where the facing is in `now` (Likeness.shift_xy).
    """
    import cv2

    height, width = expected.strength.shape
    x, y = shift_xy
    there = now.directed[y : y + height, x : x + width]
    agreement = _near(sum_of_channels(expected.directed * there))
    of_expected, of_now = (_near(sum_of_channels(each**2)) for each in (expected.directed, there))
    weight = cv2.sqrt(of_expected)
    kept = (agreement >= _KEPT_LIKENESS * np.sqrt(of_expected * of_now) + 1e-3) & (
        of_now >= _LEFT_OF_EDGES * of_expected
    )
    return float(weight[kept].sum() / max(float(weight.sum()), 1e-6))


def _near(values: NDArray[np.float32]) -> NDArray[np.float32]:
    import cv2

    mean: NDArray[np.float32] = cv2.blur(values, (_WINDOW_PX, _WINDOW_PX), borderType=cv2.BORDER_REFLECT)
    return mean
