"""What Runtime.health() says: frozen values, made whole at one moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from edgekit.events.factory import CameraCondition
from edgekit.pictures.folder import PicturesStatus
from edgekit.pipeline.delivery import DeliveryStatus
from edgekit.pipeline.status import CameraStatus, Phase
from edgekit.pipeline.telemetry import CameraTelemetry
from edgekit.shelf.depletion import TimeToEmpty
from edgekit.shelf.readings import Reading
from edgekit.shelf.words import FacingStatus

__all__ = ["CameraHealth", "ConsumerHealth", "FacingHealth", "Health", "ModelHealth", "RuntimeState", "facings_of"]


class RuntimeState(str, Enum):
    """Where a Runtime stands."""

    NEW = "new"
    STARTING = "starting"
    RUNNING = "running"
    ENDED = "ended"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class FacingHealth:
    """One facing now.

    Attributes:
        state: its state as far as the newest sample tells.
        reason: why it is unknown (`lost`: no picture comes from its camera); None when it is not.
        committed: the last concluded state.
        fill: 0-1, or None.
        method: the way its evidence is found.
        episode: number of the open episode, or None.
        caution: how much slower it is believed since staff called its events wrong: 0 (as all) to 3.
        waiting: staff are at the shelf, and openings wait.
        time_to_empty_s: opening hours until it is empty, in seconds: median and 80 % interval; None while its pace is
            not known.
    """

    state: str
    reason: str | None
    committed: str
    fill: float | None
    method: str
    episode: int | None
    caution: float = 0.0
    waiting: bool = False
    time_to_empty_s: TimeToEmpty | None = None


@dataclass(frozen=True, slots=True)
class CameraHealth:
    """One camera now.

    Attributes:
        id: its id.
        source: how people name its source; never holds a password.
        live: a camera rather than a recording.
        phase: starting, running, lost, ended or failed.
        opened: its source was open at least once.
        frame_count: frames of the recording, where known.
        conditions: what is wrong with the picture, with the reason of each.
        problem: what keeps it from concluding, in one line; None while all is well.
        events: raised since the start.
        facings: by id.
        telemetry: its figures.
    """

    id: str
    source: str
    live: bool
    phase: Phase
    opened: bool
    frame_count: int | None
    conditions: Mapping[str, str | None]
    problem: str | None
    events: int
    facings: Mapping[str, FacingHealth]
    telemetry: CameraTelemetry

    @property
    def lost(self) -> bool:
        """No fresh picture comes: what was read last says nothing of now."""
        return is_lost(self.phase, self.conditions)


@dataclass(frozen=True, slots=True)
class ModelHealth:
    """One loaded model.

    Attributes:
        role: its name in the configuration.
        bundle: path of its bundle.
        encoding, backend: what runs.
        reason: why these.
    """

    role: str
    bundle: str
    encoding: str
    backend: str
    reason: str


@dataclass(frozen=True, slots=True)
class ConsumerHealth:
    """Delivery to one sink or callback now; `backlog`: events that wait for it."""

    status: DeliveryStatus
    backlog: int


@dataclass(frozen=True, slots=True)
class Health:
    """A Runtime now.

    Attributes:
        state: new, starting, running, ended (every recording is over) or closed.
        cameras: in the configuration's order.
        models: in the configuration's order.
        consumers: sinks and callbacks.
        expired: events that went by the retention policy before everybody had them.
        errors: what is wrong now, one line each.
        pictures: the evidence pictures; None before the start.
    """

    state: RuntimeState
    cameras: tuple[CameraHealth, ...] = ()
    models: tuple[ModelHealth, ...] = ()
    consumers: tuple[ConsumerHealth, ...] = ()
    expired: int = 0
    errors: tuple[str, ...] = ()
    pictures: PicturesStatus | None = None

    @property
    def well(self) -> bool:
        """Nothing is wrong."""
        return not self.errors


def is_lost(phase: Phase, conditions: Mapping[str, str | None]) -> bool:
    """A camera in this phase, with these conditions, gives no fresh picture."""
    return phase is Phase.LOST or CameraCondition.LOST.value in conditions


def facings_of(status: CameraStatus) -> dict[str, FacingHealth]:
    """The facings of a camera's last word; unknown while it is lost, whatever was read before."""
    lost = is_lost(status.phase, status.conditions)
    return {name: _facing(reading, lost=lost) for name, reading in status.readings.items()}


def _facing(reading: Reading, *, lost: bool) -> FacingHealth:
    reason = "lost" if lost else reading.reason.value if reading.reason else None
    return FacingHealth(
        FacingStatus.UNKNOWN.value if lost else reading.state.value,
        reason,
        reading.committed.value,
        None if lost else reading.fill,
        reading.method,
        reading.episode,
        reading.caution,
        reading.waiting,
        reading.time_to_empty,
    )
