"""Cameras that are lost, break off, send nonsense or another size, and what is said of their facings meanwhile."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from edgekit.errors import OutputError, SourceError
from edgekit.runtime import Runtime
from edgekit.testing import FakeCamera, FakeClock, InStep


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


def test_a_recording_that_breaks_off_gives_its_events_and_then_its_error(playing, shelf) -> None:
    items = [*shelf.pictures(playing.TAKEN_AND_BACK), SourceError("ends early.")]
    with Runtime(shelf.site(), sources={"cam": FakeCamera(items)}) as runtime:
        assert playing.told(runtime.events()) == playing.LEFT_ONLY
        assert "ends early" in str(runtime.health().errors)
    with pytest.raises(SourceError, match="ends early"):
        Runtime(shelf.site(), sources={"cam": FakeCamera(list(items))}).run_until_done()


def test_an_observer_that_fails_ends_a_recording_but_never_a_live_camera(playing, shelf) -> None:
    class Fails:
        def on_frame(self, camera_id, frame, detections, readings, transitions) -> None:
            raise OutputError("no room for the video.")

    with pytest.raises(OutputError, match="no room"):
        playing.runtime_over(shelf, observer=Fails()).run_until_done()
    camera = FakeCamera([*shelf.pictures([(1.0, ())]), SourceError("gone")], live=True)
    with Runtime(shelf.site(), sources={"cam": camera}, observer=Fails(), clock=FakeClock()) as runtime:
        assert next(runtime.events()).type == "io.edgekit.camera.lost", "it read on"


def test_an_observer_sees_every_frame_and_what_each_sample_led_to(playing, shelf) -> None:
    seen = []

    class Watch:
        def on_frame(self, camera_id, frame, detections, readings, transitions) -> None:
            seen.append((camera_id, frame.index, set(readings), [change.kind.value for change in transitions]))

    playing.runtime_over(shelf, observer=Watch()).run_until_done()
    assert [index for _, index, _, _ in seen] == list(range(45))
    assert seen[0][2] == {"left", "right"}
    assert [(index, kinds) for _, index, _, kinds in seen if kinds] == [(21, ["opened"]), (36, ["resolved"])]


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


def test_after_a_reconnect_an_episode_goes_on_and_nothing_is_concluded_before_a_new_baseline(playing, shelf) -> None:
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
    assert playing.told([*first, *rest]) == [
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
