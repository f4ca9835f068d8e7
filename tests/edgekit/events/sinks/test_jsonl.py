from __future__ import annotations

import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from edgekit.errors import OutputError
from edgekit.events.sinks.jsonl import JsonlFile


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "log.jsonl"


def opened(path: Path) -> JsonlFile:
    sink = JsonlFile("log", path)
    sink.open()
    return sink


@pytest.mark.parametrize("torn", [1, 20, 100])
def test_a_torn_last_line_is_cut_when_the_file_is_opened_and_the_event_written_whole(path, make_event, torn) -> None:
    whole = make_event("a").to_json() + b"\n"
    path.write_bytes(whole + make_event("b").to_json()[:torn])
    sink = opened(path)
    assert path.read_bytes() == whole
    sink.deliver(make_event("b"))
    assert path.read_bytes() == whole + make_event("b").to_json() + b"\n"


def test_an_event_that_was_written_but_not_acknowledged_is_not_written_again(path, make_event) -> None:
    opened(path).deliver(make_event())
    again = opened(path)
    again.deliver(make_event())
    again.deliver(make_event())
    assert path.read_bytes().count(b"\n") == 1


@pytest.mark.parametrize("content", [b"name,price\nbread,2", b"PK\x03\x04", b"{"])
def test_somebody_elses_file_is_never_cut(path, content) -> None:
    path.write_bytes(content)
    if content == b"{":  # may be the start of one of our lines
        opened(path)
        return
    with pytest.raises(OutputError, match="not a log"):
        opened(path)
    assert path.read_bytes() == content


def test_forgetting_removes_just_these_events_and_the_rest_stays_byte_for_byte(path, make_event) -> None:
    sink = opened(path)
    for facing in "abc":
        sink.deliver(make_event(facing))
    sink.forget({make_event("b").id, "unknown"})
    assert path.read_bytes() == b"".join(make_event(facing).to_json() + b"\n" for facing in "ac")
    sink.open()
    sink.deliver(make_event("b"))
    assert path.read_bytes().count(b"\n") == 3


def test_forgetting_where_there_is_no_file_makes_none(path) -> None:
    JsonlFile("log", path).forget({"x"})
    assert not path.exists()


def test_a_folder_in_place_of_the_file_is_one_clear_line(path) -> None:
    path.mkdir()
    with pytest.raises(OutputError, match=r"Cannot write .*log.jsonl: Is a directory"):
        opened(path)


def test_a_disk_that_fills_up_leaves_no_half_line(path, make_event) -> None:
    event = make_event("b")
    line = len(event.to_json()) + 1
    code = (
        "import sys; from pathlib import Path; from edgekit.events.event import Event\n"
        "from edgekit.events.sinks.jsonl import JsonlFile; from edgekit.errors import OutputError\n"
        f"sink = JsonlFile('log', Path({str(path)!r})); sink.open()\n"
        "try: sink.deliver(Event.from_json(sys.stdin.buffer.read()))\n"
        "except OutputError as error: print(error)\n"
    )
    opened(path).deliver(make_event("a"))
    before = path.read_bytes()

    def limited(bytes_more: int) -> str:
        def limit() -> None:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            size = len(before) + bytes_more
            resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

        ran = subprocess.run(
            [sys.executable, "-c", code], input=event.to_json(), capture_output=True, preexec_fn=limit, check=True
        )
        return ran.stdout.decode()

    assert "Cannot write" in limited(line // 2)
    assert path.read_bytes() == before
    assert limited(line) == ""
    assert path.read_bytes() == before + event.to_json() + b"\n"
