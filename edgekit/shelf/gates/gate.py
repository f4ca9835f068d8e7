"""All gates of one sample: per facing its visible share, motion, and why nothing can be said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from edgekit.frame import Pixels
from edgekit.shelf.gates.background import (
    FOLLOW_MOST_S,
    Background,
    accepted,
    background_from,
    followed,
)
from edgekit.shelf.gates.beams import without_beams
from edgekit.shelf.gates.foreground import foreground_of
from edgekit.shelf.gates.landmarks import sight_of
from edgekit.shelf.gates.layout import FacingPlace, Layout
from edgekit.shelf.gates.light import Gain, light_gain
from edgekit.shelf.gates.motion import (
    MOVING_SHARE,
    Recent,
    Texture,
    changed_pixels,
    lasting,
    moving_share,
    remembered,
    texture_of,
    without_bands,
)
from edgekit.shelf.gates.overexposed import overexposed
from edgekit.shelf.gates.own_looks import Looks, looking_as_found, with_found
from edgekit.shelf.gates.scene import SceneStatistics, is_repeated, scene_reason, sharp_share, statistics_of
from edgekit.shelf.gates.surroundings import HIDDEN_BELOW, seen_around
from edgekit.shelf.gates.visible import visible_in
from edgekit.shelf.rules import ShelfRules
from edgekit.shelf.words import Evidence, UnknownReason

__all__ = ["GateMemory", "gates_of", "grey_of"]


@dataclass(frozen=True, slots=True, eq=False)
class GateMemory:
    """What the gates remember from one sample to the next.

    Attributes:
        time_s: the sample's time in its epoch.
        texture: the sample's texture picture.
        recent: texture pictures of the last moments.
        background: the scene without people.
        identical_s: for how long the picture has been the same.
        repeated: the small picture that it has been since.
        small: the sample's small picture.
        gain: by what its light differs from the background's, channel by channel.
        beside: uint8 (height, width), 1 where it differs from the background by more, and no facing is.
        standing: bool (height, width), where something stood before the facings; None: nowhere, or it showed nothing.
        overexposed: facings that were blown out, by id.
        looks: of facings that have changed and have not been concluded of.
    """

    time_s: float
    texture: Texture
    recent: Recent
    background: Background
    identical_s: float
    repeated: Pixels
    small: Pixels
    gain: Gain
    beside: NDArray[np.uint8]
    standing: NDArray[np.bool_] | None = None
    overexposed: frozenset[str] = frozenset()
    looks: Looks = field(default_factory=Looks)

    def accepting(self, places: Sequence[FacingPlace]) -> GateMemory:
        """Once what these facings show has been concluded of them."""
        if not places:
            return self
        return replace(self, background=accepted(self.background, self.small, self.gain, places, self.beside))


def grey_of(small: Pixels) -> NDArray[np.uint8]:
    """uint8 (height, width) of a small picture."""
    import cv2

    grey: NDArray[np.uint8] = cv2.cvtColor(small, cv2.COLOR_BGR2GRAY)
    return grey


def gates_of(
    layout: Layout,
    small: Pixels,
    time_s: float,
    memory: GateMemory | None,
    reference: tuple[Pixels, SceneStatistics],
    rules: ShelfRules,
) -> tuple[Mapping[str, Evidence], GateMemory]:
    """Judge one sample's gates.

    Args:
        layout: where the facings are.
        small: the sample's small picture.
        time_s: its time in the epoch, later than the memory's.
        memory: what the sample before left; None for the first of an epoch.
        reference: the reference picture, as small, and its statistics: the first background.
        rules: the shelf's settings.

    Returns:
        Evidence without a fill for each facing, and what to remember.
    """
    grey = grey_of(small)
    statistics = statistics_of(small, grey)
    background = memory.background if memory else background_from(reference[0], grey_of(reference[0]), layout, time_s)
    as_seen, even = texture_of(grey), without_bands(grey, background.grey)
    texture = as_seen if even is grey else texture_of(even)
    gap_s = time_s - memory.time_s if memory else 0.0
    repeats = memory is not None and is_repeated(memory.repeated, small)
    identical_s, repeated = (memory.identical_s + gap_s, memory.repeated) if memory and repeats else (0.0, small)
    recent = remembered(memory.recent if memory else (), time_s, texture)
    gain = light_gain(small, background.colours)
    sight = sight_of(background.landmarks, as_seen, float(gain.mean())) if background.landmarks else None
    sharp = sharp_share(background.grey, grey, float(gain.mean()))
    reason = scene_reason(statistics, reference[1], identical_s, sharp, sight)
    if reason is not None:
        closed = {place.facing.id: Evidence(place.facing.id, 0.0, False, None, reason) for place in layout.places}
        looks = memory.looks if memory else Looks()
        nothing = np.zeros(layout.small_size_hw, np.uint8)
        after = GateMemory(
            time_s, texture, recent, background, identical_s, repeated, small, gain, nothing, looks=looks
        )
        return closed, after
    changed = [changed_pixels(texture, before) for before in _compared(memory.recent)] if memory else []
    foreground = foreground_of(background.colours, small, gain)
    foreground = without_beams(foreground, background.colours, small, gain, layout.outside)
    # Without bands it is made against the background, whose rows would show through a back that fills most of them.
    looks = memory.looks if memory else Looks()
    known = looking_as_found(looks, small, gain, layout.places)
    visible = visible_in(foreground, layout, background, as_seen, memory.standing if memory else None, known)
    gap_s = min(time_s - memory.time_s, FOLLOW_MOST_S) if memory else 0.0
    looks = with_found(looks, visible.own, foreground.mask, background.still_s, small, gain, gap_s, layout.places)
    shares = dict(visible.shares)
    if background.landmarks and sight:
        differing = [
            place
            for place in layout.places
            if foreground.mask[place.rows, place.columns].any() and place.facing.id not in known
        ]
        around = seen_around(background.landmarks, sight, differing, layout.small_size_hw)
        shares |= {name: min(shares[name], share) for name, share in around.items() if share < HIDDEN_BELOW}
    if memory:
        background = followed(background, small, grey, foreground, changed[-1], layout, time_s)
    moving = lasting(changed)
    hidden = {name: UnknownReason.OCCLUDED for name, share in shares.items() if share < rules.min_visible_share}
    were_white = memory.overexposed if memory else frozenset()
    white = overexposed(small, reference[0], layout.places, were_white)
    hidden = dict.fromkeys(white, UnknownReason.OVEREXPOSED) | hidden
    white |= were_white & hidden.keys()  # behind a hand they may still be
    gates = {}
    for place in layout.places:
        name = place.facing.id
        in_motion = moving_share(moving, place) >= MOVING_SHARE
        gates[name] = Evidence(name, shares[name], in_motion, None, hidden.get(name))
    beside, standing = foreground.mask & layout.outside, visible.standing
    after = GateMemory(
        time_s, texture, recent, background, identical_s, repeated, small, gain, beside, standing, white, looks
    )
    return gates, after


def _compared(recent: Recent) -> list[Texture]:
    """The pictures that motion is judged against: the newest, the middle and the oldest of those remembered."""
    places = sorted({len(recent) - 1, len(recent) // 2, 0}, reverse=True)
    return [recent[place][1] for place in places]
