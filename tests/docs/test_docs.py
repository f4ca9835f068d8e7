"""Every command in README.md and docs/ is run, or says why it is not.

A fence ```console holds commands behind `$ `, run page by page in a folder of their own; a line `# exit 3` before a
command says the exit code it is expected to have. Any other shell fence needs a comment `<!-- not run: reason -->`
above it. Python fences are run as they stand.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
PAGES = ["README.md", *sorted(f"docs/{path.name}" for path in (REPOSITORY / "docs").glob("*.md"))]
FENCE = re.compile(r"(?P<before>[^\n]*)\n+```(?P<language>\w+)\n(?P<body>.*?)```", re.DOTALL)
SHELLS = {"sh", "bash", "shell", "console"}


@dataclass(frozen=True)
class Fence:
    language: str
    body: str
    excused: str | None


def fences(page: str) -> list[Fence]:
    text = "\n\n" + (REPOSITORY / page).read_text("utf-8")
    found = []
    for match in FENCE.finditer(text):
        excuse = re.fullmatch(r"<!-- not run: (.+) -->", match["before"].strip())
        found.append(Fence(match["language"], match["body"], excuse[1] if excuse else None))
    return found


def commands(body: str) -> list[tuple[str, int]]:
    """(command, expected exit code) of each `$ ` line; backslashes continue lines."""
    found: list[tuple[str, int]] = []
    expected = 0
    lines = iter(body.splitlines())
    for line in lines:
        if match := re.fullmatch(r"# exit (\d+)", line.strip()):
            expected = int(match[1])
        elif line.startswith("$ "):
            command = line[2:]
            while command.endswith("\\"):
                command = command[:-1] + next(lines).lstrip("> ")
            found.append((command, expected))
            expected = 0
    return found


@pytest.fixture
def workspace(tmp_path: Path, assets_dir: Path) -> Path:
    """What the pages assume: a model, its classes, calibration and labelled pictures, a clip and its planogram."""
    shutil.copy(assets_dir / "models/yolox_nano.onnx", tmp_path / "products.onnx")
    shutil.copy(assets_dir / "models/coco_classes.txt", tmp_path / "classes.txt")
    bottles = assets_dir / "restock-video-bottles"
    shutil.copy(bottles / "bottle-detection.mp4", tmp_path / "clip.mp4")
    shutil.copy(bottles / "reference.jpg", tmp_path / "reference.jpg")
    shutil.copy(bottles / "planogram.yaml", tmp_path / "planogram.yaml")
    (tmp_path / "calibration").mkdir()
    for picture in sorted((assets_dir / "coco-64/calibration").iterdir())[:16]:
        shutil.copy(picture, tmp_path / "calibration")
    (tmp_path / "labelled").mkdir()
    shutil.copytree(assets_dir / "coco-64/images", tmp_path / "labelled/images")
    shutil.copy(assets_dir / "coco-64/annotations.json", tmp_path / "labelled")
    return tmp_path


def test_every_shell_fence_is_run_or_says_why_not() -> None:
    unexplained = [
        f"{page}: {fence.body.splitlines()[0]}"
        for page in PAGES
        for fence in fences(page)
        if fence.language in SHELLS - {"console"} and fence.excused is None
    ]
    assert unexplained == []


def test_the_pages_hold_commands_at_all() -> None:
    assert {"README.md", "docs/ml-engineer.md", "docs/installer.md", "docs/pos-developer.md"} <= set(PAGES)
    assert all(any(fence.language == "console" for fence in fences(page)) for page in PAGES if "ARCH" not in page)


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES)
def test_every_command_of_the_page_works(page: str, workspace: Path) -> None:
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    environment["XDG_CACHE_HOME"] = str(workspace / ".cache")
    for fence in fences(page):
        if fence.excused is not None:
            continue
        if fence.language == "console":
            for command, expected in commands(fence.body):
                ran = subprocess.run(
                    ["bash", "-c", command], cwd=workspace, env=environment, capture_output=True, text=True, timeout=300
                )
                assert ran.returncode == expected, f"{command}\n{ran.stdout[-2000:]}\n{ran.stderr[-2000:]}"
        elif fence.language == "python":
            ran = subprocess.run(
                [sys.executable, "-c", fence.body],
                cwd=workspace,
                env=environment,
                capture_output=True,
                text=True,
                timeout=300,
            )
            assert ran.returncode == 0, f"{fence.body}\n{ran.stderr[-2000:]}"
