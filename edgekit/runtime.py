"""Runtime: builds a site's threads from its configuration, starts them, and closes them."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import Final

from edgekit.backends.selection import LoadedModel
from edgekit.clock import Clock, SystemClock
from edgekit.config.loading import load_site
from edgekit.config.schema import SiteConfig
from edgekit.errors import UsageError
from edgekit.events.event import REPLAY_ORIGIN, Event
from edgekit.events.outbox import ConsumerKind, Outbox
from edgekit.events.sinks.callback import Callback
from edgekit.events.sinks.protocol import Sink
from edgekit.events.sinks.registry import make_sinks
from edgekit.pipeline.assembly import SiteParts, assemble
from edgekit.pipeline.delivery import CALLBACK_ATTEMPTS, Delivery, Dispatcher
from edgekit.pipeline.engine import Engine
from edgekit.pipeline.feed import afeed, anothing, feed
from edgekit.pipeline.health import Health, RuntimeState
from edgekit.pipeline.observer import Observer
from edgekit.pipeline.products import ProductBoard
from edgekit.pipeline.running import RunningCamera, make_camera
from edgekit.pipeline.store import Store
from edgekit.pipeline.summary import RunSummary, summarised
from edgekit.pipeline.wiring import join, site_health, undelivered
from edgekit.sources.protocol import Source

__all__ = ["Runtime"]

CLOSE_S: Final = 10.0
DRAIN_S: Final = 5.0
"""After the last recording, a sink that fails for so long is not waited for: its events stay in the outbox."""

POLL_S: Final = 0.1
"""The longest that waiting on the host's own thread goes on before it looks again; Ctrl-C works that soon."""


class Runtime:
    """Everything that a configuration describes, running inside this process.

    >>> with edgekit.Runtime("edgekit.yaml") as runtime:  # doctest: +SKIP
    ...     for event in runtime.events():
    ...         print(event.data.product, event.type)
    ...         event.ack()

    No thread runs before `start`. Signals, logging and standard output stay the host's.
    """

    def __init__(
        self,
        config: Path | str | SiteConfig,
        *,
        clock: Clock | None = None,
        dispatcher: Dispatcher | None = None,
        observer: Observer | None = None,
        realtime: bool = False,
        sources: Mapping[str, Source] | None = None,
        models: Mapping[str, LoadedModel] | None = None,
        sinks: Sequence[Sink] = (),
    ) -> None:
        """Note what is wanted; nothing is read or opened yet.

        Args:
            config: path of an edgekit.yaml, or a configuration.
            clock: where time comes from.
            dispatcher: called with a function that runs a callback; lets callbacks run where the host wants them
                (`loop.call_soon_threadsafe`). None: on a thread of each callback's own.
            observer: sees every frame.
            realtime: play recordings at their own pace, as a camera.
            sources: by camera id, in place of the configured ones.
            models: by role, in place of the configured ones; not closed here.
            sinks: besides the configured ones.
        """
        self._config = config
        self._clock = clock or SystemClock()
        self._dispatcher = dispatcher
        self._observer = observer
        self._realtime = realtime
        self._given_sources = dict(sources or {})
        self._given_models = dict(models or {})
        self._given_sinks = tuple(sinks)
        self._state = RuntimeState.NEW
        self._changing = threading.Lock()
        self._closed = threading.Event()
        self._callbacks: list[Callback] = []
        self._parts: SiteParts | None = None
        self._store: Store | None = None
        self._engine: Engine | None = None
        self._cameras: tuple[RunningCamera, ...] = ()
        self._deliveries: list[Delivery] = []
        self._sink_count = 0
        self._started_s = 0.0
        self._ended_s: float | None = None
        self._final: Health | None = None

    def __enter__(self) -> Runtime:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # --- starting ----------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Load and check everything, then start.

        Raises:
            UsageError: it was started or closed before.
            EdgekitError: the configuration, a planogram, a model, a recording or the state folder is wrong; nothing
                is left open then. A live source that cannot be reached is no error: it is `camera.lost` and retried.
        """
        with self._changing:
            if self._state is not RuntimeState.NEW:
                raise UsageError(f"This Runtime is {self._state.value}; it starts once.", hint="Make a new one.")
            self._state = RuntimeState.STARTING
        try:
            self._build()
            self._start_threads()
            with self._changing:
                if self._state is RuntimeState.CLOSED:
                    raise UsageError("This Runtime was closed while it started.")
                for callback in self._callbacks[len(self._deliveries) - self._sink_count :]:
                    self._add_callback(callback).thread.start()
                self._state = RuntimeState.RUNNING
        except BaseException:
            self._state = RuntimeState.CLOSED
            self._release(CLOSE_S)
            raise

    def _build(self) -> None:
        site = self._site()
        sinks = (*make_sinks(site.sinks), *self._given_sinks)
        self._parts = parts = assemble(
            site, clock=self._clock, realtime=self._realtime, sources=self._given_sources, models=self._given_models
        )
        self._store = store = Store(
            Outbox(
                site.state,
                clock=self._clock,
                retention_days=site.retention.days,
                retention_megabytes=site.retention.megabytes,
            )
        )
        store.prepare(parts.replays, sinks)
        live = len(parts.replays) < len(parts.cameras)
        board = ProductBoard(store.saved_products() if live else None)
        self._engine = engine = Engine(parts.models)
        self._cameras = tuple(
            make_camera(
                camera,
                store=store,
                board=board,
                store_id=site.store,
                product_origin=store.origin if live else REPLAY_ORIGIN,
                engine=engine,
                models=parts.models,
                clock=self._clock,
                observer=self._observer,
                on_over=self._camera_over,
            )
            for camera in parts.cameras
        )
        self._deliveries = [Delivery(sink, store, self._clock) for sink in sinks]
        self._sink_count = len(sinks)
        for callback in tuple(self._callbacks):
            self._add_callback(callback)
        for running in self._cameras:
            running.restore()

    def _site(self) -> SiteConfig:
        return load_site(Path(self._config)) if isinstance(self._config, (str, Path)) else self._config

    def _start_threads(self) -> None:
        assert self._engine is not None
        self._started_s = monotonic()
        if self._parts is not None and self._parts.models:
            self._engine.thread.start()
        for delivery in self._deliveries:
            delivery.thread.start()
        for camera in self._cameras:
            camera.start()
        for camera in self._cameras:
            if camera.parts.recording:
                camera.raise_if_unopened()

    def _camera_over(self) -> None:
        """The last recording's end is the end of all events, where no camera is live."""
        if self._store is not None and all(camera.status.phase.over for camera in self._cameras):
            self._store.announce_complete()

    # --- reading events ----------------------------------------------------------------------------------------

    def events(self, consumer: str = "host") -> Iterator[Event]:
        """Events one by one, at least once: what was not acknowledged comes again after a restart.

        Blocks while there is none; ends at `close()`, or after the last event when every source is a recording.
        A consumer's first call makes it: it starts at the present plus all open episodes.

        Raises:
            UsageError: the Runtime was not started.
        """
        store = self._consumer(consumer)
        return feed(store, consumer) if store is not None else iter(())

    def aevents(self, consumer: str = "host") -> AsyncIterator[Event]:
        """The same for `async for`.

        Raises:
            UsageError: the Runtime was not started.
        """
        store = self._consumer(consumer)
        return afeed(store, consumer) if store is not None else anothing()

    def on(self, callback: Callable[[Event], object], *, name: str = "callback") -> None:
        """Call `callback` with every event, before or after the start; the event is acknowledged when it returns.

        An event for which it fails comes again a few times, then it is set aside as dead; nobody else notices.

        Raises:
            UsageError: another sink or callback has this name, or the Runtime is closed.
        """
        with self._changing:
            used = {*(one.name for one in self._callbacks), *(one.status.consumer for one in self._deliveries)}
            if name in used:
                raise UsageError(f"There is a sink or callback {name!r} already.", hint="Give this one another name.")
            if self._state is RuntimeState.CLOSED:
                raise UsageError("This Runtime is closed.")
            self._callbacks.append(Callback(name, callback))
            if self._state is RuntimeState.RUNNING:
                self._add_callback(self._callbacks[-1]).thread.start()

    def _add_callback(self, callback: Callback) -> Delivery:
        assert self._store is not None
        self._store.add_consumer(callback.name, ConsumerKind.HOST)
        delivery = Delivery(callback, self._store, self._clock, attempts=CALLBACK_ATTEMPTS, dispatcher=self._dispatcher)
        self._deliveries.append(delivery)
        return delivery

    def _consumer(self, name: str) -> Store | None:
        with self._changing:
            if self._state in (RuntimeState.NEW, RuntimeState.STARTING):
                raise UsageError("This Runtime was not started.", hint="Use `with Runtime(...) as runtime:`.")
            if self._state is RuntimeState.CLOSED or self._store is None:
                return None
            self._store.add_consumer(name, ConsumerKind.HOST)
            return self._store

    # --- watching and waiting ----------------------------------------------------------------------------------

    def health(self) -> Health:
        """How everything is now; in any state, from any thread."""
        with self._changing:
            state, store, final = self._state, self._store, self._final
            deliveries = tuple(self._deliveries)
        if final is not None:
            return final
        if state is not RuntimeState.RUNNING or store is None or self._parts is None:
            return Health(state)
        ended = RuntimeState.ENDED if store.complete else state
        return site_health(ended, self._cameras, self._parts.loaded, deliveries, store)

    def summary(self) -> RunSummary:
        """What the run came to, so far or until it was closed."""
        return summarised(self.health(), (self._ended_s or monotonic()) - self._started_s)

    def wait_opened(self) -> bool:
        """Wait until some source is open, at most the longest `open_timeout_s`; False: none could be opened."""
        deadline_s = monotonic() + max((c.parts.config.source.open_timeout_s for c in self._cameras), default=0.0)
        while not any(camera.opened for camera in self._cameras):
            if self._closed.wait(POLL_S) or monotonic() >= deadline_s:
                return any(camera.opened for camera in self._cameras)
        return True

    def wait(self, timeout_s: float | None = None) -> bool:
        """Wait until every recording is over and every sink has had its events; False when that took too long.

        A sink that keeps failing for a few seconds after the end is not waited for. With a live source that never
        happens; returns True as well when the Runtime is closed.
        """
        deadline_s = None if timeout_s is None else monotonic() + timeout_s
        completed_s: float | None = None
        while not self._closed.is_set() and (store := self._store) is not None and not store.closing:
            version = store.version
            if store.complete:
                completed_s = completed_s or monotonic()
                behind = [one.status for one in self._deliveries if store.backlog(one.status.consumer)]
                if not behind or (all(one.failures for one in behind) and monotonic() - completed_s > DRAIN_S):
                    return True
            if deadline_s is not None and monotonic() >= deadline_s:
                return False
            store.wait_for_news(version, POLL_S)
        return True

    def run_until_done(
        self, *, max_seconds: float | None = None, tick: Callable[[Health], object] | None = None
    ) -> RunSummary:
        """Start if need be, wait until every recording is over (or `max_seconds`), close, and sum up.

        Args:
            max_seconds: end after so long; None: with the recordings.
            tick: called about ten times a second on the calling thread, for a progress bar.

        Raises:
            EdgekitError: what ended a recording, or a sink that could not be written.
        """
        if self._state is RuntimeState.NEW:
            self.start()
        until_s = None if max_seconds is None else monotonic() + max_seconds
        try:
            while not self.wait(POLL_S) and (until_s is None or monotonic() < until_s):
                if tick is not None:
                    tick(self.health())
            if tick is not None:
                tick(self.health())
        finally:
            self.close()
        failures = [camera.status.failure for camera in self._cameras if camera.status.failure is not None]
        summary = self.summary()
        failures += undelivered(self.health())
        if failures:
            raise failures[0]
        return summary

    # --- closing -----------------------------------------------------------------------------------------------

    def close(self, timeout_s: float = CLOSE_S) -> None:
        """End all threads and let go of everything; from any thread, in any state, twice too.

        What is not delivered yet stays in the outbox for the next start. A thread that does not end in time (a
        camera driver that hangs) is left behind; it holds no lock and cannot keep the process alive.
        """
        final = self.health()
        with self._changing:
            state, self._state = self._state, RuntimeState.CLOSED
            if state is RuntimeState.RUNNING:
                self._final = replace(final, state=RuntimeState.CLOSED)
                self._ended_s = monotonic()
        if state is RuntimeState.RUNNING:
            self._release(timeout_s)
        elif state is RuntimeState.NEW:
            self._closed.set()
        elif threading.current_thread() not in self._threads():
            self._closed.wait(timeout_s)

    def _release(self, timeout_s: float) -> None:
        deadline_s = monotonic() + timeout_s
        for delivery in tuple(self._deliveries):
            delivery.stop()
        if self._store is not None:
            self._store.announce_closing()
        for camera in self._cameras:
            camera.stop()
        if self._engine is not None:
            join([thread for camera in self._cameras for thread in camera.threads], deadline_s)
            self._engine.stop()
        alive = join(self._threads(), deadline_s)
        if self._store is not None:
            self._store.close()
        if self._parts is not None and (self._engine is None or self._engine.thread not in alive):
            self._parts.owned.close()
        self._closed.set()

    def _threads(self) -> list[threading.Thread]:
        threads = [thread for camera in self._cameras for thread in camera.threads]
        threads += [delivery.thread for delivery in tuple(self._deliveries)]
        return threads + ([self._engine.thread] if self._engine is not None else [])
