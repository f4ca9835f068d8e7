"""From the scores of clips to the figures that people compare: precision, recall, delay, false alarms a day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from edgekit.replay.recording import Stretch
from edgekit.replay.scoring import CameraScore, Score
from edgekit.replay.truth import Truth
from edgekit.shelf.words import FacingStatus

__all__ = ["Figures", "Graded", "figures_of", "stocked_seconds"]


@dataclass(frozen=True, slots=True, eq=False)
class Graded:
    """One clip and how its events did.

    Attributes:
        name: the clip's name.
        truth: what truly happens in it.
        score, camera: how the events did.
        stocked_s: seconds in which undisturbed facings read `stocked`, and seconds of them in all.
    """

    name: str
    truth: Truth
    score: Score
    camera: CameraScore
    stocked_s: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Figures:
    """Figures of one clip or many; None where there was nothing to count.

    Attributes:
        clips: how many.
        camera_s: media time.
        raised: claims (opened, updated to another state, resolved).
        right: of those, true ones.
        told: true problems that were told of; `due`: these, and those that had to be and were not.
        resolutions_told: true restockings that were told of; `resolutions_due`: these, and those that had to be.
        false_alarms: wrong claims that call staff.
        late: right claims that came later than hold and grace allow.
        delay_p50_s, delay_p95_s: visible seconds from a change to its event.
        trouble: camera trouble that had to be flagged, `flagged` in time, and `false_flags`.
        stocked_share: share of the visible time in which undisturbed facings read `stocked`.
    """

    clips: int
    camera_s: float
    raised: int
    right: int
    told: int
    due: int
    resolutions_told: int
    resolutions_due: int
    false_alarms: int
    late: int
    delay_p50_s: float | None
    delay_p95_s: float | None
    trouble: int
    flagged: int
    false_flags: int
    stocked_share: float | None

    @property
    def precision(self) -> float | None:
        """Share of the claims that are true."""
        return _share(self.right, self.raised)

    @property
    def recall(self) -> float | None:
        """Share of the due problems that were told of."""
        return _share(self.told, self.due)

    @property
    def resolved_recall(self) -> float | None:
        """Share of the due restockings that were told of."""
        return _share(self.resolutions_told, self.resolutions_due)

    @property
    def false_alarms_per_day(self) -> float:
        """False alarms in 24 hours of one camera."""
        return self.false_alarms * 86400.0 / self.camera_s if self.camera_s else 0.0

    def to_json(self) -> dict[str, Any]:
        """Plain values for a JSON object."""
        return asdict(self) | {
            "precision": self.precision,
            "recall": self.recall,
            "resolved_recall": self.resolved_recall,
            "false_alarms_per_day": self.false_alarms_per_day,
        }


def figures_of(graded: Sequence[Graded]) -> Figures:
    """The figures of all clips together."""
    right = [one for clip in graded for one in clip.score.right]
    wrong = [one for clip in graded for one in clip.score.wrong]
    missed = [one for clip in graded for one in clip.score.missed]
    told = [one for one in right if one.segment is not None and one.segment.state is not FacingStatus.STOCKED]
    overlooked = [one for one in missed if one.segment is not None and one.segment.state is not FacingStatus.STOCKED]
    delays = [one.delay_s for one in right if one.delay_s is not None]
    flagged = sum(len(clip.camera.flagged) for clip in graded)
    stocked, possible = (sum(clip.stocked_s[which] for clip in graded) for which in (0, 1))
    return Figures(
        clips=len(graded),
        camera_s=sum(clip.truth.duration_s for clip in graded),
        raised=len(right) + len(wrong),
        right=len(right),
        told=len(told),
        due=len(told) + len(overlooked),
        resolutions_told=len(right) - len(told),
        resolutions_due=len(right) - len(told) + len(missed) - len(overlooked),
        false_alarms=sum(one.claim is not None and one.claim.calls_staff for one in wrong),
        late=sum(one.late for one in right),
        delay_p50_s=_percentile(delays, 50),
        delay_p95_s=_percentile(delays, 95),
        trouble=flagged + sum(len(clip.camera.missed) for clip in graded),
        flagged=flagged,
        false_flags=sum(len(clip.camera.false) for clip in graded),
        stocked_share=stocked / possible if possible else None,
    )


def stocked_seconds(stretches: Mapping[str, Sequence[Stretch]], truth: Truth) -> tuple[float, float]:
    """Seconds in which undisturbed facings read `stocked`, and seconds of them in all.

    Undisturbed is a facing until something is truly taken from it; its hidden time and the camera's trouble do not
    count.
    """
    stocked = possible = 0.0
    for facing in truth.facings:
        first_s = next((change.time_s for change in truth.changes if change.facing == facing), truth.duration_s)
        for stretch in stretches.get(facing, ()):
            length_s = truth.visible_s(facing, stretch.from_s, min(stretch.until_s, first_s))
            possible += length_s
            stocked += length_s if stretch.state is FacingStatus.STOCKED else 0.0
    return stocked, possible


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _percentile(values: Sequence[float], percent: float) -> float | None:
    return float(np.percentile(values, percent)) if values else None
