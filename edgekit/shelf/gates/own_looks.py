"""What facings looked like when they were found to have changed themselves: while one looks so, nothing hides it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from edgekit.frame import Pixels
from edgekit.shelf.gates.layout import FacingPlace
from edgekit.shelf.gates.light import LEAST_GAIN, Gain

__all__ = ["Look", "Looks", "looking_as_found", "with_found"]

Look = NDArray[np.float32]
"""Float32 (rows, columns, 3) BGR: a facing's box in the small picture, in the light of the background."""

_STILL_S, _STILL_SHARE = 1.2, 0.9
"""A look is remembered once so much of the facing has been still for so long: no arm on its way."""
_HIDDEN_S = 2.0
"""For so long what has stood before a facing must seem the facing's own change to be that."""
_DIFFERENT, _DIFFERENT_SHARE = 24.0, 0.1
"""Levels from which a pixel has changed, and the share of a facing in which it may: jitter at the edges of things."""


@dataclass(frozen=True, slots=True, eq=False)
class Looks:
    """Looks of facings that differ from the background, by id.

    Attributes:
        own: when their own change was found.
        hidden: when something stood still before them, and for how many seconds it must seem their own change to be
            that. A carton before a facing is none because it comes apart from somebody for a moment.
    """

    own: Mapping[str, Look] = field(default_factory=dict)
    hidden: Mapping[str, tuple[Look, float]] = field(default_factory=dict)


def looking_as_found(looks: Looks, small: Pixels, gain: Gain, places: Sequence[FacingPlace]) -> frozenset[str]:
    """Ids of the facings that look as when their own change was found.

    Args:
        looks: of the sample before.
        small: the sample's small picture.
        gain: by what its light differs from the background's.
        places: all facings.
    """
    return frozenset(
        place.facing.id
        for place in places
        if (look := looks.own.get(place.facing.id)) is not None and _alike(look, small, gain, place)
    )


def with_found(
    looks: Looks,
    changed: Collection[str],
    foreground: NDArray[np.uint8],
    still_s: NDArray[np.float32],
    small: Pixels,
    gain: Gain,
    gap_s: float,
    places: Sequence[FacingPlace],
) -> Looks:
    """The looks once some facings are found to have changed themselves; those that the background has again are gone.

    Args:
        looks: of the sample before.
        changed: ids of the facings that have changed themselves; whatever else differs is hidden.
        foreground: uint8 (height, width), 1 where the sample differs from the background.
        still_s: float32 (height, width), for how long each pixel has not changed.
        small, gain, places: as above.
        gap_s: since the sample before.
    """
    own: dict[str, Look] = {}
    hidden: dict[str, tuple[Look, float]] = {}
    for place in places:
        name, box, inside = place.facing.id, (place.rows, place.columns), place.mask > 0
        if not foreground[box][inside].any():
            continue
        if name in looks.own:
            own[name] = looks.own[name]
        if name in looks.hidden:
            hidden[name] = looks.hidden[name]
        if (still_s[box][inside] >= _STILL_S).mean() < _STILL_SHARE:
            continue
        if name in hidden and _alike(hidden[name][0], small, gain, place):
            look, hidden_s = hidden.pop(name)
            hidden_s = hidden_s - gap_s if name in changed else min(hidden_s + gap_s, _HIDDEN_S)
        else:
            look, hidden_s = small[box] / np.maximum(gain, LEAST_GAIN), 0.0 if name in changed else _STILL_S
        if hidden_s > 0:
            hidden[name] = look, hidden_s
        else:
            own[name] = look
    return Looks(own, hidden)


def _alike(look: Look, small: Pixels, gain: Gain, place: FacingPlace) -> bool:
    if look.shape[:2] != place.mask.shape:
        return False
    apart = np.abs(small[place.rows, place.columns] - look * gain).max(2)
    return bool(np.count_nonzero((apart > _DIFFERENT) & (place.mask > 0)) <= _DIFFERENT_SHARE * place.area_px)
