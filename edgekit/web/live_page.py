"""The live page: each camera's picture with its facings by state, open episodes, latest events, and how it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timezone
from typing import Any
from urllib.parse import unquote

from edgekit.annotate.model import outline_of
from edgekit.events.event import Event
from edgekit.pipeline.health import CameraHealth, Health
from edgekit.shelf.planogram import Facing, Planogram
from edgekit.shelf.readings import Reading
from edgekit.web.http import Page, Reply, Request, Wrong, asset, json_reply
from edgekit.web.live_watch import LiveWatch
from edgekit.web.words import advice_on, said_reason

__all__ = ["LivePage"]


class LivePage:
    """Answers the live page's requests from what a LiveWatch saw and what a Runtime says of itself."""

    def __init__(
        self,
        watch: LiveWatch,
        planograms: Mapping[str, Planogram],
        *,
        health: Callable[[], Health],
        sentence: Callable[[Event], str],
        store: str,
    ) -> None:
        """Show a site.

        Args:
            watch: the Runtime's observer, and a callback of its events.
            planograms: by camera id.
            health: the Runtime's.
            sentence: an event as one line.
            store: the store's id.
        """
        self._watch = watch
        self._planograms = planograms
        self._health = health
        self._sentence = sentence
        self._store = store

    @property
    def page(self) -> Page:
        """What its addresses answer."""
        return {
            ("GET", "/"): asset("live.html"),
            ("GET", "/live.css"): asset("live.css"),
            ("GET", "/live.js"): asset("live.js"),
            ("GET", "/common.css"): asset("common.css"),
            ("GET", "/icon.svg"): asset("icon.svg"),
            ("GET", "/api/live"): self._live,
            ("GET", "/camera/"): self._picture,
        }

    def _picture(self, request: Request) -> Reply:
        camera = unquote(request.rest.removesuffix(".jpg"))
        after = request.query.get("after", "0")
        if camera not in self._planograms or not (after.isascii() and after.isdigit() and len(after) < 19):
            raise Wrong(404, "There is no such picture.")
        content = self._watch.jpeg(camera, after=int(after))
        return Reply(content, "image/jpeg") if content is not None else Reply(status=204)

    def _live(self, request: Request) -> Reply:
        health = self._health()
        opened = self._watch.opened()
        cameras = [self._camera(camera) for camera in health.cameras]
        return json_reply(
            {
                "store": self._store,
                "state": health.state.value,
                "cameras": cameras,
                "open": [
                    _episode(camera["id"], facing, opened.get((camera["id"], facing["id"])))
                    for camera in cameras
                    for facing in camera["facings"]
                    if facing["episode"] is not None
                ],
                "events": [
                    {"id": event.id, "text": self._sentence(event), "kind": event.type.rpartition(".")[2]}
                    for event in self._watch.latest()
                ],
                "errors": list(health.errors),
            }
        )

    def _camera(self, camera: CameraHealth) -> dict[str, Any]:
        planogram = self._planograms[camera.id]
        seen = self._watch.seen(camera.id)
        readings = seen.readings if seen is not None else {}
        height, width = planogram.reference_size_hw
        alarms = [
            {"name": name, "reason": reason, "text": advice_on(name, reason)}
            for name, reason in camera.conditions.items()
        ]
        if camera.problem is not None and not alarms:
            alarms.append({"name": camera.phase.value, "reason": None, "text": camera.problem})
        return {
            "id": camera.id,
            "source": camera.source,
            "live": camera.live,
            "phase": camera.phase.value,
            "alarms": alarms,
            "picture": seen.number if seen is not None else 0,
            "fps": camera.telemetry.fps,
            "time": seen.frame.time_s if seen is not None else None,
            "width": width,
            "height": height,
            "facings": [_facing(facing, readings.get(facing.id), lost=camera.lost) for facing in planogram.facings],
        }


def _facing(facing: Facing, reading: Reading | None, *, lost: bool) -> dict[str, Any]:
    """One facing; while its camera is lost, the last reading says nothing of now."""
    reason = "no_baseline" if reading is None else reading.reason.value if reading.reason is not None else None
    if lost:
        reason = "lost"
    return {
        "id": facing.id,
        "product": facing.product,
        "gtin": facing.gtin,
        "polygon": [[x, y] for x, y in outline_of(facing, reading)],
        "state": reading.state.value if reading is not None and not lost else "unknown",
        "committed": reading.committed.value if reading is not None else "unknown",
        "reason": reason,
        "why": said_reason(reason) if reason is not None else None,
        "fill": reading.fill if reading is not None else None,
        "confidence": reading.confidence if reading is not None else None,
        "visible": reading.visible_share if reading is not None else None,
        "method": reading.method if reading is not None else facing.method,
        "episode": reading.episode if reading is not None else None,
        "candidate": reading.candidate.value if reading is not None and reading.candidate is not None else None,
        "held": reading.held_s if reading is not None else 0.0,
    }


def _episode(camera: str, facing: Mapping[str, Any], event: Event | None) -> dict[str, Any]:
    """An open episode; since when is known where its opening was seen."""
    seconds: float | None = None
    if event is not None and event.time.year > 1970:  # a recording's wall clock counts from 1970
        seconds = max(0.0, (datetime.now(timezone.utc) - event.time).total_seconds())
    since = event.data.media_time_s if event is not None and event.time.year == 1970 else None
    return {
        "camera": camera,
        "facing": facing["id"],
        "product": facing["product"],
        "state": facing["committed"],
        "seconds": seconds,
        "media_s": since,
    }
