from __future__ import annotations

import json
import re
from typing import Any

import pytest

from edgekit.events.event import Event, EventData
from edgekit.events.factory import (
    EVENT_TYPES,
    CameraCondition,
    ConditionChange,
    Identity,
    camera_event,
    product_event,
)
from edgekit.events.schemas import build_schema, event_schema
from edgekit.shelf.availability import ProductTransition
from edgekit.shelf.words import TransitionKind

TYPES = {"object": dict, "string": str, "number": (int, float), "integer": int, "array": list, "null": type(None)}


def problems(schema: dict[str, Any], value: Any, where: str = "$") -> list[str]:
    """The part of JSON Schema that our schemas use."""
    found = []
    if "const" in schema and value != schema["const"]:
        found.append(f"{where} is not {schema['const']}")
    if "enum" in schema and value not in schema["enum"]:
        found.append(f"{where}: {value} is none of {schema['enum']}")
    if "type" in schema:
        names = [schema["type"]] if isinstance(schema["type"], str) else schema["type"]
        if not any(isinstance(value, TYPES[name]) and not isinstance(value, bool) for name in names):
            return [*found, f"{where}: {value!r} is not {names}"]
    if isinstance(value, str):
        if "pattern" in schema and not re.search(schema["pattern"], value):
            found.append(f"{where}: {value!r} does not match")
        if len(value) < schema.get("minLength", 0):
            found.append(f"{where} is too short")
    if isinstance(value, (int, float)) and not (schema.get("minimum", value) <= value <= schema.get("maximum", value)):
        found.append(f"{where}: {value} is out of range")
    if isinstance(value, dict):
        found += [f"{where}.{name} is missing" for name in schema.get("required", []) if name not in value]
        for name, part in schema.get("properties", {}).items():
            if name in value:
                found += problems(part, value[name], f"{where}.{name}")
    if isinstance(value, list):
        for number, item in enumerate(value):
            found += problems(schema.get("items", {}), item, f"{where}[{number}]")
    return found


@pytest.fixture
def an_event_of(make_event):
    def make(event_type: str) -> Event:
        _, _, family, kind = event_type.split(".")
        who, at = Identity("o", "s", "c"), make_event().time
        if family == "restock":
            return make_event(kind=kind)
        if family == "product":
            return product_event(
                who, ProductTransition("02000000000008", "", TransitionKind(kind), 1, 1, ()), at=at, opened_at=at
            )
        condition = CameraCondition("lost" if kind == "recovered" else kind)
        return camera_event(who, ConditionChange(condition, kind == "recovered", 1), at=at, opened_at=at)

    return make


@pytest.mark.parametrize("event_type", EVENT_TYPES)
def test_the_published_file_is_the_schema_and_every_event_of_the_type_fits_it(event_type, an_event_of) -> None:
    schema = event_schema(event_type)
    assert schema == build_schema(event_type), "rewrite the files from build_schema"
    body = json.loads(an_event_of(event_type).to_json())
    assert problems(schema, body) == []
    assert set(schema["properties"]["data"]["properties"]) == set(EventData.__dataclass_fields__)


@pytest.mark.parametrize("event_type", EVENT_TYPES)
def test_a_schema_refuses_other_types_missing_fields_and_wrong_values(event_type, an_event_of) -> None:
    schema = event_schema(event_type)
    body = json.loads(an_event_of(event_type).to_json())
    for broken in (
        {**body, "type": "io.edgekit.other"},
        {**body, "time": "yesterday"},
        {name: value for name, value in body.items() if name != "id"},
        {**body, "data": {**body["data"], "state": "wonderful"}},
        {**body, "data": {**body["data"], "episode": 0}},
    ):
        assert problems(schema, broken)


def test_there_is_no_schema_of_an_event_that_edgekit_never_raises() -> None:
    with pytest.raises(KeyError):
        event_schema("io.edgekit.restock.exploded")
    with pytest.raises(KeyError):
        build_schema("io.edgekit.restock.exploded")
