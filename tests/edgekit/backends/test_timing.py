from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from edgekit.backends.fake import FakeBackend
from edgekit.backends.protocols import LoadOptions
from edgekit.backends.timing import Blocks, Times, runner, times_of
from edgekit.bundle.bundle import Bundle


class Machine:
    """A machine on which `spinning` threads of one program slow the next until somebody has rested for 10 ms."""

    def __init__(self) -> None:
        self.now_s, self.rested_at_s, self.log = 0.0, 0.0, ""
        self.last = ""

    def clock(self) -> float:
        return self.now_s

    def sleep(self, seconds: float) -> None:
        self.now_s += seconds
        self.log += "."
        self.last = "" if seconds >= 0.01 else self.last

    def program(self, name: str, seconds: float) -> Callable[[], None]:
        def run() -> None:
            self.now_s += seconds * (1 if self.last in ("", name) else 2)
            self.last = name
            self.log += name

        return run


def test_each_has_the_machine_for_itself_while_it_is_timed() -> None:
    machine = Machine()
    programs = {"a": machine.program("a", 0.004), "b": machine.program("b", 0.003)}
    found = times_of(programs, clock=machine.clock, sleep=machine.sleep)
    assert found["a"].percentile_ms(50) == pytest.approx(4.0)
    assert found["b"].percentile_ms(95) == pytest.approx(3.0), "not twice that, as right after the other's runs"


def test_blocks_are_a_rest_a_warm_up_and_timed_runs_and_come_in_rounds() -> None:
    machine = Machine()
    programs = {name: machine.program(name, 0.001) for name in "ab"}
    found = times_of(
        programs, Blocks(rounds=2, runs=3, warm_up=1, rest_s=0.5), clock=machine.clock, sleep=machine.sleep
    )
    assert machine.log == ".aaaa.bbbb" * 2
    assert [len(block) for block in found["a"].blocks_s] == [3, 3]
    assert found["a"].count == 6


def test_the_warm_up_is_not_timed() -> None:
    machine = Machine()
    seconds = iter([9.0, 1.0, 1.0])

    def run() -> None:
        machine.now_s += next(seconds)

    found = times_of({"a": run}, Blocks(rounds=1, runs=2, warm_up=1), clock=machine.clock, sleep=machine.sleep)
    assert found["a"].blocks_s == ((1.0, 1.0),)


def test_a_ratio_compares_blocks_of_the_same_round() -> None:
    """In the second round the machine was busy: both took thrice the time. In the third it was busy with one alone."""
    slow = Times(((2.0, 2.0, 50.0), (6.0, 6.0, 6.0), (8.0, 8.2, 8.0)))
    fast = Times(((1.0, 1.0, 1.0), (3.0, 3.0, 3.0), (1.0, 1.0, 9.0)))
    assert slow.times_slower_than(fast) == pytest.approx(2.0)


def test_a_session_is_run_from_start_to_end(opened: Callable[..., Bundle]) -> None:
    session = FakeBackend().load(opened().graph("float"), LoadOptions())
    run = runner(session, np.zeros((1, 16, 16, 3), np.uint8))
    run()
    run()
