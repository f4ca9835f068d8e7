"""Three bottles taken away and put back: every true event in time, and no other."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("encoding", ["int8-cpu", "float", "int8-tensorrt"])
def test_every_true_event_and_no_other_by_each_encoding_of_the_detector(
    bottles, program, assert_true_events, tmp_path: Path, encoding: str
) -> None:
    ran = program("run", "--config", bottles.site(tmp_path), "--encoding", encoding, "--out", tmp_path / "out")
    assert ran.returncode == 0, ran.stderr
    assert_true_events(tmp_path / "out/events.jsonl")


def test_every_true_event_and_no_other_by_appearance_without_a_model(
    bottles, program, assert_true_events, tmp_path: Path
) -> None:
    planogram = yaml.safe_load((bottles.config.parent / "planogram.yaml").read_text())
    planogram["reference"] = str(bottles.config.parent / "reference.png")
    for facing in planogram["facings"]:
        facing["method"] = "appearance"
    (tmp_path / "planogram.yaml").write_text(yaml.safe_dump(planogram))
    config = bottles.site(tmp_path, model=None)
    ran = program("run", "--config", config, "--planogram", tmp_path / "planogram.yaml", "--out", tmp_path / "out")
    assert ran.returncode == 0, ran.stderr
    assert_true_events(tmp_path / "out/events.jsonl")


def test_the_run_leaves_pictures_a_summary_and_the_same_ids_when_repeated(bottles, program, tmp_path: Path) -> None:
    config, out = bottles.site(tmp_path), tmp_path / "out"
    command = ("run", "--config", config, "--encoding", "float", "--out", out, "--annotate")
    first = program(*command)
    assert first.returncode == 0, first.stderr
    log = (out / "events.jsonl").read_bytes()
    assert len(log.splitlines()) == 8
    assert (out / "annotated.mp4").stat().st_size > 100_000
    assert (out / "contact-sheet.png").read_bytes().startswith(b"\x89PNG")
    camera = json.loads((out / "summary.json").read_text())["cameras"][0]
    assert camera["telemetry"]["frames"] == 1189
    assert sum(camera["telemetry"]["dropped"].values()) == 0
    assert program(*command).returncode == 0
    assert (out / "events.jsonl").read_bytes() == log


def killed_at(command: list[str], environment: dict[str, str], log: Path, lines: int) -> None:
    """Start a run and kill -9 it once its log holds so many lines."""
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline_s = time.monotonic() + 120
        while time.monotonic() < deadline_s:
            assert process.poll() is None, "the run ended before it could be killed"
            if log.exists() and log.read_bytes().count(b"\n") >= lines:
                return
            time.sleep(0.005)
        pytest.fail(f"no {lines} events within two minutes")
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()


def test_killed_at_five_moments_and_run_to_the_end_the_log_holds_every_event_once(
    bottles, environment, assert_true_events, tmp_path: Path
) -> None:
    config, out = bottles.site(tmp_path), tmp_path / "out"
    run = [sys.executable, "-m", "edgekit", "run", "--config", str(config), "--encoding", "float", "--out", str(out)]
    log = out / "events.jsonl"
    for lines in (1, 2, 3, 5, 6):
        killed_at([*run, "--realtime"] if lines == 1 else run, environment, log, lines)
    subprocess.run(run, env=environment, check=True, capture_output=True)
    ids = [json.loads(line)["id"] for line in log.read_text().splitlines()]
    assert len(ids) == len(set(ids)) == 8
    assert_true_events(log)


def test_ctrl_c_closes_cleanly_and_leaves_nothing_half_written(bottles, environment, tmp_path: Path) -> None:
    config, out = bottles.site(tmp_path), tmp_path / "out"
    run = [
        sys.executable,
        "-m",
        "edgekit",
        "run",
        "--config",
        str(config),
        "--out",
        str(out),
        "--annotate",
        "--realtime",
    ]
    process = subprocess.Popen(run, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        deadline_s = time.monotonic() + 60
        while not list(out.glob(".annotated*")) and time.monotonic() < deadline_s:
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 130, said
    assert said.strip().splitlines()[-1] == "interrupted"
    assert sorted(path.name for path in out.iterdir()) in ([".edgekit"], [".edgekit", "events.jsonl"])
