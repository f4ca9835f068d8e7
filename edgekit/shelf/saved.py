"""What survives a restart: a facing's conclusions, as durations and counters; never a clock reading."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from typing import Any

from edgekit.shelf.depletion import Removals
from edgekit.shelf.episodes import Episode, retracted
from edgekit.shelf.planogram import Facing
from edgekit.shelf.states import FacingState
from edgekit.shelf.words import FacingStatus, Transition

__all__ = ["SavedFacing", "restored", "same_place", "same_product", "saved_from"]

FACING_REMOVED = "facing_removed"
PRODUCT_CHANGED = "product_changed"


@dataclass(frozen=True, slots=True)
class SavedFacing:
    """One facing's row in the state database.

    Attributes:
        product: fingerprint of what belongs there (GTIN and product); another one means another problem.
        place: fingerprint of its polygon; another one only means a new baseline.
        status: the last concluded state.
        episode, transitions, open: as `Episode` counts them.
        cooldown_left_s, reminder_s, since_s: visible seconds, as `FacingState` counts them.
        caution: level of its `Caution`.
        removals, watched_s: as `Removals` counts them.
        look: of an open episode, what the facing looked like when it was opened, as `turning.look_text` writes it.
        anchor: the same of its last restocking, in the pixels of its evidence by appearance.
    """

    product: str
    place: str
    status: str
    episode: int
    transitions: int
    open: bool
    cooldown_left_s: float = 0.0
    reminder_s: float = 0.0
    since_s: float = 0.0
    caution: float = 0.0
    removals: float = 0.0
    watched_s: float = 0.0
    look: str | None = None
    anchor: str | None = None

    def to_json(self) -> dict[str, Any]:
        """Plain values for a JSON object."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> SavedFacing:
        """What `to_json` gave; unknown keys of newer versions are ignored.

        Raises:
            ValueError: a key is missing, or the state is none.
        """
        try:
            saved = cls(**{name: values[name] for name in cls.__dataclass_fields__ if name in values})
            FacingStatus(saved.status)
        except TypeError as error:
            raise ValueError(f"not a saved facing: {error}") from error
        return saved


def same_product(facing: Facing, row: SavedFacing) -> bool:
    """Whether the row was saved of the product that belongs there now."""
    return row.product == _product(facing)


def same_place(facing: Facing, row: SavedFacing) -> bool:
    """Whether the row was saved of the polygon that the facing has now."""
    return row.place == _place(facing)


def saved_from(
    facing: Facing,
    state: FacingState,
    *,
    caution: float = 0.0,
    removals: Removals | None = None,
    look: str | None = None,
    anchor: str | None = None,
) -> SavedFacing:
    """The row to save for a facing."""
    removals = removals or Removals()
    return SavedFacing(
        product=_product(facing),
        place=_place(facing),
        status=state.status.value,
        episode=state.episode.number,
        transitions=state.episode.transitions,
        open=state.episode.open,
        cooldown_left_s=state.cooldown_left_s,
        reminder_s=state.reminder_s,
        since_s=state.since_s,
        caution=round(caution, 4),
        removals=round(removals.count, 4),
        watched_s=round(removals.watched_s, 3),
        look=look,
        anchor=anchor,
    )


def restored(
    facings: tuple[Facing, ...], saved: Mapping[str, SavedFacing]
) -> tuple[dict[str, FacingState], dict[str, SavedFacing], tuple[Transition, ...]]:
    """States to go on from.

    Returns:
        A state for each facing; the rows of facings that are no longer there (kept for their episode numbers, which
        event ids are made of); and `retracted` for open episodes of facings removed or given another product.
    """
    states: dict[str, FacingState] = {}
    transitions: list[Transition] = []
    for facing in facings:
        row = saved.get(facing.id)
        if row is None:
            states[facing.id] = FacingState()
        elif row.product == _product(facing):
            states[facing.id] = FacingState(
                status=FacingStatus(row.status),
                episode=Episode(row.episode, row.transitions, row.open),
                cooldown_left_s=row.cooldown_left_s,
                reminder_s=row.reminder_s,
                since_s=row.since_s,
            )
        else:
            episode, told = _taken_back(facing.id, row, PRODUCT_CHANGED)
            states[facing.id] = FacingState(episode=episode)
            transitions += told
    retired: dict[str, SavedFacing] = {}
    for name in sorted(saved.keys() - states.keys()):
        episode, told = _taken_back(name, saved[name], FACING_REMOVED)
        retired[name] = replace(
            saved[name],
            status=FacingStatus.UNKNOWN.value,
            transitions=episode.transitions,
            open=False,
            cooldown_left_s=0.0,
            reminder_s=0.0,
            since_s=0.0,
            look=None,
            anchor=None,
        )
        transitions += told
    return states, retired, tuple(transitions)


def _taken_back(facing_id: str, row: SavedFacing, reason: str) -> tuple[Episode, list[Transition]]:
    episode = Episode(row.episode, row.transitions, row.open)
    if not row.open:
        return episode, []
    closed, told = retracted(facing_id, episode, FacingStatus(row.status), reason)
    return closed, [told]


def _product(facing: Facing) -> str:
    return _fingerprint(facing.gtin or "", facing.product)


def _place(facing: Facing) -> str:
    return _fingerprint(repr([tuple(map(float, point)) for point in facing.polygon_xy_px]))


def _fingerprint(*parts: str) -> str:
    return sha256("\0".join(parts).encode()).hexdigest()[:16]
