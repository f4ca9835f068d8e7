"""All that runs for one site: store, engine, cameras, deliveries; started, watched and ended together."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import Final

from edgekit.backends.selection import LoadedModel
from edgekit.clock import Clock
from edgekit.config.schema import SiteConfig
from edgekit.errors import EdgekitError, OutputError
from edgekit.events.event import REPLAY_ORIGIN
from edgekit.events.outbox import ConsumerKind, Outbox
from edgekit.events.sinks.protocol import Sink
from edgekit.events.sinks.registry import make_sinks
from edgekit.pictures.album import AlbumSettings
from edgekit.pictures.folder import PictureFolder
from edgekit.pipeline.assembly import SiteParts, assemble
from edgekit.pipeline.delivery import CALLBACK_ATTEMPTS, Delivery, Dispatcher
from edgekit.pipeline.engine import Engine
from edgekit.pipeline.health import ConsumerHealth, Health, ModelHealth, RuntimeState
from edgekit.pipeline.observer import Observer
from edgekit.pipeline.products import ProductBoard
from edgekit.pipeline.running import RunningCamera, make_camera
from edgekit.pipeline.store import Store
from edgekit.sources.protocol import Source

__all__ = ["RunningSite", "Surroundings"]

DRAIN_S: Final = 5.0
"""After the last recording, a sink that fails for so long is not waited for: its events stay in the outbox."""

_POLL_S: Final = 0.1
"""The longest that waiting on the host's own thread goes on before it looks again; Ctrl-C works that soon."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the host gives a site to run with; see Runtime."""

    clock: Clock
    dispatcher: Dispatcher | None = None
    observer: Observer | None = None
    realtime: bool = False
    sources: Mapping[str, Source] = field(default_factory=dict)
    models: Mapping[str, LoadedModel] = field(default_factory=dict)
    sinks: Sequence[Sink] = ()


class RunningSite:
    """The threads of one site and what they share. `close` ends everything, however far `__init__` and `start` got."""

    def __init__(self, site: SiteConfig, around: Surroundings) -> None:
        """Load and check everything; no thread runs yet, and nothing is left open when something is wrong.

        Raises:
            EdgekitError: the configuration, a planogram, a model, or the state folder is wrong.
        """
        sinks = (*make_sinks(site.sinks), *around.sinks)
        self._around = around
        self._parts: SiteParts = assemble(
            site, clock=around.clock, realtime=around.realtime, sources=around.sources, models=around.models
        )
        self._starting = threading.Lock()
        self._started = False
        self._deliveries: tuple[Delivery, ...] = ()
        self._cameras: tuple[RunningCamera, ...] = ()
        self._engine = Engine(self._parts.models)
        try:
            outbox = Outbox(
                site.state,
                clock=around.clock,
                retention_days=site.retention.days,
                retention_megabytes=site.retention.megabytes,
            )
        except BaseException:
            self._parts.owned.close()
            raise
        self.store = Store(outbox)
        self._pictures = PictureFolder(
            site.pictures.folder or site.state / "pictures",
            clock=around.clock,
            expire_days=site.pictures.expire_days,
            max_megabytes=site.pictures.max_mb,
        )
        try:
            self.store.prepare(self._parts.replays, sinks)
            self._deliveries = tuple(Delivery(sink, self.store, around.clock) for sink in sinks)
            self._cameras = self._make_cameras(site)
            for camera in self._cameras:
                camera.restore()
        except BaseException:
            self.close(0.0)
            raise

    def _make_cameras(self, site: SiteConfig) -> tuple[RunningCamera, ...]:
        parts = self._parts
        live = len(parts.replays) < len(parts.cameras)
        board = ProductBoard(self.store.saved_products() if live else None)
        return tuple(
            make_camera(
                camera,
                store=self.store,
                board=board,
                store_id=site.store,
                product_origin=self.store.origin if live else REPLAY_ORIGIN,
                engine=self._engine,
                models=parts.models,
                clock=self._around.clock,
                hours=site.hours,
                pictures=self._pictures,
                picture_settings=AlbumSettings(
                    before_after=site.pictures.before_after,
                    whole=site.pictures.whole_picture,
                    mask_people=site.pictures.mask_people,
                ),
                observer=self._around.observer,
                on_over=self._camera_over,
            )
            for camera in parts.cameras
        )

    def _camera_over(self) -> None:
        """The last recording's end is the end of all events, where no camera is live."""
        if all(camera.status.phase.over for camera in self._cameras):
            self.store.announce_complete()

    # --- starting ----------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Start all threads, and wait until every recording is open.

        Raises:
            EdgekitError: a recording cannot be opened.
        """
        if self._parts.models:
            self._engine.thread.start()
        with self._starting:
            self._started = True
            for delivery in self._deliveries:
                delivery.thread.start()
        for camera in self._cameras:
            camera.start()
        for camera in self._cameras:
            if camera.parts.recording:
                camera.raise_if_unopened()

    def add_callback(self, sink: Sink) -> None:
        """Deliver to a function of the host as well."""
        self.store.add_consumer(sink.name, ConsumerKind.HOST)
        delivery = Delivery(
            sink,
            self.store,
            self._around.clock,
            attempts=CALLBACK_ATTEMPTS,
            dispatcher=self._around.dispatcher,
        )
        with self._starting:
            self._deliveries = (*self._deliveries, delivery)
            if self._started:
                delivery.thread.start()

    # --- watching ----------------------------------------------------------------------------------------------

    @property
    def consumers(self) -> frozenset[str]:
        """Names of all sinks and callbacks."""
        return frozenset(delivery.status.consumer for delivery in self._deliveries)

    def health(self) -> Health:
        """Everything at one moment, with what is wrong in one line each."""
        cameras = tuple(camera.health() for camera in self._cameras)
        consumers = tuple(ConsumerHealth(one.status, self._backlog(one)) for one in self._deliveries)
        errors = [f"camera {one.id}: {one.problem}" for one in cameras if one.problem]
        errors += [f"{one.status.consumer}: {one.status.error}" for one in consumers if one.status.error]
        pictures = self._pictures.status
        errors += [f"evidence pictures: {pictures.problem}"] if pictures.problem else []
        models = tuple(
            ModelHealth(role, str(model.bundle.path), model.encoding, model.backend, model.reason)
            for role, model in self._parts.loaded.items()
        )
        state = RuntimeState.ENDED if self.store.complete else RuntimeState.RUNNING
        return Health(state, cameras, models, consumers, self.store.expired, tuple(errors), pictures)

    def _backlog(self, delivery: Delivery) -> int:
        try:
            return self.store.backlog(delivery.status.consumer)
        except OutputError:
            return 0  # the database cannot be read: the cameras' and the delivery's own errors say so

    def failures(self) -> list[EdgekitError]:
        """What ended recordings, and which sinks have failed and not had everything."""
        found = [camera.status.failure for camera in self._cameras if camera.status.failure is not None]
        for delivery in self._deliveries:
            status, backlog = delivery.status, self._backlog(delivery)
            if status.error and backlog:
                found.append(
                    OutputError(
                        f"{backlog} events could not be delivered to {status.consumer}: {status.error}",
                        hint="They are kept in the state folder and go out with the next run.",
                    )
                )
        return found

    # --- waiting -----------------------------------------------------------------------------------------------

    def wait_opened(self) -> bool:
        """Wait until some source is open, at most the longest `open_timeout_s`; False: none could be opened."""
        deadline_s = monotonic() + max(camera.parts.config.source.open_timeout_s for camera in self._cameras)
        while not any(camera.opened for camera in self._cameras):
            over = all(camera.status.phase.over for camera in self._cameras)
            if over or self.store.closing or monotonic() >= deadline_s:
                return False
            self.store.wait_for_news(self.store.version, _POLL_S)
        return True

    def wait(self, timeout_s: float | None) -> bool:
        """Wait until every recording is over and every sink has had its events; see Runtime.wait."""
        deadline_s = None if timeout_s is None else monotonic() + timeout_s
        while not self.store.closing:
            version = self.store.version
            if self.store.completed_s is not None:
                behind = [one.status for one in self._deliveries if self._backlog(one)]
                given_up = monotonic() - self.store.completed_s > DRAIN_S
                if not behind or (given_up and all(status.failures for status in behind)):
                    return True
            if deadline_s is not None and monotonic() >= deadline_s:
                return False
            self.store.wait_for_news(version, _POLL_S)
        return True

    # --- ending ------------------------------------------------------------------------------------------------

    def owns(self, thread: threading.Thread) -> bool:
        """Whether it is one of the site's own threads."""
        return thread in self._threads()

    def close(self, timeout_s: float) -> None:
        """End all threads and let go of everything; a thread that hangs is left behind after `timeout_s`."""
        deadline_s = monotonic() + timeout_s
        for delivery in self._deliveries:
            delivery.stop()
        self.store.announce_closing()
        for camera in self._cameras:
            camera.stop()
        # The engine answers until the workers have ended: a frame under way is finished, not broken off.
        _join((thread for camera in self._cameras for thread in camera.threads), deadline_s)
        self._engine.stop()
        alive = _join(self._threads(), deadline_s)
        self.store.close()
        if self._engine.thread not in alive:
            self._parts.owned.close()

    def _threads(self) -> list[threading.Thread]:
        threads = [thread for camera in self._cameras for thread in camera.threads]
        return [*threads, *(delivery.thread for delivery in self._deliveries), self._engine.thread]


def _join(threads: Iterable[threading.Thread], deadline_s: float) -> list[threading.Thread]:
    """Wait for started threads until `deadline_s`; those that still run, the caller's own left out."""
    started = [thread for thread in threads if thread.ident is not None and thread is not threading.current_thread()]
    for thread in started:
        thread.join(max(0.0, deadline_s - monotonic()))
    return [thread for thread in started if thread.is_alive()]
