from __future__ import annotations

import threading
from datetime import datetime, timezone
from pathlib import Path

import pytest

from edgekit.errors import OutputError
from edgekit.events.event import Event
from edgekit.events.factory import Identity, facing_event
from edgekit.events.outbox import ConsumerKind, Outbox
from edgekit.events.sinks.protocol import EventRefused
from edgekit.pipeline.delivery import Delivery
from edgekit.pipeline.store import Store
from edgekit.shelf.words import FacingStatus, Transition, TransitionKind
from edgekit.testing import FakeClock, Sleeping

AT = datetime(2026, 1, 1, tzinfo=timezone.utc)


def event(facing: str, kind: str = "opened") -> Event:
    transition = Transition(
        facing, TransitionKind(kind), 1, 1, FacingStatus.LOW, FacingStatus.STOCKED, None, 0.0, 1.0, 1.0, 1.0, 1
    )
    return facing_event(Identity("o", "s", "c"), transition, gtin=None, product=None, at=AT, opened_at=AT)


class Sink:
    """Remembers what arrived; fails for a facing as often as it is told."""

    name = "sink"

    def __init__(self, **failures: int | Exception) -> None:
        self.failures = dict(failures)
        self.got: list[tuple[str, str]] = []
        self.opened = 0

    def open(self) -> None:
        self.opened += 1

    def deliver(self, event: Event) -> None:
        left = self.failures.get(event.subject, 0)
        if isinstance(left, Exception):
            raise left
        if left:
            self.failures[event.subject] = left - 1
            raise OutputError("no route.")
        self.got.append((event.subject, event.type.rsplit(".", 1)[1]))

    def close(self) -> None:
        pass


@pytest.fixture
def store(tmp_path: Path):
    store = Store(Outbox(tmp_path))
    store.add_consumer("sink", ConsumerKind.SINK)
    yield store
    store.close()


def delivered(store: Store, sink: Sink, *, until=lambda store: store.backlog("sink") == 0, **options) -> Delivery:
    delivery = Delivery(sink, store, FakeClock(sleeping=Sleeping.ADVANCES), **options)
    delivery.thread.start()
    for _ in range(200):
        version = store.version
        if until(store):
            break
        store.wait_for_news(version, 0.05)
    delivery.stop()
    store.announce_closing()
    delivery.thread.join(5)
    assert not delivery.thread.is_alive()
    return delivery


def test_a_failing_sink_is_tried_again_and_gets_everything_in_order_per_facing(store) -> None:
    store.commit("c", events=[event("left"), event("right"), event("left", "resolved")])
    sink = Sink(left=3)
    delivery = delivered(store, sink)
    assert [kind for facing, kind in sink.got if facing == "left"] == ["opened", "resolved"]
    assert sink.got[0] == ("right", "opened"), "other facings do not wait"
    assert sink.opened > 1, "a sink that failed is opened again"
    assert (delivery.status.delivered, delivery.status.failures, delivery.status.error) == (3, 0, None)


def test_a_refused_event_is_set_aside_and_the_next_one_goes_on(store) -> None:
    store.commit("c", events=[event("left"), event("left", "resolved")])
    sink = Sink()
    sink.deliver, plain = lambda e: _refuse_opened(e, plain), sink.deliver
    delivery = delivered(store, sink)
    assert sink.got == [("left", "resolved")]
    assert delivery.status.dead == 1
    assert "too odd" in store._outbox.dead_letters("sink")[0].error


def _refuse_opened(event: Event, plain) -> None:
    if event.type.endswith("opened"):
        raise EventRefused("too odd.")
    plain(event)


def test_after_so_many_attempts_an_event_is_set_aside_where_that_was_asked_for(store) -> None:
    store.commit("c", events=[event("left"), event("right")])
    sink = Sink(left=ValueError("always"))
    delivery = delivered(store, sink, attempts=3)
    assert sink.got == [("right", "opened")]
    assert delivery.status.dead == 1


def test_without_a_limit_it_waits_and_says_so(store) -> None:
    store.commit("c", events=[event("left")])
    tried = threading.Semaphore(0)

    class Never(Sink):
        def deliver(self, event: Event) -> None:
            tried.release()
            raise OutputError("no route.")

    delivery = delivered(store, Never(), until=lambda store: all(tried.acquire(timeout=5) for _ in range(20)))
    assert delivery.status.error == "no route."
    assert delivery.status.failures >= 19
    assert store.backlog("sink") == 1
