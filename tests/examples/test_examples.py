"""Every file in examples/ runs, as its own first lines say."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

pytestmark = pytest.mark.slow

RUN_ELSEWHERE = {"own_model.py": "tests/torch, since it needs torch"}


@pytest.fixture
def shelf(tmp_path: Path, assets_dir: Path) -> Path:
    """An edgekit.yaml without a model over the clip of three bottles, times short enough for a clip."""
    bottles = assets_dir / "restock-video-bottles"
    for name in ("bottle-detection.mp4", "planogram.yaml", "reference.jpg"):
        shutil.copyfile(bottles / name, tmp_path / name)
    site = {
        "cameras": [{"id": "table", "source": "bottle-detection.mp4", "planogram": "planogram.yaml"}],
        "shelf": {"stillness_s": 0.4, "hold_out_of_stock_s": 1.0, "hold_restocked_s": 1.0, "cooldown_s": 1.0},
    }
    (tmp_path / "edgekit.yaml").write_text(yaml.safe_dump(site))
    return tmp_path


def ran(*command: object, cwd: Path) -> str:
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, env=environment, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


@pytest.mark.parametrize("example", ["pos_console.py", "pos_asyncio.py"])
def test_the_embedding_examples_print_every_event_and_nothing_twice(
    repository: Path, shelf: Path, example: str
) -> None:
    lines = ran(sys.executable, repository / "examples" / example, "edgekit.yaml", cwd=shelf).splitlines()
    assert len(lines) == len(set(lines)) == 8
    assert sum("left" in line for line in lines) == 4


def test_the_iterator_example_feeds_its_own_pictures(repository: Path, shelf: Path) -> None:
    said = ran(sys.executable, repository / "examples/own_pictures.py", "edgekit.yaml", cwd=shelf)
    assert "left: stocked" in said
    assert "right: stocked" in said


def test_the_shell_example_exports_runs_and_lists_events(repository: Path, shelf: Path, assets_dir: Path) -> None:
    (shelf / "calibration").mkdir()
    for picture in sorted((assets_dir / "coco-64/calibration").iterdir())[:16]:
        shutil.copy(picture, shelf / "calibration")
    models = assets_dir / "models"
    said = ran(
        repository / "examples/export_and_run.sh",
        *(models / "yolox_nano.onnx", models / "coco_classes.txt", "calibration", "bottle-detection.mp4"),
        *("planogram.yaml", "out"),
        cwd=shelf,
    )
    assert "int8-tensorrt" in said
    assert (shelf / "out/run/contact-sheet.png").exists()


def test_no_example_is_left_out(repository: Path) -> None:
    tested = Path(__file__).read_text()
    names = [path.name for path in (repository / "examples").iterdir() if path.suffix in (".py", ".sh")]
    assert names
    assert [name for name in names if name not in tested] == []
