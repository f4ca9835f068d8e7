"""`edgekit planogram` as it is typed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from edgekit.shelf.planogram import load_planogram
from edgekit.testing import FakeShelf


def edgekit(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "edgekit", *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return FakeShelf(tmp_path / "shelf").write_clip(tmp_path / "clip.avi", [(3.0, ()), (2.0, {"left"})])


def test_check_holds_a_planogram_against_its_camera_and_draws_it(clip: Path, tmp_path: Path) -> None:
    ran = edgekit(
        tmp_path, "planogram", "check", "--camera", "clip.avi", "--planogram", "shelf/planogram.yaml", "-o", "check.png"
    )
    assert ran.returncode == 0, ran.stderr
    assert "2 facings" in ran.stdout
    assert (tmp_path / "check.png").stat().st_size > 1000


def test_new_does_not_replace_what_is_there_and_edit_needs_what_exists(clip: Path, tmp_path: Path) -> None:
    (tmp_path / "aisle.yaml").write_text("mine")
    ran = edgekit(tmp_path, "planogram", "new", "--camera", "clip.avi", "-o", "aisle.yaml", "--no-page")
    assert ran.returncode == 2
    assert "edgekit planogram edit aisle.yaml" in ran.stderr
    assert (tmp_path / "aisle.yaml").read_text() == "mine"
    assert edgekit(tmp_path, "planogram", "edit", "nothing.yaml").returncode == 3


def test_new_without_a_page_writes_what_it_proposes(assets_dir: Path, tmp_path: Path) -> None:
    photo = str(assets_dir / "shelf-photos/shelf-04.jpg")
    ran = edgekit(tmp_path, "planogram", "new", "--camera", photo, "--out", "aisle.yaml", "--no-page")
    assert ran.returncode == 0, ran.stderr
    written = load_planogram(tmp_path / "aisle.yaml")
    assert written.reference == tmp_path / "aisle.jpg"
    assert written.reference_size_hw == (640, 640)
    assert len(written.facings) > 20


def test_import_brings_a_table_onto_a_picture_by_four_corners(tmp_path: Path) -> None:
    shelf = FakeShelf(tmp_path / "shelf")
    (tmp_path / "a.csv").write_text("shelf,position,product,width\n1,1,tea,10\n1,2,jam,10\n")
    typed = [
        "planogram",
        "import",
        "a.csv",
        "--picture",
        "shelf/reference.png",
        "--corners",
        "24,24 168,24 168,120 24,120",
    ]
    ran = edgekit(tmp_path, *typed, "-o", "a.yaml")
    assert ran.returncode == 0, ran.stderr
    written = load_planogram(tmp_path / "a.yaml")
    assert [facing.product for facing in written.facings] == ["tea", "jam"]
    assert written.facings[1].polygon_xy_px[0] == (96, 24)
    assert written.reference == shelf.folder / "reference.png"
    assert edgekit(tmp_path, *typed, "-o", "a.yaml").returncode == 2
    (tmp_path / "a.csv").write_text("shelf,position,product,width\n1,1,tea,ten\n")
    ran = edgekit(tmp_path, *typed, "-o", "b.yaml")
    assert ran.returncode == 3
    assert "a.csv:2: `width` is a number, not 'ten'" in ran.stderr
