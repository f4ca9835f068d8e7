"""An event as one line that a person reads."""

from __future__ import annotations

from edgekit.events.event import Event

__all__ = ["sentence"]

_MARKS = {"opened": "!", "updated": "~", "resolved": "+", "retracted": "-", "recovered": "+"}


def sentence(event: Event) -> str:
    """What happened, when and where, such as "+ 0:16.2 table/left: bottle restocked (empty since 0:08.0)".

    Recordings are told in media time, cameras in local wall-clock time.
    """
    family, happening = event.type.split(".")[-2:]
    mark = _MARKS.get(happening, "!")
    return f"{mark} {_when(event)}  {_where(event, family)}: {_what(event, family, happening)}{_why(event)}"


def _when(event: Event) -> str:
    # A recording's wall clock counts from started_at, by default 1970: media time says more.
    if event.time.year == 1970 and event.data.media_time_s is not None:
        minutes, seconds = divmod(event.data.media_time_s, 60)
        return f"{int(minutes)}:{seconds:04.1f}"
    return f"{event.time.astimezone():%Y-%m-%d %H:%M:%S}"


def _where(event: Event, family: str) -> str:
    if family == "restock":
        return f"{event.data.camera}/{event.data.facing}"
    return event.data.camera if family == "camera" else f"product {event.subject}"


def _what(event: Event, family: str, happening: str) -> str:
    state = (event.data.state or "").replace("_", " ")
    if family == "camera":
        return f"camera {happening}" + (f" ({state})" if state and state != happening else "")
    product = event.data.product or "product"
    if happening == "resolved":
        return f"{product} restocked"
    if happening == "retracted":
        return f"{product} {(event.data.previous_state or '').replace('_', ' ')}: taken back"
    return f"{product} {state}"


def _why(event: Event) -> str:
    parts = []
    if event.data.reason:
        parts.append(event.data.reason.replace("_", " "))
    if event.data.since_s:
        parts.append(f"seen so for {event.data.since_s:.1f} s")
    if event.data.confidence is not None:
        parts.append(f"{event.data.confidence:.0%} sure")
    return f" ({', '.join(parts)})" if parts else ""
