"""What a host gets: events one by one, to asyncio or to callbacks, at least once, and again after a restart."""

from __future__ import annotations

import asyncio
import json
import threading

import pytest

import edgekit
from edgekit.config.schema import JsonlSink
from edgekit.errors import SourceError, UsageError
from edgekit.events.event import Event
from edgekit.runtime import Runtime
from edgekit.testing import FakeCamera, FakeClock, FakeShelf, InStep


def test_events_come_one_by_one_and_end_after_the_last_recording(playing, shelf) -> None:
    with playing.runtime_over(shelf) as runtime:
        events = []
        for event in runtime.events():
            events.append(event)
            event.ack()
    assert playing.told(events) == playing.LEFT_ONLY
    opened, resolved = events
    assert opened.data.state == "out_of_stock"
    assert opened.data.gtin == "04006381333931"
    assert opened.time.isoformat() == "1970-01-01T00:00:04.200000+00:00"
    assert resolved.data.opened_at == "1970-01-01T00:00:04.200Z"
    assert not list(shelf.folder.glob("*.jsonl"))


def test_a_source_slower_than_the_sample_rate_asks_raises_its_events_all_the_same(playing, tmp_path) -> None:
    slow = FakeShelf(tmp_path, fps=1.0)
    camera = FakeCamera(slow.pictures([(15.0, ()), (15.0, {"left"}), (15.0, ())]), fps=1.0)
    with Runtime(slow.site(), sources={"cam": camera}) as runtime:
        assert playing.told(runtime.events()) == playing.LEFT_ONLY


def test_a_path_works_as_well_and_the_package_offers_the_runtime(playing, shelf) -> None:
    clip = shelf.write_clip(shelf.folder / "clip.avi", playing.TAKEN_AND_BACK)
    config = shelf.folder / "edgekit.yaml"
    config.write_text(
        f"cameras: [{{id: cam, source: {clip.name}, planogram: planogram.yaml, sample_fps: 5}}]\n"
        "shelf: {window: 3, initial_samples: 3, stillness_s: 0.2, hold_out_of_stock_s: 0.6, hold_restocked_s: 0.6}\n"
        "sinks: [{type: jsonl, path: events.jsonl}]\n"
    )
    summary = edgekit.Runtime(str(config)).run_until_done()
    lines = (shelf.folder / "events.jsonl").read_bytes().splitlines()
    assert playing.told(map(Event.from_json, lines)) == playing.LEFT_ONLY
    assert summary.events == 2
    assert summary.cameras[0].telemetry.frames == 45
    assert json.loads(json.dumps(summary.to_json()))["cameras"][0]["phase"] == "ended"


def test_aevents_gives_the_same_to_asyncio(playing, shelf) -> None:
    async def run() -> list[Event]:
        with playing.runtime_over(shelf) as runtime:
            events = []
            async for event in runtime.aevents():
                event.ack()
                events.append(event)
            return events

    assert playing.told(asyncio.run(run())) == playing.LEFT_ONLY


def test_an_async_reader_is_woken_by_close_and_can_be_cancelled(shelf) -> None:
    async def run() -> None:
        live = FakeCamera([], live=True)
        with Runtime(shelf.site(), sources={"cam": live}) as runtime:
            cancelled = asyncio.create_task(anext(runtime.aevents("a")))
            ended = asyncio.create_task(_all(runtime.aevents("b")))
            await asyncio.sleep(0)
            cancelled.cancel()
            await asyncio.wait([cancelled])
            assert cancelled.cancelled()
            await asyncio.to_thread(runtime.close)
            assert await asyncio.wait_for(ended, 5) == []

    async def _all(events) -> list[Event]:
        return [event async for event in events]

    asyncio.run(run())


def test_callbacks_get_every_event_and_a_failing_one_stops_nobody(playing, shelf) -> None:
    good: list[Event] = []
    bad: list[str] = []

    def fails(event: Event) -> None:
        bad.append(event.id)
        raise RuntimeError("the host's mistake")

    runtime = playing.runtime_over(shelf, clock=FakeClockThatRuns())
    runtime.on(fails, name="bad")
    runtime.on(good.append, name="good")
    summary = runtime.run_until_done()
    assert playing.told(good) == playing.LEFT_ONLY
    assert len(bad) == 2 * 5, "each event is tried five times, then set aside"
    assert summary.events == 2
    assert {one.status.consumer: one.status.dead for one in runtime.health().consumers} == {"bad": 2, "good": 0}


def FakeClockThatRuns() -> FakeClock:
    from edgekit.testing import Sleeping

    return FakeClock(sleeping=Sleeping.ADVANCES)


def test_a_dispatcher_runs_the_callbacks_where_the_host_wants_them(playing, shelf) -> None:
    host_thread: list[threading.Thread] = []
    tasks: list = []
    arrived = threading.Semaphore(0)

    def dispatcher(task) -> None:
        tasks.append(task)
        arrived.release()

    runtime = playing.runtime_over(shelf, dispatcher=dispatcher)
    runtime.on(lambda event: host_thread.append(threading.current_thread()))
    with runtime:
        for _ in range(2):
            assert arrived.acquire(timeout=10)
            tasks.pop(0)()
        assert runtime.wait(10)
    assert host_thread == [threading.current_thread()] * 2


def test_what_was_not_acknowledged_comes_again_and_a_finished_replay_is_replaced(playing, shelf) -> None:
    runs = []
    for _ in range(2):
        with playing.runtime_over(shelf) as runtime:
            runs.append(list(runtime.events()))
    assert playing.told(runs[0]) == playing.told(runs[1]) == playing.LEFT_ONLY
    assert [event.id for event in runs[0]] == [event.id for event in runs[1]]
    assert [event.to_json() for event in runs[0]] == [event.to_json() for event in runs[1]]


def test_a_replay_that_was_broken_off_adds_nothing_twice(playing, shelf) -> None:
    sink = JsonlSink(type="jsonl", path=shelf.folder / "log.jsonl", name="log")
    site = {"sinks": (sink,)}
    broken = [*shelf.pictures([(3.0, ()), (3.0, {"left"})]), SourceError("the disk was pulled out.")]
    with pytest.raises(SourceError, match="pulled out"):
        Runtime(shelf.site(**site), sources={"cam": FakeCamera(broken)}).run_until_done()
    assert playing.told(map(Event.from_json, sink.path.read_bytes().splitlines())) == playing.LEFT_ONLY[:1]
    playing.runtime_over(shelf, site=site).run_until_done()
    assert playing.told(map(Event.from_json, sink.path.read_bytes().splitlines())) == playing.LEFT_ONLY


def test_a_finished_replay_is_taken_out_of_the_log_when_the_next_one_starts(playing, shelf) -> None:
    sink = JsonlSink(type="jsonl", path=shelf.folder / "log.jsonl", name="log")
    playing.runtime_over(shelf, site={"sinks": (sink,)}).run_until_done()
    first = sink.path.read_bytes()
    playing.runtime_over(shelf, site={"sinks": (sink,)}).run_until_done()
    assert sink.path.read_bytes() == first
    nothing = playing.runtime_over(shelf, [(2.0, ())], site={"sinks": (sink,)})
    nothing.run_until_done()
    assert sink.path.read_bytes() == b""


def test_a_live_camera_resumes_its_open_episode_and_does_not_open_it_again(playing, shelf) -> None:
    def run(scenes, *, waiting: int) -> list[Event]:
        in_step = InStep(shelf.pictures(scenes))
        camera = FakeCamera(in_step.pictures(), fps=shelf.fps, live=True)
        with Runtime(shelf.site(), sources={"cam": camera}, observer=in_step) as runtime:
            assert in_step.all_seen.wait(20)
            events = runtime.events("reader")
            return [next(events) for _ in range(waiting)]

    assert run([(0.2, ())], waiting=0) == []
    first = run([(3.0, ()), (3.0, {"left"})], waiting=1)
    assert playing.told(first) == playing.LEFT_ONLY[:1]
    second = run([(3.0, {"left"}), (3.0, ())], waiting=2)
    assert playing.told(second) == playing.LEFT_ONLY
    assert second[0].id == first[0].id
    assert second[1].data.episode == 1
    assert second[1].data.opened_at == first[0].data.opened_at


def test_acknowledging_after_the_close_is_no_error_and_the_event_comes_again(playing, shelf) -> None:
    with playing.runtime_over(shelf) as runtime:
        events = runtime.events()
        event = next(events)
    event.ack()
    assert list(events) == []


def test_callbacks_may_come_before_and_after_the_start_but_not_twice_by_one_name(shelf) -> None:
    runtime = Runtime(shelf.site(), sources={"cam": FakeCamera([], live=True)})
    runtime.on(print, name="a")
    with pytest.raises(UsageError, match="'a'"):
        runtime.on(print, name="a")
    with runtime:
        runtime.on(print, name="b")
        with pytest.raises(UsageError, match="'b'"):
            runtime.on(print, name="b")
        assert {one.status.consumer for one in runtime.health().consumers} == {"a", "b"}


def test_events_never_shares_the_acknowledgements_of_a_sink_or_callback(playing, shelf, tmp_path) -> None:
    log = JsonlSink(type="jsonl", path=tmp_path / "events.jsonl", name="log")
    with playing.runtime_over(shelf, site={"sinks": (log,)}) as runtime:
        runtime.on(lambda event: None, name="mine")
        for name in ("log", "mine"):
            with pytest.raises(UsageError, match=name):
                runtime.events(name)
            with pytest.raises(UsageError, match=name):
                runtime.aevents(name)
        assert runtime.wait(30)
    assert len(log.path.read_bytes().splitlines()) == 2
