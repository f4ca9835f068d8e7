"""The outbox as several threads share it: one lock, and news for whoever waits for events."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from edgekit.errors import ConfigError, OutputError
from edgekit.events.event import Event
from edgekit.events.outbox import ConsumerKind, Outbox, Pending, SavedCamera
from edgekit.events.sinks.protocol import ForgettingSink, Sink
from edgekit.shelf.caution import Word

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Store"]

logger = logging.getLogger(__name__)


class Store:
    """Wraps an Outbox for use from any thread.

    Every change of what consumers may find raises `version` and calls the listeners.
    """

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox
        self._lock = threading.RLock()
        self._news = threading.Condition()
        self._version = 0
        self._completed_s: float | None = None
        self._closing = False
        self._closed = False
        self._listeners: list[Callable[[], None]] = []

    @property
    def origin(self) -> str:
        """See Outbox."""
        return self._outbox.origin

    @property
    def folder(self) -> Path:
        """The state folder."""
        return self._outbox.path.parent

    @property
    def version(self) -> int:
        """Rises with every change; to be read before one looks for events and then waits."""
        return self._version

    @property
    def complete(self) -> bool:
        """No event will come any more: every recording is over."""
        return self._completed_s is not None

    @property
    def completed_s(self) -> float | None:
        """Monotonic time since when it is complete."""
        return self._completed_s

    @property
    def closing(self) -> bool:
        """Whoever reads should stop."""
        return self._closing

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Hold the lock over several calls, such as: derive products from what all cameras committed, and commit."""
        with self._lock:
            yield

    def prepare(self, replays: Mapping[str, str], sinks: Sequence[Sink]) -> None:
        """Make the store ready for a run: consumers of all sinks, and room for the recordings' events.

        A finished replay's events are taken back, a broken-off one's are kept. The sinks forget first, so that a
        crash in between repeats both.

        Args:
            replays: fingerprint of each camera that is a recording.
            sinks: the configured ones; others are dropped.

        Raises:
            ConfigError: two sinks have one name.
            OutputError: a sink or the database cannot be written.
        """
        names = [sink.name for sink in sinks]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ConfigError(f"Two sinks are called {twice[0]!r}.", hint="Give them different names with `name:`.")
        with self._using():
            self._outbox.drop_sinks_except(names)
            for camera, fingerprint in replays.items():
                stale = self._outbox.stale_replay(camera, fingerprint)
                for sink in sinks:
                    if stale and isinstance(sink, ForgettingSink):
                        sink.forget(stale)
                self._outbox.begin_replay(camera, fingerprint)
            for name in names:
                self._outbox.add_consumer(name, ConsumerKind.SINK)
            self._outbox.retain()

    # --- what the cameras write --------------------------------------------------------------------------------

    def saved(self, camera: str) -> SavedCamera:
        """See Outbox."""
        with self._using():
            return self._outbox.saved(camera)

    def saved_products(self) -> str | None:
        """See Outbox."""
        with self._using():
            return self._outbox.saved_products()

    def commit(
        self,
        camera: str,
        *,
        facings: Mapping[str, str] | None = None,
        camera_state: str | None = None,
        products: str | None = None,
        events: Sequence[Event] = (),
        replay: bool = False,
        words: Sequence[Word] = (),
    ) -> int:
        """See Outbox."""
        with self._using():
            new = self._outbox.commit(
                camera,
                facings=facings,
                camera_state=camera_state,
                products=products,
                events=events,
                replay=replay,
                words=words,
            )
        if new:
            self._announce()
        return new

    def words(self, camera: str) -> tuple[Word, ...]:
        """See Outbox."""
        with self._using():
            return self._outbox.words(camera)

    def written_elsewhere(self) -> int:
        """See Outbox."""
        with self._using():
            return self._outbox.written_elsewhere()

    def finish_replay(self, camera: str) -> None:
        """See Outbox."""
        with self._using():
            self._outbox.finish_replay(camera)

    # --- what the consumers read -------------------------------------------------------------------------------

    def add_consumer(self, name: str, kind: ConsumerKind) -> None:
        """See Outbox."""
        with self._using():
            self._outbox.add_consumer(name, kind)

    def pending(self, consumer: str, *, after: int = 0, limit: int = 100) -> tuple[Pending, ...]:
        """See Outbox."""
        with self._using():
            return self._outbox.pending(consumer, after=after, limit=limit)

    def backlog(self, consumer: str) -> int:
        """See Outbox; 0 once closed."""
        with self._lock:
            return 0 if self._closed else self._outbox.backlog(consumer)

    def ack(self, consumer: str, seq: int) -> None:
        """See Outbox."""
        with self._using():
            self._outbox.ack(consumer, seq)
        self._announce()

    def bury(self, consumer: str, seq: int, error: str) -> None:
        """See Outbox."""
        with self._using():
            self._outbox.bury(consumer, seq, error)
        self._announce()

    @property
    def expired(self) -> int:
        """See Outbox."""
        return self._outbox.expired

    # --- waiting and ending ------------------------------------------------------------------------------------

    def wait_for_news(self, version: int, timeout_s: float) -> None:
        """Wait until the version is another one than `version`, at most `timeout_s`."""
        with self._news:
            self._news.wait_for(lambda: self._version != version or self._closing, timeout_s)

    def listen(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call `listener` at every news, from any thread; returns what ends that."""
        with self._news:
            self._listeners.append(listener)

        def stop() -> None:
            with self._news:
                if listener in self._listeners:
                    self._listeners.remove(listener)

        return stop

    def announce_complete(self) -> None:
        """No event will come any more."""
        self._completed_s = monotonic()
        self._announce()

    def announce_closing(self) -> None:
        """Whoever reads should stop."""
        self._closing = True
        self._announce()

    def close(self) -> None:
        """Close the outbox; what is called later raises OutputError. Twice is fine."""
        with self._lock:
            if not self._closed:
                self._closed = True
                self._outbox.close()

    def _announce(self) -> None:
        with self._news:
            self._version += 1
            self._news.notify_all()
            listeners = list(self._listeners)
        for listener in listeners:
            listener()

    @contextmanager
    def _using(self) -> Iterator[None]:
        with self._lock:
            if self._closed:
                raise OutputError(f"{self._outbox.path} is closed.")
            yield
