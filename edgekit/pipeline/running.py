"""One camera with its two threads: reader and worker."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import replace

from edgekit.clock import Clock
from edgekit.config.schema import HoursConfig
from edgekit.pictures.album import Album, AlbumSettings
from edgekit.pictures.folder import PictureFolder
from edgekit.pictures.masking import person_classes
from edgekit.pipeline.assembly import CameraParts
from edgekit.pipeline.camera import CameraWorker
from edgekit.pipeline.engine import Engine
from edgekit.pipeline.frames import FrameBuffer, FrameQueue, LatestFrame
from edgekit.pipeline.health import CameraHealth, facings_of
from edgekit.pipeline.ledger import CameraLedger
from edgekit.pipeline.models import PipelineModel
from edgekit.pipeline.observer import Observer
from edgekit.pipeline.products import ProductBoard
from edgekit.pipeline.reader import Reader
from edgekit.pipeline.status import CameraStatus
from edgekit.pipeline.store import Store
from edgekit.pipeline.telemetry import CameraMeter

__all__ = ["RunningCamera", "make_camera"]

_GRACE_S = 5.0
"""What opening may take beyond its own timeout before `start` no longer waits for it."""


class RunningCamera:
    """Reader, buffer and worker of one camera."""

    def __init__(
        self, parts: CameraParts, buffer: FrameBuffer, meter: CameraMeter, reader: Reader, worker: CameraWorker
    ) -> None:
        self.parts = parts
        self._buffer = buffer
        self._meter = meter
        self._reader = reader
        self._worker = worker

    @property
    def threads(self) -> tuple[threading.Thread, ...]:
        """Its threads."""
        return self._reader.thread, self._worker.thread

    @property
    def status(self) -> CameraStatus:
        """The worker's last word."""
        return self._worker.status

    @property
    def opened(self) -> bool:
        """The source was open at least once."""
        return self._reader.opened

    def restore(self) -> None:
        """Take up what the last run left.

        Raises:
            OutputError: the database cannot be read or written.
        """
        self._worker.restore()

    def start(self) -> None:
        """Start both threads."""
        self._worker.thread.start()
        self._reader.thread.start()

    def raise_if_unopened(self) -> None:
        """Wait for the first try to open the source.

        Raises:
            EdgekitError: it failed.
        """
        error = self._reader.wait_first_try(self.parts.config.source.open_timeout_s + _GRACE_S)
        if error is not None:
            raise error

    def stop(self) -> None:
        """End both threads soon."""
        self._worker.stop()
        self._reader.stop()

    def health(self) -> CameraHealth:
        """How it is now."""
        status = self._worker.status
        source = self.parts.source
        return CameraHealth(
            id=self.parts.config.id,
            source=source.description,
            live=not self.parts.recording,
            phase=status.phase,
            opened=self._reader.opened,
            frame_count=source.frame_count,
            conditions=status.conditions,
            problem=status.problem or status.advice,
            events=status.events,
            facings=facings_of(status),
            telemetry=self._meter.snapshot(self._buffer.dropped),
        )


def make_camera(
    parts: CameraParts,
    *,
    store: Store,
    board: ProductBoard,
    store_id: str,
    product_origin: str,
    engine: Engine,
    models: Mapping[str, PipelineModel],
    clock: Clock,
    hours: HoursConfig | None,
    pictures: PictureFolder,
    picture_settings: AlbumSettings,
    observer: Observer | None,
    on_over: Callable[[], None],
) -> RunningCamera:
    """Put one camera together; its threads are not started.

    Args:
        parts: the camera.
        store: where its decisions go.
        board: products over all cameras.
        store_id: the store's id.
        product_origin: origin of product events.
        engine: runs the models.
        models: by role.
        clock: of the Runtime.
        hours: of the store; the camera's own come first.
        pictures: where evidence pictures go.
        picture_settings: what is taken of a live camera.
        observer: sees every frame.
        on_over: called, on the worker, when nothing will come any more.
    """
    meter = CameraMeter()
    name = parts.config.id
    # A paced recording says that it is live: what cannot keep up must see fresh frames there too.
    buffer = LatestFrame() if parts.source.live else FrameQueue()
    reader = Reader(name, parts.source, buffer, meter, recording=parts.recording, clock=clock)
    ledger = CameraLedger(
        store,
        board,
        parts.planogram,
        store_id=store_id,
        camera=name,
        replay_from=parts.config.started_at if parts.recording else None,
        product_origin=product_origin,
        clock=clock,
        pictures=pictures,
    )
    album = Album(
        name,
        parts.shelf,
        parts.planogram,
        pictures,
        replace(picture_settings, keep_aside=not parts.recording),
        people=person_classes({role: model.info for role, model in models.items()}),
    )
    hours = parts.config.hours or hours
    worker = CameraWorker(
        name,
        parts.shelf,
        ledger,
        buffer,
        meter,
        sample_fps=parts.config.sample_fps,
        line=engine.line() if models else None,
        models=models,
        clock=clock,
        hours=hours.store_hours if hours is not None else None,
        album=album,
        observer=observer,
        on_over=on_over,
    )
    return RunningCamera(parts, buffer, meter, reader, worker)
