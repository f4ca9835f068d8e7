"""An event: a transition of an episode, of a product or of a camera, as a CloudEvent 1.0 in JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from datetime import datetime, timezone
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from edgekit.shelf.depletion import TimeToEmpty

__all__ = ["REPLAY_ORIGIN", "Event", "EventData", "event_id"]

REPLAY_ORIGIN = "replay"
"""Origin of every recording's events, so that a replay gives the same ids."""

_NAMESPACE = uuid5(NAMESPACE_URL, "https://edgekit.dev/events")


def event_id(
    origin: str, store: str, camera: str, facing: str | None, kind: str, episode: int, transition: int
) -> UUID:
    """UUIDv5 of what makes an event this one and no other; the same transition always has the same id."""
    return uuid5(
        _NAMESPACE,
        json.dumps([origin, store, camera, facing or "-", kind, episode, transition], ensure_ascii=False),
    )


@dataclass(frozen=True, slots=True)
class EventData:
    """The `data` of an event; fields that do not apply are None.

    Attributes:
        camera: camera id.
        facing: facing id; None for product and camera events.
        gtin: 14 digits, or None.
        product: the product's name in the planogram.
        state: state after the transition: a facing's state, or the camera's condition.
        previous_state: state before it.
        severity: "info", "warning" or "critical".
        frame_index: index of the deciding sample in its epoch.
        media_time_s: its time in the epoch, seconds.
        since_s: visible seconds that the state had held.
        fill: median fill (0-1).
        confidence: 0-1.
        reason: why, such as "at_start"; None for the plain case.
        episode: number of the episode, from 1.
        opened_at: time of the episode's `opened`, RFC 3339.
        pictures: paths of evidence pictures, from the folder that holds the pictures' folder ("pictures/ID-after.jpg").
        time_to_empty_s: {"low", "median", "high"}: seconds of opening hours until a facing that is low will be empty,
            an 80 % interval; absent while its pace is not known.
    """

    camera: str
    facing: str | None = None
    gtin: str | None = None
    product: str | None = None
    state: str | None = None
    previous_state: str | None = None
    severity: str = "info"
    frame_index: int | None = None
    media_time_s: float | None = None
    since_s: float | None = None
    fill: float | None = None
    confidence: float | None = None
    reason: str | None = None
    episode: int | None = None
    opened_at: str | None = None
    pictures: tuple[str, ...] = ()
    time_to_empty_s: TimeToEmpty | None = None


def _unacknowledged() -> None:
    return None


@dataclass(frozen=True, slots=True)
class Event:
    """One CloudEvent.

    Attributes:
        id: UUIDv5; duplicates are recognised by it.
        source: "/stores/STORE/cameras/CAMERA".
        type: such as "io.edgekit.restock.opened".
        subject: facing id, GTIN or camera id.
        time: wall clock of the decision, UTC (recordings: started_at + media time).
        data: the rest.
    """

    id: str
    source: str
    type: str
    subject: str
    time: datetime
    data: EventData
    _ack: Callable[[], None] = field(default=_unacknowledged, repr=False, compare=False)
    # The bytes it was read from: a body is written once and never rebuilt, also by a newer version that knows more.
    _body: bytes | None = field(default=None, init=False, repr=False, compare=False)

    def ack(self) -> None:
        """Say that this event is dealt with; unacknowledged events come again after a restart."""
        self._ack()

    def to_json(self) -> bytes:
        """One line of JSON (UTF-8, no newline), the CloudEvents JSON format; of a read event, the bytes as read."""
        if self._body is not None:
            return self._body
        time = self.time.astimezone(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        data = asdict(self.data)
        if data["time_to_empty_s"] is None:  # the one field that the published schemas do not require
            del data["time_to_empty_s"]
        body: dict[str, Any] = {
            "specversion": "1.0",
            "id": self.id,
            "source": self.source,
            "type": self.type,
            "subject": self.subject,
            "time": time,
            "datacontenttype": "application/json",
            "data": data,
        }
        return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()

    @classmethod
    def from_json(cls, body: bytes, ack: Callable[[], None] = _unacknowledged) -> Event:
        """The event that `to_json` wrote; what a newer version added is ignored, but stays in its bytes."""
        raw = json.loads(body)
        known = {name: raw["data"][name] for name in EventData.__dataclass_fields__ if name in raw["data"]}
        known["pictures"] = tuple(known.get("pictures") or ())
        if known.get("time_to_empty_s"):
            known["time_to_empty_s"] = TimeToEmpty(
                *(known["time_to_empty_s"][name] for name in ("low", "median", "high"))
            )
        event = cls(
            id=raw["id"],
            source=raw["source"],
            type=raw["type"],
            subject=raw["subject"],
            time=datetime.fromisoformat(raw["time"].replace("Z", "+00:00")),
            data=EventData(**known),
            _ack=ack,
        )
        object.__setattr__(event, "_body", body)
        return event
