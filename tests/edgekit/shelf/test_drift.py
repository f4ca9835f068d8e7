"""A clip from the hand: the camera drifts, somebody crosses, a facing is emptied meanwhile."""

from __future__ import annotations

from pathlib import Path

import pytest

from edgekit.frame import Frame
from edgekit.replay.simulation.clip import ClipOptions, scenario_clip
from edgekit.shelf.planogram import Planogram
from edgekit.shelf.rules import ShelfRules
from edgekit.shelf.shelf import Shelf
from edgekit.shelf.words import FacingStatus, TransitionKind


@pytest.mark.parametrize("seed", [2, 3])
def test_only_the_facing_that_was_emptied_fires_while_the_camera_drifts_45_pixels_and_a_shopper_crosses(
    seed: int,
) -> None:
    clip = scenario_clip("drift", seed, ClipOptions(seconds=36))
    (change,) = clip.truth.changes
    assert {one.kind for one in clip.truth.nuisances} >= {"handheld", "shopper"}
    planogram = Planogram(Path("p.yaml"), Path("r.png"), clip.reference.shape[:2], clip.facings, {})
    rules = ShelfRules(hold_out_of_stock_s=5, hold_restocked_s=3, cooldown_s=3)
    shelf = Shelf(planogram, rules, sample_fps=5, models={}, reference_pixels=clip.reference)
    state, _ = shelf.initial()
    told = []
    for sequence, (time_s, pixels) in enumerate(clip.frames()):
        concluded = shelf.conclude(state, shelf.look(state, Frame(pixels, time_s, sequence, 0)), {})
        state = concluded.state
        told += [(one.facing, one.kind, one.state) for one in concluded.transitions]
    assert told == [(change.facing, TransitionKind.OPENED, FacingStatus.OUT_OF_STOCK)]
