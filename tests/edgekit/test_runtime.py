"""The embedding contract: what a host program may rely on."""

from __future__ import annotations

import asyncio
import io
import json
import logging
import signal
import threading
from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path

import pytest

import edgekit
from edgekit.config.schema import HoursConfig, JsonlSink
from edgekit.errors import ConfigError, EdgekitError, OutputError, PlanogramError, SourceError, UsageError
from edgekit.events.event import Event
from edgekit.pipeline.health import RuntimeState
from edgekit.runtime import Runtime
from edgekit.testing import FakeCamera, FakeClock, FakeShelf, InStep

TAKEN_AND_BACK = [(3.0, ()), (3.0, {"left"}), (3.0, ())]


@pytest.fixture
def shelf(tmp_path: Path) -> FakeShelf:
    return FakeShelf(tmp_path)


def recording(shelf: FakeShelf, scenes=TAKEN_AND_BACK) -> FakeCamera:
    return FakeCamera(shelf.pictures(scenes), fps=shelf.fps)


def runtime_over(shelf: FakeShelf, scenes=TAKEN_AND_BACK, **options) -> Runtime:
    changes = options.pop("site", {})
    return Runtime(shelf.site(**changes), sources={"cam": recording(shelf, scenes)}, **options)


def told(events) -> list[tuple[str, str]]:
    return [(event.type.removeprefix("io.edgekit."), event.subject) for event in events]


LEFT_ONLY = [("restock.opened", "left"), ("restock.resolved", "left")]


# --- the main way ---------------------------------------------------------------------------------------------


def test_events_come_one_by_one_and_end_after_the_last_recording(shelf) -> None:
    with runtime_over(shelf) as runtime:
        events = []
        for event in runtime.events():
            events.append(event)
            event.ack()
    assert told(events) == LEFT_ONLY
    opened, resolved = events
    assert opened.data.state == "out_of_stock"
    assert opened.data.gtin == "04006381333931"
    assert opened.time.isoformat() == "1970-01-01T00:00:04.200000+00:00"
    assert resolved.data.opened_at == "1970-01-01T00:00:04.200Z"
    assert not list(shelf.folder.glob("*.jsonl"))


def test_a_source_slower_than_the_sample_rate_asks_raises_its_events_all_the_same(tmp_path) -> None:
    slow = FakeShelf(tmp_path, fps=1.0)
    camera = FakeCamera(slow.pictures([(15.0, ()), (15.0, {"left"}), (15.0, ())]), fps=1.0)
    with Runtime(slow.site(), sources={"cam": camera}) as runtime:
        assert told(runtime.events()) == LEFT_ONLY


def test_a_path_works_as_well_and_the_package_offers_the_runtime(shelf) -> None:
    clip = shelf.write_clip(shelf.folder / "clip.avi", TAKEN_AND_BACK)
    config = shelf.folder / "edgekit.yaml"
    config.write_text(
        f"cameras: [{{id: cam, source: {clip.name}, planogram: planogram.yaml, sample_fps: 5}}]\n"
        "shelf: {window: 3, initial_samples: 3, stillness_s: 0.2, hold_out_of_stock_s: 0.6, hold_restocked_s: 0.6}\n"
        "sinks: [{type: jsonl, path: events.jsonl}]\n"
    )
    summary = edgekit.Runtime(str(config)).run_until_done()
    lines = (shelf.folder / "events.jsonl").read_bytes().splitlines()
    assert told(map(Event.from_json, lines)) == LEFT_ONLY
    assert summary.events == 2
    assert summary.cameras[0].telemetry.frames == 45
    assert json.loads(json.dumps(summary.to_json()))["cameras"][0]["phase"] == "ended"


def test_aevents_gives_the_same_to_asyncio(shelf) -> None:
    async def run() -> list[Event]:
        with runtime_over(shelf) as runtime:
            events = []
            async for event in runtime.aevents():
                event.ack()
                events.append(event)
            return events

    assert told(asyncio.run(run())) == LEFT_ONLY


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


def test_callbacks_get_every_event_and_a_failing_one_stops_nobody(shelf) -> None:
    good: list[Event] = []
    bad: list[str] = []

    def fails(event: Event) -> None:
        bad.append(event.id)
        raise RuntimeError("the host's mistake")

    runtime = runtime_over(shelf, clock=FakeClockThatRuns())
    runtime.on(fails, name="bad")
    runtime.on(good.append, name="good")
    summary = runtime.run_until_done()
    assert told(good) == LEFT_ONLY
    assert len(bad) == 2 * 5, "each event is tried five times, then set aside"
    assert summary.events == 2
    assert {one.status.consumer: one.status.dead for one in runtime.health().consumers} == {"bad": 2, "good": 0}


def FakeClockThatRuns() -> FakeClock:
    from edgekit.testing import Sleeping

    return FakeClock(sleeping=Sleeping.ADVANCES)


def test_a_dispatcher_runs_the_callbacks_where_the_host_wants_them(shelf) -> None:
    host_thread: list[threading.Thread] = []
    tasks: list = []
    arrived = threading.Semaphore(0)

    def dispatcher(task) -> None:
        tasks.append(task)
        arrived.release()

    runtime = runtime_over(shelf, dispatcher=dispatcher)
    runtime.on(lambda event: host_thread.append(threading.current_thread()))
    with runtime:
        for _ in range(2):
            assert arrived.acquire(timeout=10)
            tasks.pop(0)()
        assert runtime.wait(10)
    assert host_thread == [threading.current_thread()] * 2


# --- at least once, and again ---------------------------------------------------------------------------------


def test_what_was_not_acknowledged_comes_again_after_a_restart_and_a_finished_replay_is_replaced(shelf) -> None:
    runs = []
    for _ in range(2):
        with runtime_over(shelf) as runtime:
            runs.append(list(runtime.events()))
    assert told(runs[0]) == told(runs[1]) == LEFT_ONLY
    assert [event.id for event in runs[0]] == [event.id for event in runs[1]]
    assert [event.to_json() for event in runs[0]] == [event.to_json() for event in runs[1]]


def test_a_replay_that_was_broken_off_adds_nothing_twice(shelf) -> None:
    sink = JsonlSink(type="jsonl", path=shelf.folder / "log.jsonl", name="log")
    site = {"sinks": (sink,)}
    broken = [*shelf.pictures([(3.0, ()), (3.0, {"left"})]), SourceError("the disk was pulled out.")]
    with pytest.raises(SourceError, match="pulled out"):
        Runtime(shelf.site(**site), sources={"cam": FakeCamera(broken)}).run_until_done()
    assert told(map(Event.from_json, sink.path.read_bytes().splitlines())) == LEFT_ONLY[:1]
    runtime_over(shelf, site=site).run_until_done()
    assert told(map(Event.from_json, sink.path.read_bytes().splitlines())) == LEFT_ONLY


def test_a_finished_replay_is_taken_out_of_the_log_when_the_next_one_starts(shelf) -> None:
    sink = JsonlSink(type="jsonl", path=shelf.folder / "log.jsonl", name="log")
    runtime_over(shelf, site={"sinks": (sink,)}).run_until_done()
    first = sink.path.read_bytes()
    runtime_over(shelf, site={"sinks": (sink,)}).run_until_done()
    assert sink.path.read_bytes() == first
    nothing = runtime_over(shelf, [(2.0, ())], site={"sinks": (sink,)})
    nothing.run_until_done()
    assert sink.path.read_bytes() == b""


def test_a_live_camera_resumes_its_open_episode_and_does_not_open_it_again(shelf) -> None:
    def run(scenes, *, waiting: int) -> list[Event]:
        in_step = InStep(shelf.pictures(scenes))
        camera = FakeCamera(in_step.pictures(), fps=shelf.fps, live=True)
        with Runtime(shelf.site(), sources={"cam": camera}, observer=in_step) as runtime:
            assert in_step.all_seen.wait(20)
            events = runtime.events("reader")
            return [next(events) for _ in range(waiting)]

    assert run([(0.2, ())], waiting=0) == []
    first = run([(3.0, ()), (3.0, {"left"})], waiting=1)
    assert told(first) == LEFT_ONLY[:1]
    second = run([(3.0, {"left"}), (3.0, ())], waiting=2)
    assert told(second) == LEFT_ONLY
    assert second[0].id == first[0].id
    assert second[1].data.episode == 1
    assert second[1].data.opened_at == first[0].data.opened_at


# --- what may go wrong ----------------------------------------------------------------------------------------


def test_starting_says_what_is_wrong_and_leaves_nothing_open(shelf, tmp_path) -> None:
    threads = threading.active_count()
    missing = shelf.folder / "nothing.mp4"
    for wrong, error in (
        (Runtime(tmp_path / "none.yaml"), ConfigError),
        (Runtime(shelf.site(cameras=())), ConfigError),
        (Runtime(shelf.site(str(missing))), SourceError),
        (Runtime(shelf.site(), sources={"cam": recording(shelf), "other": recording(shelf)}), ConfigError),
        (Runtime(shelf.site(), sources={"cam": FakeCamera([], failing_opens=1)}), SourceError),
    ):
        with pytest.raises(error):
            wrong.start()
        assert wrong.health().state is RuntimeState.CLOSED
    assert threading.active_count() == threads
    shelf.planogram.write_text("facings: []")
    with pytest.raises(PlanogramError):
        runtime_over(shelf).start()


def test_a_second_runtime_on_the_same_state_is_refused_and_another_state_is_not(shelf, tmp_path) -> None:
    with Runtime(shelf.site(), sources={"cam": FakeCamera([], live=True)}):
        with pytest.raises(OutputError, match="in use by another Runtime"):
            runtime_over(shelf).start()
        other = runtime_over(shelf, site={"state": tmp_path / "other"})
        assert other.run_until_done().events == 2
    assert runtime_over(shelf).run_until_done().events == 2


def test_a_live_source_that_cannot_be_reached_is_lost_and_then_recovers(shelf) -> None:
    clock = FakeClock()
    camera = FakeCamera([shelf.picture()], live=True, failing_opens=2)
    with Runtime(shelf.site(), sources={"cam": camera}, clock=clock) as runtime:
        events = runtime.events()
        lost = next(events)
        assert (lost.type, lost.data.reason) == ("io.edgekit.camera.lost", "disconnected")
        assert runtime.health().cameras[0].phase.value == "lost"
        assert "does not answer" in str(runtime.health().errors)
        for _ in range(2):
            clock.wait_for_sleepers()
            clock.advance(60)
        recovered = next(events)
        assert (recovered.type, recovered.data.previous_state) == ("io.edgekit.camera.recovered", "lost")
        assert recovered.data.opened_at == lost.data.opened_at
        assert runtime.wait_opened()
        assert runtime.health().well


def test_no_source_could_be_opened_is_told_to_who_asks(shelf) -> None:
    from edgekit.config.schema import CameraConfig, SourceConfig

    camera = CameraConfig(
        id="cam", source=SourceConfig(url="rtsp://x", open_timeout_s=0.05), planogram=shelf.planogram, sample_fps=5
    )
    site = shelf.site().model_copy(update={"cameras": (camera,)})
    source = FakeCamera([], live=True, failing_opens=10**6)
    with Runtime(site, sources={"cam": source}, clock=FakeClock()) as runtime:
        assert not runtime.wait_opened()


def test_a_recording_that_breaks_off_gives_its_events_and_then_its_error(shelf) -> None:
    items = [*shelf.pictures(TAKEN_AND_BACK), SourceError("ends early.")]
    with Runtime(shelf.site(), sources={"cam": FakeCamera(items)}) as runtime:
        assert told(runtime.events()) == LEFT_ONLY
        assert "ends early" in str(runtime.health().errors)
    with pytest.raises(SourceError, match="ends early"):
        Runtime(shelf.site(), sources={"cam": FakeCamera(list(items))}).run_until_done()


def test_an_observer_that_fails_ends_a_recording_but_never_a_live_camera(shelf) -> None:
    class Fails:
        def on_frame(self, camera_id, frame, detections, readings, transitions) -> None:
            raise OutputError("no room for the video.")

    with pytest.raises(OutputError, match="no room"):
        runtime_over(shelf, observer=Fails()).run_until_done()
    camera = FakeCamera([*shelf.pictures([(1.0, ())]), SourceError("gone")], live=True)
    with Runtime(shelf.site(), sources={"cam": camera}, observer=Fails(), clock=FakeClock()) as runtime:
        assert next(runtime.events()).type == "io.edgekit.camera.lost", "it read on"


def test_an_observer_sees_every_frame_and_what_each_sample_led_to(shelf) -> None:
    seen = []

    class Watch:
        def on_frame(self, camera_id, frame, detections, readings, transitions) -> None:
            seen.append((camera_id, frame.index, set(readings), [change.kind.value for change in transitions]))

    runtime_over(shelf, observer=Watch()).run_until_done()
    assert [index for _, index, _, _ in seen] == list(range(45))
    assert seen[0][2] == {"left", "right"}
    assert [(index, kinds) for _, index, _, kinds in seen if kinds] == [(21, ["opened"]), (36, ["resolved"])]


# --- closing --------------------------------------------------------------------------------------------------


def test_close_works_in_every_state_and_twice(shelf) -> None:
    never = runtime_over(shelf)
    never.close()
    never.close()
    with pytest.raises(UsageError, match="closed"):
        never.start()
    assert list(never.events()) == []
    with pytest.raises(UsageError):
        never.on(print)
    running = Runtime(shelf.site(), sources={"cam": FakeCamera([], live=True)})
    with pytest.raises(UsageError, match="not started"):
        running.events()
    running.start()
    with pytest.raises(UsageError, match="starts once"):
        running.start()
    assert running.health().state is RuntimeState.RUNNING
    running.close()
    running.close()
    assert running.wait()
    assert running.health().state is RuntimeState.CLOSED


def test_close_from_other_threads_at_once_ends_a_blocked_iteration(shelf) -> None:
    threads = threading.active_count()
    runtime = Runtime(shelf.site(), sources={"cam": FakeCamera([], live=True)})
    runtime.start()
    closers = [threading.Thread(target=runtime.close) for _ in range(3)]
    iteration = runtime.events()
    for closer in closers:
        closer.start()
    assert list(iteration) == []
    for closer in closers:
        closer.join(10)
    assert threading.active_count() == threads


def test_close_from_a_callback_does_not_wait_for_itself(shelf) -> None:
    runtime = runtime_over(shelf)
    done = threading.Event()

    def callback(event: Event) -> None:
        runtime.close(5)
        done.set()

    runtime.on(callback)
    runtime.start()
    assert done.wait(10)
    assert runtime.health().state is RuntimeState.CLOSED


def test_close_while_it_starts_ends_the_start(shelf) -> None:
    opening, go_on = threading.Event(), threading.Event()

    class Slow(FakeCamera):
        def open(self) -> None:
            opening.set()
            go_on.wait(10)
            super().open()

    runtime = Runtime(shelf.site(), sources={"cam": Slow([])})
    errors: list[EdgekitError] = []

    def start() -> None:
        try:
            runtime.start()
        except EdgekitError as error:
            errors.append(error)

    starter = threading.Thread(target=start)
    starter.start()
    assert opening.wait(10)
    closer = threading.Thread(target=runtime.close)
    closer.start()
    while runtime.health().state is not RuntimeState.CLOSED:
        pass
    go_on.set()
    starter.join(10)
    closer.join(10)
    assert [type(error) for error in errors] == [UsageError]
    assert "closed while it started" in errors[0].message


def test_acknowledging_after_the_close_is_no_error_and_the_event_comes_again(shelf) -> None:
    with runtime_over(shelf) as runtime:
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


# --- manners --------------------------------------------------------------------------------------------------


def test_a_host_keeps_its_signals_its_logging_its_output_and_its_threads(shelf, capsys) -> None:
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    logs = list(logging.getLogger().handlers), [type(h) for h in logging.getLogger("edgekit").handlers]
    threads = threading.active_count()
    runtime = runtime_over(shelf)
    assert threading.active_count() == threads, "no thread before the start"
    runtime.run_until_done()
    assert threading.active_count() == threads
    assert {number: signal.getsignal(number) for number in handlers} == handlers
    assert (list(logging.getLogger().handlers), [type(h) for h in logging.getLogger("edgekit").handlers]) == logs
    assert capsys.readouterr() == ("", "")


def test_a_runtime_that_was_only_made_touches_no_file(tmp_path) -> None:
    Runtime(tmp_path / "edgekit.yaml").close()
    assert list(tmp_path.iterdir()) == []


def test_a_run_can_be_cut_short_and_watched(shelf) -> None:
    ticks = []
    runtime = Runtime(shelf.site(), sources={"cam": FakeCamera([], live=True)})
    summary = runtime.run_until_done(max_seconds=0.0, tick=ticks.append)
    assert summary.cameras[0].realtime_factor is None
    runtime_over(shelf, site={"state": shelf.folder / "b"}).run_until_done(tick=ticks.append)
    assert ticks[-1].cameras[0].telemetry.frames == 45


@pytest.fixture(autouse=True)
def no_thread_fails_unseen(monkeypatch) -> Iterator[None]:
    """A thread that dies of an exception fails the test, whatever the test looks at."""
    died: list[threading.ExceptHookArgs] = []
    before = threading.excepthook
    threading.excepthook = died.append
    yield
    threading.excepthook = before
    assert died == [], io.StringIO(str(died)).read()


def test_while_commits_fail_a_live_camera_concludes_nothing_says_so_and_makes_up_for_it(shelf) -> None:
    """A trigger in the database stands for a full disk: writing fails until it is gone."""
    import sqlite3

    database = shelf.site().state / "outbox.sqlite3"
    problems = []

    def sql(statement: str) -> None:
        with sqlite3.connect(database, timeout=10) as connection:
            connection.execute(statement)
        connection.close()

    class Saboteur(InStep):
        def on_frame(self, camera_id, frame, detections, readings, transitions) -> None:
            if frame.index == 15:
                sql("CREATE TRIGGER full BEFORE INSERT ON facing_state BEGIN SELECT RAISE(FAIL, 'disk is full'); END")
            problems.append(runtime.health().cameras[0].problem)
            if frame.index == 28:
                assert "disk is full" in problems[-1]
                sql("DROP TRIGGER full")
            super().on_frame(camera_id, frame, detections, readings, transitions)

    in_step = Saboteur(shelf.pictures([(3.0, ()), (5.0, {"left"})]))
    camera = FakeCamera(in_step.pictures(), fps=shelf.fps, live=True)
    runtime = Runtime(shelf.site(), sources={"cam": camera}, observer=in_step)
    with runtime:
        events = runtime.events()
        assert in_step.all_seen.wait(20)
        opened = next(events)
        assert opened.type == "io.edgekit.restock.opened"
        assert opened.data.frame_index > 28
        assert runtime._site.store.backlog("host") == 1
    assert problems[-1] is None


def test_a_product_is_out_when_all_its_facings_are_and_back_when_one_is(shelf) -> None:
    scenes = [(3.0, ()), (3.0, {"left"}), (3.0, {"left", "right"}), (3.0, {"left"})]
    with runtime_over(shelf, scenes) as runtime:
        events = [event for event in runtime.events() if "product" in event.type]
    assert told(events) == [("product.opened", "04006381333931"), ("product.resolved", "04006381333931")]
    assert events[0].data.opened_at == events[1].data.opened_at
    assert events[0].data.facing is None


def test_untrusted_frames_are_counted_by_cause_and_never_become_samples(shelf) -> None:
    import numpy as np

    from edgekit.frame import Frame

    good = list(shelf.pictures([(1.0, ())]))
    odd = [good[-1], Frame(shelf.picture(), 0.1, 99), np.zeros((3, 3, 3), np.uint8)]
    in_step = InStep(good)
    camera = FakeCamera(_then(in_step, odd), fps=shelf.fps, live=True)
    with Runtime(shelf.site(), sources={"cam": camera}, observer=in_step, clock=FakeClock()) as runtime:
        events = runtime.events()
        assert next(events).type == "io.edgekit.camera.lost"
        telemetry = runtime.health().cameras[0].telemetry
    assert telemetry.dropped == {"late": 0, "repeated": 1, "time_backwards": 1, "corrupt": 1}
    assert telemetry.samples == telemetry.frames == 5


def _then(in_step: InStep, odd) -> Iterator:
    yield from in_step.pictures()
    yield from odd
    yield SourceError("over.")


def test_after_a_reconnect_an_open_episode_goes_on_and_nothing_is_concluded_before_a_new_baseline(shelf) -> None:
    before, after = InStep(shelf.pictures([(3.0, ()), (3.0, {"left"})])), shelf.pictures([(3.0, {"left"}), (3.0, ())])

    def items() -> Iterator:
        yield from before.pictures()
        yield SourceError("cable.")
        before._pictures = after
        before._seen.release()
        yield from before.pictures()

    clock = FakeClock()
    with Runtime(
        shelf.site(), sources={"cam": FakeCamera(items(), fps=5, live=True)}, observer=before, clock=clock
    ) as runtime:
        events = runtime.events()
        first = [next(events) for _ in range(2)]
        clock.wait_for_sleepers()
        clock.advance(10)
        rest = [next(events) for _ in range(2)]
    assert told([*first, *rest]) == [
        ("restock.opened", "left"),
        ("camera.lost", "cam"),
        ("camera.recovered", "cam"),
        ("restock.resolved", "left"),
    ]
    assert rest[1].data.episode == 1
    assert rest[1].data.frame_index > 15 + 3


def test_facings_of_a_lost_camera_are_unknown_whatever_was_read_last(shelf) -> None:
    in_step = InStep(shelf.pictures([(3.0, ()), (3.0, {"left"})]))
    camera = FakeCamera(_then(in_step, ()), fps=shelf.fps, live=True)
    with Runtime(shelf.site(), sources={"cam": camera}, observer=in_step, clock=FakeClock()) as runtime:
        events = runtime.events()
        assert next(events).data.facing == "left"
        assert next(events).type == "io.edgekit.camera.lost"
        (now,) = runtime.health().cameras
    assert now.lost
    assert {facing.state for facing in now.facings.values()} == {"unknown"}
    assert {facing.reason for facing in now.facings.values()} == {"lost"}
    assert {facing.fill for facing in now.facings.values()} == {None}
    assert now.facings["left"].committed == "out_of_stock"
    assert now.facings["left"].episode == 1


def test_a_live_camera_whose_picture_changes_its_size_is_opened_anew_instead_of_staying_blind(shelf) -> None:
    good, other = shelf.pictures([(1.0, ())]), [shelf.picture()[::2, ::2] for _ in range(3)]
    clock = FakeClock()

    def items() -> Iterator:
        yield from good
        yield other[0]
        clock.advance(60)
        yield from other[1:]

    camera = FakeCamera(items(), fps=shelf.fps, live=True)
    with Runtime(shelf.site(), sources={"cam": camera}, clock=clock) as runtime:
        events = runtime.events()
        assert next(events).type == "io.edgekit.camera.lost"
        assert "of another size" in str(runtime.health().errors)
        clock.wait_for_sleepers()
        clock.advance(60)
        assert next(events).type == "io.edgekit.camera.recovered"


def test_a_password_in_what_other_peoples_code_raises_reaches_neither_log_nor_health_nor_error(shelf, caplog) -> None:
    url = "http://user:hunter2@camera/stream"

    def refuse(event: Event) -> None:
        raise ConnectionError(f"cannot reach {url}")

    with runtime_over(shelf, scenes=[(3.0, ()), (3.0, {"left"})]) as runtime:
        runtime.on(refuse)
        assert runtime.wait(30)
        assert "hunter2" not in str(runtime.health())
        (dead,) = runtime._site.store._outbox.dead_letters("callback")
        assert dead.error == "ConnectionError: cannot reach http://user:***@camera/stream"
    camera = FakeCamera([shelf.picture(), ConnectionError(f"cannot reach {url}")])
    broken = Runtime(shelf.site(), sources={"cam": camera})
    with pytest.raises(SourceError, match=r"user:\*\*\*@camera") as caught:
        broken.run_until_done()
    assert "hunter2" not in str(caught.value)
    assert "ConnectionError" in caplog.text
    assert "hunter2" not in caplog.text


def test_events_never_shares_the_acknowledgements_of_a_sink_or_callback(shelf, tmp_path) -> None:
    log = JsonlSink(type="jsonl", path=tmp_path / "events.jsonl", name="log")
    with runtime_over(shelf, site={"sinks": (log,)}) as runtime:
        runtime.on(lambda event: None, name="mine")
        for name in ("log", "mine"):
            with pytest.raises(UsageError, match=name):
                runtime.events(name)
            with pytest.raises(UsageError, match=name):
                runtime.aevents(name)
        assert runtime.wait(30)
    assert len(log.path.read_bytes().splitlines()) == 2


# --- store hours ----------------------------------------------------------------------------------------------


def test_outside_store_hours_nothing_is_told_of_facings_and_what_was_taken_is_told_after_opening(shelf) -> None:
    site = shelf.site(hours=HoursConfig(open="08:00-20:00", timezone="Europe/Berlin"))
    started_at = datetime(2026, 3, 2, 18, 59, 57, tzinfo=timezone.utc)
    camera = site.cameras[0].model_copy(update={"started_at": started_at})
    scenes = [(4.0, ()), (6.0, {"left"})]
    closed = Runtime(site.model_copy(update={"cameras": (camera,)}), sources={"cam": recording(shelf, scenes)})
    with closed as runtime:
        assert list(runtime.events()) == []
        facings = runtime.health().cameras[0].facings
        assert {(facing.state, facing.reason, facing.committed) for facing in facings.values()} == {
            ("unknown", "closed", "stocked")
        }
    opening = site.cameras[0].model_copy(update={"started_at": started_at.replace(hour=6, second=52)})
    with Runtime(
        site.model_copy(update={"cameras": (opening,)}), sources={"cam": recording(shelf, [(20.0, {"left"})])}
    ) as runtime:
        (opened,) = runtime.events()
    assert opened.time >= datetime(2026, 3, 2, 7, 0, tzinfo=timezone.utc)


def test_a_cameras_own_hours_come_before_the_stores(shelf) -> None:
    site = shelf.site(hours=HoursConfig(open="Mo 08:00-20:00", timezone="UTC"))
    own = site.cameras[0].model_copy(update={"hours": HoursConfig(open="24/7", timezone="UTC")})
    with Runtime(site.model_copy(update={"cameras": (own,)}), sources={"cam": recording(shelf)}) as runtime:
        assert told(runtime.events()) == LEFT_ONLY
    with Runtime(site, sources={"cam": recording(shelf)}) as runtime:
        assert told(runtime.events()) == []


# --- time to empty --------------------------------------------------------------------------------------------


def test_health_says_when_a_facing_will_be_empty_once_its_pace_is_known_also_after_a_restart(shelf) -> None:
    def outlooks(scenes):
        in_step = InStep(shelf.pictures(scenes))
        camera = FakeCamera(in_step.pictures(), fps=shelf.fps, live=True)
        with Runtime(shelf.site(), sources={"cam": camera}, observer=in_step) as runtime:
            assert in_step.all_seen.wait(20)
            return {name: one.time_to_empty_s for name, one in runtime.health().cameras[0].facings.items()}

    sold = [(2.4, ()), (2.4, {"left"})]
    first = outlooks([*sold * 4, (2.4, ())])
    assert first["right"] is None
    assert 0 < first["left"].low < first["left"].median < first["left"].high
    again = outlooks([(2.4, ())])
    assert again["right"] is None
    assert again["left"].median > first["left"].median, "it has lasted longer by now"
