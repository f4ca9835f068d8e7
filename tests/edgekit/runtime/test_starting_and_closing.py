"""A runtime starts whole or not at all, and closes in every state, from every thread."""

from __future__ import annotations

import threading

import pytest

from edgekit.errors import ConfigError, EdgekitError, OutputError, PlanogramError, SourceError, UsageError
from edgekit.events.event import Event
from edgekit.pipeline.health import RuntimeState
from edgekit.runtime import Runtime
from edgekit.testing import FakeCamera


def test_starting_says_what_is_wrong_and_leaves_nothing_open(playing, shelf, tmp_path) -> None:
    threads = threading.active_count()
    missing = shelf.folder / "nothing.mp4"
    for wrong, error in (
        (Runtime(tmp_path / "none.yaml"), ConfigError),
        (Runtime(shelf.site(cameras=())), ConfigError),
        (Runtime(shelf.site(str(missing))), SourceError),
        (
            Runtime(shelf.site(), sources={"cam": playing.recording(shelf), "other": playing.recording(shelf)}),
            ConfigError,
        ),
        (Runtime(shelf.site(), sources={"cam": FakeCamera([], failing_opens=1)}), SourceError),
    ):
        with pytest.raises(error):
            wrong.start()
        assert wrong.health().state is RuntimeState.CLOSED
    assert threading.active_count() == threads
    shelf.planogram.write_text("facings: []")
    with pytest.raises(PlanogramError):
        playing.runtime_over(shelf).start()


def test_a_second_runtime_on_the_same_state_is_refused_and_another_state_is_not(playing, shelf, tmp_path) -> None:
    with Runtime(shelf.site(), sources={"cam": FakeCamera([], live=True)}):
        with pytest.raises(OutputError, match="in use by another Runtime"):
            playing.runtime_over(shelf).start()
        other = playing.runtime_over(shelf, site={"state": tmp_path / "other"})
        assert other.run_until_done().events == 2
    assert playing.runtime_over(shelf).run_until_done().events == 2


def test_close_works_in_every_state_and_twice(playing, shelf) -> None:
    never = playing.runtime_over(shelf)
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


def test_close_from_a_callback_does_not_wait_for_itself(playing, shelf) -> None:
    runtime = playing.runtime_over(shelf)
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


def test_a_run_can_be_cut_short_and_watched(playing, shelf) -> None:
    ticks = []
    runtime = Runtime(shelf.site(), sources={"cam": FakeCamera([], live=True)})
    summary = runtime.run_until_done(max_seconds=0.0, tick=ticks.append)
    assert summary.cameras[0].realtime_factor is None
    playing.runtime_over(shelf, site={"state": shelf.folder / "b"}).run_until_done(tick=ticks.append)
    assert ticks[-1].cameras[0].telemetry.frames == 45
