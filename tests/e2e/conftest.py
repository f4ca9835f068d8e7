"""The main job as a user does it: the `edgekit` program, the real clip, a bundle exported once for all tests."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from edgekit.demo.scene import SAMPLE_FPS, SHELF, Method, set_scene
from edgekit.demo.verdict import judge, load_events, load_truth

Program = Callable[..., subprocess.CompletedProcess[str]]


@dataclass(frozen=True)
class Bottles:
    """The demo's scene with an exported detector."""

    config: Path
    bundle: Path

    def site(self, folder: Path, **changed: object) -> Path:
        """A copy of its edgekit.yaml in `folder`, paths absolute, keys changed as named."""
        raw = yaml.safe_load(self.config.read_text())
        raw["model"] = str(self.bundle)
        raw["cameras"][0]["planogram"] = str(self.config.parent / "planogram.yaml")
        raw.update(changed)
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / "edgekit.yaml"
        path.write_text(yaml.safe_dump({key: value for key, value in raw.items() if value is not None}))
        return path


@pytest.fixture(scope="session")
def environment(assets_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """This process's environment with an empty cache of its own."""
    cache = tmp_path_factory.mktemp("cache")
    return {**os.environ, "XDG_CACHE_HOME": str(cache), "EDGEKIT_ASSETS": str(assets_dir), "COLUMNS": "120"}


@pytest.fixture(scope="session")
def program(environment: dict[str, str]) -> Program:
    """Runs `edgekit ARGUMENTS` and gives what it printed."""

    def run(*arguments: object, cwd: Path | None = None, timeout_s: float = 300) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "edgekit", *map(str, arguments)]
        return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=timeout_s)

    return run


@pytest.fixture(scope="session")
def bottles(
    assets_dir: Path, environment: dict[str, str], program: Program, tmp_path_factory: pytest.TempPathFactory
) -> Bottles:
    """The demo's scene, its model exported as the demo does."""
    folder = tmp_path_factory.mktemp("bottles")
    scene = set_scene(folder, Method.DETECTOR, environment)
    exported = program("export", *scene.export)
    assert exported.returncode == 0, exported.stderr
    assert scene.bundle is not None
    return Bottles(scene.config, scene.bundle)


@pytest.fixture(scope="session")
def assert_true_events(assets_dir: Path) -> Callable[[Path], None]:
    """Holds an event log against the truth that came with the clip, not against the demo's copy of it."""

    def check(log: Path) -> None:
        fps, truth = load_truth()
        kinds = {"out_of_stock": "opened", "restocked": "resolved"}
        annotated = json.loads((assets_dir / "restock-video-bottles/events.json").read_text())["events"]
        assert [(true.facing, true.type, true.frame) for true in truth] == [
            (event["facing"], kinds[event["type"]], event["frame"]) for event in annotated
        ]
        judged, others = judge(load_events(log), truth, fps=fps, shelf=SHELF, sample_fps=SAMPLE_FPS)
        assert [item for item in judged if not item.in_time] == []
        assert others == []

    return check
