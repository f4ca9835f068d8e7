"""Events to put into outboxes and sinks."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone

import pytest

from edgekit.events.event import Event
from edgekit.events.factory import Identity, facing_event
from edgekit.shelf.words import FacingStatus, Transition, TransitionKind

MakeEvent = Callable[..., Event]


@pytest.fixture
def make_event() -> MakeEvent:
    """A restock event; keyword arguments: facing, kind, episode, number, camera, at, since_s."""

    def make(
        facing: str = "left",
        kind: str = "opened",
        *,
        episode: int = 1,
        number: int = 1,
        camera: str = "cam",
        at: datetime = datetime(2026, 1, 1, tzinfo=timezone.utc),
        since_s: float = 30.0,
    ) -> Event:
        opened = kind in ("opened", "updated")
        states = (FacingStatus.OUT_OF_STOCK, FacingStatus.STOCKED)
        transition = Transition(
            facing,
            TransitionKind(kind),
            episode,
            number,
            states[not opened],
            states[opened],
            None,
            0.1,
            0.9,
            since_s,
            31.0,
            155,
        )
        return facing_event(
            Identity("origin", "s-001", camera), transition, gtin=None, product="bottle", at=at, opened_at=at
        )

    return make
