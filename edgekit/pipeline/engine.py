"""One thread that runs all sessions: batches what all cameras want, prepares it, and hands the outputs back."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from time import perf_counter
from typing import Final

import numpy as np
from numpy.typing import NDArray

from edgekit.frame import Pixels
from edgekit.pipeline.models import PipelineModel
from edgekit.pipeline.scheduler import Batch, Piece, Scheduler
from edgekit.vision.geometry import prepare

__all__ = ["Answer", "Engine", "EngineStopped", "Line"]

logger = logging.getLogger(__name__)

_WAIT_S: Final = 0.5


class EngineStopped(Exception):
    """The engine ended before it could answer."""


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """What a session said of one want.

    Attributes:
        outputs: by name, first axis the want's regions; the asking line's own arrays, valid until it asks again.
        run_s: seconds inside the session.
    """

    outputs: Mapping[str, NDArray[np.generic]]
    run_s: float


class Line:
    """One camera's line to the engine. One thread asks; one question is under way at a time."""

    def __init__(self, inbox: SimpleQueue[Piece | None], stopping: threading.Event) -> None:
        self._inbox = inbox
        self._stopping = stopping
        self._replies: SimpleQueue[Exception | None] = SimpleQueue()
        self._buffers: dict[tuple[str, str], NDArray[np.generic]] = {}

    def ask(self, role: str, regions: Sequence[Pixels]) -> Answer:
        """Have the model `role` look at `regions`, and wait for it.

        Raises:
            EngineStopped: the engine ends.
            Exception: whatever preparing or running raised.
        """
        piece = Piece(self, role, tuple(regions), self._buffers, self._replies)
        self._inbox.put(piece)
        while True:
            try:
                problem = self._replies.get(timeout=_WAIT_S)
            except Empty:
                if self._stopping.is_set():
                    raise EngineStopped from None
                continue
            if problem is not None:
                raise problem
            return Answer(piece.outputs, piece.run_s)


class Engine:
    """Runs the sessions. The inbox is bounded by the number of lines: each has one question under way."""

    def __init__(self, models: Mapping[str, PipelineModel]) -> None:
        self._models = models
        self._inbox: SimpleQueue[Piece | None] = SimpleQueue()
        self._stopping = threading.Event()
        self._scheduler = Scheduler({role: model.max_batch for role, model in models.items()})
        self._prepared: dict[str, Pixels] = {}
        self.thread = threading.Thread(target=self._run, name="edgekit engine", daemon=True)

    def line(self) -> Line:
        """A new line, for one camera."""
        return Line(self._inbox, self._stopping)

    def stop(self) -> None:
        """End after the batch under way; from any thread."""
        self._stopping.set()
        self._inbox.put(None)

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._collect()
            batch = self._scheduler.next_batch()
            while batch is not None and not self._stopping.is_set():
                self._run_batch(batch)
                self._collect(wait=False)
                batch = self._scheduler.next_batch()

    def _collect(self, *, wait: bool = True) -> None:
        """Take in whatever was asked; wait for the first question unless told not to."""
        try:
            piece = self._inbox.get(timeout=_WAIT_S) if wait else self._inbox.get_nowait()
            while True:
                if piece is not None:
                    self._scheduler.add(piece)
                piece = self._inbox.get_nowait()
        except Empty:
            return

    def _run_batch(self, batch: Batch) -> None:
        try:
            self._infer(batch)
        except Exception as error:
            logger.debug("model %s failed", batch.role, exc_info=True)
            for piece in batch.pieces():
                self._scheduler.forget(piece)
                piece.replies.put(error)
            return
        for piece in batch.finished():
            piece.replies.put(None)

    def _infer(self, batch: Batch) -> None:
        model = self._models[batch.role]
        prepared = self._prepared.get(batch.role)
        if prepared is None or len(prepared) < batch.size:
            prepared = np.empty((batch.size, *model.geometry.size_hw, 3), np.uint8)
            self._prepared[batch.role] = prepared
        for row, region in enumerate(batch.regions()):
            prepare(region, model.geometry, out=prepared[row])
        start_s = perf_counter()
        outputs = model.session.result(model.session.submit(prepared[: batch.size]))
        batch.hand_out(outputs, perf_counter() - start_s)
