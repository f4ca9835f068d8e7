"""Runtime: a site inside somebody else's process; starts it, hands its events out, closes it."""

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
from edgekit.events.event import Event
from edgekit.events.feedback import give_feedback
from edgekit.events.outbox import ConsumerKind
from edgekit.events.sinks.callback import Callback
from edgekit.events.sinks.protocol import Sink
from edgekit.pipeline.delivery import Dispatcher
from edgekit.pipeline.feed import afeed, anothing, feed
from edgekit.pipeline.health import Health, RuntimeState
from edgekit.pipeline.observer import Observer
from edgekit.pipeline.site import RunningSite, Surroundings
from edgekit.pipeline.store import Store
from edgekit.pipeline.summary import RunSummary, summarised
from edgekit.shelf.caution import Verdict
from edgekit.sources.protocol import Source

__all__ = ["Runtime"]

CLOSE_S: Final = 10.0
_TICK_S: Final = 0.1


class Runtime:
    """Everything that a configuration describes, running inside this process.

    >>> with edgekit.Runtime("edgekit.yaml") as runtime:  # doctest: +SKIP
    ...     for event in runtime.events():
    ...         print(event.data.product, event.type)
    ...         event.ack()

    No thread runs before `start`. Signals, logging and standard output stay the host's. Several may live in one
    process, each with its own state folder.
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
        self._around = Surroundings(
            clock=clock or SystemClock(),
            dispatcher=dispatcher,
            observer=observer,
            realtime=realtime,
            sources=dict(sources or {}),
            models=dict(models or {}),
            sinks=tuple(sinks),
        )
        self._state = RuntimeState.NEW
        self._changing = threading.Lock()
        self._closed = threading.Event()
        self._callbacks: list[Callback] = []
        self._site: RunningSite | None = None
        self._started_s: float | None = None
        self._final: tuple[Health, float] | None = None

    def __enter__(self) -> Runtime:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def start(self) -> None:
        """Load and check everything, then start.

        Raises:
            UsageError: it was started or closed before, or is closed meanwhile.
            EdgekitError: the configuration, a planogram, a model, a recording or the state folder is wrong; nothing
                is left open then. A live source that cannot be reached is no error: it is `camera.lost` and retried.
        """
        with self._changing:
            if self._state is not RuntimeState.NEW:
                raise UsageError(f"This Runtime is {self._state.value}; it starts once.", hint="Make a new one.")
            self._state = RuntimeState.STARTING
        site: RunningSite | None = None
        try:
            config = load_site(Path(self._config)) if isinstance(self._config, (str, Path)) else self._config
            self._started_s = monotonic()
            site = RunningSite(config, self._around)
            with self._changing:
                self._site = site
                for callback in self._callbacks:
                    site.add_callback(callback)
            site.start()
            with self._changing:
                if self._state is RuntimeState.CLOSED:
                    raise UsageError("This Runtime was closed while it started.")
                self._state = RuntimeState.RUNNING
        except BaseException:
            with self._changing:
                self._state = RuntimeState.CLOSED
            if site is not None:
                site.close(CLOSE_S)
            self._closed.set()
            raise

    def close(self, timeout_s: float = CLOSE_S) -> None:
        """End all threads and let go of everything; from any thread, in any state, twice too.

        What is not delivered yet stays in the outbox for the next start. A thread that does not end in time (a
        camera driver that hangs) is left behind; it cannot keep the process alive.
        """
        final = self.health()
        with self._changing:
            state, site = self._state, self._site
            self._state = RuntimeState.CLOSED
            if state is RuntimeState.RUNNING:
                self._final = (replace(final, state=RuntimeState.CLOSED), self._wall_s())
        if state is RuntimeState.RUNNING and site is not None:
            site.close(timeout_s)
            self._closed.set()
        elif state is RuntimeState.NEW:
            self._closed.set()
        elif site is None or not site.owns(threading.current_thread()):
            self._closed.wait(timeout_s)

    # --- events ------------------------------------------------------------------------------------------------

    def events(self, consumer: str = "host") -> Iterator[Event]:
        """Events one by one, at least once: what was not acknowledged comes again after a restart.

        Blocks while there is none; ends at `close()`, or after the last event when every source is a recording.
        A consumer's first call makes it: it starts at the present plus all open episodes.

        Raises:
            UsageError: the Runtime was not started, or a sink or callback has the consumer's name.
        """
        store = self._consumer(consumer)
        return feed(store, consumer) if store is not None else iter(())

    def aevents(self, consumer: str = "host") -> AsyncIterator[Event]:
        """The same for `async for`.

        Raises:
            UsageError: the Runtime was not started, or a sink or callback has the consumer's name.
        """
        store = self._consumer(consumer)
        return afeed(store, consumer) if store is not None else anothing()

    def _consumer(self, name: str) -> Store | None:
        with self._changing:
            if self._state in (RuntimeState.NEW, RuntimeState.STARTING):
                raise UsageError("This Runtime was not started.", hint="Use `with Runtime(...) as runtime:`.")
            if self._state is RuntimeState.CLOSED or self._site is None:
                return None
            if name in self._site.consumers:
                raise UsageError(
                    f"{name!r} is a sink or a callback; what one reader acknowledges, the other would never get.",
                    hint="Give events() a consumer name of its own.",
                )
            self._site.store.add_consumer(name, ConsumerKind.HOST)
            return self._site.store

    def on(self, callback: Callable[[Event], object], *, name: str = "callback") -> None:
        """Call `callback` with every event, before or after the start; the event is acknowledged when it returns.

        An event for which it fails comes again a few times, then it is set aside as dead; nobody else notices.

        Raises:
            UsageError: another sink or callback has this name, or the Runtime is closed.
        """
        with self._changing:
            if self._state is RuntimeState.CLOSED:
                raise UsageError("This Runtime is closed.", hint="Make a new one.")
            used = self._site.consumers if self._site is not None else {one.name for one in self._callbacks}
            if name in used:
                raise UsageError(f"There is a sink or callback {name!r} already.", hint="Give this one another name.")
            sink = Callback(name, callback)
            if self._site is None:
                self._callbacks.append(sink)
            else:
                self._site.add_callback(sink)

    def feedback(self, event_id: str, verdict: Verdict, *, reason: str | None = None) -> None:
        """Say that an event was wrong, or right after all; its camera takes that in with its next frame.

        A wrong event's episode is `retracted` (reason `staff`) where it is still open, and its facing is believed
        later than others for a while.

        Args:
            event_id: of a facing's opened or updated, of a live camera.
            verdict: wrong or right; the last one counts.
            reason: in staff's own words; kept, not judged.

        Raises:
            UsageError: the Runtime was not started, or is closed.
            DataError: there is no such event, or it is not one that can be wrong.
        """
        with self._changing:
            site = self._site if self._state is RuntimeState.RUNNING else None
        if site is None:
            raise UsageError("This Runtime does not run.", hint="Without one: edgekit events wrong ID")
        give_feedback(site.store.folder, event_id, verdict, reason=reason)

    # --- watching and waiting ----------------------------------------------------------------------------------

    def health(self) -> Health:
        """How everything is now; in any state, from any thread."""
        with self._changing:
            state, site, final = self._state, self._site, self._final
        if final is not None:
            return final[0]
        if site is None or state is RuntimeState.CLOSED:
            return Health(state)
        return site.health() if state is RuntimeState.RUNNING else replace(site.health(), state=state)

    def summary(self) -> RunSummary:
        """What the run came to, so far or until it was closed."""
        health = self.health()
        return summarised(health, self._final[1] if self._final is not None else self._wall_s())

    def wait_opened(self) -> bool:
        """Wait until some source is open, at most the longest `open_timeout_s`; False: none could be opened."""
        return self._site is not None and self._site.wait_opened()

    def wait(self, timeout_s: float | None = None) -> bool:
        """Wait until every recording is over and every sink has had its events; False when that took too long.

        A sink that keeps failing for a few seconds after the end is not waited for. With a live source that never
        happens; returns True as well when the Runtime is closed.
        """
        return self._site is None or self._site.wait(timeout_s)

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
        failures = []
        try:
            done = False
            while not done and (until_s is None or monotonic() < until_s):
                done = self.wait(_TICK_S)
                if tick is not None:
                    tick(self.health())
            failures = self._site.failures() if self._site is not None else []
        finally:
            self.close()
        if failures:
            raise failures[0]
        return self.summary()

    def _wall_s(self) -> float:
        return monotonic() - self._started_s if self._started_s is not None else 0.0
