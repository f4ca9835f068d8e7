"""A live camera through OpenCV, on a thread of its own, so that no camera can block its reader longer than it said.

OpenCV reads block for as long as a driver likes, and releasing a capture that another thread reads crashes. Here one
daemon thread opens, reads and releases; readers wait for its newest frame with a timeout, and close() never waits.
"""

from __future__ import annotations

import threading
from typing import Any, ClassVar, Protocol

from edgekit.clock import Clock, SystemClock
from edgekit.config.schema import SourceConfig
from edgekit.errors import EdgekitError, SourceError
from edgekit.frame import Frame, Pixels
from edgekit.sources.pixels import sealed
from edgekit.sources.redact import redacted_url

__all__ = ["Capture", "CaptureSource"]


class Capture(Protocol):
    """The part of cv2.VideoCapture that is used here; one thread calls it."""

    def read(self) -> tuple[bool, Any]:
        """Whether there was one, and the next picture: uint8 (height, width, 3) BGR, an array of its own."""

    def get(self, prop: int, /) -> float:
        """A property by cv2's number."""

    def release(self) -> None:
        """Let go of the device."""


class CaptureSource:
    """What usb, stream and gstreamer sources have in common; they say how to connect.

    Only the newest frame is kept; a frame's index counts those that nobody read in time as well. Times are those of
    arrival, by the clock, from the first frame of the epoch on.
    """

    live: ClassVar[bool] = True
    hint_if_silent: ClassVar[str] = "Is it switched on and reachable? open_timeout_s says how long to wait."

    def __init__(self, config: SourceConfig, *, clock: Clock | None = None) -> None:
        self._config = config
        self._clock = clock or SystemClock()
        self._pump: _Pump | None = None
        self._last: _Pump | None = None
        self._epoch = -1

    @property
    def description(self) -> str:
        """The URL without its secrets."""
        return redacted_url(str(self._config.url))

    @property
    def fps(self) -> float | None:
        """Frames per second that the camera declares, once open."""
        return self._pump.fps if self._pump else None

    @property
    def frame_count(self) -> None:
        """A camera has no end."""
        return

    def open(self) -> None:
        """Connect and start a new epoch.

        Raises:
            SourceError: it did not connect within `open_timeout_s`.
            CapabilityError: this OpenCV cannot read such a source at all.
        """
        self.close()
        pump = _Pump(self, self._clock)
        self._pump = self._last = pump
        pump.start(self._config.open_timeout_s)
        self._epoch += 1

    def read(self) -> Frame | None:
        """The newest frame that was not read yet; waits for it. None after close().

        Raises:
            SourceError: none came within `read_timeout_s`, or the camera is gone.
        """
        pump = self._pump
        if pump is None:
            return None
        newest = pump.newest(self._config.read_timeout_s)
        if newest is None:
            return None
        pixels, time_s, index = newest
        return Frame(pixels, time_s, index, self._epoch)

    def close(self) -> None:
        """Let go of the camera; a read() that waits returns None at once."""
        pump, self._pump = self._pump, None
        if pump is not None:
            pump.stop()

    def wait_released(self, timeout_s: float) -> bool:
        """After close(), wait until the driver has let go of the camera; False where it hangs."""
        return self._last is None or self._last.join(timeout_s)

    def connect(self) -> Capture:
        """Open the capture; runs on the capture's own thread.

        Raises:
            SourceError: it cannot be opened.
        """
        raise SourceError(f"{self.description} is of no kind that can be opened.")

    def gone(self) -> SourceError:
        """What to say when an open camera gives no more frames."""
        return SourceError(f"{self.description} was open and gives no more frames.")


class _Pump:
    """The thread of one opening: connects, keeps the newest frame, releases."""

    def __init__(self, source: CaptureSource, clock: Clock) -> None:
        self._source = source
        self._clock = clock
        self._changed = threading.Condition()
        self._opened = False
        self._stopped = False
        self._error: EdgekitError | None = None
        self._newest: tuple[Pixels, float, int] | None = None
        self.fps: float | None = None
        self._thread = threading.Thread(target=self._run, name=f"capture {source.description}"[:60], daemon=True)

    def start(self, timeout_s: float) -> None:
        self._thread.start()
        with self._changed:
            self._changed.wait_for(lambda: self._opened or self._stopped or self._error, timeout_s)
            if self._error is not None:
                raise self._error
            if not self._opened:
                self._stopped = True
                raise SourceError(
                    f"{self._source.description} did not answer within {timeout_s:g} s.",
                    hint=self._source.hint_if_silent,
                )

    def newest(self, timeout_s: float) -> tuple[Pixels, float, int] | None:
        with self._changed:
            self._changed.wait_for(lambda: self._newest or self._stopped or self._error, timeout_s)
            if self._stopped:
                return None
            newest, self._newest = self._newest, None
            if newest is not None:
                return newest
            self._stopped = True
            if self._error is not None:
                raise self._error
            raise SourceError(f"{self._source.description} gave no frame for {timeout_s:g} s.")

    def stop(self) -> None:
        with self._changed:
            self._stopped = True
            self._newest = None
            self._changed.notify_all()

    def join(self, timeout_s: float) -> bool:
        """Wait for the thread; whether it has ended."""
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        capture: Capture | None = None
        try:
            capture = self._source.connect()
            self._declare_open(capture)
            self._pump(capture)
        except EdgekitError as error:
            self._fail(error)
        except Exception as error:  # noqa: BLE001 - a driver may raise anything; it must reach the reader
            self._fail(SourceError(f"{self._source.description}: {type(error).__name__} while reading."))
        finally:
            if capture is not None:
                capture.release()

    def _declare_open(self, capture: Capture) -> None:
        import cv2

        fps = capture.get(cv2.CAP_PROP_FPS)
        with self._changed:
            self.fps = fps if 0.01 < fps < 1000 else None
            self._opened = True
            self._changed.notify_all()

    def _pump(self, capture: Capture) -> None:
        index, started_s = 0, 0.0
        while not self._stopped:
            success, pixels = capture.read()
            arrived_s = self._clock.monotonic_s()
            if not success:
                if self._stopped:
                    return
                raise self._source.gone()
            if index == 0:
                started_s = arrived_s
            with self._changed:
                self._newest = (sealed(pixels, self._source.description), arrived_s - started_s, index)
                self._changed.notify_all()
            index += 1

    def _fail(self, error: EdgekitError) -> None:
        with self._changed:
            self._error = error
            self._changed.notify_all()
