"""Any interleaving of puts, acknowledgements, kills and re-openings loses nothing and doubles nothing."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from datetime import datetime, timezone
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from edgekit.events.event import Event
from edgekit.events.factory import Identity, facing_event
from edgekit.events.outbox import ConsumerKind, Outbox
from edgekit.shelf.words import FacingStatus, Transition, TransitionKind
from edgekit.testing import FakeClock

AT = datetime(2026, 1, 1, tzinfo=timezone.utc)
CONSUMERS = ("log", "host")


def event(facing: str, kind: str, episode: int) -> Event:
    transition = Transition(
        facing, TransitionKind(kind), episode, 1, FacingStatus.LOW, FacingStatus.STOCKED, None, 0.0, 1.0, 1.0, 1.0, 1
    )
    return facing_event(Identity("o", "s", "c"), transition, gtin=None, product=None, at=AT, opened_at=AT)


class OutboxMachine(RuleBasedStateMachine):
    """Compares an Outbox with three plain lists; a kill leaves the files as they were before some SQL statement."""

    def __init__(self) -> None:
        super().__init__()
        self.root = Path(tempfile.mkdtemp())
        self.lives = 0
        self.waiting: dict[str, list[str]] = {}
        self.episode = {"left": 0, "right": 0}
        self.open: dict[str, str] = {}
        self.counter = 0
        self.saved = 0

    @initialize()
    def start(self) -> None:
        self.outbox = Outbox(self.root / "0", clock=FakeClock())

    def teardown(self) -> None:
        self.outbox.close()
        shutil.rmtree(self.root)

    def survivor(self, work: Callable[[], object], statements: int | None) -> bool:
        """Do the work; with a number, go on with the files as a kill before that many SQL statements left them.

        Returns whether the work was done for good.
        """
        if statements is None:
            work()
            return True
        self.lives += 1
        copy = self.root / str(self.lives)
        seen = 0
        committed = False

        def watch(statement: str) -> None:
            nonlocal seen, committed
            if seen == statements and not copy.exists():
                shutil.copytree(self.outbox.path.parent, copy)
            elif not copy.exists() and statement == "COMMIT":
                committed = True
            seen += 1

        self.outbox._connection.set_trace_callback(watch)
        work()
        self.outbox._connection.set_trace_callback(None)
        if not copy.exists():
            shutil.copytree(self.outbox.path.parent, copy)
            committed = True
        self.outbox.close()
        self.outbox = Outbox(copy, clock=FakeClock())
        return committed

    kill = st.none() | st.integers(0, 16)

    @rule(facing=st.sampled_from(["left", "right"]), close=st.booleans(), kill=kill)
    def commit(self, facing: str, close: bool, kill: int | None) -> None:
        if close and facing not in self.open:
            return
        if not close and facing in self.open:
            new = event(facing, "updated", self.counter + 100)
        elif close:
            new = event(facing, "resolved", self.episode[facing])
        else:
            new = event(facing, "opened", self.episode[facing] + 1)
        self.counter += 1
        number = self.saved + 1
        work = lambda: self.outbox.commit("c", facings={facing: str(number)}, events=[new])  # noqa: E731
        if not self.survivor(work, kill):
            # What a host does that does not know whether it was stored: the same again. It must come out once.
            work()
            if self.waiting:
                assert self.outbox.commit("c", facings={facing: str(number)}, events=[new]) == 0
        assert self.outbox.saved("c").facings == {facing: str(number)}
        self.saved = number
        for consumer in self.waiting.values():
            consumer.append(new.id)
        if close:
            del self.open[facing]
        elif facing not in self.open:
            self.episode[facing] += 1
            self.open[facing] = new.id

    @rule(name=st.sampled_from(CONSUMERS), kill=kill)
    def add_consumer(self, name: str, kill: int | None) -> None:
        done = self.survivor(lambda: self.outbox.add_consumer(name, ConsumerKind.HOST), kill)
        if not done:
            self.outbox.add_consumer(name, ConsumerKind.HOST)
        if name not in self.waiting:
            self.waiting[name] = [pending.id for pending in self.outbox.pending(name)]
            assert set(self.open.values()) <= set(self.waiting[name])

    @precondition(lambda self: any(self.waiting.values()))
    @rule(data=st.data(), bury=st.booleans(), kill=kill)
    def acknowledge(self, data: st.DataObject, bury: bool, kill: int | None) -> None:
        name = data.draw(st.sampled_from(sorted(n for n, waiting in self.waiting.items() if waiting)))
        pending = data.draw(st.sampled_from(self.outbox.pending(name)))
        work = (
            (lambda: self.outbox.bury(name, pending.seq, "why"))
            if bury
            else (lambda: self.outbox.ack(name, pending.seq))
        )
        if self.survivor(work, kill):
            self.waiting[name].remove(pending.id)

    @rule()
    def reopen(self) -> None:
        folder = self.outbox.path.parent
        self.outbox.close()
        self.outbox = Outbox(folder, clock=FakeClock())

    @rule()
    def retain(self) -> None:
        self.outbox.retain()

    @invariant()
    def every_consumer_still_gets_exactly_what_it_has_not_acknowledged(self) -> None:
        if not hasattr(self, "outbox"):
            return
        for name, waiting in self.waiting.items():
            assert [pending.id for pending in self.outbox.pending(name)] == waiting
            assert self.outbox.backlog(name) == len(waiting)


OutboxMachine.TestCase.settings = settings(
    max_examples=60, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)
test_no_interleaving_loses_or_doubles_an_event = OutboxMachine.TestCase
