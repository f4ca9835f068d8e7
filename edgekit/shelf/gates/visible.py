"""How much of each facing can be seen: all that nothing in front of it covers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from edgekit.shelf.gates.apart import with_parts
from edgekit.shelf.gates.foreground import Foreground
from edgekit.shelf.gates.layout import FacingPlace, Layout
from edgekit.shelf.gates.motion import Texture, texture_of
from edgekit.shelf.gates.own_change import ends_here, filled_alone, standing_on_board
from edgekit.shelf.gates.pieces import OWN_SHARE, Pieces, covered_share, covering_pieces
from edgekit.shelf.gates.seen_through import is_light

if TYPE_CHECKING:
    from edgekit.shelf.gates.background import Background

__all__ = ["Visible", "visible_in"]


@dataclass(frozen=True, slots=True, eq=False)
class Visible:
    """What can be seen of the facings in one sample.

    Attributes:
        shares: by facing id, the share (0-1) that nothing covers.
        standing: bool (height, width), where something stands before them; None: nowhere.
        own: ids of those that have changed themselves.
    """

    shares: Mapping[str, float]
    standing: NDArray[np.bool_] | None = None
    own: frozenset[str] = frozenset()


def visible_in(
    foreground: Foreground,
    layout: Layout,
    background: Background | None = None,
    texture: Texture | None = None,
    stood: NDArray[np.bool_] | None = None,
    known: frozenset[str] = frozenset(),
) -> Visible:
    """Find what no foreground piece from outside covers.

    Args:
        foreground: what differs from the background.
        layout: where the facings are.
        background, texture: the background, and the sample's texture: what the background's edges are seen through is
            light or a reflection, and covers nothing. None: nothing is seen through, and nothing is known to be still.
        stood: `standing` of the sample before.
        known: ids of facings that look as their own change did.
    """
    everything = {place.facing.id: 1.0 for place in layout.places}
    touched = [place for place in layout.places if foreground.mask[place.rows, place.columns].any()]
    if not touched:
        return Visible(everything)
    still_s = None if background is None else background.still_s
    pieces = covering_pieces(foreground, layout, still_s)
    if not pieces.covering.any():
        return Visible(everything, own=frozenset(place.facing.id for place in touched))
    pieces = with_parts(pieces, foreground.mask, stood, still_s)
    covered = {place.facing.id: covered_share(pieces, place) for place in touched}
    uncovered = frozenset(name for name, share in covered.items() if not share)
    own = _own_changes(pieces, touched, covered, layout, still_s) | uncovered | known
    lit = _in_other_light(pieces, [place for place in touched if place.facing.id not in own], background, texture)
    shares = everything | {name: 1 - share for name, share in covered.items() if name not in own | lit}
    return Visible(shares, _standing(pieces, [place for place in touched if place.facing.id in own | lit]), own)


def _own_changes(
    pieces: Pieces,
    touched: Sequence[FacingPlace],
    covered: Mapping[str, float],
    layout: Layout,
    still_s: NDArray[np.float32] | None,
) -> frozenset[str]:
    """Ids of the facings that pieces seem to cover, but that have changed themselves."""
    filled = [place for place in touched if covered[place.facing.id] >= OWN_SHARE]
    own = frozenset(place.facing.id for place in filled if ends_here(pieces, place, still_s))
    if still_s is None:
        return own
    doubtful = [place for place in touched if place.facing.id not in own and _fills_a_unit(place, covered)]
    return own | filled_alone(pieces, doubtful, layout.outside, still_s) | standing_on_board(pieces, doubtful, still_s)


def _in_other_light(
    pieces: Pieces, places: Sequence[FacingPlace], background: Background | None, texture: Texture | None
) -> frozenset[str]:
    """Ids of the facings that pieces seem to cover, but that lie in other light."""
    if background is None or texture is None:
        return frozenset()
    before, now = texture_of(background.grey).picture, texture.picture
    return frozenset(
        place.facing.id for place in places if pieces.within(place).any() and is_light(pieces, place, before, now)
    )


def _fills_a_unit(place: FacingPlace, covered: Mapping[str, float]) -> bool:
    """Whether so much of a facing is covered as one of its units leaves empty."""
    return covered[place.facing.id] >= OWN_SHARE / place.facing.capacity


def _standing(pieces: Pieces, own: Sequence[FacingPlace]) -> NDArray[np.bool_]:
    """Where pieces stand before the facings; not in those whose own change it is."""
    standing: NDArray[np.bool_] = pieces.covering[pieces.labels]
    for place in own:
        standing[place.rows, place.columns] &= place.mask == 0
    return standing
