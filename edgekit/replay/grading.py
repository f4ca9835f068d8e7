"""A clip with its truth, run and graded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from edgekit.backends.selection import LoadedModel
from edgekit.config.schema import SiteConfig
from edgekit.errors import DataError
from edgekit.replay.claims import camera_claims_of, claims_of
from edgekit.replay.figures import Graded, stocked_seconds
from edgekit.replay.recording import MOST_PICTURES, Recording, record
from edgekit.replay.scoring import Segment, due_after_s, score, score_camera, segments_of
from edgekit.replay.truth import Truth, load_truth
from edgekit.shelf.planogram import load_planogram
from edgekit.shelf.rules import ShelfRules
from edgekit.shelf.words import FacingStatus
from edgekit.sources.protocol import Source

__all__ = ["Take", "due_s", "graded", "load_take", "recorded"]

_BEFORE_END_S: Final = 0.5
"""So long before the end there is a frame yet."""


@dataclass(frozen=True, slots=True)
class Take:
    """A clip to be graded.

    Attributes:
        name: the clip's name.
        site: of one camera whose source is the clip.
        truth: what truly happens in it.
        most_pictures: that are kept for a report.
        due_by: the rules that say what is due when, where settings are compared: each has to answer for the same
            changes; None: the site's own.
    """

    name: str
    site: SiteConfig
    truth: Truth
    most_pictures: int = MOST_PICTURES
    due_by: ShelfRules | None = None

    @property
    def yardstick(self) -> ShelfRules:
        """The rules that say what is due when."""
        return self.due_by or self.site.shelf


def load_take(name: str, site: SiteConfig, truth_path: Path) -> Take:
    """A clip with the truth that stands in a file.

    Raises:
        DataError: no truth, or it is of other facings than the planogram.
    """
    truth, planogram = load_truth(truth_path), site.cameras[0].planogram
    seen, told = {facing.id for facing in load_planogram(planogram).facings}, set(truth.facings)
    for strange, of, where in ((told - seen, truth_path, planogram), (seen - told, planogram, truth_path)):
        if strange:
            raise DataError(
                f"{of}: the facing {min(strange)!r} is not in {where}.",
                hint="A truth names exactly the facings of its planogram.",
            )
    return Take(name, site, truth)


def recorded(
    take: Take,
    *,
    sources: Mapping[str, Source] | None = None,
    models: Mapping[str, LoadedModel] | None = None,
    tick: Callable[[float], object] | None = None,
) -> Recording:
    """Run a take; pictures are kept of each event, and of each true change as it should be told of."""
    rules = take.yardstick
    last_s = take.truth.duration_s - _BEFORE_END_S
    moments_s = [
        min(moment_s, last_s) for moment_s in (*_due_times_s(take.truth, rules), *_trouble_times_s(take.truth))
    ]
    return record(
        take.site, moments_s=moments_s, most_pictures=take.most_pictures, sources=sources, models=models, tick=tick
    )


def due_s(segment: Segment, truth: Truth, rules: ShelfRules) -> float:
    """Media time by which a segment has to be told of, before the end of the clip."""
    told_s = truth.seen_for(segment.facing, segment.from_s, due_after_s(segment.state, rules))
    return min(told_s, truth.duration_s - _BEFORE_END_S)


def _due_times_s(truth: Truth, rules: ShelfRules) -> list[float]:
    return [
        due_s(segment, truth, rules)
        for facing in truth.facings
        for segment in segments_of(truth, facing)
        if segment.from_s or segment.state is not FacingStatus.STOCKED
    ]


def _trouble_times_s(truth: Truth) -> list[float]:
    return [trouble.from_s + 1.0 for trouble in truth.camera]


def graded(take: Take, recording: Recording) -> Graded:
    """Hold what a run said against the take's truth."""
    return Graded(
        take.name,
        take.truth,
        score(claims_of(recording.events), take.truth, take.yardstick),
        score_camera(camera_claims_of(recording.events), take.truth),
        stocked_seconds(recording.stretches, take.truth),
    )
