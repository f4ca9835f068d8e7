"""What stands in front of the facings: foreground against a remembered background.

A change that lies within the facings is what the shelf logic is about: a product gone, moved, put back. A change that
reaches from outside into a facing is somebody or something in front of it. So foreground is cut into connected pieces,
and a piece that lies outside all facings by a good part, or reaches over several, covers the facings that it overlaps.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from edgekit.frame import Pixels
from edgekit.shelf.gates.landmarks import Landmarks, landmarks_of
from edgekit.shelf.gates.layout import OVERHANG_PX, FacingPlace, Layout
from edgekit.shelf.gates.light import CLIPPED, LEAST_GAIN, Gain, relit
from edgekit.shelf.gates.motion import Texture, texture_of
from edgekit.shelf.gates.own_change import OWN_SHARE, Pieces, covered_share, ends_here, filled_alone, is_light

__all__ = [
    "Background",
    "Foreground",
    "background_from",
    "covering_pixels",
    "followed",
    "foreground_of",
    "visible_shares",
]

FOLLOW_EVERY_S, FOLLOW_MOST_S = 0.19, 2.0
"""A sample stands for the time since the one before it, but for no more than the last: the first one after a lens was
covered, or a camera looked elsewhere, may show half of a hand yet."""
LANDMARKS_S = 5.0
DRIFT_S = 20.0
"""Time constant of slow light: what is not foreground is followed."""
ABSORB_S = 300.0
"""Foreground that has stood still for so long and covers no facing is furniture."""
REBASE_S = 2.0
"""After the light changed everywhere and then stayed, the background is taken anew."""
REBASE_SHARE = 0.4
_MIN_DIFFERENCE = 24.0
_NOISE_FACTOR = 3.5
"""Of the median difference, the largest of three channels': 4 sigma of the sensor's noise."""
_SHADOW = (0.5, 1.35)
"""A shadow or a brighter lamp multiplies a pixel by this; more is an object, as is another colour."""
_MIN_COLOUR_DIFFERENCE = 12.0
OUTSIDE_SHARE = 0.3
BEYOND_SHARE = 0.12
BETWEEN_SHARE = 0.04
_MIN_BEYOND_PX = 20
_MOST_DARKER = 0.4
_TOUCHED_SHARE = 0.1
_MANY_FACINGS = 4
"""Products are taken one by one: what changes so many facings in one piece stands before them, also where the narrow
walls between them are as dark as its cloth."""
_RESTING_S, _RESTING_SHARE = 4.0, 0.7
"""For so long so much of a piece that reaches over facings and fills none must stay as it is to be no hand at rest."""
_MIN_PIECE_PX = 6


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


@dataclass(frozen=True, slots=True, eq=False)
class Foreground:
    """What differs from the background in one sample.

    Attributes:
        mask: uint8 (height, width), 1 where it does by more than light and shadow explain.
        share: share (0-1) of the picture.
        darker: the same, and 1 where a shadow or a lamp would explain it, too: cloth may be as grey as a shaded wall.
    """

    mask: NDArray[np.uint8]
    share: float
    darker: NDArray[np.uint8]


def background_from(
    small: Pixels | NDArray[np.float32], grey: NDArray[np.uint8], layout: Layout, time_s: float
) -> Background:
    """The background that one picture shows."""
    landmarks = landmarks_of(texture_of(grey), layout.outside)
    return Background(
        small.astype(np.float32), grey, np.zeros(grey.shape, np.float32), landmarks, time_s, landmarks_s=time_s
    )


def foreground_of(background: Background, small: Pixels, gain: Gain) -> Foreground:
    """Find what differs from the background by more than light, shadow and noise explain."""
    import cv2

    expected = cv2.convertScaleAbs(cv2.add(cv2.multiply(background.colours, _each(gain)), _each(4 * (gain - 1))))
    # What was clipped white may have been brighter by any amount.
    brightest = np.where(background.colours >= CLIPPED, np.uint8(255), expected)
    # By the channel that differs most: purple cloth is as bright as a grey wall.
    blue, green, red = cv2.split(cv2.max(cv2.subtract(small, brightest), cv2.subtract(expected, small)))
    difference = cv2.max(cv2.max(blue, green), red)
    sampled = difference[::4, ::4].ravel()
    noise = float(np.partition(sampled, sampled.size // 2)[sampled.size // 2])
    least = max(_MIN_DIFFERENCE, min(_NOISE_FACTOR * noise, 2 * _MIN_DIFFERENCE))
    changed = cv2.threshold(difference, least, 1, cv2.THRESH_BINARY)[1]
    where = np.flatnonzero(changed)
    if not where.size:
        return Foreground(changed, 0.0, changed)
    either_way = changed.copy()
    now = np.ascontiguousarray(small.reshape(-1, 3)[where].T, np.float32)  # (3, n): sums over short rows are slow
    before = np.ascontiguousarray(background.colours.reshape(-1, 3)[where].T) * gain[:, None]
    ratio = (now.sum(0) + np.float32(12)) / (before.sum(0) + np.float32(12))
    recoloured = np.abs(now - before * ratio).max(0) > _MIN_COLOUR_DIFFERENCE
    lit = ~recoloured & (ratio > _SHADOW[0]) & (ratio < _SHADOW[1])
    changed.reshape(-1)[where[lit]] = 0
    return Foreground(changed, float(where.size - np.count_nonzero(lit)) / changed.size, either_way)


def _each(values: Gain) -> tuple[float, float, float, float]:
    """As OpenCV wants one number a channel."""
    return float(values[0]), float(values[1]), float(values[2]), 0.0


def visible_shares(
    foreground: Foreground, layout: Layout, background: Background | None = None, texture: Texture | None = None
) -> dict[str, float]:
    """Share (0-1) of each facing that no foreground piece from outside covers.

    Args:
        foreground: what differs from the background.
        layout: where the facings are.
        background, texture: the background, and the sample's texture: what the background's edges are seen through is
            light or a reflection, and covers nothing. None: nothing is seen through, and nothing is known to be still.
    """
    shares = {place.facing.id: 1.0 for place in layout.places}
    touched = [place for place in layout.places if foreground.mask[place.rows, place.columns].any()]
    if not touched:
        return shares
    still_s = None if background is None else background.still_s
    pieces = _covering_pieces(foreground, layout, still_s)
    if not pieces.covering.any():
        return shares
    covered = {place.facing.id: covered_share(pieces, place) for place in touched}
    filled = [place for place in touched if covered[place.facing.id] >= OWN_SHARE]
    own = {place.facing.id for place in filled if ends_here(pieces, place, still_s)}
    if background is not None and texture is not None:
        doubtful = [place for place in filled if place.facing.id not in own]
        own |= filled_alone(pieces, doubtful, layout.outside, background.still_s)
        before, now = texture_of(background.grey).picture, texture.picture
        under = [place for place in touched if covered[place.facing.id] and place.facing.id not in own]
        own |= {place.facing.id for place in under if is_light(pieces, place, before, now)}
    return shares | {name: 1 - share for name, share in covered.items() if name not in own}


def _covering_pieces(foreground: Foreground, layout: Layout, still_s: NDArray[np.float32] | None = None) -> Pieces:
    """Connected pieces of foreground, and of each whether it stands before the facings.

    It does where it lies outside them by a good part, or where it reaches over several of them and over what lies
    between: products are taken one by one, each within its facing, and do not stand on price rails. Where it reaches
    over several and fills none, not even one unit's place, it is a hand until it has stood still for longer than hands.
    """
    import cv2

    # Somebody must not fall apart at a pale sleeve or where he is as grey as the shaded wall behind him; but only what
    # no shadow explains says where he stands.
    mask = foreground.darker if np.count_nonzero(foreground.darker) < _MOST_DARKER * foreground.mask.size else None
    joined = cv2.dilate(foreground.mask if mask is None else mask, np.ones((3, 3), np.uint8))
    count, labels = cv2.connectedComponents(joined, connectivity=8, ltype=cv2.CV_16U)
    near = cv2.dilate(foreground.mask, np.ones((3, 3), np.uint8))
    areas = np.bincount(labels[near > 0], minlength=count)
    outside = np.bincount(labels[(layout.outside & near) > 0], minlength=count)
    between = np.bincount(labels[(layout.between & near) > 0], minlength=count)
    covering = (outside >= OUTSIDE_SHARE * areas) & (areas >= _MIN_PIECE_PX)
    covering |= (between >= BEYOND_SHARE * areas) & (between >= _MIN_BEYOND_PX)
    touched, filled = _facings_touched(labels, count, layout)
    covering |= touched >= _MANY_FACINGS
    covering |= (touched >= 2) & ~filled & ~_resting(labels, areas, near, still_s)
    covering |= (touched >= 2) & (between >= np.maximum(BETWEEN_SHARE * areas, _MIN_PIECE_PX))
    covering[0] = False
    return Pieces(labels.astype(np.uint16, copy=False), covering)


def _resting(
    labels: NDArray[np.uint16], areas: NDArray[np.int64], near: NDArray[np.uint8], still_s: NDArray[np.float32] | None
) -> NDArray[np.bool_]:
    """Of each label, whether most of it has not changed for long; None: nothing is known to be still."""
    if still_s is None:
        return np.zeros(len(areas), np.bool_)
    still = np.bincount(labels[(near > 0) & (still_s >= _RESTING_S)], minlength=len(areas))
    mostly: NDArray[np.bool_] = still >= _RESTING_SHARE * areas
    return mostly


def _facings_touched(
    labels: NDArray[np.uint16], count: int, layout: Layout
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Of each label, how many facings it covers by a tenth or more, and whether it fills the place of any unit."""
    touched, filled = np.zeros(count, np.int64), np.zeros(count, np.bool_)
    for place in layout.places:
        here = np.bincount(labels[place.rows, place.columns][place.mask > 0], minlength=count)
        touched += here >= _TOUCHED_SHARE * place.area_px
        filled |= here >= OWN_SHARE * place.area_px / place.facing.capacity
    return touched, filled


def covering_pixels(foreground: Foreground, layout: Layout) -> NDArray[np.bool_]:
    """(height, width): pixels of all pieces that stand before the facings, whatever they cover."""
    pieces = _covering_pieces(foreground, layout)
    pixels: NDArray[np.bool_] = pieces.covering[pieces.labels]
    return pixels


def _before_facings(foreground: Foreground, layout: Layout) -> NDArray[np.bool_]:
    """Pixels of the pieces that cover some facing."""
    pieces = _covering_pieces(foreground, layout)
    touching = np.zeros_like(pieces.covering)
    for place in layout.places:
        touching[pieces.labels[place.rows, place.columns][place.mask > 0]] = True
    before: NDArray[np.bool_] = (pieces.covering & touching)[pieces.labels]
    return before


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
    furniture = (foreground.mask > 0) & (layout.outside > 0) & (still_s >= ABSORB_S)
    if furniture.any():
        # What stands before a facing hides it for however long: taken for background, it would leave an empty facing.
        furniture &= ~_before_facings(foreground, layout)
        colours[furniture] = small[furniture]
    landmarks, landmarks_s = background.landmarks, background.landmarks_s
    now_grey = _grey(colours)
    if time_s - landmarks_s >= LANDMARKS_S:
        landmarks, landmarks_s = landmarks_of(texture_of(now_grey), layout.outside), time_s
    return Background(colours, now_grey, still_s, landmarks, time_s, landmarks_s, waited_s)


def accepted(background: Background, small: Pixels, gain: Gain, places: Sequence[FacingPlace]) -> Background:
    """The background once what some facings show now has been concluded of them: it is no foreground any more.

    Args:
        background: the one before it.
        small: the sample's small picture.
        gain: by what the light has been multiplied since the background.
        places: the facings.
    """
    import cv2

    colours = background.colours.copy()
    for place in places:
        around = _around(place, small.shape[:2])
        mask = np.zeros(small.shape[:2], np.uint8)
        mask[place.rows, place.columns] = place.mask
        grown = cv2.dilate(mask[around], np.ones((2 * OVERHANG_PX + 1,) * 2, np.uint8)) > 0
        colours[around][grown] = small[around][grown] / np.maximum(gain, LEAST_GAIN)
    return replace(background, colours=colours, grey=_grey(colours))


def _around(place: FacingPlace, size_hw: tuple[int, int]) -> tuple[slice, slice]:
    """The facing's box with its overhang, inside the picture."""
    rows, columns = place.rows, place.columns
    return (
        slice(max(0, rows.start - OVERHANG_PX), min(size_hw[0], rows.stop + OVERHANG_PX)),
        slice(max(0, columns.start - OVERHANG_PX), min(size_hw[1], columns.stop + OVERHANG_PX)),
    )


def _grey(colours: NDArray[np.float32]) -> NDArray[np.uint8]:
    import cv2

    grey: NDArray[np.uint8] = cv2.cvtColor(cv2.convertScaleAbs(colours), cv2.COLOR_BGR2GRAY)
    return grey
