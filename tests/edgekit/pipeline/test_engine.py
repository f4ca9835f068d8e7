from __future__ import annotations

import threading
from dataclasses import dataclass, field
from queue import SimpleQueue

import numpy as np
import pytest

from edgekit.backends.protocols import Ticket
from edgekit.pipeline.engine import Engine, EngineStopped
from edgekit.pipeline.models import PipelineModel
from edgekit.pipeline.scheduler import Piece, Scheduler
from edgekit.shelf.evidence.method import ModelInfo
from edgekit.vision.geometry import Geometry, ResizeMode

GEOMETRY = Geometry(ResizeMode.STRETCH, (4, 4))


@dataclass
class MeanSession:
    """Gives each picture's mean value, from one array that it reuses, as a real session may."""

    batches: list[int] = field(default_factory=list)
    hold: threading.Event | None = None
    entered: threading.Event = field(default_factory=threading.Event)
    lent: np.ndarray = field(default_factory=lambda: np.zeros((64, 1), np.float32))
    inputs = outputs = ()

    def submit(self, batch):
        self.entered.set()
        if self.hold is not None:
            assert self.hold.wait(10)
        if batch.max() == 255:
            raise RuntimeError("the accelerator fell over")
        self.batches.append(len(batch))
        self.lent[: len(batch), 0] = batch.mean(axis=(1, 2, 3))
        return Ticket(0, 0)

    def result(self, ticket):
        return {"mean": self.lent[: self.batches[-1]]}

    def close(self) -> None:
        pass


def region(value: int) -> np.ndarray:
    return np.full((6, 8, 3), value, np.uint8)


@pytest.fixture
def engine_of():
    engines = []

    def make(session: MeanSession, max_batch: int = 4) -> Engine:
        model = PipelineModel("m", session, GEOMETRY, max_batch, ModelInfo("detect", (), 114), lambda o, r: None)
        engine = Engine({"m": model})
        engine.thread.start()
        engines.append(engine)
        return engine

    yield make
    for engine in engines:
        engine.stop()
        engine.thread.join(5)


def means(answer) -> list[float]:
    return answer.outputs["mean"][:, 0].tolist()


def test_outputs_come_back_in_order_and_survive_the_next_run(engine_of) -> None:
    session = MeanSession()
    engine = engine_of(session)
    first, second = engine.line(), engine.line()
    answer = first.ask("m", [region(1), region(2)])
    assert means(second.ask("m", [region(9)])) == [9]
    assert means(answer) == [1, 2]
    assert answer.run_s > 0


def test_more_regions_than_a_batch_takes_go_through_in_parts(engine_of) -> None:
    session = MeanSession()
    assert means(engine_of(session).line().ask("m", [region(v) for v in range(10)])) == list(range(10))
    assert session.batches == [4, 4, 2]


def test_what_several_cameras_want_meanwhile_runs_together(engine_of) -> None:
    session = MeanSession(hold=threading.Event())
    engine = engine_of(session)
    answers: dict[int, list[float]] = {}
    threads = [
        threading.Thread(target=lambda v=v: answers.__setitem__(v, means(engine.line().ask("m", [region(v)]))))
        for v in range(4)
    ]
    threads[0].start()
    assert session.entered.wait(5)
    for thread in threads[1:]:
        thread.start()
    while engine._inbox.qsize() < 3:
        pass
    session.hold.set()
    for thread in threads:
        thread.join(5)
    assert answers == {v: [v] for v in range(4)}
    assert session.batches == [1, 3]


def test_an_error_goes_to_who_asked_and_the_engine_lives_on(engine_of) -> None:
    line = engine_of(MeanSession()).line()
    with pytest.raises(RuntimeError, match="fell over"):
        line.ask("m", [region(255)])
    with pytest.raises(KeyError):
        line.ask("nobody", [region(1)])
    with pytest.raises(ValueError, match="pixels must be uint8"):
        line.ask("m", [np.zeros((3, 3), np.uint8)])
    assert means(line.ask("m", [region(3)])) == [3]


def test_whoever_waits_when_the_engine_stops_is_told(engine_of) -> None:
    session = MeanSession(hold=threading.Event())
    engine = engine_of(session)
    threading.Thread(target=lambda: engine.line().ask("m", [region(1)])).start()
    assert session.entered.wait(5)
    engine.stop()
    session.hold.set()
    engine.thread.join(5)
    with pytest.raises(EngineStopped):
        engine.line().ask("m", [region(2)])


def test_the_scheduler_serves_first_come_first_and_mixes_no_models() -> None:
    scheduler = Scheduler({"a": 3, "b": 3})
    pieces = [
        Piece(n, role, tuple(region(1) for _ in range(count)), {}, SimpleQueue())
        for n, (role, count) in enumerate([("a", 2), ("b", 1), ("a", 2)])
    ]
    for piece in pieces:
        scheduler.add(piece)
    batches = []
    while (batch := scheduler.next_batch()) is not None:
        batches.append((batch.role, [(piece.owner, count) for piece, count in batch.parts]))
    assert batches == [("a", [(0, 2), (2, 1)]), ("b", [(1, 1)]), ("a", [(2, 1)])]
