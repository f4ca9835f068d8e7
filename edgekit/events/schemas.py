"""The JSON Schemas of edgekit's events: built here, published beside as package data, one file a type."""

from __future__ import annotations

import json
from importlib import resources
from typing import Any

from edgekit.events.factory import EVENT_TYPES
from edgekit.shelf.words import FacingStatus

__all__ = ["build_schema", "event_schema"]

_TIME = {
    "type": "string",
    "format": "date-time",
    "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$",
}
_UUID = {"type": "string", "format": "uuid", "pattern": "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"}
_CONDITIONS = ["ok", "moved", "blocked", "lost"]


def _or_null(**schema: Any) -> dict[str, Any]:
    return {**schema, "type": [schema["type"], "null"]}


def _data_properties(family: str) -> dict[str, Any]:
    states = _CONDITIONS if family == "camera" else [status.value for status in FacingStatus]
    null = {"type": "null"}
    facing = {"type": "string", "minLength": 1, "description": "facing id, unique per camera"}
    gtin = {"type": "string", "pattern": "^[0-9]{14}$", "description": "14 digits"}
    share = {"type": "number", "minimum": 0, "maximum": 1}
    return {
        "camera": {"type": "string", "minLength": 1, "description": "camera id"},
        "facing": facing if family == "restock" else null,
        "gtin": {"restock": _or_null(**gtin), "product": gtin, "camera": null}[family],
        "product": null if family == "camera" else _or_null(type="string", description="name in the planogram"),
        "state": {"type": "string", "enum": states, "description": "after the transition"},
        "previous_state": {"type": "string", "enum": states, "description": "before the transition"},
        "severity": {"type": "string", "enum": ["info", "warning", "critical"]},
        "frame_index": _or_null(type="integer", minimum=0, description="deciding sample, counted from 0 in its epoch"),
        "media_time_s": _or_null(type="number", minimum=0, description="its time in the epoch, seconds"),
        "since_s": _or_null(type="number", minimum=0, description="visible seconds that the state had held"),
        "fill": _or_null(**share, description="median fill of the window"),
        "confidence": _or_null(**share),
        "reason": _or_null(type="string", description="why, such as at_start; null for the plain case"),
        "episode": {"type": "integer", "minimum": 1},
        "opened_at": {**_TIME, "description": "time of the episode's first event"},
        "pictures": {"type": "array", "items": {"type": "string"}, "description": "paths of evidence pictures"},
    }


def _optional(family: str) -> dict[str, Any]:
    """What an event has only where it is known."""
    if family != "restock":
        return {"time_to_empty_s": {"type": "null"}}
    seconds = {"type": "number", "minimum": 0}
    return {
        "time_to_empty_s": {
            "type": "object",
            "required": ["low", "median", "high"],
            "properties": {"low": seconds, "median": seconds, "high": seconds},
            "description": "seconds of opening hours until the facing is empty, an 80 % interval; of one that is low",
        }
    }


def build_schema(event_type: str) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of one event type; fields of later versions are allowed.

    Raises:
        KeyError: edgekit raises no such event.
    """
    if event_type not in EVENT_TYPES:
        raise KeyError(event_type)
    family = event_type.split(".")[2]
    data = _data_properties(family)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": event_type,
        "type": "object",
        "required": ["specversion", "id", "source", "type", "subject", "time", "datacontenttype", "data"],
        "properties": {
            "specversion": {"const": "1.0"},
            "id": {**_UUID, "description": "UUIDv5; the same transition always has the same id"},
            "source": {"type": "string", "pattern": "^/stores/[^/]+/cameras/[^/]+$"},
            "type": {"const": event_type},
            "subject": {
                "type": "string",
                "minLength": 1,
                "description": {"restock": "facing id", "product": "GTIN", "camera": "camera id"}[family],
            },
            "time": {**_TIME, "description": "wall clock of the decision, UTC"},
            "datacontenttype": {"const": "application/json"},
            "data": {"type": "object", "required": list(data), "properties": {**data, **_optional(family)}},
        },
    }


def event_schema(event_type: str) -> dict[str, Any]:
    """The published JSON Schema of one event type, such as "io.edgekit.restock.opened".

    Raises:
        KeyError: edgekit raises no such event.
    """
    if event_type not in EVENT_TYPES:
        raise KeyError(event_type)
    text = resources.files("edgekit.events").joinpath(f"schemas/{event_type}.json").read_text("utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema
