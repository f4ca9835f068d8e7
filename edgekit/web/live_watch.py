"""Watches a Runtime for the live page: keeps the newest frame of each camera and the latest events, and no more.

`on_frame` runs on the cameras' workers and only takes a reference; a picture is made when somebody looks, on the
thread of that request, once for all who look.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from edgekit.events.event import Event
from edgekit.frame import Frame, Pixels
from edgekit.shelf.readings import Reading
from edgekit.shelf.words import Transition
from edgekit.vision.detection import Detections

__all__ = ["LiveWatch", "Seen"]

MAX_SIDE_PX: Final = 1280
"""A phone shows no more, and a 4K frame would take a second of a Jetson's core to encode."""

QUALITY: Final = 78
EVENTS: Final = 60


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """One camera's newest frame.

    Attributes:
        number: counts the frames that were seen; another number is another picture.
        frame: the frame.
        readings: by facing.
    """

    number: int
    frame: Frame
    readings: Mapping[str, Reading]


class LiveWatch:
    """A Runtime's observer (`on_frame`) and callback (`event`)."""

    def __init__(self) -> None:
        self._seen: dict[str, Seen] = {}
        self._events: deque[Event] = deque(maxlen=EVENTS)
        self._opened: dict[tuple[str, str], Event] = {}
        self._lock = threading.Lock()
        self._encoding = threading.Lock()
        self._pictures: dict[str, tuple[int, bytes]] = {}

    def on_frame(
        self,
        camera_id: str,
        frame: Frame,
        detections: Detections | None,
        readings: Mapping[str, Reading],
        transitions: tuple[Transition, ...],
    ) -> None:
        """Keep the frame; see `Observer`."""
        before = self._seen.get(camera_id)
        # One writer a camera, and a reader sees the old value or the new one: no lock on the worker.
        self._seen[camera_id] = Seen(before.number + 1 if before else 1, frame, readings)

    def event(self, event: Event) -> None:
        """Take note of an event."""
        with self._lock:
            self._events.append(event)
            facing = event.data.facing
            if facing is None:
                return
            if event.type.endswith((".resolved", ".retracted")):
                self._opened.pop((event.data.camera, facing), None)
            elif event.type.endswith(".opened"):
                self._opened[(event.data.camera, facing)] = event

    def seen(self, camera_id: str) -> Seen | None:
        """The newest frame; None before the first."""
        return self._seen.get(camera_id)

    def latest(self) -> tuple[Event, ...]:
        """The latest events, the newest first."""
        with self._lock:
            return tuple(reversed(self._events))

    def opened(self) -> Mapping[tuple[str, str], Event]:
        """By (camera, facing): the event that opened its open episode, where that was seen."""
        with self._lock:
            return MappingProxyType(dict(self._opened))

    def jpeg(self, camera_id: str, *, after: int = 0) -> bytes | None:
        """The newest frame as JPEG, at most `MAX_SIDE_PX` wide or high; None where none is newer than `after`."""
        seen = self._seen.get(camera_id)
        if seen is None or seen.number <= after:
            return None
        with self._encoding:
            number, content = self._pictures.get(camera_id, (0, b""))
            if number < seen.number:
                content = _encoded(seen.frame.pixels)
                self._pictures[camera_id] = (seen.number, content)
        return content


def _encoded(pixels: Pixels) -> bytes:
    import cv2

    scale = MAX_SIDE_PX / max(pixels.shape[:2])
    if scale < 1:
        pixels = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA).astype(pixels.dtype)
    return bytes(cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])[1].tobytes())
