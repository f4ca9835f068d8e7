"""Any Python iterable of arrays or Frames as a source."""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgekit.clock import Clock, SystemClock
from edgekit.config.schema import SourceConfig
from edgekit.errors import SourceError
from edgekit.frame import Frame
from edgekit.sources.pixels import sealed
from edgekit.sources.redact import redacted

__all__ = ["IterableSource", "iterable_source"]

DEFAULT_FPS = 25.0

Pictures = Iterable[NDArray[np.uint8] | Frame]


class IterableSource:
    """Frames from Python.

    Args:
        pictures: what gives uint8 (height, width, 3) BGR arrays, or Frames whose `time_s` is then used; or a function
            that returns such an iterable, called at each `open()`. A bare iterator can be opened only once.
        fps: recordings: array i has the time i / fps.
        live: its frames come when they come, and only the newest counts: arrays are stamped on arrival.
        description: how people name it.
        clock: stamps the arrays of a live one.

    An array that can be written to is copied, since nobody knows who else writes to it; `array.setflags(write=False)`
    says that nobody does, and saves the copy.

    A `read()` that waits inside the iterator ends when the iterator gives something; `close()` cannot interrupt it.
    """

    def __init__(
        self,
        pictures: Pictures | Callable[[], Pictures],
        *,
        fps: float = DEFAULT_FPS,
        live: bool = False,
        description: str = "a Python iterable",
        clock: Clock | None = None,
    ) -> None:
        if not fps > 0:
            raise ValueError(f"fps must be more than 0, got {fps}")
        self._pictures = pictures
        self._fps = fps
        self._live = live
        self._description = description
        self._clock = clock or SystemClock()
        self._iterator: Iterator[NDArray[np.uint8] | Frame] | None = None
        self._epoch = -1

    @property
    def description(self) -> str:
        """How people name it."""
        return self._description

    @property
    def live(self) -> bool:
        """As it was made."""
        return self._live

    @property
    def fps(self) -> float | None:
        """Frames per second; unknown of a live one."""
        return None if self._live else self._fps

    @property
    def frame_count(self) -> int | None:
        """How many there are, where the iterable knows its length."""
        try:
            return len(self._pictures)  # type: ignore[arg-type]
        except TypeError:
            return None

    def open(self) -> None:
        """Start a new epoch.

        Raises:
            SourceError: it is an iterator that was opened before, or making it failed.
        """
        if self._epoch >= 0 and isinstance(self._pictures, Iterator):
            raise SourceError(
                f"{self._description} is an iterator and can be read only once.",
                hint="Give a list, or a function that returns a new iterator.",
            )
        with _named(self._description):
            self._iterator = iter(self._pictures() if callable(self._pictures) else self._pictures)
        self._epoch += 1
        self._index = 0
        self._started_s: float | None = None

    def read(self) -> Frame | None:
        """The next frame; None when the iterable is exhausted or closed.

        Raises:
            SourceError: the iterable raised, a live one came to its end, or what it gave is no picture.
        """
        iterator = self._iterator
        if iterator is None:
            return None
        with _named(self._description):
            given = next(iterator, None)
        if given is None or self._iterator is None:
            if self._live and self._iterator is not None:
                raise SourceError(f"{self._description} came to its end.")
            return None
        frame = self._stamped(given)
        self._index += 1
        return frame

    def close(self) -> None:
        """Let go of the iterator."""
        self._iterator = None

    def _stamped(self, given: NDArray[np.uint8] | Frame) -> Frame:
        if isinstance(given, Frame):
            pixels, time_s = given.pixels, given.time_s
        else:
            pixels, time_s = given, self._arrival_s() if self._live else self._index / self._fps
        if isinstance(pixels, np.ndarray) and pixels.flags.writeable:
            pixels = pixels.copy()
        return Frame(sealed(pixels, self._description), time_s, self._index, self._epoch)

    def _arrival_s(self) -> float:
        now_s = self._clock.monotonic_s()
        if self._started_s is None:
            self._started_s = now_s
        return now_s - self._started_s


def iterable_source(config: SourceConfig, *, clock: Clock | None = None) -> IterableSource:
    """`source: python:package.module:function`: a function without arguments that returns the iterable.

    Raises:
        SourceError: there is no such function.
    """
    url = str(config.url)
    module_name, _, function_name = url.partition(":")[2].partition(":")
    try:
        function: Any = getattr(importlib.import_module(module_name), function_name)
    except (ImportError, AttributeError, ValueError) as error:
        raise SourceError(
            f"{url} names no function: {error}.", hint="Write it as python:package.module:function."
        ) from error
    return IterableSource(function, fps=config.fps or DEFAULT_FPS, description=url, clock=clock)


@contextlib.contextmanager
def _named(description: str) -> Iterator[None]:
    """Turns whatever the user's iterable raises into a SourceError that says so."""
    try:
        yield
    except SourceError:
        raise
    except Exception as error:
        # Whatever opened a camera by its URL may have the password in its message.
        raise SourceError(redacted(f"{description} raised {type(error).__name__}: {error}.")) from error
