"""One thread a sink: takes events from the outbox to it, at least once, in order per facing, again when it fails."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from edgekit.clock import Clock
from edgekit.errors import OutputError
from edgekit.events.event import Event
from edgekit.events.outbox import Pending
from edgekit.events.sinks.protocol import EventRefused, Sink
from edgekit.pipeline.reader import Backoff
from edgekit.pipeline.store import Store
from edgekit.sources.redact import redacted

__all__ = ["CALLBACK_ATTEMPTS", "Delivery", "DeliveryStatus", "Dispatcher"]

logger = logging.getLogger(__name__)

_WAIT_S: Final = 0.5
_PAGE: Final = 256
_BACKOFF: Final = Backoff(first_s=0.2, limit_s=30.0)

CALLBACK_ATTEMPTS: Final = 5
"""A host's function that fails so often for one event will fail for ever; a sink may come back after days."""

Dispatcher = Callable[[Callable[[], None]], object]
"""Runs a function where the host wants its callbacks to run, such as its own event loop; may return before it ran."""


@dataclass(frozen=True, slots=True)
class DeliveryStatus:
    """How delivering to one consumer goes.

    Attributes:
        consumer: its name.
        delivered: events, since the start.
        dead: events set aside, since the start.
        failures: attempts that failed in a row; 0 while all is well.
        error: the last failure, while it lasts.
    """

    consumer: str
    delivered: int = 0
    dead: int = 0
    failures: int = 0
    error: str | None = None


@dataclass(slots=True)
class _Trouble:
    """An event that could not be delivered yet; the later ones of its facing wait for it."""

    attempts: int
    again_at_s: float


class Delivery:
    """Delivers to one sink on a thread of its own, so that a slow one holds up nobody else."""

    def __init__(
        self,
        sink: Sink,
        store: Store,
        clock: Clock,
        *,
        attempts: int | None = None,
        dispatcher: Dispatcher | None = None,
    ) -> None:
        """Deliver to `sink`.

        Args:
            sink: opened, used and closed on the thread.
            store: where events come from; its consumer of the sink's name must exist.
            clock: times the pauses between attempts.
            attempts: after so many an event is set aside as dead; None: never (retention ends it).
            dispatcher: runs each delivery; None: the thread does.
        """
        self._sink = sink
        self._store = store
        self._clock = clock
        self._attempts = attempts
        self._dispatcher = dispatcher
        self._troubles: dict[int, _Trouble] = {}
        self._unacknowledged: set[int] = set()
        self._opened = False
        self._status = DeliveryStatus(sink.name)
        self._stopping = threading.Event()
        self.thread = threading.Thread(target=self._run, name=f"edgekit delivery {sink.name}", daemon=True)

    @property
    def status(self) -> DeliveryStatus:
        """How it goes; from any thread."""
        return self._status

    def stop(self) -> None:
        """End after the delivery under way; from any thread, followed by news of the store."""
        self._stopping.set()

    def _run(self) -> None:
        try:
            while not self._stopping.is_set():
                version = self._store.version
                try:
                    waits_s = self._round()
                except OutputError as error:
                    self._failed(error)
                    waits_s = _BACKOFF.delay_s(self._status.failures, 0.0)
                except Exception as error:
                    logger.exception("delivery to %s failed", self._sink.name)
                    self._failed(error)
                    waits_s = _BACKOFF.delay_s(self._status.failures, 0.0)
                if waits_s is None:
                    self._store.wait_for_news(version, _WAIT_S)
                else:
                    self._clock.wait(self._stopping, waits_s)
        finally:
            self._close()

    def _round(self) -> float | None:
        """Try everything that may be tried now; seconds until the next may be tried, None where nothing waits."""
        now_s = self._clock.monotonic_s()
        held_up: set[str] = set()
        soonest_s: float | None = None
        after = 0
        while page := self._store.pending(self._sink.name, after=after, limit=_PAGE):
            for pending in page:
                after = pending.seq
                if self._stopping.is_set():
                    return 0.0
                trouble = self._troubles.get(pending.seq)
                if pending.key in held_up:
                    continue
                if trouble is None or trouble.again_at_s <= now_s:
                    trouble = self._try(pending)
                if trouble is not None:
                    held_up.add(pending.key)
                    soonest_s = min(trouble.again_at_s, soonest_s or trouble.again_at_s)
        return None if soonest_s is None else max(0.01, soonest_s - self._clock.monotonic_s())

    def _try(self, pending: Pending) -> _Trouble | None:
        """Deliver and acknowledge one event; what keeps it waiting, None when it is dealt with."""
        if pending.seq not in self._unacknowledged:
            try:
                self._deliver(Event.from_json(pending.body))
            except EventRefused as error:
                self._bury(pending, error)
                return None
            except Exception as error:  # noqa: BLE001 - a sink is anybody's code; whatever it raises, it is tried again
                self._failed(error)
                attempts = self._troubles[pending.seq].attempts + 1 if pending.seq in self._troubles else 1
                if self._attempts is not None and attempts >= self._attempts:
                    self._bury(pending, error)
                    return None
                again_at_s = self._clock.monotonic_s() + _BACKOFF.delay_s(attempts, 0.0)
                self._troubles[pending.seq] = _Trouble(attempts, again_at_s)
                return self._troubles[pending.seq]
            self._unacknowledged.add(pending.seq)
        self._store.ack(self._sink.name, pending.seq)
        self._unacknowledged.discard(pending.seq)
        self._troubles.pop(pending.seq, None)
        self._status = DeliveryStatus(self._sink.name, self._status.delivered + 1, self._status.dead)
        return None

    def _deliver(self, event: Event) -> None:
        if not self._opened:
            self._sink.open()
            self._opened = True
        try:
            if self._dispatcher is None:
                self._sink.deliver(event)
            else:
                self._dispatched(event, self._dispatcher)
        except EventRefused:
            raise
        except Exception:
            # Opening mends what a failed delivery may have left behind.
            self._close()
            raise

    def _dispatched(self, event: Event, dispatcher: Dispatcher) -> None:
        """Have the dispatcher run the delivery, and wait for it: the event is dealt with only then."""
        done = threading.Event()
        problem: list[Exception] = []

        def run() -> None:
            try:
                self._sink.deliver(event)
            except Exception as error:  # noqa: BLE001 - must not reach the host's loop; raised again on our thread
                problem.append(error)
            finally:
                done.set()

        dispatcher(run)
        while not done.wait(_WAIT_S):
            if self._stopping.is_set():
                raise OutputError(f"{self._sink.name}: the dispatcher did not run the callback before the end.")
        if problem:
            raise problem[0]

    def _bury(self, pending: Pending, error: Exception) -> None:
        said = redacted(f"{type(error).__name__}: {error}")
        logger.error("event %s cannot be delivered to %s and is set aside: %s", pending.id, self._sink.name, said)
        self._store.bury(self._sink.name, pending.seq, said)
        self._troubles.pop(pending.seq, None)
        self._status = DeliveryStatus(self._sink.name, self._status.delivered, self._status.dead + 1)

    def _failed(self, error: Exception) -> None:
        status = self._status
        said = redacted(error.message if isinstance(error, OutputError) else f"{type(error).__name__}: {error}")
        if said != status.error:
            logger.warning("delivery to %s: %s", self._sink.name, said)
        self._status = DeliveryStatus(self._sink.name, status.delivered, status.dead, status.failures + 1, said)

    def _close(self) -> None:
        self._opened = False
        try:
            self._sink.close()
        except Exception:
            logger.exception("closing %s failed", self._sink.name)
