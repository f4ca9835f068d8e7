"""Events as claims: what each says is so, when, of which facing or camera."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from edgekit.events.event import Event
from edgekit.shelf.words import FacingStatus, TransitionKind

__all__ = ["CameraClaim", "Claim", "camera_claims_of", "claims_of"]

_RESTOCK, _CAMERA = "io.edgekit.restock.", "io.edgekit.camera."


@dataclass(frozen=True, slots=True)
class Claim:
    """A restock event says that a facing is in a state now.

    Attributes:
        facing: facing id.
        kind: what the event did to its episode.
        state: the state claimed; `stocked` of `resolved`, unknown of `retracted`.
        time_s: media time of the decision.
        event_id: of the event.
    """

    facing: str
    kind: TransitionKind
    state: FacingStatus
    time_s: float
    event_id: str

    @property
    def calls_staff(self) -> bool:
        """It sends somebody to the shelf: an opening, or an update to another problem."""
        return self.kind in (TransitionKind.OPENED, TransitionKind.UPDATED)


@dataclass(frozen=True, slots=True)
class CameraClaim:
    """A camera event: `kind` is moved, blocked, lost or recovered."""

    kind: str
    time_s: float
    event_id: str


def claims_of(events: Sequence[Event]) -> tuple[Claim, ...]:
    """The restock events' claims in order; reminders claim nothing new."""
    return tuple(
        Claim(
            event.subject,
            TransitionKind(event.type.removeprefix(_RESTOCK)),
            FacingStatus(event.data.state or "unknown"),
            event.data.media_time_s or 0.0,
            event.id,
        )
        for event in events
        if event.type.startswith(_RESTOCK) and event.data.reason != "reminder"
    )


def camera_claims_of(events: Sequence[Event]) -> tuple[CameraClaim, ...]:
    """The camera events' claims in order."""
    return tuple(
        CameraClaim(event.type.removeprefix(_CAMERA), event.data.media_time_s or 0.0, event.id)
        for event in events
        if event.type.startswith(_CAMERA)
    )
