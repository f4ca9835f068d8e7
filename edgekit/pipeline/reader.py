"""One thread a camera: opens the source, reads it, and opens it again when it is lost."""

from __future__ import annotations

import logging
import random
import threading
from dataclasses import dataclass
from time import perf_counter
from traceback import format_exception
from typing import Final

from edgekit.clock import Clock
from edgekit.errors import CapabilityError, EdgekitError, SourceError
from edgekit.pipeline.frames import Arrived, Ended, FrameBuffer, Lost, Opened
from edgekit.pipeline.telemetry import CameraMeter
from edgekit.pipeline.trust import DropCause, FrameTrust
from edgekit.sources.protocol import Lingering, Source
from edgekit.sources.redact import redacted

__all__ = ["Backoff", "Reader"]

logger = logging.getLogger(__name__)

FROZEN_S: Final = 30.0
"""A camera that repeats one picture for so long is lost: encoders refresh the whole picture every few seconds."""

UNUSABLE_S: Final = 5.0
"""A camera whose every picture is refused for so long is opened anew: its picture's size, or its time, has changed."""

RELEASE_S: Final = 3.0
"""How long a closed camera's driver may take to return from its last call; then it is left behind."""


@dataclass(frozen=True, slots=True)
class Backoff:
    """How long to wait before the next attempt: doubling, up to a limit, and never all cameras at once."""

    first_s: float = 1.0
    limit_s: float = 30.0

    def delay_s(self, attempt: int, jitter: float) -> float:
        """Seconds before attempt number `attempt` (from 1); `jitter` (0-1) takes away up to half of it."""
        return float(min(self.limit_s, self.first_s * 2.0 ** min(attempt - 1, 16))) * (1.0 - 0.5 * jitter)


class Reader:
    """Reads one source into one buffer on a thread of its own.

    A live source is opened again and again, with growing pauses; each opening is a new epoch. A recording is read once.
    """

    def __init__(
        self,
        name: str,
        source: Source,
        buffer: FrameBuffer,
        meter: CameraMeter,
        *,
        recording: bool,
        clock: Clock,
        backoff: Backoff | None = None,
    ) -> None:
        self._source = source
        self._buffer = buffer
        self._meter = meter
        self._recording = recording
        self._clock = clock
        self._backoff = backoff or Backoff()
        self._jitter = random.Random(name)
        self._trust = FrameTrust(live=not recording)
        self._stopping = threading.Event()
        self._tried = threading.Event()
        self._opened = threading.Event()
        self._failure: EdgekitError | None = None
        self._fresh_at_s = 0.0
        self._unusable_since_s: float | None = None
        self.thread = threading.Thread(target=self._run, name=f"edgekit reader {name}", daemon=True)

    @property
    def opened(self) -> bool:
        """The source was open at least once."""
        return self._opened.is_set()

    def wait_first_try(self, timeout_s: float) -> EdgekitError | None:
        """Wait until the source was opened or could not be; why not, if it could not."""
        self._tried.wait(timeout_s)
        return self._failure

    def stop(self) -> None:
        """End soon; from any thread."""
        self._stopping.set()
        self._buffer.close()
        self._source.close()

    def _run(self) -> None:
        try:
            self._read_on()
        except Exception as error:
            logger.exception("%s: the reader failed", self._source.description)
            self._buffer.put(Ended(SourceError(f"{self._source.description}: {type(error).__name__}: {error}.")))
        finally:
            self._tried.set()
            self._source.close()
            # A thread inside a driver's call while Python ends brings the process down.
            if isinstance(self._source, Lingering):
                self._source.wait_released(RELEASE_S)

    def _read_on(self) -> None:
        attempt = 0
        while not self._stopping.is_set():
            before = self._meter.frames
            error = self._epoch()
            if self._stopping.is_set():
                return
            if self._recording or isinstance(error, CapabilityError):  # what is not installed does not come back
                self._buffer.put(Ended(error))
                return
            attempt = 1 if self._meter.frames > before else attempt + 1
            reason = error.message if error is not None else f"{self._source.description} came to its end."
            self._buffer.put(Lost("disconnected", reason))
            delay_s = self._backoff.delay_s(attempt, self._jitter.random())
            logger.warning("%s Trying again in %.1f s.", reason, delay_s)
            if self._clock.wait(self._stopping, delay_s):
                return

    def _epoch(self) -> EdgekitError | None:
        """Open and read until the end; why it ended, None where it just did."""
        try:
            self._source.open()
        except Exception as error:  # noqa: BLE001 - a source is anybody's code; whatever it raises, it is lost
            self._failure = _as_source_error(self._source, error)
            self._tried.set()
            return self._failure
        self._opened.set()
        self._tried.set()
        self._buffer.put(Opened())
        self._fresh_at_s = self._clock.monotonic_s()
        self._unusable_since_s = None
        try:
            while not self._stopping.is_set():
                frame = self._source.read()
                if frame is None:
                    return None
                arrived_s = perf_counter()
                objection = self._trust.objection(frame)
                if objection is None:
                    self._fresh_at_s = self._clock.monotonic_s()
                    self._unusable_since_s = None
                    self._meter.read()
                    self._buffer.put(Arrived(frame, arrived_s))
                else:
                    self._meter.drop(objection)
                    self._watch_for_frozen(objection)
                    self._refuse_unusable(objection)
        except Exception as error:  # noqa: BLE001 - as above
            return _as_source_error(self._source, error)
        finally:
            self._source.close()
        return None

    def _watch_for_frozen(self, objection: DropCause) -> None:
        now_s = self._clock.monotonic_s()
        if not self._recording and objection is DropCause.REPEATED and now_s - self._fresh_at_s >= FROZEN_S:
            self._fresh_at_s = now_s
            self._buffer.put(Lost("frozen", f"{self._source.description} repeats one picture."))

    def _refuse_unusable(self, objection: DropCause) -> None:
        """End the epoch of a camera that gives nothing usable any more; a recording is read to its end.

        Raises:
            SourceError: every picture for UNUSABLE_S was refused.
        """
        if self._recording or objection is DropCause.REPEATED:
            self._unusable_since_s = None
            return
        now_s = self._clock.monotonic_s()
        if self._unusable_since_s is None:
            self._unusable_since_s = now_s
        if now_s - self._unusable_since_s >= UNUSABLE_S:
            why = "are corrupt or of another size" if objection is DropCause.CORRUPT else "go backwards in time"
            raise SourceError(f"{self._source.description} gives only pictures that {why}.")


def _as_source_error(source: Source, error: Exception) -> EdgekitError:
    """What a source raised as one line; other people's errors may hold the URL, password and all."""
    if isinstance(error, EdgekitError):
        return error
    logger.error("%s raised\n%s", source.description, redacted("".join(format_exception(error))))
    return SourceError(redacted(f"{source.description}: {type(error).__name__}: {error}."))
