"""Calibration pictures from the shop's own cameras, over hours: spread over light and content, people left out.

Each camera is read by a thread of its own, which opens it again when it is lost. What is kept is on disk at once, so an
interruption loses nothing, and a later run goes on with the same folder.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

from edgekit.clock import Clock, SystemClock
from edgekit.errors import EdgekitError, SourcesLost
from edgekit.pipeline.frames import Arrived, Ended, FrameBuffer, FrameQueue, LatestFrame, Lost, Opened
from edgekit.pipeline.reader import Reader
from edgekit.pipeline.telemetry import CameraMeter
from edgekit.sources.protocol import Source
from edgekit_calibration.collect_choice import CollectOptions, Collector, Left
from edgekit_calibration.collect_folder import CollectionFolder
from edgekit_calibration.collect_people import FindsPeople

__all__ = ["Collected", "Progress", "collect"]

_WAIT_S: Final = 0.2
_FIRST_TRY_S: Final = 60.0
_LET_GO_S: Final = 5.0


class Progress(Protocol):
    """Called after each frame that was looked at."""

    def __call__(self, kept: int, looked_at: int, left_s: float | None) -> None:
        """Pictures in the folder, frames looked at, and seconds until the end where that is known."""


@dataclass(frozen=True, slots=True)
class Collected:
    """What came of it.

    Attributes:
        folder: where the pictures lie.
        pictures: that it holds now.
        new: taken by this run; some of them may have made room for better ones since.
        looked_at: frames that were considered.
        left: of them, by why they were left out.
        lightness: of the darkest and the lightest picture, CIELAB 0-100; None without any.
        cameras: pictures by camera.
        lost: by camera, why it could not be read to the end.
        interrupted: somebody ended it.
    """

    folder: Path
    pictures: int
    new: int
    looked_at: int
    left: Mapping[Left, int]
    lightness: tuple[float, float] | None
    cameras: Mapping[str, int]
    lost: Mapping[str, str] = field(default_factory=dict)
    interrupted: bool = False


def _unwatched(kept: int, looked_at: int, left_s: float | None) -> None:
    """Progress that nobody watches."""


def collect(
    sources: Mapping[str, Source],
    folder: CollectionFolder,
    options: CollectOptions,
    *,
    finder: FindsPeople | None = None,
    clock: Clock | None = None,
    progress: Progress = _unwatched,
) -> Collected:
    """Collect until the time is over, every recording is, or somebody interrupts (KeyboardInterrupt).

    Args:
        sources: cameras and recordings, not opened yet, by id.
        folder: where pictures go.
        options: how.
        finder: finds people; None where no model does.
        clock: for the duration and the pictures' wall clock.
        progress: told after each frame.

    Raises:
        SourcesLost: no camera at all could be opened.
        SourceError: a recording cannot be opened, or breaks off before anything was taken.
        OutputError: a picture cannot be written.
    """
    clock = clock or SystemClock()
    collector = Collector(folder, options, finder)
    lost: dict[str, str] = {}
    interrupted = False
    until_s = None if options.duration_s is None else clock.monotonic_s() + options.duration_s
    with _readers(sources, clock) as cameras:
        try:
            _first_try(cameras)
            _run(cameras, collector, until_s, clock, progress, lost)
        except KeyboardInterrupt:
            interrupted = True
    folder.save()
    light = [picture.lightness for picture in folder.pictures.values()]
    return Collected(
        folder=folder.path,
        pictures=len(folder.pictures),
        new=collector.new,
        looked_at=collector.looked_at,
        left=dict(collector.left),
        lightness=(min(light), max(light)) if light else None,
        cameras=dict(Counter(picture.camera for picture in folder.pictures.values())),
        lost=lost,
        interrupted=interrupted,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Camera:
    """A source with its reader and what lies between."""

    name: str
    source: Source
    buffer: FrameBuffer
    reader: Reader


@contextlib.contextmanager
def _readers(sources: Mapping[str, Source], clock: Clock) -> Iterator[dict[str, _Camera]]:
    """Readers of all sources, started; stopped at the end."""
    cameras = {}
    for name, source in sources.items():
        buffer: FrameBuffer = LatestFrame() if source.live else FrameQueue()
        reader = Reader(name, source, buffer, CameraMeter(), recording=not source.live, clock=clock)
        cameras[name] = _Camera(name, source, buffer, reader)
    try:
        for camera in cameras.values():
            camera.reader.thread.start()
        yield cameras
    finally:
        for camera in cameras.values():
            camera.reader.stop()
        for camera in cameras.values():
            if camera.reader.thread.ident is not None:
                camera.reader.thread.join(_LET_GO_S)


def _first_try(cameras: Mapping[str, _Camera]) -> None:
    """Wait until every source was tried.

    Raises:
        SourceError, CapabilityError: a recording cannot be opened, or what a source needs is not installed.
        SourcesLost: no camera could be opened.
    """
    failures: dict[str, EdgekitError] = {}
    for name, camera in cameras.items():
        failure = camera.reader.wait_first_try(_FIRST_TRY_S)
        if failure is None:
            continue
        if not camera.source.live:
            raise failure
        failures[name] = failure
    if failures and len(failures) == len(cameras):
        name, failure = next(iter(failures.items()))
        others = {1: "", 2: " Nor does the other one."}.get(len(failures), f" Nor do the {len(failures) - 1} others.")
        raise SourcesLost(f"{name}: {failure.message}{others}", hint=failure.hint)


def _run(
    cameras: Mapping[str, _Camera],
    collector: Collector,
    until_s: float | None,
    clock: Clock,
    progress: Progress,
    lost: dict[str, str],
) -> None:
    """Take frames in turn until all is over; `lost` is filled with what went wrong."""
    going = dict(cameras)
    while going:
        for name, camera in list(going.items()):
            news = camera.buffer.take(_WAIT_S / len(going))
            if until_s is not None and clock.monotonic_s() >= until_s:
                return
            if isinstance(news, Arrived):
                collector.look(name, news.frame, clock.now() if camera.source.live else None)
                left_s = None if until_s is None else max(0.0, until_s - clock.monotonic_s())
                progress(len(collector.selection), collector.looked_at, left_s)
            elif isinstance(news, Opened):
                lost.pop(name, None)
            elif isinstance(news, Lost):
                lost[name] = news.detail
            elif isinstance(news, Ended):
                _ended(camera, news, collector, lost)
                del going[name]


def _ended(camera: _Camera, news: Ended, collector: Collector, lost: dict[str, str]) -> None:
    if news.error is None:
        return
    if not collector.looked_at:
        raise news.error
    lost[camera.name] = news.error.message
