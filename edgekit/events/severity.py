"""How much a facing's event matters: what shoppers cannot get at all before what stands elsewhere too. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from edgekit.shelf.depletion import TimeToEmpty
from edgekit.shelf.words import FacingStatus, TransitionKind

__all__ = ["SOON_S", "severity_of"]

SOON_S: Final = 3600.0
"""What is low and will be empty within this time (median) needs somebody now."""

_THERE: Final = (FacingStatus.STOCKED, FacingStatus.LOW)


def severity_of(
    kind: TransitionKind,
    state: FacingStatus,
    elsewhere: Iterable[FacingStatus] = (),
    time_to_empty: TimeToEmpty | None = None,
) -> str:
    """ "critical", "warning" or "info".

    critical: out of stock, and no other facing of the product is known to have any. warning: out of stock, but it
    stands elsewhere; another product stands here; or low, and empty within the hour. info: low, and the end of
    anything.

    Args:
        kind: what happened.
        state: the facing's state after it.
        elsewhere: states of the product's other facings.
        time_to_empty: of this facing, where it is known.
    """
    if kind in (TransitionKind.RESOLVED, TransitionKind.RETRACTED):
        return "info"
    if state is FacingStatus.OUT_OF_STOCK:
        return "warning" if any(status in _THERE for status in elsewhere) else "critical"
    if state is FacingStatus.MISPLACED:
        return "warning"
    soon = time_to_empty is not None and time_to_empty.median <= SOON_S
    return "warning" if state is FacingStatus.LOW and soon else "info"
