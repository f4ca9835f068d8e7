"""How fast and how fresh: counters and times of a camera, snapshots of them as frozen values."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from time import perf_counter
from typing import Final

import numpy as np
from numpy.typing import NDArray

from edgekit.pipeline.trust import DropCause

__all__ = ["CameraMeter", "CameraTelemetry", "Percentiles"]

_KEPT: Final = 8192
"""Newest values that percentiles are made of: 27 minutes at 5 samples a second, 64 KiB a measure."""


@dataclass(frozen=True, slots=True)
class Percentiles:
    """Of the newest values, milliseconds; None where there is none yet."""

    p50_ms: float | None = None
    p95_ms: float | None = None
    p99_ms: float | None = None
    count: int = 0


@dataclass(frozen=True, slots=True)
class CameraTelemetry:
    """One camera's figures so far.

    Attributes:
        frames: read and trusted.
        samples: looked at by the shelf logic.
        inferences: samples that models looked at.
        media_time_s: time of the newest frame in its epoch, seconds.
        seconds: from the first frame to the newest, of the process's clock.
        fps: frames that the worker took, a second.
        latency: of a sample, until it was concluded and committed: from its arrival (live), or from when the worker
            took it (recordings, which wait in a queue on purpose).
        inference: of session.run alone, as the sample that asked for it saw it.
        overhead: frame interval minus that frame's own session.run (live: without the wait for the camera).
        dropped: frames not looked at, by cause.
    """

    frames: int = 0
    samples: int = 0
    inferences: int = 0
    media_time_s: float = 0.0
    seconds: float = 0.0
    fps: float | None = None
    latency: Percentiles = Percentiles()
    inference: Percentiles = Percentiles()
    overhead: Percentiles = Percentiles()
    dropped: Mapping[str, int] = field(default_factory=dict)


class _Times:
    """A ring of the newest durations, seconds."""

    def __init__(self) -> None:
        self._values: NDArray[np.float64] = np.zeros(_KEPT)
        self._count = 0

    def add(self, value_s: float) -> None:
        self._values[self._count % _KEPT] = value_s
        self._count += 1

    def percentiles(self) -> Percentiles:
        if self._count == 0:
            return Percentiles()
        kept = self._values[: min(self._count, _KEPT)]
        p50, p95, p99 = (round(float(value) * 1000, 3) for value in np.percentile(kept, (50, 95, 99)))
        return Percentiles(p50, p95, p99, self._count)


class CameraMeter:
    """Counts for one camera. The reader calls `read` and `drop`, the worker the rest; anybody may take a snapshot."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._read = 0
        self._taken = 0
        self._samples = 0
        self._inferences = 0
        self._media_time_s = 0.0
        self._first_s: float | None = None
        self._last_s = 0.0
        self._latency, self._inference, self._overhead = _Times(), _Times(), _Times()
        self._dropped: Counter[str] = Counter()

    @property
    def frames(self) -> int:
        """Frames read and trusted."""
        return self._read

    def read(self) -> None:
        """A frame was read and can be trusted."""
        with self._lock:
            self._read += 1

    def drop(self, cause: DropCause) -> None:
        """A frame cannot be used."""
        with self._lock:
            self._dropped[cause.value] += 1

    def frame_done(
        self, media_time_s: float, taken_s: float, *, inference_s: float, since_s: float | None, sampled: bool
    ) -> None:
        """The worker is through with a frame.

        Args:
            media_time_s: its time.
            taken_s: performance counter when the worker took it.
            inference_s: its own session.run.
            since_s: performance counter when its latency began to count; None for frames that are no samples.
            sampled: the shelf logic looked at it.
        """
        now_s = perf_counter()
        with self._lock:
            if self._first_s is None:
                self._first_s = taken_s
            else:
                self._overhead.add(max(0.0, now_s - self._last_s - inference_s))
            self._last_s = now_s
            self._taken += 1
            self._media_time_s = media_time_s
            if sampled:
                self._samples += 1
            if since_s is not None:
                self._latency.add(now_s - since_s)
            if inference_s > 0:
                self._inferences += 1
                self._inference.add(inference_s)

    def idle_until(self, now_s: float) -> None:
        """The time until `now_s` was spent waiting for a live camera: it is nobody's overhead."""
        with self._lock:
            self._last_s = max(self._last_s, now_s)

    def snapshot(self, late: int) -> CameraTelemetry:
        """Everything so far; `late`: frames that newer ones overtook."""
        with self._lock:
            seconds = self._last_s - self._first_s if self._first_s is not None else 0.0
            dropped = {cause.value: self._dropped[cause.value] for cause in DropCause}
            dropped[DropCause.LATE.value] += late
            return CameraTelemetry(
                frames=self._read,
                samples=self._samples,
                inferences=self._inferences,
                media_time_s=self._media_time_s,
                seconds=seconds,
                fps=self._taken / seconds if seconds > 0 else None,
                latency=self._latency.percentiles(),
                inference=self._inference.percentiles(),
                overhead=self._overhead.percentiles(),
                dropped=dropped,
            )
