"""The conditions of a camera (moved, blocked, lost): when one begins and ends. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from edgekit.events.factory import CameraCondition, ConditionChange
from edgekit.shelf.words import Evidence, UnknownReason

__all__ = ["Conditions", "SceneWatch", "scene_reason"]

HOLD_S: Final = 5.0
"""A camera counts as blocked or moved after so long: somebody who passes the lens, or a switched lamp, is no news."""

RECOVER_S: Final = 2.0

ASK_S: Final = 120.0
"""A camera that was only bumped has found its place again long before; one that has not needs somebody."""

NEW_REFERENCE: Final = (
    "it shows another view than its reference picture: turn it back, or take a new reference: edgekit planogram new"
)

_CONDITION_OF: Final = {
    UnknownReason.DARK: CameraCondition.BLOCKED,
    UnknownReason.OVEREXPOSED: CameraCondition.BLOCKED,
    UnknownReason.BLURRED: CameraCondition.BLOCKED,
    UnknownReason.COVERED: CameraCondition.BLOCKED,
    UnknownReason.CAMERA_MOVED: CameraCondition.MOVED,
    UnknownReason.FROZEN: CameraCondition.LOST,
}


@dataclass(frozen=True, slots=True)
class Episode:
    """Episodes of one condition: number of the last, whether it is open, when and why it began."""

    number: int = 0
    open: bool = False
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Conditions:
    """All conditions of one camera."""

    episodes: Mapping[CameraCondition, Episode] = field(default_factory=dict)

    @property
    def current(self) -> tuple[CameraCondition, ...]:
        """The open ones."""
        return tuple(name for name, episode in self.episodes.items() if episode.open)

    def reason(self, condition: CameraCondition) -> str | None:
        """Why an open condition began."""
        return self.episodes.get(condition, Episode()).reason

    def begin(
        self,
        condition: CameraCondition,
        reason: str,
        *,
        media_time_s: float | None = None,
        frame_index: int | None = None,
    ) -> tuple[Conditions, ConditionChange | None]:
        """The condition holds; no change where it did already."""
        before = self.episodes.get(condition, Episode())
        if before.open:
            return self, None
        after = Episode(before.number + 1, True, reason)
        change = ConditionChange(condition, False, after.number, reason, media_time_s, frame_index)
        return Conditions({**self.episodes, condition: after}), change

    def end(
        self,
        condition: CameraCondition,
        *,
        media_time_s: float | None = None,
        frame_index: int | None = None,
    ) -> tuple[Conditions, ConditionChange | None]:
        """The condition does not hold; no change where it did not before."""
        before = self.episodes.get(condition, Episode())
        if not before.open:
            return self, None
        change = ConditionChange(condition, True, before.number, before.reason, media_time_s, frame_index)
        return Conditions({**self.episodes, condition: replace(before, open=False)}), change

    def to_json(self) -> dict[str, Any]:
        """Plain values for a JSON object."""
        return {
            name.value: {"number": episode.number, "open": episode.open, "reason": episode.reason}
            for name, episode in self.episodes.items()
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Conditions:
        """What `to_json` gave."""
        return cls({CameraCondition(name): Episode(**episode) for name, episode in values.items()})


@dataclass(frozen=True, slots=True)
class SceneWatch:
    """For how long the samples have shown nothing, and why; times are media time of one epoch."""

    reason: UnknownReason | None = None
    since_s: float | None = None

    @property
    def frozen(self) -> bool:
        """The samples come, but always the same."""
        return self.reason is UnknownReason.FROZEN

    def advice(self, time_s: float) -> str | None:
        """What somebody should do about the camera, since it does not mend by itself; None: nothing."""
        moved = self.reason is UnknownReason.CAMERA_MOVED and self.since_s is not None
        return NEW_REFERENCE if moved and time_s - (self.since_s or 0.0) >= ASK_S else None

    def after(self, reason: UnknownReason | None, time_s: float) -> SceneWatch:
        """With one more sample."""
        if reason is self.reason and self.since_s is not None:
            return self
        return SceneWatch(reason, time_s)

    def judge(
        self, conditions: Conditions, time_s: float, frame_index: int
    ) -> tuple[Conditions, list[ConditionChange]]:
        """What began or ended by what the samples show."""
        if self.since_s is None:
            return conditions, []
        held_s = time_s - self.since_s
        condition = _CONDITION_OF.get(self.reason) if self.reason is not None else None
        changes: list[ConditionChange] = []
        if condition is not None and self.reason is not None and held_s >= HOLD_S:
            conditions, change = conditions.begin(
                condition, self.reason.value, media_time_s=time_s, frame_index=frame_index
            )
            changes += [change] if change else []
        if held_s >= RECOVER_S:
            for open_one in CameraCondition:
                if open_one is not condition:
                    conditions, change = conditions.end(open_one, media_time_s=time_s, frame_index=frame_index)
                    changes += [change] if change else []
        return conditions, changes


def scene_reason(gates: Iterable[Evidence]) -> UnknownReason | None:
    """Why the whole scene shows nothing: the reason that all facings share, if it is one of the scene."""
    reasons = {evidence.reason for evidence in gates}
    reason = reasons.pop() if len(reasons) == 1 else None
    return reason if reason in _CONDITION_OF else None
