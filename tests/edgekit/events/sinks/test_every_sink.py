"""The contract of sinks, over every one in the registry and the callback."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from edgekit.config.schema import JsonlSink, StdoutSink
from edgekit.errors import ConfigError
from edgekit.events.event import Event
from edgekit.events.sinks.callback import Callback
from edgekit.events.sinks.protocol import Sink
from edgekit.events.sinks.registry import SINKS, make_sink, make_sinks, sink_name
from edgekit.events.sinks.stdout import StandardOutput


@dataclass
class Case:
    sink: Sink
    arrived: Callable[[], list[bytes]]


def jsonl(folder: Path) -> Case:
    path = folder / "new folder" / "log.jsonl"
    sink = make_sink(JsonlSink(type="jsonl", path=path, name="a"))
    return Case(sink, lambda: path.read_bytes().splitlines())


def stdout(folder: Path) -> Case:
    stream = io.BytesIO()
    return Case(StandardOutput("a", stream), lambda: stream.getvalue().splitlines())


def callback(folder: Path) -> Case:
    got: list[Event] = []
    return Case(Callback("a", got.append), lambda: [event.to_json() for event in got])


CASES = {"jsonl": jsonl, "stdout": stdout, "callback": callback}


@pytest.fixture(params=CASES)
def case(request, tmp_path) -> Case:
    return CASES[request.param](tmp_path)


def test_every_registered_sink_is_tested_here() -> None:
    assert set(SINKS) <= set(CASES)


def test_events_arrive_in_order_as_they_were_written(case, make_event) -> None:
    case.sink.open()
    events = [make_event(name) for name in ("a", "b", "ü")]
    for event in events:
        case.sink.deliver(event)
    assert case.arrived() == [event.to_json() for event in events]
    assert case.sink.name == "a"


def test_opening_again_goes_on_and_closing_twice_is_fine(case, make_event) -> None:
    for facing in ("a", "b"):
        case.sink.open()
        case.sink.deliver(make_event(facing))
        case.sink.close()
        case.sink.close()
    assert case.arrived() == [make_event("a").to_json(), make_event("b").to_json()]


def test_an_event_that_was_read_keeps_its_bytes(case, make_event) -> None:
    body = make_event().to_json().replace(b'"data":{', b'"data":{"shiny":1,')
    case.sink.open()
    case.sink.deliver(Event.from_json(body))
    assert case.arrived() == [body]


def test_a_sink_without_a_name_is_called_after_its_target(tmp_path) -> None:
    first = JsonlSink(type="jsonl", path=tmp_path / "a")
    second = JsonlSink(type="jsonl", path=tmp_path / "b")
    assert sink_name(first) != sink_name(second)
    assert sink_name(StdoutSink(type="stdout")) == "stdout"
    assert sink_name(StdoutSink(type="stdout", name="pipe")) == "pipe"


def test_two_sinks_of_one_name_are_an_error(tmp_path) -> None:
    with pytest.raises(ConfigError, match="Two sinks are called 'x'"):
        make_sinks([JsonlSink(type="jsonl", path=tmp_path / n, name="x") for n in "ab"])
