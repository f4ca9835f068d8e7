"""A clip with its truth, run and graded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from edgekit.backends.selection import LoadedModel
from edgekit.config.schema import SiteConfig
from edgekit.errors import DataError
from edgekit.replay.claims import camera_claims_of, claims_of
from edgekit.replay.figures import Graded, stocked_seconds
from edgekit.replay.recording import Recording, record
from edgekit.replay.scoring import score, score_camera
from edgekit.replay.truth import Truth, load_truth
from edgekit.shelf.planogram import load_planogram
from edgekit.shelf.rules import ShelfRules
from edgekit.sources.protocol import Source

__all__ = ["Take", "graded", "load_take", "recorded"]

_LATER_S = 8.0


@dataclass(frozen=True, slots=True)
class Take:
    """A clip to be graded.

    Attributes:
        name: the clip's name.
        site: of one camera whose source is the clip.
        truth: what truly happens in it.
    """

    name: str
    site: SiteConfig
    truth: Truth


def load_take(name: str, site: SiteConfig, truth_path: Path) -> Take:
    """A clip with the truth that stands in a file.

    Raises:
        DataError: no truth, or it is of other facings than the planogram.
    """
    truth = load_truth(truth_path)
    facings = {facing.id for facing in load_planogram(site.cameras[0].planogram).facings}
    strange = sorted(set(truth.facings) - facings)
    if strange:
        raise DataError(
            f"{truth_path}: the facing {strange[0]!r} is not in {site.cameras[0].planogram}.",
            hint=f"It has: {', '.join(sorted(facings))}.",
        )
    return Take(name, site, truth)


def recorded(
    take: Take,
    rules: ShelfRules | None = None,
    *,
    sources: Mapping[str, Source] | None = None,
    models: Mapping[str, LoadedModel] | None = None,
) -> Recording:
    """Run a take, with other rules where given; pictures are kept of each true change as it should be told of."""
    rules = rules or take.site.shelf
    holds = {True: rules.hold_restocked_s, False: rules.hold_out_of_stock_s}
    moments_s = [change.time_s + holds[change.state.value == "stocked"] + _LATER_S for change in take.truth.changes]
    moments_s += [trouble.from_s + 1.0 for trouble in take.truth.camera]
    site = take.site.model_copy(update={"shelf": rules})
    return record(site, moments_s=moments_s, sources=sources, models=models)


def graded(take: Take, recording: Recording, rules: ShelfRules | None = None) -> Graded:
    """Hold what a run said against the take's truth."""
    return Graded(
        take.name,
        take.truth,
        score(claims_of(recording.events), take.truth, rules or take.site.shelf),
        score_camera(camera_claims_of(recording.events), take.truth),
        stocked_seconds(recording.stretches, take.truth),
    )
