"""The commands that put a page up, as processes, with a browser in front of them."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from edgekit.shelf.planogram import load_planogram
from edgekit.testing import FakeShelf

READY = "document.body?.dataset.ready"


@pytest.fixture
def edgekit(tmp_path: Path) -> Iterator[Callable[..., tuple[subprocess.Popen[str], str]]]:
    """Start a command; gives the process and the address of its page."""
    started: list[subprocess.Popen[str]] = []

    def start(*arguments: str) -> tuple[subprocess.Popen[str], str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "edgekit", *arguments, "--no-browser"],
            cwd=tmp_path,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        assert process.stderr is not None
        address = next((line.split()[-1] for line in process.stderr if "http://127.0.0.1:" in line), "")
        assert address, "it ended without a page"
        return process, address

    yield start
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return FakeShelf(tmp_path / "shelf").write_clip(tmp_path / "clip.avi", [(2.0, ()), (2.0, {"left"})])


def test_new_draws_a_planogram_on_a_clip_from_the_first_facing_to_done(clip, edgekit, desktop, tmp_path) -> None:
    process, address = edgekit("planogram", "new", "--camera", "clip.avi", "--out", "aisle.yaml")
    desktop.open(address, until=READY)
    proposed = desktop.js("document.querySelectorAll('[data-facing]').length")
    desktop.click("#add")
    x, y = desktop.middle("#stage")
    desktop.drag((x - 200, y - 60), (120, 140))
    desktop.wait(f"document.querySelectorAll('[data-facing]').length === {proposed + 1}")
    desktop.type("#f-product", "green tea")
    desktop.click("#save")
    desktop.wait("document.querySelector('#banner').innerText.startsWith('Saved aisle.yaml with')")
    facings = load_planogram(tmp_path / "aisle.yaml").facings
    assert len(facings) == proposed + 1
    assert facings[-1].product == "green tea"
    desktop.click("#done")
    assert process.wait(20) == 0
    assert desktop.complaints == []


def test_ctrl_c_after_a_save_is_a_clean_end_and_before_it_an_interruption(clip, edgekit, desktop) -> None:
    for save, code in ((True, 0), (False, 130)):
        process, address = edgekit("planogram", "edit", "shelf/planogram.yaml")
        desktop.open(address, until=READY)
        if save:
            desktop.click("#save")
            desktop.wait("document.querySelector('#banner').innerText.startsWith('Saved')")
            desktop.wait("!document.querySelector('#save').disabled")
        process.send_signal(signal.SIGINT)
        assert process.wait(20) == code


def test_check_with_ui_shows_the_cameras_picture_and_corrects_the_planogram_there(
    clip, edgekit, desktop, tmp_path
) -> None:
    process, address = edgekit(
        "planogram", "check", "--camera", "clip.avi", "--planogram", "shelf/planogram.yaml", "--ui"
    )
    desktop.open(address, until=READY)
    assert "what the camera shows now" in desktop.text("#banner")
    desktop.click("[data-facing='0']")
    desktop.press("ArrowRight")
    desktop.click("#save")
    desktop.wait("document.querySelector('#banner').innerText.startsWith('Saved')")
    desktop.click("#done")
    assert process.wait(20) == 0
    saved = load_planogram(tmp_path / "shelf/planogram.yaml")
    assert saved.facings[0].polygon_xy_px[0] == (25, 24)
    assert saved.reference.name == "reference.png"


def test_run_with_ui_shows_a_recording_at_its_own_pace_and_ends_with_it(clip, edgekit, desktop) -> None:
    process, address = edgekit(
        "run", "--camera", "clip.avi", "--planogram", "shelf/planogram.yaml", "--out", "out", "--ui"
    )
    desktop.open(address, until=f"{READY} && document.querySelector('img[data-shown]')")
    assert desktop.js("document.querySelectorAll('[data-facing]').length") == 2
    assert process.wait(40) == 0
    desktop.wait("document.querySelector('#banner').innerText.includes('the run has ended')")
