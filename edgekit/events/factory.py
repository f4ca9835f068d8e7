"""From a transition of a facing, a product or a camera to the event that tells of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timezone
from enum import Enum

from edgekit.events.event import Event, EventData, event_id
from edgekit.events.severity import severity_of
from edgekit.shelf.availability import ProductTransition
from edgekit.shelf.words import FacingStatus, Transition, TransitionKind

__all__ = [
    "EVENT_TYPES",
    "CameraCondition",
    "ConditionChange",
    "EpisodeEffect",
    "Identity",
    "camera_event",
    "effect_of",
    "episode_key",
    "facing_event",
    "product_event",
    "rfc3339",
]

_PREFIX = "io.edgekit."

EVENT_TYPES = (
    "io.edgekit.restock.opened",
    "io.edgekit.restock.updated",
    "io.edgekit.restock.resolved",
    "io.edgekit.restock.retracted",
    "io.edgekit.product.opened",
    "io.edgekit.product.resolved",
    "io.edgekit.camera.moved",
    "io.edgekit.camera.blocked",
    "io.edgekit.camera.lost",
    "io.edgekit.camera.recovered",
)
"""Every type that edgekit raises."""


class CameraCondition(str, Enum):
    """What can be wrong with a camera."""

    MOVED = "moved"
    BLOCKED = "blocked"
    LOST = "lost"


class EpisodeEffect(str, Enum):
    """What an event does to the episode it belongs to."""

    OPENS = "opens"
    CONTINUES = "continues"
    CLOSES = "closes"


_EFFECTS = {
    "opened": EpisodeEffect.OPENS,
    "moved": EpisodeEffect.OPENS,
    "blocked": EpisodeEffect.OPENS,
    "lost": EpisodeEffect.OPENS,
    "updated": EpisodeEffect.CONTINUES,
    "resolved": EpisodeEffect.CLOSES,
    "retracted": EpisodeEffect.CLOSES,
    "recovered": EpisodeEffect.CLOSES,
}


@dataclass(frozen=True, slots=True)
class Identity:
    """Whose events these are.

    Attributes:
        origin: the database's UUID, or REPLAY_ORIGIN for a recording.
        store: store id.
        camera: camera id.
    """

    origin: str
    store: str
    camera: str

    @property
    def source(self) -> str:
        """The CloudEvents source."""
        return f"/stores/{self.store}/cameras/{self.camera}"


@dataclass(frozen=True, slots=True)
class ConditionChange:
    """A camera's condition began (`recovered` False) or ended.

    Attributes:
        condition: moved, blocked or lost.
        recovered: it is over.
        episode: number of this condition's episode on this camera, from 1.
        reason: why, such as "disconnected", "dark".
        media_time_s: time of the deciding frame in its epoch; None where no frame came.
        frame_index: its index; None where no frame came.
    """

    condition: CameraCondition
    recovered: bool
    episode: int
    reason: str | None = None
    media_time_s: float | None = None
    frame_index: int | None = None


def rfc3339(time: datetime) -> str:
    """UTC time as published: milliseconds and a Z."""
    return time.astimezone(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def facing_event(
    who: Identity,
    transition: Transition,
    *,
    gtin: str | None,
    product: str | None,
    at: datetime,
    opened_at: datetime,
    elsewhere: Iterable[FacingStatus] = (),
) -> Event:
    """The `io.edgekit.restock.*` event of a facing's transition.

    Args:
        who: whose event it is.
        transition: what happened.
        gtin: of the facing, 14 digits, or None.
        product: its name in the planogram.
        at: wall clock of the decision.
        opened_at: wall clock of the episode's `opened`; of an `opened`, the same as `at`.
        elsewhere: states of the product's other facings.
    """
    kind = f"restock.{transition.kind.value}"
    return Event(
        id=str(
            event_id(who.origin, who.store, who.camera, transition.facing, kind, transition.episode, transition.number)
        ),
        source=who.source,
        type=_PREFIX + kind,
        subject=transition.facing,
        time=at,
        data=EventData(
            camera=who.camera,
            facing=transition.facing,
            gtin=gtin,
            product=product,
            state=transition.state.value,
            previous_state=transition.previous_state.value,
            severity=severity_of(transition.kind, transition.state, elsewhere, transition.time_to_empty),
            frame_index=transition.frame_index,
            media_time_s=transition.media_time_s,
            since_s=transition.since_s,
            fill=transition.fill,
            confidence=transition.confidence,
            reason=transition.reason,
            episode=transition.episode,
            opened_at=rfc3339(opened_at),
            time_to_empty_s=transition.time_to_empty,
        ),
    )


def camera_event(who: Identity, change: ConditionChange, *, at: datetime, opened_at: datetime) -> Event:
    """The `io.edgekit.camera.*` event of a camera's condition; `recovered` names it as its previous state."""
    name = change.condition.value
    severity = "critical" if change.condition is CameraCondition.LOST else "warning"
    # One camera may recover from several conditions, each with episodes of its own: the id names the condition.
    kind = f"camera.recovered.{name}" if change.recovered else f"camera.{name}"
    number = 2 if change.recovered else 1
    return Event(
        id=str(event_id(who.origin, who.store, who.camera, None, kind, change.episode, number)),
        source=who.source,
        type=f"{_PREFIX}camera.{'recovered' if change.recovered else name}",
        subject=who.camera,
        time=at,
        data=EventData(
            camera=who.camera,
            state="ok" if change.recovered else name,
            previous_state=name if change.recovered else "ok",
            severity="info" if change.recovered else severity,
            frame_index=change.frame_index,
            media_time_s=change.media_time_s,
            reason=change.reason,
            episode=change.episode,
            opened_at=rfc3339(opened_at),
        ),
    )


def product_event(
    who: Identity,
    transition: ProductTransition,
    *,
    at: datetime,
    opened_at: datetime,
    media_time_s: float | None = None,
    frame_index: int | None = None,
) -> Event:
    """The `io.edgekit.product.*` event of a product.

    Args:
        who: `who.camera` is the camera whose facing decided it. The id leaves it out: whichever camera decides, it is
            the same event.
        transition: what happened.
        at: wall clock of the decision.
        opened_at: wall clock of the episode's `opened`.
        media_time_s: time of the deciding sample in the deciding camera's epoch.
        frame_index: its index.
    """
    kind = f"product.{transition.kind.value}"
    out = transition.kind is TransitionKind.OPENED
    return Event(
        id=str(event_id(who.origin, who.store, "-", transition.gtin, kind, transition.episode, transition.number)),
        source=who.source,
        type=_PREFIX + kind,
        subject=transition.gtin,
        time=at,
        data=EventData(
            camera=who.camera,
            gtin=transition.gtin,
            product=transition.product or None,
            state=(FacingStatus.OUT_OF_STOCK if out else FacingStatus.STOCKED).value,
            previous_state=(FacingStatus.STOCKED if out else FacingStatus.OUT_OF_STOCK).value,
            severity="critical" if out else "info",
            frame_index=frame_index,
            media_time_s=media_time_s,
            reason=transition.reason,
            episode=transition.episode,
            opened_at=rfc3339(opened_at),
        ),
    )


def effect_of(event: Event) -> EpisodeEffect:
    """Whether the event opens, continues or closes its episode."""
    return _EFFECTS[event.type.rsplit(".", 1)[1]]


def episode_key(event: Event) -> str:
    """What has one episode at a time: a facing of a camera, a product, or a condition of a camera.

    Events of one key are delivered in order; at most one episode of a key is open.
    """
    kind = event.type.removeprefix(_PREFIX).split(".")[0]
    if kind == "product":
        return f"product/{event.subject}"
    if kind == "restock":
        return f"restock/{event.data.camera}/{event.subject}"
    condition = event.data.previous_state if event.type.endswith(".recovered") else event.data.state
    return f"camera/{event.data.camera}/{condition}"
