"""Keeps the anchor like the scene: what has changed for good is taken over, block by block. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from edgekit.shelf.registration.agreement import BLOCK_PX, Blocks, blocks_in_view, blocks_of
from edgekit.shelf.registration.anchor import Anchor, anchor_of
from edgekit.shelf.registration.features import Features, features_of
from edgekit.shelf.registration.geometry import Matrix
from edgekit.shelf.registration.picture import Structure
from edgekit.shelf.registration.straighten import straightened

__all__ = ["RENEW_EVERY_S", "Renewal", "Target", "renewal_after"]

RENEW_EVERY_S = 30.0
"""Somebody who stands before the shelf for so long becomes part of it, and is taken out again after as long."""
_MIN_AGREEMENT = 0.5
"""Less, and it is not sure enough where the camera looks to take anything over."""


@dataclass(frozen=True, slots=True, eq=False)
class Target:
    """What samples are aligned to: corners for the cheap test, features for the search."""

    anchor: Anchor
    features: Features


@dataclass(frozen=True, slots=True, eq=False)
class Renewal:
    """The scene as it was learnt in this epoch.

    Attributes:
        target: in place of the reference's; None: nothing has changed.
        waiting: the scene as it was seen last, laid out as the reference; None: not yet.
        time_s: when that was.
    """

    target: Target | None = None
    waiting: Structure | None = None
    time_s: float = 0.0


def renewal_after(state: Renewal, target: Target, structure: Structure, alignment: Matrix, time_s: float) -> Renewal:
    """Take in a sample that proves its alignment; seldom does it do more than look at the time.

    A block is taken over that looks unlike the anchor, and did so in the same way RENEW_EVERY_S ago: a new price tag, a
    place sold out, another product. Where it lies comes from the blocks that have not changed.

    Args:
        state: the renewal so far.
        target: what the sample was aligned to.
        structure: the sample's.
        alignment: at its scale, counted from pixel centres.
        time_s: the sample's time in its epoch.
    """
    if state.waiting is not None and time_s - state.time_s < RENEW_EVERY_S:
        return state
    now = straightened(structure, alignment)
    after = replace(state, waiting=now, time_s=time_s)
    if state.waiting is None:
        return after
    anchor = target.anchor.structure
    before, seen = blocks_of(anchor, now), blocks_in_view(structure.shape[:2], alignment)
    if not _is_sure(before, seen):
        return after
    changed = seen & ~before.alike & blocks_of(state.waiting, now).alike
    if not changed.any():
        return after
    where = changed.repeat(BLOCK_PX, 0).repeat(BLOCK_PX, 1)
    renewed = anchor.copy()
    part = renewed[: where.shape[0], : where.shape[1]]
    np.copyto(part, now[: where.shape[0], : where.shape[1]], where=where)
    return replace(after, target=Target(anchor_of(renewed), features_of(renewed)))


def _is_sure(blocks: Blocks, seen: NDArray[np.bool_]) -> bool:
    told = blocks.first & seen
    count = int(np.count_nonzero(told))
    return count > 0 and int(np.count_nonzero(told & blocks.alike)) >= _MIN_AGREEMENT * count
