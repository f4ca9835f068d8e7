"""What a run came to: the content of summary.json."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from edgekit.pipeline.health import Health, ModelHealth
from edgekit.pipeline.telemetry import CameraTelemetry

__all__ = ["CameraSummary", "RunSummary", "summarised"]


@dataclass(frozen=True, slots=True)
class CameraSummary:
    """One camera's run.

    Attributes:
        id: its id.
        source: how people name its source.
        phase: how it ended.
        events: raised.
        realtime_factor: seconds of media a second; None of a live camera.
        telemetry: frames, latencies, drops.
    """

    id: str
    source: str
    phase: str
    events: int
    realtime_factor: float | None
    telemetry: CameraTelemetry


@dataclass(frozen=True, slots=True)
class RunSummary:
    """A whole run.

    Attributes:
        wall_s: seconds from start to end.
        events: raised, all cameras.
        cameras: in the configuration's order.
        models: what ran, and why.
        errors: what was wrong at the end.
    """

    wall_s: float
    events: int
    cameras: tuple[CameraSummary, ...]
    models: tuple[ModelHealth, ...]
    errors: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain values for a JSON object."""
        plain: dict[str, Any] = _plain(asdict(self))
        return plain


def summarised(health: Health, wall_s: float) -> RunSummary:
    """The summary of what `health` saw, after `wall_s` seconds."""
    cameras = tuple(
        CameraSummary(
            camera.id,
            camera.source,
            camera.phase.value,
            camera.events,
            None if camera.live else _factor(camera.telemetry),
            camera.telemetry,
        )
        for camera in health.cameras
    )
    return RunSummary(wall_s, sum(camera.events for camera in cameras), cameras, health.models, health.errors)


def _factor(telemetry: CameraTelemetry) -> float | None:
    return telemetry.media_time_s / telemetry.seconds if telemetry.seconds > 0 else None


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    return value
