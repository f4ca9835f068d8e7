from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from edgekit.demo.embedded import FPS, embedded_clip
from edgekit.demo.simulated import simulated_verdict
from edgekit.demo.verdict import Verdict
from edgekit.replay.truth import Truth
from edgekit.shelf.words import FacingStatus


def log_line(kind: str, facing: str, state: str, time_s: float) -> str:
    data = {"camera": "cam", "facing": facing, "state": state, "media_time_s": time_s, "frame_index": int(time_s * FPS)}
    event = {"id": f"{facing}-{kind}-{time_s}", "source": "/", "subject": facing, "time": "1970-01-01T00:00:00Z"}
    return json.dumps({**event, "type": f"io.edgekit.restock.{kind}", "data": data})


@pytest.fixture(scope="module")
def truth() -> Truth:
    return embedded_clip().truth


def true_lines(truth: Truth) -> list[str]:
    """An event six seconds after each change of the clip."""
    kinds = {FacingStatus.STOCKED: "resolved"}
    return [
        log_line(kinds.get(change.state, "opened"), change.facing, change.state.value, change.time_s + 6.0)
        for change in truth.changes
    ]


def verdict(folder: Path, truth: Truth, lines: list[str]) -> Verdict:
    config = folder / "edgekit.yaml"
    config.write_text("version: 1\nshelf: {hold_out_of_stock_s: 5, hold_restocked_s: 3, cooldown_s: 3}\n")
    log = folder / "events.jsonl"
    log.write_text("".join(f"{line}\n" for line in lines))
    return simulated_verdict(log, truth=truth, config=config, fps=FPS)


def test_the_clip_has_three_products_taken_and_put_back_among_a_hand_and_a_shopper(truth: Truth) -> None:
    assert [change.state for change in truth.changes].count(FacingStatus.OUT_OF_STOCK) == 3
    assert [change.state for change in truth.changes].count(FacingStatus.STOCKED) == 3
    assert {nuisance.kind for nuisance in truth.nuisances} >= {"hand", "touch", "shopper", "light_step"}
    assert len(truth.facings) >= 8


def test_events_that_come_in_time_are_good(truth: Truth, tmp_path: Path) -> None:
    found = verdict(tmp_path, truth, true_lines(truth))
    assert found.good
    assert [item.truth.type for item in found.judged].count("opened") == 3
    assert [item.truth.frame for item in found.judged] == sorted(item.truth.frame for item in found.judged)


def test_a_missing_event_is_a_row_that_never_came(truth: Truth, tmp_path: Path) -> None:
    found = verdict(tmp_path, truth, true_lines(truth)[1:])
    assert not found.good
    assert [item.frame for item in found.judged if not item.in_time] == [None]


def test_a_run_that_raised_nothing_and_left_no_log_missed_them_all(truth: Truth, tmp_path: Path) -> None:
    verdict(tmp_path, truth, [])
    (tmp_path / "events.jsonl").unlink()
    found = simulated_verdict(tmp_path / "events.jsonl", truth=truth, config=tmp_path / "edgekit.yaml", fps=FPS)
    assert (found.found, len(found.judged), found.good) == (0, 6, False)


def test_an_event_of_a_product_that_stands_is_named_among_the_others(truth: Truth, tmp_path: Path) -> None:
    changed = {change.facing for change in truth.changes}
    still = next(facing for facing in truth.facings if facing not in changed)
    found = verdict(tmp_path, truth, [*true_lines(truth), log_line("opened", still, "out_of_stock", 40.0)])
    assert not found.good
    assert found.others == ((still, "opened", round(40.0 * FPS)),)


def test_a_camera_that_was_never_in_trouble_must_not_be_told_of(truth: Truth, tmp_path: Path) -> None:
    moved = json.loads(log_line("opened", "cam", "moved", 20.0)) | {"type": "io.edgekit.camera.moved"}
    found = verdict(tmp_path, truth, [*true_lines(truth), json.dumps(moved)])
    assert found.others == (("camera", "moved", round(20.0 * FPS)),)


@pytest.mark.slow
def test_with_no_public_file_and_no_network_the_demo_runs_the_whole_job_on_a_clip_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "nothing").mkdir()
    nowhere = "http://127.0.0.1:9"
    environment = {
        **os.environ,
        "EDGEKIT_ASSETS": str(tmp_path / "nothing"),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "http_proxy": nowhere,
        "https_proxy": nowhere,
        "COLUMNS": "120",
    }
    command = [sys.executable, "-m", "edgekit.demo", "--out", str(tmp_path / "out")]
    ran = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=300)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert ran.stdout.splitlines()[0].startswith("Input: a shelf that edgekit renders")
    assert "is not on this machine" in ran.stdout.splitlines()[0]
    assert "6 of 6 true events in time, 0 others" in ran.stdout
    for name in ("facing.edgekit", "annotated.mp4", "contact-sheet.png", "events.jsonl", "summary.json"):
        assert (tmp_path / "out/embedded" / name).stat().st_size > 0
