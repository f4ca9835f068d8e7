"""How far back the foremost unit of a facing stands: products behind each other look smaller, darker and higher."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from edgekit.shelf.evidence.channels import sum_of_channels
from edgekit.shelf.evidence.edges import Edges, PatchShape, edges_of, likeness_of
from edgekit.shelf.evidence.standing import STANDS_AT, standing_in

__all__ = ["BLACK", "Front", "FrontLook", "far_back", "foremost", "front_look", "in_the_light_of"]

_FEWEST_PX: Final = 6
_SCALES: Final = 1.0, 0.97, 0.94, 0.91, 0.88, 0.85, 0.82
_FAR_SCALES: Final = 0.77, 0.71, 0.66, 0.61, 0.56, 0.5
"""Of units far back: looked for where the smallest of the others is the most alike, and where nothing else is left."""
_AS_IT_WAS: Final = 0.02
"""By so much another scale must be more alike before it is believed."""
BLACK: Final = 24.0
"""Sum of the channels that black is lifted by, so that the noise of dark pixels is no change of light."""
_LIT: Final = 120.0, 740.0
_ENOUGH: Final = 0.05
"""Sum of the channels between which a pixel tells of the light, neither black nor blown out, and the share of the patch
that must; else nobody knows whether it is the light that is darker."""
_SMALLER, _DARKER, _HIGHER, _STIRRED = 0.05, 0.18, 0.32, 0.98
"""What is so much smaller (share of its size), darker (log of the light's ratio) or its foot so much higher (share of
the facing's height) counts one each; a foot counts little, since goods are put back aside. From the last in all, a unit
stands farther back: what is put back where it stood comes to 0.2 (one of twenty: 0.8, one to 0.95), the next unit to
1.0 or more."""
_FIRST, _PER_SMALLER, _PER_DARKER, _PER_HIGHER = 0.25, 1.5, 1.5, 3.5
"""Then it stands so many places back: the first, and so many for each log of its size's ratio and of the light's, and
each of the facing's heights that its foot is higher. Where a camera hangs, each tells something else: units are 5 to
20 % smaller a place, 0.15 to 0.5 darker, and 0.03 to 0.11 higher on rendered shelves of five authors, and of their 80
places of two and three units the fit tells 76 right."""
_FEW: Final = 3
"""Of more units than that each is as much slimmer: a shelf is as deep for them."""
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
        farther: the same of the last ones of a deep shelf.
    """

    patch: NDArray[np.uint8]
    shape: PatchShape
    smaller: tuple[_Smaller, ...]
    farther: tuple[_Smaller, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Front:
    """What is most like the foremost unit, wherever it stands.

    Attributes:
        sought: uint8 (height, width, 3), the facing as the reference has it, at the size at which it is found.
        there: what stands in its place.
        likeness: of the edges of both, -1 to 1.
        standing: probability (0-1) that it stands there.
        stirred: how much it differs from where the first one stands, in size, light and foot.
        darker: log of the light's ratio, by more than what is around the facing; 0 where it is as light as the first.
        depth: places behind the first, if units are few, as far as one stands there at all.
        far: whether it was looked for beyond where units mostly stand.
    """

    sought: NDArray[np.uint8]
    there: NDArray[np.uint8]
    likeness: float
    standing: float
    stirred: float
    darker: float
    depth: float
    far: bool = False

    @property
    def stands(self) -> bool:
        """Whether it is more likely there than gone."""
        return self.standing >= STANDS_AT

    def steps(self, capacity: int) -> int:
        """Places behind the first where so many stand behind each other, as far as one stands there at all."""
        return max(1, round(self.depth * max(1.0, capacity / _FEW))) if self.stirred >= _STIRRED else 0


def front_look(patch: NDArray[np.uint8], shape: PatchShape) -> FrontLook:
    """What the foremost unit of a facing looks like, near and farther back.

    Args:
        patch: uint8 (height, width, 3), the facing in the reference, with its margin.
        shape: of it.
    """
    smaller, farther = (tuple(_smaller(patch, shape, scale) for scale in scales) for scales in (_SCALES, _FAR_SCALES))
    return FrontLook(patch, shape, smaller, farther)


def _smaller(patch: NDArray[np.uint8], shape: PatchShape, scale: float) -> _Smaller:
    import cv2

    (width, height), (x, y) = shape.size_wh, shape.shift_xy
    size_wh = max(_FEWEST_PX, round(width * scale)), max(_FEWEST_PX, round(height * scale))
    resized: NDArray[np.uint8] = cv2.resize(patch[y : y + height, x : x + width], size_wh, interpolation=cv2.INTER_AREA)
    return _Smaller(scale, resized, edges_of(resized))


def foremost(expected: FrontLook, patch: NDArray[np.uint8], *, deep: bool = True) -> Front:
    """Look for a facing's products farther back.

    Light is told from darkness by what lies around the facing: a shadow on both is no step.

    Args:
        expected: the facing in the reference.
        patch: uint8 (height, width, 3), the facing now, with the same margin.
        deep: whether one may stand as far back as the last ones of a deep shelf.
    """
    (_, height), (_, y) = expected.shape.size_wh, expected.shape.shift_xy
    edges = edges_of(patch)
    best = max((_found(look, edges) for look in expected.smaller), key=lambda each: each.rank)
    if deep and best.look.scale == _SCALES[-1]:
        far = _farthest(expected, edges)
        if far.rank > best.rank and standing_in(far.look.patch, far.there(patch)) >= STANDS_AT:
            best = far
    sought, there, (_, top) = best.look.patch, best.there(patch), best.at_xy
    light = _light_around(expected, patch)
    darker = 0.0 if light is None else max(0.0, float(light - np.median(_middle(_light(sought, there)))))
    higher = max(0.0, (y + height - top - sought.shape[0]) / height)
    stirred = (1.0 - best.look.scale) / _SMALLER + darker / _DARKER + higher / _HIGHER
    depth = _FIRST - _PER_SMALLER * math.log(best.look.scale) + _PER_DARKER * darker + _PER_HIGHER * higher
    stands, far_off = standing_in(sought, there), best.look.scale < _SCALES[-1]
    return Front(sought, there, best.likeness, stands, stirred, darker, depth, far_off)


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    """Where one look is found: how alike, and what that counts among others."""

    look: _Smaller
    likeness: float
    at_xy: tuple[int, int]

    @property
    def rank(self) -> float:
        """How alike, where another size must be so much more alike to be believed."""
        return self.likeness + (_AS_IT_WAS if self.look.scale == 1.0 else 0.0)

    def there(self, patch: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """What stands in its place."""
        (left, top), (height, width) = self.at_xy, self.look.patch.shape[:2]
        return patch[top : top + height, left : left + width]


def _found(look: _Smaller, edges: Edges) -> _Found:
    likeness = likeness_of(look.edges, edges)
    return _Found(look, likeness.value, likeness.shift_xy)


def _farthest(expected: FrontLook, edges: Edges) -> _Found:
    """What is most like one of the last units of a deep shelf."""
    return max((_found(look, edges) for look in expected.farther), key=lambda each: each.likeness)


def far_back(expected: FrontLook, patch: NDArray[np.uint8]) -> float:
    """Probability (0-1) that a product stands so far behind that `foremost` does not look for it.

    Of the tuning clips of four authors, emptied places come to 0.07 at most, other products to 0.15, and the last
    units of deep shelves mostly to 0.5 to 0.9.

    Args:
        expected: the facing in the reference.
        patch: uint8 (height, width, 3), the facing now, with the same margin.
    """
    far = _farthest(expected, edges_of(patch))
    return standing_in(far.look.patch, far.there(patch))


def in_the_light_of(reference: NDArray[np.uint8], patch: NDArray[np.uint8], shape: PatchShape) -> NDArray[np.float32]:
    """float32 (3,): what the channels of a facing are multiplied by to look as in the reference's light, of any colour.

    The sun, or a lamp that fails beside others, gives what is around the facing another colour too. Ones where nothing
    there tells of it.

    Args:
        reference, patch: uint8 (height, width, 3), the facing in the reference and now, with their margins.
        shape: of both.
    """
    around = _lit_around(reference, patch, shape)
    if around is None:
        return np.ones(3, np.float32)
    before, now = (each[around] + np.float32(BLACK / 3) for each in (reference, patch))
    gain: NDArray[np.float32] = np.median(before / now, axis=0)
    return gain


def _light_around(expected: FrontLook, patch: NDArray[np.uint8]) -> float | None:
    """Log of how much brighter it is around the facing than in the reference; None where nothing there tells of it."""
    around = _lit_around(expected.patch, patch, expected.shape)
    return None if around is None else float(np.median(_light(expected.patch, patch)[around]))


def _lit_around(reference: NDArray[np.uint8], patch: NDArray[np.uint8], shape: PatchShape) -> NDArray[np.bool_] | None:
    """Bool (height, width): where around the facing both tell of the light; None where too little does."""
    (width, height), (x, y) = shape.size_wh, shape.shift_xy
    around = _lit(reference, patch)
    around[y : y + height, x : x + width] = False
    return around if around.mean() >= _ENOUGH else None


def _lit(before: NDArray[np.uint8], now: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Bool (height, width): where both tell of the light."""
    sums = [sum_of_channels(patch) for patch in (before, now)]
    lit: NDArray[np.bool_] = (sums[0] >= _LIT[0]) & (sums[0] <= _LIT[1]) & (sums[1] <= _LIT[1])
    return lit


def _light(before: NDArray[np.uint8], now: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Logs of how much brighter each pixel is."""
    sums = (sum_of_channels(patch) + np.float32(BLACK) for patch in (now, before))
    ratio: NDArray[np.float32] = np.log(next(sums) / next(sums))
    return ratio


def _middle(values: NDArray[np.float32]) -> NDArray[np.float32]:
    height, width = values.shape
    return values[height // _MIDDLE : height - height // _MIDDLE, width // _MIDDLE : width - width // _MIDDLE]
