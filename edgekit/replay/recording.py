"""One clip through the whole runtime, and what it said: events, what every facing looked like, some pictures."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from edgekit.backends.selection import LoadedModel
from edgekit.config.schema import SiteConfig
from edgekit.errors import UsageError
from edgekit.events.event import Event
from edgekit.events.sinks.callback import Callback
from edgekit.frame import Frame, Pixels
from edgekit.runtime import Runtime
from edgekit.shelf.readings import Reading
from edgekit.shelf.words import FacingStatus, Transition
from edgekit.sources.protocol import Source
from edgekit.vision.detection import Detections

__all__ = ["MOST_PICTURES", "Recording", "Stretch", "record"]

_PICTURE_WIDTH_PX: Final = 1280
MOST_PICTURES: Final = 300
"""Some 50 MB of JPEG; a clip with more events than this needs no picture of each."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A facing read the same from one sample to another.

    Attributes:
        from_s, until_s: media time of its first sample, and of the first sample after it (or the last of all).
        state: what the facing looked like; unknown while the samples could not tell.
        reason: why it was unknown.
    """

    from_s: float
    until_s: float
    state: FacingStatus
    reason: str | None


@dataclass(frozen=True, slots=True, eq=False)
class Recording:
    """What the runtime said of one clip.

    Attributes:
        duration_s: media time from the first frame to the last.
        events: restock and camera events, in the order in which they were raised.
        stretches: by facing, without gaps.
        pictures: JPEG by media time: of each event, and of the moments that were asked for.
        wall_s: how long it took.
    """

    duration_s: float
    events: tuple[Event, ...]
    stretches: Mapping[str, tuple[Stretch, ...]]
    pictures: Mapping[float, bytes] = field(default_factory=dict)
    wall_s: float = 0.0

    def picture_at(self, time_s: float, *, within_s: float = 1.0) -> bytes | None:
        """The picture that was kept nearest to a moment; None where none was kept so near."""
        nearest_s = min(self.pictures, key=lambda kept_s: abs(kept_s - time_s), default=None)
        return self.pictures[nearest_s] if nearest_s is not None and abs(nearest_s - time_s) <= within_s else None


class _Watcher:
    """Sees every frame of the run (edgekit.pipeline.observer.Observer)."""

    def __init__(self, moments_s: Sequence[float], most_pictures: int) -> None:
        self._most_pictures = most_pictures
        self._wanted = sorted(moments_s, reverse=True)
        self._stretches: dict[str, list[Stretch]] = {}
        self.pictures: dict[float, bytes] = {}
        self.last_s = 0.0

    def on_frame(
        self,
        camera_id: str,
        frame: Frame,
        detections: Detections | None,
        readings: Mapping[str, Reading],
        transitions: tuple[Transition, ...],
    ) -> None:
        """Keep what is worth keeping."""
        self.last_s = frame.time_s
        due = False
        while self._wanted and frame.time_s >= self._wanted[-1] - 1e-6:
            self._wanted.pop()
            due = True
        if (due or transitions) and len(self.pictures) < self._most_pictures:
            self.pictures[round(frame.time_s, 6)] = _jpeg(frame.pixels)
        for name, reading in readings.items():
            reason = reading.reason.value if reading.reason is not None else None
            known = self._stretches.setdefault(name, [])
            if known and (known[-1].state, known[-1].reason) == (reading.state, reason):
                continue
            if known:
                known[-1] = replace(known[-1], until_s=frame.time_s)
            known.append(Stretch(frame.time_s, frame.time_s, reading.state, reason))

    def stretches(self) -> dict[str, tuple[Stretch, ...]]:
        """All that was seen, the last stretch reaching to the end."""
        return {
            name: (*known[:-1], replace(known[-1], until_s=max(known[-1].until_s, self.last_s)))
            for name, known in self._stretches.items()
        }


def record(
    site: SiteConfig,
    *,
    moments_s: Sequence[float] = (),
    most_pictures: int = MOST_PICTURES,
    sources: Mapping[str, Source] | None = None,
    models: Mapping[str, LoadedModel] | None = None,
    tick: Callable[[float], object] | None = None,
) -> Recording:
    """Run a site of one camera whose source is a recording, its state in a folder that is thrown away.

    Args:
        site: what to run; its sinks and state folder are left alone.
        moments_s: media times of which a picture is kept, besides those of events.
        most_pictures: no more than so many.
        sources, models: in place of the configured ones, as for `Runtime`.
        tick: called now and then with the media time reached, for a progress bar.

    Raises:
        UsageError: the site has not exactly one camera, or its source is live.
        EdgekitError: as the run does.
    """
    if len(site.cameras) != 1:
        raise UsageError(f"Replay looks at one camera at a time; the site has {len(site.cameras)}.")
    watcher, events = _Watcher(moments_s, most_pictures), list[Event]()
    with tempfile.TemporaryDirectory(prefix="edgekit-replay-") as folder:
        quiet = site.model_copy(update={"sinks": (), "state": Path(folder) / "state"})
        runtime = Runtime(
            quiet, observer=watcher, sources=sources, models=models, sinks=[Callback("replay", events.append)]
        )
        runtime.start()
        if any(camera.live for camera in runtime.health().cameras):
            runtime.close()
            raise UsageError("A live camera cannot be replayed.", hint="Record a clip of it first.")
        summary = runtime.run_until_done(tick=lambda _: tick(watcher.last_s) if tick is not None else None)
    return Recording(watcher.last_s, tuple(events), watcher.stretches(), watcher.pictures, summary.wall_s)


def _jpeg(pixels: Pixels) -> bytes:
    import cv2

    height, width = pixels.shape[:2]
    if width > _PICTURE_WIDTH_PX:
        size_wh = (_PICTURE_WIDTH_PX, max(1, round(height * _PICTURE_WIDTH_PX / width)))
        pixels = cv2.resize(pixels, size_wh, interpolation=cv2.INTER_AREA)
    return bytes(cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, 80])[1])
