"""A simulation: the same to the bit for the same seed, and its truth agrees with its pixels."""

import numpy as np
import pytest

from edgekit.errors import UsageError
from edgekit.replay.simulation.clip import ClipOptions, scenario_clip
from edgekit.replay.simulation.scenarios import SCENARIOS

SMALL = ClipOptions(seconds=40.0, size_wh=(320, 240))


def test_the_same_seed_gives_the_same_frames_to_the_bit_and_another_seed_others():
    first, again, other = (scenario_clip("everything", seed, SMALL) for seed in (1, 1, 2))
    assert first.truth == again.truth
    for (_, one), (_, same) in zip(first.frames(), again.frames(), strict=True):
        assert np.array_equal(one, same)
    assert not np.array_equal(first.reference, other.reference)


def test_frames_can_be_asked_for_again():
    simulation = scenario_clip("nuisance", 3, ClipOptions(seconds=15.0, size_wh=(320, 240)))
    before, after = [[pixels for _, pixels in simulation.frames()] for _ in range(2)]
    assert all(np.array_equal(one, same) for one, same in zip(before, after, strict=True))


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_scenario_renders(name):
    simulation = scenario_clip(name, 5, ClipOptions(seconds=30.0, size_wh=(320, 240)))
    frames = list(simulation.frames())
    assert len(frames) == simulation.frame_count == 150
    assert all(pixels.shape == (240, 320, 3) and pixels.dtype == np.uint8 for _, pixels in frames)
    assert simulation.truth.scenario == name


def test_an_unknown_scenario_is_told_the_nearest_name():
    with pytest.raises(UsageError, match="shoppers"):
        scenario_clip("shopers", 1)
