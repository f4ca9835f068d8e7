"""What a Runtime asks of its running parts: their health, what they failed to deliver, and their end."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from time import monotonic

from edgekit.backends.selection import LoadedModel
from edgekit.errors import EdgekitError, OutputError
from edgekit.pipeline.delivery import Delivery
from edgekit.pipeline.health import ConsumerHealth, Health, ModelHealth, RuntimeState
from edgekit.pipeline.running import RunningCamera
from edgekit.pipeline.store import Store

__all__ = ["join", "site_health", "undelivered"]


def site_health(
    state: RuntimeState,
    cameras: Sequence[RunningCamera],
    loaded: Mapping[str, LoadedModel],
    deliveries: Sequence[Delivery],
    store: Store,
) -> Health:
    """Everything at one moment, with what is wrong in one line each."""
    camera_healths = tuple(camera.health() for camera in cameras)
    consumers = tuple(ConsumerHealth(one.status, store.backlog(one.status.consumer)) for one in deliveries)
    errors = [f"camera {one.id}: {one.problem}" for one in camera_healths if one.problem]
    errors += [f"{one.status.consumer}: {one.status.error}" for one in consumers if one.status.error]
    models = tuple(
        ModelHealth(role, str(model.bundle.path), model.encoding, model.backend, model.reason)
        for role, model in loaded.items()
    )
    return Health(state, camera_healths, models, consumers, store.expired, tuple(errors))


def undelivered(health: Health) -> list[EdgekitError]:
    """An error for each consumer that fails and has not had everything."""
    return [
        OutputError(
            f"{one.backlog} events could not be delivered to {one.status.consumer}: {one.status.error}",
            hint="They are kept in the state folder and go out with the next run.",
        )
        for one in health.consumers
        if one.backlog and one.status.error
    ]


def join(threads: Iterable[threading.Thread], deadline_s: float) -> list[threading.Thread]:
    """Wait for started threads until the monotonic time `deadline_s`; those that still run (never the caller's)."""
    started = [thread for thread in threads if thread.ident is not None and thread is not threading.current_thread()]
    for thread in started:
        thread.join(max(0.0, deadline_s - monotonic()))
    return [thread for thread in started if thread.is_alive()]
