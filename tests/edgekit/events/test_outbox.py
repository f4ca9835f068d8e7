from __future__ import annotations

import multiprocessing
import sqlite3
from datetime import datetime, timezone
from pathlib import Path

import pytest

from edgekit.errors import OutputError
from edgekit.events.database import DATABASE_NAME
from edgekit.events.outbox import ConsumerKind, Outbox, read_events
from edgekit.testing import FakeClock

SINK, HOST = ConsumerKind.SINK, ConsumerKind.HOST


@pytest.fixture
def outbox(tmp_path: Path):
    box = Outbox(tmp_path / "state", clock=FakeClock())
    yield box
    box.close()


def ids(outbox: Outbox, consumer: str) -> list[str]:
    return [pending.id for pending in outbox.pending(consumer)]


def test_a_consumer_gets_every_event_after_it_was_made_in_order_until_it_acknowledges(outbox, make_event) -> None:
    outbox.add_consumer("log", SINK)
    first, second = make_event("left"), make_event("right")
    assert outbox.commit("cam", events=[first, second]) == 2
    assert ids(outbox, "log") == [first.id, second.id]
    outbox.ack("log", outbox.pending("log")[0].seq)
    assert ids(outbox, "log") == [second.id]
    assert outbox.backlog("log") == 1


def test_an_event_whose_id_is_there_already_is_left_as_it_is(outbox, make_event) -> None:
    outbox.add_consumer("log", SINK)
    outbox.commit("cam", events=[make_event(since_s=30)])
    assert outbox.commit("cam", events=[make_event(since_s=31)]) == 0
    (pending,) = outbox.pending("log")
    assert b'"since_s":30' in pending.body


def test_acknowledging_in_any_order_twice_and_unknown_numbers_is_fine(outbox, make_event) -> None:
    outbox.add_consumer("log", SINK)
    events = [make_event(name) for name in "abcd"]
    outbox.commit("cam", events=events)
    numbers = [pending.seq for pending in outbox.pending("log")]
    for seq in (numbers[2], numbers[2], 999, -1, numbers[0]):
        outbox.ack("log", seq)
    assert ids(outbox, "log") == [events[1].id, events[3].id]


def test_a_new_consumer_starts_at_the_present_plus_all_open_episodes(outbox, make_event) -> None:
    outbox.add_consumer("log", SINK)
    outbox.commit("cam", events=[make_event("left"), make_event("right"), make_event("left", "updated", number=2)])
    outbox.commit("cam", events=[make_event("right", "resolved", number=2)])
    for pending in outbox.pending("log"):
        outbox.ack("log", pending.seq)
    outbox.add_consumer("host", HOST)
    assert ids(outbox, "host") == [make_event("left").id, make_event("left", "updated", number=2).id]
    outbox.commit("cam", events=[make_event("new")])
    assert ids(outbox, "host")[-1] == make_event("new").id


def test_rows_go_when_every_consumer_passed_them_but_open_episodes_stay(outbox, make_event, tmp_path) -> None:
    outbox.add_consumer("a", SINK)
    outbox.add_consumer("b", SINK)
    outbox.commit("cam", events=[make_event("left"), make_event("right"), make_event("right", "resolved", number=2)])
    for pending in outbox.pending("a"):
        outbox.ack("a", pending.seq)
    assert len(list(read_events(tmp_path / "state"))) == 3
    for pending in outbox.pending("b"):
        outbox.ack("b", pending.seq)
    assert [event.subject for event in read_events(tmp_path / "state")] == ["left"]


def test_state_and_events_survive_together_and_state_alone_is_replaced_whole(tmp_path, make_event) -> None:
    box = Outbox(tmp_path)
    origin = box.origin
    box.add_consumer("host", HOST)
    box.commit("cam", facings={"left": '{"a":1}', "gone": "{}"}, camera_state="{}", events=[make_event()])
    box.commit("cam", facings={"left": '{"a":2}'})
    box.close()
    box.close()
    again = Outbox(tmp_path)
    assert again.saved("cam").facings == {"left": '{"a":2}'}
    assert again.saved("cam").camera == "{}"
    assert again.saved("other").camera is None
    assert ids(again, "host") == [make_event().id]
    assert again.origin == origin
    again.close()


def test_a_commit_that_fails_half_way_stores_neither_state_nor_events(outbox, make_event) -> None:
    outbox.add_consumer("log", SINK)
    outbox.commit("cam", facings={"left": "before"})
    broken = make_event()
    object.__setattr__(broken, "id", object())  # no JSON: fails after the state was written
    with pytest.raises(TypeError):
        outbox.commit("cam", facings={"left": "after"}, events=[make_event("right"), broken])
    assert outbox.saved("cam").facings == {"left": "before"}
    assert ids(outbox, "log") == []
    outbox.commit("cam", events=[make_event("right")])
    assert ids(outbox, "log") == [make_event("right").id]


def test_a_second_runtime_on_the_same_folder_is_refused_and_told_which_process(tmp_path) -> None:
    box = Outbox(tmp_path)
    with pytest.raises(OutputError, match=r"in use by another Runtime \(process \d+\)"):
        Outbox(tmp_path)
    box.close()
    Outbox(tmp_path).close()


def test_the_lock_of_a_killed_process_is_free(tmp_path) -> None:
    def hold(ready) -> None:
        Outbox(tmp_path)
        ready.set()
        multiprocessing.Event().wait()

    context = multiprocessing.get_context("fork")
    ready = context.Event()
    process = context.Process(target=hold, args=(ready,))
    process.start()
    assert ready.wait(10)
    with pytest.raises(OutputError):
        Outbox(tmp_path)
    process.kill()
    process.join(10)
    Outbox(tmp_path).close()


def test_sinks_that_are_no_longer_configured_are_dropped_and_hosts_stay(outbox, make_event) -> None:
    outbox.add_consumer("old", SINK)
    outbox.add_consumer("kept", SINK)
    outbox.add_consumer("host", HOST)
    outbox.commit("cam", events=[make_event()])
    assert outbox.drop_sinks_except({"kept"}) == ("old",)
    assert ids(outbox, "old") == []
    assert ids(outbox, "kept") == ids(outbox, "host") == [make_event().id]


def test_a_dead_letter_is_kept_with_its_reason_and_not_delivered_again(outbox, make_event) -> None:
    outbox.add_consumer("log", SINK)
    outbox.commit("cam", events=[make_event("left"), make_event("right")])
    outbox.bury("log", outbox.pending("log")[0].seq, "too odd")
    assert ids(outbox, "log") == [make_event("right").id]
    outbox.ack("log", outbox.pending("log")[0].seq)
    (dead,) = outbox.dead_letters("log")
    assert (dead.id, dead.error) == (make_event("left").id, "too odd")


def test_events_older_than_the_retention_go_unread_and_are_counted(tmp_path, make_event) -> None:
    clock = FakeClock()
    box = Outbox(tmp_path, clock=clock, retention_days=2)
    box.add_consumer("host", HOST)
    box.commit("cam", events=[make_event("open"), make_event("done"), make_event("done", "resolved", number=2)])
    clock.advance(3 * 86400)
    box.retain()
    assert ids(box, "host") == [make_event("open").id], "an open episode is still news"
    assert box.expired == 2
    box.close()


def test_setting_the_wall_clock_makes_no_event_older(tmp_path, make_event) -> None:
    clock = FakeClock(datetime(1970, 1, 1, tzinfo=timezone.utc))
    box = Outbox(tmp_path, clock=clock, retention_days=2)
    box.add_consumer("host", HOST)
    events = [make_event("done"), make_event("done", "resolved", number=2)]
    box.commit("cam", events=events)
    clock.set_wall_clock(datetime(2026, 11, 21, tzinfo=timezone.utc))
    box.retain()
    assert ids(box, "host") == [event.id for event in events]
    clock.advance(3 * 86400)
    box.retain()
    assert ids(box, "host") == []
    box.close()


def test_more_bytes_than_the_retention_allows_push_out_the_oldest(tmp_path, make_event) -> None:
    size = len(make_event("f00").to_json())
    box = Outbox(tmp_path, retention_megabytes=3.5 * size / 1e6)
    box.add_consumer("host", HOST)
    events = [make_event(f"f{number:02}") for number in range(6)]
    for event in events:
        box.commit("cam", events=[event])
    assert ids(box, "host") == [event.id for event in events[3:]]
    box.close()


def test_a_broken_off_replay_adds_nothing_twice_and_a_finished_one_is_replaced(outbox, make_event) -> None:
    outbox.add_consumer("log", SINK)
    first, second = make_event("left"), make_event("left", "resolved", number=2)
    outbox.begin_replay("cam", "settings")
    outbox.commit("cam", events=[first], replay=True)
    outbox.ack("log", outbox.pending("log")[0].seq)

    assert outbox.stale_replay("cam", "settings") == ()
    outbox.begin_replay("cam", "settings")  # the process was killed; again from frame 0
    outbox.commit("cam", events=[first], replay=True)
    outbox.commit("cam", events=[second], replay=True)
    assert ids(outbox, "log") == [second.id]
    outbox.ack("log", outbox.pending("log")[0].seq)
    outbox.finish_replay("cam")

    assert set(outbox.stale_replay("cam", "settings")) == {first.id, second.id}
    outbox.begin_replay("cam", "settings")
    outbox.commit("cam", events=[first], replay=True)
    assert ids(outbox, "log") == [first.id]


def test_a_broken_off_replay_with_other_settings_is_replaced_too(outbox, make_event) -> None:
    outbox.add_consumer("log", SINK)
    outbox.begin_replay("cam", "old settings")
    outbox.commit("cam", events=[make_event(since_s=1)], replay=True)
    outbox.commit("live", events=[make_event("other", camera="live")])
    outbox.begin_replay("cam", "new settings")
    outbox.commit("cam", events=[make_event(since_s=2)], replay=True)
    assert [b'"since_s":2' in pending.body for pending in outbox.pending("log")] == [False, True]


def test_a_file_that_is_no_database_is_said_in_one_line(tmp_path) -> None:
    (tmp_path / DATABASE_NAME).write_bytes(b"something else" * 100)
    with pytest.raises(OutputError, match=r"not a database.*Move outbox"):
        Outbox(tmp_path)
    (tmp_path / DATABASE_NAME).unlink()
    Outbox(tmp_path).close()  # the lock was given up


def test_a_database_of_a_newer_edgekit_is_left_alone(tmp_path) -> None:
    Outbox(tmp_path).close()
    with sqlite3.connect(tmp_path / DATABASE_NAME) as connection:
        connection.execute("PRAGMA user_version=99")
    connection.close()
    with pytest.raises(OutputError, match="newer edgekit"):
        Outbox(tmp_path)


def test_reading_events_of_a_folder_without_a_database_is_an_error(tmp_path) -> None:
    with pytest.raises(OutputError):
        list(read_events(tmp_path))
