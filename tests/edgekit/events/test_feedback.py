"""Words of staff: from any process into the state database, and from there into the facings of a running camera."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from edgekit.errors import DataError, UsageError
from edgekit.events.database import DATABASE_NAME
from edgekit.events.feedback import cautious_facings, give_feedback
from edgekit.events.outbox import Outbox, read_events
from edgekit.runtime import Runtime
from edgekit.shelf.caution import Verdict
from edgekit.testing import FakeCamera, FakeShelf, InStep

EMPTIED = [(3.0, ()), (3.0, {"left"})]


@pytest.fixture
def shelf(tmp_path: Path) -> FakeShelf:
    return FakeShelf(tmp_path)


class Shop:
    """A live camera over the shelf that shows its scenes, after each of which `told` says what came out."""

    def __init__(self, shelf: FakeShelf, scenes) -> None:
        self.in_step = InStep(shelf.pictures(scenes))
        camera = FakeCamera(self.in_step.pictures(), fps=shelf.fps, live=True)
        self.runtime = Runtime(shelf.site(), sources={"cam": camera}, observer=self.in_step)

    def __enter__(self) -> Runtime:
        self.runtime.start()
        self.runtime.events()  # makes the consumer: a later one would not hear of what is over
        assert self.in_step.all_seen.wait(20)
        return self.runtime

    def __exit__(self, *error) -> None:
        self.runtime.close()


def said(event) -> tuple[str, str, str | None]:
    return event.type.rsplit(".", 1)[1], event.subject, event.data.reason


def opened_in(shelf: FakeShelf) -> str:
    with Shop(shelf, EMPTIED) as runtime:
        return next(runtime.events()).id


def test_a_word_given_while_it_runs_takes_the_episode_back_at_once(shelf) -> None:
    with Shop(shelf, EMPTIED) as runtime:
        events = runtime.events()
        opened = next(events)
        runtime.feedback(opened.id, Verdict.WRONG, reason="it stands there")
        retracted = next(events)
        facing = runtime.health().cameras[0]
    assert said(retracted) == ("retracted", "left", "staff")
    assert retracted.data.episode == opened.data.episode
    assert retracted.data.opened_at == opened.data.opened_at
    assert facing.problem is None


def test_another_process_may_say_so_too_and_what_it_says_is_taken_in_at_the_next_start(shelf) -> None:
    event_id = opened_in(shelf)
    command = [sys.executable, "-m", "edgekit", "events", "wrong", event_id[:8]]
    ran = subprocess.run([*command, "--state", str(shelf.folder / "state")], capture_output=True, text=True, check=True)
    assert "left: noted as wrong" in ran.stdout
    assert cautious_facings(shelf.folder / "state") == ()
    with Shop(shelf, [(4.0, {"left"})]) as runtime:
        events = runtime.events()
        assert [said(next(events)) for _ in range(2)] == [("opened", "left", None), ("retracted", "left", "staff")]
        assert runtime.health().cameras[0].facings["left"].caution == pytest.approx(1.0, abs=0.01)
        assert runtime.health().cameras[0].facings["right"].caution == 0.0
    (cautious,) = cautious_facings(shelf.folder / "state")
    assert (cautious.camera, cautious.facing, round(cautious.caution, 2)) == ("cam", "left", 1.0)


def test_one_event_is_wrong_once_however_often_it_is_said_and_right_undoes_it(shelf) -> None:
    event_id = opened_in(shelf)
    state = shelf.folder / "state"
    for _ in range(3):
        give_feedback(state, event_id, Verdict.WRONG)
        with Shop(shelf, [(1.0, {"left"})]):
            pass
    assert [round(one.caution, 2) for one in cautious_facings(state)] == [1.0]
    give_feedback(state, event_id, Verdict.RIGHT)
    with Shop(shelf, [(3.0, {"left"})]) as runtime:
        types = [said(event)[0] for event in _waiting(runtime, 3)]
    assert cautious_facings(state) == ()
    assert types == ["opened", "retracted", "opened"], "believed again, and still empty"


def _waiting(runtime: Runtime, count: int) -> list:
    events = runtime.events()
    return [next(events) for _ in range(count)]


def test_an_event_that_everybody_has_had_can_still_be_judged(shelf) -> None:
    with Shop(shelf, [*EMPTIED, (3.0, ())]) as runtime:
        events = runtime.events()
        opened, resolved = next(events), next(events)
        opened.ack()
        resolved.ack()
    assert list(read_events(shelf.folder / "state")) == []
    assert give_feedback(shelf.folder / "state", opened.id, Verdict.WRONG).facing == "left"


def test_what_cannot_be_wrong_is_refused_with_what_to_do(shelf) -> None:
    state = shelf.folder / "state"
    with pytest.raises(DataError, match="no state"):
        give_feedback(state, "7fa934b5", Verdict.WRONG)
    with Shop(shelf, [*EMPTIED, (3.0, ())]) as runtime:
        _, resolved = _waiting(runtime, 2)
    with pytest.raises(DataError, match="resolved; only"):
        give_feedback(state, resolved.id, Verdict.WRONG)
    for nonsense in ("", "7fa", "left", "%%%%%%%%"):
        with pytest.raises(DataError, match="no event's id"):
            give_feedback(state, nonsense, Verdict.WRONG)
    with pytest.raises(DataError, match=r"no event in .* begins with 000000"):
        give_feedback(state, "00000000", Verdict.WRONG)
    with pytest.raises(UsageError, match="does not run"):
        Runtime(shelf.site()).feedback(resolved.id, Verdict.WRONG)


def test_of_a_recording_nothing_is_kept_so_nothing_is_learnt(shelf) -> None:
    with Runtime(shelf.site(), sources={"cam": FakeCamera(shelf.pictures(EMPTIED))}) as runtime:
        (opened,) = runtime.events()
    with pytest.raises(DataError, match="of a recording"):
        give_feedback(shelf.folder / "state", opened.id, Verdict.WRONG)


def test_a_database_of_the_first_format_is_given_what_it_lacks(tmp_path) -> None:
    Outbox(tmp_path).close()
    with closing(sqlite3.connect(tmp_path / DATABASE_NAME)) as old:
        origin = old.execute("SELECT value FROM meta").fetchone()
        old.executescript("DROP TABLE told; DROP TABLE feedback; PRAGMA user_version=1")
    outbox = Outbox(tmp_path)
    assert outbox.words("cam") == ()
    assert outbox.origin == origin[0]
    outbox.close()


def test_only_somebody_elses_writing_is_news(tmp_path) -> None:
    outbox = Outbox(tmp_path)
    before = outbox.written_elsewhere()
    outbox.commit("cam", camera_state="{}")
    assert outbox.written_elsewhere() == before
    with closing(sqlite3.connect(tmp_path / DATABASE_NAME, isolation_level=None)) as other:
        other.execute("INSERT INTO meta VALUES ('x', 'y')")
    assert outbox.written_elsewhere() != before
    outbox.close()
