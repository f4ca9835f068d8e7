"""Episodes: one problem of one facing, from `opened` to `resolved` or `retracted`, counted so that ids never repeat."""

from __future__ import annotations

from dataclasses import dataclass, replace

from edgekit.shelf.words import FacingStatus, Transition, TransitionKind

__all__ = ["Episode", "reminded", "retracted", "transition_of"]

AT_START = "at_start"
STATE_CHANGED = "state_changed"
REMINDER = "reminder"


@dataclass(frozen=True, slots=True)
class Episode:
    """The episodes of one facing.

    Attributes:
        number: of the last one, from 1; 0 before the first.
        transitions: how many transitions the last one has had.
        open: it is under way.
    """

    number: int = 0
    transitions: int = 0
    open: bool = False

    def after(self, before: FacingStatus, status: FacingStatus) -> tuple[Episode, TransitionKind | None, str | None]:
        """The episodes once the facing's state goes from `before` to `status`, what is told of it, and why."""
        problem = status not in (FacingStatus.STOCKED, FacingStatus.UNKNOWN)
        if self.open:
            kind = TransitionKind.UPDATED if problem else TransitionKind.RESOLVED
            return (
                replace(self, transitions=self.transitions + 1, open=problem),
                kind,
                (STATE_CHANGED if problem else None),
            )
        if not problem:
            return self, None, None
        reason = AT_START if before is FacingStatus.UNKNOWN else None
        return Episode(self.number + 1, 1, True), TransitionKind.OPENED, reason


def reminded(episode: Episode) -> tuple[Episode, TransitionKind]:
    """The open episode once somebody was reminded of it."""
    return replace(episode, transitions=episode.transitions + 1), TransitionKind.UPDATED


def retracted(facing_id: str, episode: Episode, state: FacingStatus, reason: str) -> tuple[Episode, Transition]:
    """Take an open episode back, before the first sample."""
    closed = replace(episode, transitions=episode.transitions + 1, open=False)
    told = transition_of(
        facing_id,
        TransitionKind.RETRACTED,
        closed,
        state=FacingStatus.UNKNOWN,
        previous_state=state,
        reason=reason,
        fill=None,
        confidence=1.0,
        since_s=0.0,
        media_time_s=0.0,
        frame_index=0,
    )
    return closed, told


def transition_of(
    facing_id: str,
    kind: TransitionKind,
    episode: Episode,
    *,
    state: FacingStatus,
    previous_state: FacingStatus,
    reason: str | None,
    fill: float | None,
    confidence: float,
    since_s: float,
    media_time_s: float,
    frame_index: int,
) -> Transition:
    """The transition that `episode` has just had; figures are rounded as they are published."""
    return Transition(
        facing=facing_id,
        kind=kind,
        episode=episode.number,
        number=episode.transitions,
        state=state,
        previous_state=previous_state,
        reason=reason,
        fill=None if fill is None else round(fill, 4),
        confidence=round(confidence, 4),
        since_s=round(since_s, 3),
        media_time_s=round(media_time_s, 6),
        frame_index=frame_index,
    )
