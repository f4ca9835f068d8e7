"""A worker's last word on its camera."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from edgekit.errors import EdgekitError
from edgekit.shelf.readings import Reading

__all__ = ["CameraStatus", "Phase"]


class Phase(str, Enum):
    """Where a camera stands."""

    STARTING = "starting"
    RUNNING = "running"
    LOST = "lost"
    ENDED = "ended"
    FAILED = "failed"

    @property
    def over(self) -> bool:
        """Nothing will come of it any more."""
        return self in (Phase.ENDED, Phase.FAILED)


@dataclass(frozen=True, slots=True)
class CameraStatus:
    """A worker's last word on its camera.

    Attributes:
        phase: where it stands.
        conditions: what is wrong with the picture now, with the reason of each.
        readings: newest reading of each facing.
        events: raised so far.
        problem: what keeps it from concluding now, or ended it; None while all is well.
        advice: what somebody should do about the camera's view; None while it needs nobody.
        failure: the error that ended a recording; None otherwise.
    """

    phase: Phase = Phase.STARTING
    conditions: Mapping[str, str | None] = field(default_factory=dict)
    readings: Mapping[str, Reading] = field(default_factory=dict)
    events: int = 0
    problem: str | None = None
    advice: str | None = None
    failure: EdgekitError | None = None
