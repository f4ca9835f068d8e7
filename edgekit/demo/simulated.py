"""Holds the events of a simulated clip against its own truth, by the rules of `edgekit replay`."""

from __future__ import annotations

from pathlib import Path

from edgekit.config.loading import load_site
from edgekit.demo.verdict import Judged, Truth, Verdict
from edgekit.events.event import Event
from edgekit.replay.claims import camera_claims_of, claims_of
from edgekit.replay.grading import due_s
from edgekit.replay.scoring import GRACE_S, Outcome, score, score_camera
from edgekit.replay.truth import Truth as ClipTruth
from edgekit.shelf.rules import ShelfRules
from edgekit.shelf.words import FacingStatus

__all__ = ["simulated_verdict"]


def simulated_verdict(log: Path, *, truth: ClipTruth, config: Path, fps: float) -> Verdict:
    """Judge the events in `log`.

    Args:
        log: JSON lines, as `edgekit run` writes them; no such file where nothing was raised.
        truth: what truly happens in the clip.
        config: the edgekit.yaml of the run; its settings say what is due when.
        fps: frames per second of the clip.
    """
    rules = load_site(config).shelf
    lines = log.read_bytes().splitlines() if log.exists() else []
    events = [Event.from_json(line) for line in lines]
    found = score(claims_of(events), truth, rules)
    judged = tuple(
        one for outcome in (*found.right, *found.missed) for one in _judged(outcome, truth=truth, rules=rules, fps=fps)
    )
    claims = [one.claim for one in found.wrong if one.claim is not None]
    others = [(claim.facing, claim.kind.value, round(claim.time_s * fps)) for claim in claims]
    false = score_camera(camera_claims_of(events), truth).false
    others += [("camera", claim.kind, round(claim.time_s * fps)) for claim in false]
    allowed = (
        f"An event may come as late as the hold (out of stock {rules.hold_out_of_stock_s:g} s, "
        f"restocked {rules.hold_restocked_s:g} s) + {GRACE_S:g} s in which the facing can be seen."
    )
    return Verdict(tuple(sorted(judged, key=lambda one: one.truth.frame)), tuple(others), allowed)


def _judged(outcome: Outcome, *, truth: ClipTruth, rules: ShelfRules, fps: float) -> tuple[Judged, ...]:
    """The row of a true change; none for a claim of none."""
    claim, segment = outcome.claim, outcome.segment
    if segment is None:
        return ()
    kind = "resolved" if segment.state is FacingStatus.STOCKED else "opened"
    since = round(segment.from_s * fps)
    latest = round(due_s(segment, truth, rules) * fps)
    frame = None if claim is None else round(claim.time_s * fps)
    in_time = claim is not None and not outcome.late
    return (Judged(Truth(segment.facing, kind, since, since), frame, latest, in_time),)
