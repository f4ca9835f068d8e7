"""The scene without people, remembered at the size of the small pictures."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from edgekit.frame import Pixels
from edgekit.shelf.gates.foreground import Foreground
from edgekit.shelf.gates.landmarks import Landmarks, landmarks_of
from edgekit.shelf.gates.layout import OVERHANG_PX, FacingPlace, Layout, grown
from edgekit.shelf.gates.light import LEAST_GAIN, Gain, relit
from edgekit.shelf.gates.motion import texture_of
from edgekit.shelf.gates.pieces import before_facings, beside_facings

__all__ = ["FOLLOW_MOST_S", "Background", "accepted", "background_from", "followed"]

FOLLOW_EVERY_S, FOLLOW_MOST_S = 0.19, 2.0
"""A sample stands for the time since the one before it, but for no more than the last: the first one after a lens was
covered, or a camera looked elsewhere, may show half of a hand yet."""
LANDMARKS_S = 5.0
DRIFT_S = 20.0
"""Time constant of slow light: what is not foreground is followed."""
ABSORB_S = 300.0
"""Foreground that has stood still for so long and covers no facing is furniture."""
BESIDE_S = 25.0
"""And so is, after that, what is no larger than a product: one was taken or put down beside the facings. Shoppers who
stand before the shelf, and whose parts may look like that, mostly leave before."""
REBASE_S = 2.0
"""After the light changed everywhere and then stayed, the background is taken anew."""
REBASE_SHARE = 0.4
_AROUND: Final = 0.5
"""Of a facing's sides: within so much around it lies what has changed with it."""


@dataclass(frozen=True, slots=True, eq=False)
class Background:
    """The scene without people, at the size of the small pictures.

    Attributes:
        colours: float32 (height, width, 3) BGR.
        grey: uint8 (height, width).
        still_s: float32 (height, width): for how long each pixel has not changed.
        landmarks: its edges outside the facings; None where it has too few.
        time_s, landmarks_s: the samples that it, and its landmarks, last followed.
        changed_everywhere_s: for how long most of the picture has been foreground and still.
    """

    colours: NDArray[np.float32]
    grey: NDArray[np.uint8]
    still_s: NDArray[np.float32]
    landmarks: Landmarks | None
    time_s: float
    landmarks_s: float
    changed_everywhere_s: float = 0.0


def background_from(
    small: Pixels | NDArray[np.float32], grey: NDArray[np.uint8], layout: Layout, time_s: float
) -> Background:
    """The background that one picture shows."""
    landmarks = landmarks_of(texture_of(grey), layout.outside)
    return Background(
        small.astype(np.float32), grey, np.zeros(grey.shape, np.float32), landmarks, time_s, landmarks_s=time_s
    )


def followed(
    background: Background,
    small: Pixels,
    grey: NDArray[np.uint8],
    foreground: Foreground,
    changed: NDArray[np.uint8],
    layout: Layout,
    time_s: float,
) -> Background:
    """The background after this sample; it follows at most one sample in FOLLOW_EVERY_S.

    Args:
        background: the one before it.
        small, grey: the sample's small pictures.
        foreground: what `foreground_of` found in it.
        changed: uint8 (height, width), 1 where it moved since a moment ago.
        layout: where the facings are; inside them nothing is absorbed.
        time_s: the sample's time in its epoch.
    """
    import cv2

    gap_s = min(time_s - background.time_s, FOLLOW_MOST_S)
    if gap_s < FOLLOW_EVERY_S:
        return background
    still_s = cv2.add(background.still_s, gap_s)
    still_s[changed > 0] = 0
    everywhere = foreground.share > REBASE_SHARE and cv2.countNonZero(changed) < 0.02 * changed.size
    waited_s = background.changed_everywhere_s + gap_s if everywhere else 0.0
    if waited_s >= REBASE_S:
        lit = relit(background.colours, background.grey, small, grey)
        if lit is not None:
            return background_from(lit, _grey(lit), layout, time_s)
    colours = background.colours.copy()
    rate = 1 - math.exp(-gap_s / DRIFT_S)
    cv2.accumulateWeighted(small, colours, rate, mask=cv2.bitwise_xor(foreground.mask, 1))
    furniture = _furniture(foreground, layout, still_s)
    if furniture is not None:
        colours[furniture] = small[furniture]
    landmarks, landmarks_s = background.landmarks, background.landmarks_s
    now_grey = _grey(colours)
    if time_s - landmarks_s >= LANDMARKS_S:
        landmarks, landmarks_s = landmarks_of(texture_of(now_grey), layout.outside), time_s
    return Background(colours, now_grey, still_s, landmarks, time_s, landmarks_s, waited_s)


def _furniture(foreground: Foreground, layout: Layout, still_s: NDArray[np.float32]) -> NDArray[np.bool_] | None:
    """Bool (height, width): foreground that has come to stay; None where there is none."""
    beside = (foreground.mask > 0) & (layout.outside > 0)
    lasting = beside & (still_s >= BESIDE_S)
    if not lasting.any():
        return None
    furniture: NDArray[np.bool_] = lasting & beside_facings(foreground, layout, still_s >= BESIDE_S)
    lasting &= still_s >= ABSORB_S
    if lasting.any():
        # What stands before a facing hides it for however long: taken for background, it would leave an empty facing.
        furniture |= lasting & ~before_facings(foreground, layout)
    return furniture


def accepted(
    background: Background, small: Pixels, gain: Gain, places: Sequence[FacingPlace], beside: NDArray[np.uint8]
) -> Background:
    """The background once what some facings show now has been concluded of them: it is no foreground any more.

    Args:
        background: the one before it.
        small: the sample's small picture.
        gain: by what the light has been multiplied since the background.
        places: the facings.
        beside: uint8 (height, width), 1 where foreground lies in no facing.
    """
    colours = background.colours.copy()
    for place in places:
        around = grown(place, small.shape, _AROUND)
        shown = _with_overhang(place, around, beside[around])
        colours[around][shown] = small[around][shown] / np.maximum(gain, LEAST_GAIN)
    return replace(background, colours=colours, grey=_grey(colours))


def _with_overhang(place: FacingPlace, around: tuple[slice, slice], beside: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Bool (rows, columns) of what is around a facing: itself, and what has changed with it beyond its outline.

    Outlines are drawn by hand, and show no product's side or shadow. What is left over would for long be something that
    stands there, and reach into the next facing that changes. What goes on farther away is somebody.
    """
    import cv2

    rows, columns = around
    mask = np.zeros(beside.shape, np.uint8)
    top, left = place.rows.start - rows.start, place.columns.start - columns.start
    mask[top : top + place.mask.shape[0], left : left + place.mask.shape[1]] = place.mask
    shown: NDArray[np.bool_] = cv2.dilate(mask, np.ones((2 * OVERHANG_PX + 1,) * 2, np.uint8)) > 0
    count, labels = cv2.connectedComponents(cv2.dilate(beside, np.ones((3, 3), np.uint8)), connectivity=8)
    with_it = np.zeros(count, np.bool_)
    with_it[labels[shown]] = True
    for border in (labels[0], labels[-1], labels[:, 0], labels[:, -1]):
        with_it[border] = False
    with_it[0] = False
    return shown | (with_it[labels] & (beside > 0))


def _grey(colours: NDArray[np.float32]) -> NDArray[np.uint8]:
    import cv2

    grey: NDArray[np.uint8] = cv2.cvtColor(cv2.convertScaleAbs(colours), cv2.COLOR_BGR2GRAY)
    return grey
