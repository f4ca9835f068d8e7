"""kill -9 and a full disk: every event once, no torn line, nothing half written."""

from __future__ import annotations

import resource
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from edgekit.config.schema import JsonlSink, SiteConfig
from edgekit.events.event import Event
from edgekit.events.outbox import read_events
from edgekit.runtime import Runtime
from edgekit.testing import FakeShelf

SCENES = [(1.0, ()), (1.5, {"left"}), (1.5, {"left", "right"}), (2.0, ())]

CHILD = """
import sys
from pathlib import Path
from edgekit.config.schema import SiteConfig
from edgekit.errors import EdgekitError
from edgekit.runtime import Runtime

class Announce:
    def on_frame(self, camera_id, frame, detections, readings, transitions):
        print(frame.index, flush=True)

runtime = Runtime(SiteConfig.model_validate_json(sys.argv[1]), observer=Announce(), realtime="--realtime" in sys.argv)
try:
    runtime.run_until_done()
except EdgekitError as error:
    print(type(error).__name__, error, flush=True)
    sys.exit(error.exit_code)
"""


@pytest.fixture
def shelf(tmp_path: Path) -> FakeShelf:
    return FakeShelf(tmp_path, fps=10.0)


@pytest.fixture
def site(shelf: FakeShelf) -> SiteConfig:
    clip = shelf.write_clip(shelf.folder / "clip.avi", SCENES)
    return shelf.site(str(clip), sinks=(JsonlSink(type="jsonl", path=shelf.folder / "log.jsonl", name="out"),))


def run_child(site: SiteConfig, *options: str, kill_at: int | None = None, preexec=None) -> tuple[int, str]:
    """Run a Runtime in a process of its own, killed as soon as it has seen frame `kill_at`."""
    process = subprocess.Popen(
        [sys.executable, "-c", CHILD, site.model_dump_json(), *options],
        stdout=subprocess.PIPE,
        text=True,
        preexec_fn=preexec,
    )
    assert process.stdout is not None
    said = []
    with process:
        for line in process.stdout:
            said.append(line)
            if kill_at is not None and line.strip().isdigit() and int(line) >= kill_at:
                process.send_signal(signal.SIGKILL)
                break
    return process.returncode, "".join(said)


def logged(site: SiteConfig) -> list[tuple[str, str, str]]:
    content = site.sinks[0].path.read_bytes()
    assert content == b"" or content.endswith(b"\n")
    events = [Event.from_json(line) for line in content.splitlines()]
    return [(event.id, event.type.rsplit(".", 1)[1], event.subject) for event in events]


def per_facing(events: list[tuple[str, str, str]]) -> dict[str, list[str]]:
    return {facing: [kind for _, kind, subject in events if subject == facing] for facing in ("left", "right")}


ONCE_EACH = {"left": ["opened", "resolved"], "right": ["opened", "resolved"]}


@pytest.mark.slow
def test_killed_at_five_moments_and_then_run_to_the_end_the_log_holds_every_event_once(site) -> None:
    # Events are decided at frames 20, 35 and 50, so most kills hit delivery and log; one hits the middle of nothing.
    # Paced as a camera: frames may be dropped, and differ from run to run.
    for kill_at in (20, 21, 30, 35, 50):
        returncode, _ = run_child(site, "--realtime", kill_at=kill_at)
        assert returncode == -signal.SIGKILL
    returncode, said = run_child(site)
    assert returncode == 0, said
    events = logged(site)
    assert [count for count in Counter(id for id, _, _ in events).values() if count > 1] == []
    assert per_facing(events) == ONCE_EACH
    assert {event.id for event in read_events(site.state)} == {id for id, _, _ in events}


def test_the_same_run_without_kills_gives_the_same_events(site) -> None:
    Runtime(site).run_until_done()
    assert per_facing(logged(site)) == ONCE_EACH


def limit_files_to(size_bytes: int):
    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, size_bytes))

    return limit


def test_a_full_disk_is_one_clear_error_and_the_next_run_makes_up_for_it(site) -> None:
    whole = site.model_copy(update={"state": site.state / "elsewhere", "sinks": ()})
    Runtime(whole).run_until_done()
    database = (whole.state / "outbox.sqlite3").stat().st_size
    returncode, said = run_child(site, preexec=limit_files_to(database // 2))
    assert returncode == 3, said
    (line,) = [line for line in said.splitlines() if not line.isdigit()]
    assert line.startswith("OutputError Cannot use")
    assert "outbox.sqlite3" in line
    assert not site.sinks[0].path.exists()
    assert run_child(site)[0] == 0
    assert per_facing(logged(site)) == ONCE_EACH


def test_a_log_that_cannot_be_written_is_one_clear_error_and_its_events_wait(site) -> None:
    path = site.sinks[0].path
    path.mkdir()
    returncode, said = run_child(site)
    assert returncode == 3, said
    assert "events could not be delivered to out: Cannot write" in said
    path.rmdir()
    with Runtime(site) as runtime:
        assert runtime.wait(20)
    assert per_facing(logged(site)) == ONCE_EACH
