"""Evidence by appearance: no model, only how much a facing still looks like the reference picture."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from edgekit.frame import Pixels
from edgekit.shelf.evidence.method import Baseline, Judgement, MethodContext
from edgekit.shelf.words import Findings, UnknownReason, Want

if TYPE_CHECKING:
    from edgekit.shelf.gates.layout import FacingPlace

__all__ = ["AppearanceEvidence"]

_PATCH_PX = 32
"""Facings are looked at with this many pixels along their longer side."""
_SHIFT_SHARE = 0.15
"""Products are not put back exactly where they stood; so far (of the facing's sides) they are looked for."""
_EMPTY_LIKENESS, _STOCKED_LIKENESS = 0.2, 0.8
"""Correlation of edges: unrelated pictures give 0 to 0.3, the same product put back a little aside 0.7 and more."""
_EDGE_LEVEL = 40.0
_MIN_EDGE_SHARE = 0.02


@dataclass(frozen=True, slots=True, eq=False)
class _Edges:
    """Edges of a patch: their strength (roots, so that one bright edge does not drown the rest) and direction."""

    strength: NDArray[np.float32]
    directed: NDArray[np.float32]
    share: float


@dataclass(frozen=True, slots=True, eq=False)
class _Expected:
    edges: _Edges
    size_wh: tuple[int, int]
    shift_xy: tuple[int, int]


class AppearanceEvidence:
    """Correlation of edges with the reference's, over small shifts.

    Edges do not change with the light, and a product moved by a little keeps its own. Fill is 0 at the likeness of
    unrelated pictures and 1 at that of the same product. It cannot tell another product from none: both are unlike the
    reference. A facing without edges in the reference gives `no_evidence`; one that the reference shows empty is
    stocked where it no longer looks like that.
    """

    def __init__(self, context: MethodContext) -> None:
        self._expected = {
            place.facing.id: _expected(context.reference_pixels, place) for place in context.reference_places
        }

    @property
    def role(self) -> str | None:
        """No model."""
        return None

    def want(self, pixels: Pixels, places: Sequence[FacingPlace]) -> Want | None:
        """Nothing."""
        return None

    def baselines(self, places: Sequence[FacingPlace], want: Want | None, findings: Findings) -> Mapping[str, Baseline]:
        """How much of each facing is edges in the reference."""
        return {
            place.facing.id: Baseline(
                self._expected[place.facing.id].edges.share >= _MIN_EDGE_SHARE,
                self._expected[place.facing.id].edges.share,
            )
            for place in places
        }

    def judge(
        self,
        pixels: Pixels,
        places: Sequence[FacingPlace],
        want: Want | None,
        findings: Findings,
        baselines: Mapping[str, Baseline],
    ) -> Mapping[str, Judgement]:
        """Judge each facing by its likeness to the reference."""
        return {place.facing.id: self._judged(pixels, place) for place in places}

    def learnt(self, baselines: Mapping[str, Baseline], judgements: Mapping[str, Judgement]) -> Mapping[str, Baseline]:
        """Nothing: the reference says it all."""
        return baselines

    def _judged(self, pixels: Pixels, place: FacingPlace) -> Judgement:
        expected = self._expected[place.facing.id]
        if expected.edges.share < _MIN_EDGE_SHARE:
            return Judgement(None, UnknownReason.NO_EVIDENCE)
        likeness = _likeness(expected, _patch(pixels, place.box_xyxy_px, expected.size_wh, expected.shift_xy))
        fill = min(1.0, max(0.0, (likeness - _EMPTY_LIKENESS) / (_STOCKED_LIKENESS - _EMPTY_LIKENESS)))
        return Judgement(1.0 - fill if place.facing.empty_in_reference else fill)


def _expected(reference: Pixels, place: FacingPlace) -> _Expected:
    left, top, right, bottom = place.box_xyxy_px
    scale = _PATCH_PX / max(right - left, bottom - top)
    size_wh = max(6, round((right - left) * scale)), max(6, round((bottom - top) * scale))
    shift_xy = round(_SHIFT_SHARE * size_wh[0]), round(_SHIFT_SHARE * min(size_wh))
    return _Expected(_edges(_patch(reference, place.box_xyxy_px, size_wh, (0, 0))), size_wh, shift_xy)


def _patch(
    pixels: Pixels, box_xyxy_px: tuple[int, int, int, int], size_wh: tuple[int, int], margin_xy: tuple[int, int]
) -> NDArray[np.uint8]:
    """Grey uint8: the box at `size_wh`, with a margin around it; beyond the picture its border is repeated."""
    import cv2

    left, top, right, bottom = box_xyxy_px
    per_x, per_y = (right - left) / size_wh[0], (bottom - top) / size_wh[1]
    more_x, more_y = round(margin_xy[0] * per_x), round(margin_xy[1] * per_y)
    height, width = pixels.shape[:2]
    wanted = left - more_x, top - more_y, right + more_x, bottom + more_y
    cut = pixels[max(0, wanted[1]) : min(height, wanted[3]), max(0, wanted[0]) : min(width, wanted[2])]
    grey = cv2.cvtColor(cut, cv2.COLOR_BGR2GRAY)
    missing = (max(0, -wanted[1]), max(0, wanted[3] - height), max(0, -wanted[0]), max(0, wanted[2] - width))
    if any(missing):
        grey = cv2.copyMakeBorder(grey, *missing, cv2.BORDER_REPLICATE)
    patch_w, patch_h = size_wh[0] + 2 * margin_xy[0], size_wh[1] + 2 * margin_xy[1]
    while grey.shape[1] >= 2 * patch_w and grey.shape[0] >= 2 * patch_h:  # halving is much faster than other ratios
        half_w, half_h = grey.shape[1] // 2, grey.shape[0] // 2
        grey = cv2.resize(grey, (half_w, half_h), interpolation=cv2.INTER_LINEAR)
    patch: NDArray[np.uint8] = cv2.resize(grey, (patch_w, patch_h), interpolation=cv2.INTER_AREA)
    return patch


def _edges(patch: NDArray[np.uint8]) -> _Edges:
    import cv2

    across, down = cv2.Sobel(patch, cv2.CV_32F, 1, 0), cv2.Sobel(patch, cv2.CV_32F, 0, 1)
    magnitude = cv2.magnitude(across, down)
    strength = cv2.sqrt(magnitude)
    weight = 1.0 / (strength + np.float32(1e-3))
    share = np.count_nonzero(magnitude >= _EDGE_LEVEL) / magnitude.size
    return _Edges(strength, cv2.merge((across * weight, down * weight)), share)


def _likeness(expected: _Expected, patch: NDArray[np.uint8]) -> float:
    """-1 to 1: the mean of two correlations, of edges' strength and of their direction, at their best shift."""
    import cv2

    now = _edges(patch)
    strength = cv2.matchTemplate(now.strength, expected.edges.strength, cv2.TM_CCOEFF_NORMED)
    directed = cv2.matchTemplate(now.directed, expected.edges.directed, cv2.TM_CCORR_NORMED)
    best = float(((strength + directed) / 2).max())
    return best if np.isfinite(best) else 0.0
