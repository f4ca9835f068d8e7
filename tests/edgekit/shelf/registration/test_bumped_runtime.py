"""A simulated clip with a bump through the whole runtime: one `camera.moved`, one `camera.recovered`, no false word."""

import numpy as np
import pytest

from edgekit.config.loading import load_site
from edgekit.replay.recording import record
from edgekit.replay.simulation.folder import write_folder
from edgekit.replay.simulation.scene import Scene
from edgekit.replay.simulation.script import Action, Kind, Script
from edgekit.replay.simulation.shelves import ShelfStyle, rendered_scene
from edgekit.replay.simulation.simulation import simulate


@pytest.fixture(scope="module")
def scene() -> Scene:
    return rendered_scene(np.random.default_rng(5), ShelfStyle(rows=2, facings=6), size_wh=(480, 360))


def told(scene, folder, *actions, duration_s):
    config = write_folder(simulate(Script("bumped", duration_s, actions), scene, 3), folder)
    recording = record(load_site(config))
    return [(event.type.removeprefix("io.edgekit."), event.subject, event.time.second) for event in recording.events]


def test_a_bump_is_told_once_and_what_is_taken_after_it_is_noticed(scene, tmp_path) -> None:
    facing = scene.facings[1].id
    bump, taken = Action(Kind.BUMP, 8.0), Action(Kind.GONE, 24.0, facings=(facing,))
    seen = told(scene, tmp_path, bump, taken, duration_s=36.0)
    assert [one[:2] for one in seen if "camera" in one[0]] == [("camera.moved", "cam"), ("camera.recovered", "cam")]
    moved_s, recovered_s = (one[2] for one in seen if "camera" in one[0])
    assert moved_s <= 8 + 30
    assert recovered_s <= 8 + 12
    assert [one[:2] for one in seen if "restock" in one[0]] == [("restock.opened", facing)]
