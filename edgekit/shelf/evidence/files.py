"""How far back the foremost unit of a facing stands: products behind each other look smaller, darker and higher."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from edgekit.shelf.evidence.edges import Edges, PatchShape, edges_of, likeness_of
from edgekit.shelf.evidence.standing import STANDS_AT, standing_in

__all__ = ["BLACK", "Front", "FrontLook", "far_back", "foremost", "front_look", "in_the_light_of"]

_FEWEST_PX: Final = 6
_SCALES: Final = 1.0, 0.97, 0.94, 0.91, 0.88, 0.85, 0.82
_FAR_SCALES: Final = 0.77, 0.71, 0.66, 0.61, 0.56, 0.5
"""Of the last units of a deep shelf."""
_AS_IT_WAS: Final = 0.02
"""By so much another scale must be more alike before it is believed."""
BLACK: Final = 24.0
"""Sum of the channels that black is lifted by, so that the noise of dark pixels is no change of light."""
_LIT: Final = 120.0, 740.0
_ENOUGH: Final = 0.05
"""Sum of the channels between which a pixel tells of the light, neither black nor blown out, and the share of the patch
that must; else nobody knows whether it is the light that is darker."""
_SMALLER, _DARKER, _HIGHER, _STEP = 0.05, 0.18, 0.32, 1.8
"""One place deeper is so much smaller (share of its size) and darker (log of the light's ratio), and its foot higher
(share of the facing's height) by an amount that depends on where the camera hangs and therefore counts little; of all
together a step is `_STEP`, since flat views raise no foot and even light darkens nothing. What is put back where it
stood comes to 0.2 (one of twenty: 0.8), the next unit to 1.0 or more. Set on rendered shelves and on photographs of
groceries, units 2-6 % smaller a place."""
_MIDDLE: Final = 6


@dataclass(frozen=True, slots=True, eq=False)
class _Smaller:
    """A facing's products as they look farther back: `scale` of their size, uint8 (height, width, 3)."""

    scale: float
    patch: NDArray[np.uint8]
    edges: Edges


@dataclass(frozen=True, slots=True, eq=False)
class FrontLook:
    """A facing in the reference picture.

    Attributes:
        patch: uint8 (height, width, 3), with its margin.
        shape: how it is looked at.
        smaller: its products at the sizes in which they are looked for.
    """

    patch: NDArray[np.uint8]
    shape: PatchShape
    smaller: tuple[_Smaller, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Front:
    """What is most like the foremost unit, wherever it stands.

    Attributes:
        sought: uint8 (height, width, 3), the facing as the reference has it, at the size at which it is found.
        there: what stands in its place.
        likeness: of the edges of both, -1 to 1.
        standing: probability (0-1) that it stands there.
        steps: places behind the first, as far as one stands there at all.
    """

    sought: NDArray[np.uint8]
    there: NDArray[np.uint8]
    likeness: float
    standing: float
    steps: int

    @property
    def stands(self) -> bool:
        """Whether it is more likely there than gone."""
        return self.standing >= STANDS_AT


def front_look(patch: NDArray[np.uint8], shape: PatchShape) -> FrontLook:
    """What the foremost unit of a facing looks like, near and farther back.

    Args:
        patch: uint8 (height, width, 3), the facing in the reference, with its margin.
        shape: of it.
    """
    return FrontLook(patch, shape, tuple(_smaller(patch, shape, scale) for scale in _SCALES))


def _smaller(patch: NDArray[np.uint8], shape: PatchShape, scale: float) -> _Smaller:
    import cv2

    (width, height), (x, y) = shape.size_wh, shape.shift_xy
    size_wh = max(_FEWEST_PX, round(width * scale)), max(_FEWEST_PX, round(height * scale))
    resized: NDArray[np.uint8] = cv2.resize(patch[y : y + height, x : x + width], size_wh, interpolation=cv2.INTER_AREA)
    return _Smaller(scale, resized, edges_of(resized))


def foremost(expected: FrontLook, patch: NDArray[np.uint8]) -> Front:
    """Look for a facing's products farther back.

    Light is told from darkness by what lies around the facing: a shadow on both is no step.

    Args:
        expected: the facing in the reference.
        patch: uint8 (height, width, 3), the facing now, with the same margin.
    """
    (_, height), (_, y) = expected.shape.size_wh, expected.shape.shift_xy
    edges = edges_of(patch)
    found: list[tuple[float, float, NDArray[np.uint8], tuple[int, int]]] = []
    for each in expected.smaller:
        likeness = likeness_of(each.edges, edges)
        found.append(
            (likeness.value + (_AS_IT_WAS if each.scale == 1.0 else 0.0), each.scale, each.patch, likeness.shift_xy)
        )
    value, scale, sought, (left, top) = max(found, key=lambda each: each[0])
    there = patch[top : top + sought.shape[0], left : left + sought.shape[1]]
    light = _light_around(expected, patch)
    darker = 0.0 if light is None else float(light - np.median(_middle(_light(sought, there))))
    higher = (y + height - top - sought.shape[0]) / height
    deeper = (1.0 - scale) / _SMALLER + max(0.0, darker) / _DARKER + max(0.0, higher) / _HIGHER
    return Front(sought, there, value, standing_in(sought, there), round(deeper / _STEP))


def far_back(expected: FrontLook, patch: NDArray[np.uint8]) -> float:
    """Probability (0-1) that a product stands so far behind that `foremost` does not look for it.

    Of the tuning clips of four authors, emptied places come to 0.07 at most, other products to 0.15, and the last
    units of deep shelves mostly to 0.5 to 0.9.

    Args:
        expected: the facing in the reference.
        patch: uint8 (height, width, 3), the facing now, with the same margin.
    """
    edges = edges_of(patch)
    looks = [_smaller(expected.patch, expected.shape, scale) for scale in _FAR_SCALES]
    found = [(likeness_of(look.edges, edges), look.patch) for look in looks]
    likeness, sought = max(found, key=lambda each: each[0].value)
    left, top = likeness.shift_xy
    return standing_in(sought, patch[top : top + sought.shape[0], left : left + sought.shape[1]])


def in_the_light_of(expected: FrontLook, patch: NDArray[np.uint8]) -> NDArray[np.float32]:
    """float32 (3,): what the channels of a facing are multiplied by to look as in the reference's light, of any colour.

    The sun, or a lamp that fails beside others, gives what is around the facing another colour too. Ones where nothing
    there tells of it.

    Args:
        expected: the facing in the reference.
        patch: uint8 (height, width, 3), the facing now, with the same margin.
    """
    around = _lit_around(expected, patch)
    if around is None:
        return np.ones(3, np.float32)
    before, now = (each[around] + np.float32(BLACK / 3) for each in (expected.patch, patch))
    gain: NDArray[np.float32] = np.median(before / now, axis=0)
    return gain


def _light_around(expected: FrontLook, patch: NDArray[np.uint8]) -> float | None:
    """Log of how much brighter it is around the facing than in the reference; None where nothing there tells of it."""
    around = _lit_around(expected, patch)
    return None if around is None else float(np.median(_light(expected.patch, patch)[around]))


def _lit_around(expected: FrontLook, patch: NDArray[np.uint8]) -> NDArray[np.bool_] | None:
    """Bool (height, width): where around the facing both tell of the light; None where too little does."""
    (width, height), (x, y) = expected.shape.size_wh, expected.shape.shift_xy
    around = _lit(expected.patch, patch)
    around[y : y + height, x : x + width] = False
    return around if around.mean() >= _ENOUGH else None


def _lit(before: NDArray[np.uint8], now: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Bool (height, width): where both tell of the light."""
    sums = [patch.sum(2, dtype=np.float32) for patch in (before, now)]
    lit: NDArray[np.bool_] = (sums[0] >= _LIT[0]) & (sums[0] <= _LIT[1]) & (sums[1] <= _LIT[1])
    return lit


def _light(before: NDArray[np.uint8], now: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Logs of how much brighter each pixel is."""
    sums = (patch.sum(2, dtype=np.float32) + np.float32(BLACK) for patch in (now, before))
    ratio: NDArray[np.float32] = np.log(next(sums) / next(sums))
    return ratio


def _middle(values: NDArray[np.float32]) -> NDArray[np.float32]:
    height, width = values.shape
    return values[height // _MIDDLE : height - height // _MIDDLE, width // _MIDDLE : width - width // _MIDDLE]
