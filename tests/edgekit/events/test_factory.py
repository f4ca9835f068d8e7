from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from edgekit.events.event import Event
from edgekit.events.factory import (
    CameraCondition,
    ConditionChange,
    EpisodeEffect,
    Identity,
    camera_event,
    effect_of,
    episode_key,
    product_event,
)
from edgekit.shelf.availability import ProductTransition
from edgekit.shelf.depletion import TimeToEmpty
from edgekit.shelf.words import TransitionKind

WHO = Identity("origin", "s-001", "aisle-3")
AT = datetime(2026, 3, 1, 12, 0, 0, 123456, tzinfo=timezone(timedelta(hours=1)))


def camera(condition: str, *, recovered: bool = False, episode: int = 1) -> Event:
    return camera_event(
        WHO, ConditionChange(CameraCondition(condition), recovered, episode, "why"), at=AT, opened_at=AT
    )


def product(kind: str, who: Identity = WHO) -> Event:
    return product_event(
        who, ProductTransition("02000000000008", "bottle", TransitionKind(kind), 1, 1, ()), at=AT, opened_at=AT
    )


def test_the_same_transition_has_the_same_id_and_any_other_has_another(make_event) -> None:
    assert make_event().id == make_event(since_s=99).id
    every = [
        make_event(),
        make_event("right"),
        make_event(episode=2),
        make_event(number=2),
        make_event(camera="other"),
        make_event(kind="resolved"),
        camera("lost"),
        camera("lost", recovered=True),
        camera("blocked", recovered=True),
        camera("lost", episode=2),
        product("opened"),
        product("resolved"),
    ]
    assert len({event.id for event in every}) == len(every)


def test_a_product_event_has_one_id_whichever_camera_decides_it() -> None:
    other = Identity(WHO.origin, WHO.store, "aisle-4")
    assert product("opened").id == product("opened", other).id
    assert product("opened", other).source == "/stores/s-001/cameras/aisle-4"


def test_recovered_names_its_condition_and_closes_it() -> None:
    event = camera("blocked", recovered=True)
    assert (event.type, event.data.state, event.data.previous_state) == ("io.edgekit.camera.recovered", "ok", "blocked")
    assert episode_key(event) == episode_key(camera("blocked")) != episode_key(camera("lost"))
    assert effect_of(event) is EpisodeEffect.CLOSES


@pytest.mark.parametrize(
    ("kind", "effect", "severity"),
    [
        ("opened", "opens", "critical"),
        ("updated", "continues", "critical"),
        ("resolved", "closes", "info"),
        ("retracted", "closes", "info"),
    ],
)
def test_what_a_facings_event_does_to_its_episode(make_event, kind, effect, severity) -> None:
    event = make_event(kind=kind)
    assert event.type == f"io.edgekit.restock.{kind}"
    assert effect_of(event).value == effect
    assert event.data.severity == severity
    assert episode_key(event) == "restock/cam/left"


def test_an_event_is_read_back_as_it_was_written_and_keeps_what_a_newer_version_added(make_event) -> None:
    event = make_event()
    assert Event.from_json(event.to_json()) == event
    newer = event.to_json().replace(b'"data":{', b'"traceparent":"00-ab","data":{"shiny":1,')
    read = Event.from_json(newer)
    assert read == event
    assert read.to_json() == newer


def test_times_are_published_in_utc_with_milliseconds() -> None:
    assert b'"time":"2026-03-01T11:00:00.123Z"' in camera("lost").to_json()
    assert camera("lost").data.opened_at == "2026-03-01T11:00:00.123Z"


def test_an_event_says_when_the_facing_will_be_empty_only_where_that_is_known(make_event) -> None:
    plain = make_event("opened")
    assert b"time_to_empty" not in plain.to_json()
    said = replace(plain, data=replace(plain.data, time_to_empty_s=TimeToEmpty(1.0, 2.0, 3.0)))
    assert b'"time_to_empty_s":{"low":1.0,"median":2.0,"high":3.0}' in said.to_json()
    assert Event.from_json(said.to_json()) == said
