"""How long sessions take, timed so that none slows another.

Runs in turns, one of each, measure something else: ONNX Runtime's threads go on spinning for milliseconds after a run
and take the cores from whoever comes next (EfficientNet-Lite0 on two cores: 9.8 ms in turns with other sessions, 5.1 ms
alone). So each runs in a block of its own, after a rest in which the others' threads fall asleep, and warm, as on a
device that has nothing else to do. There are several rounds of blocks, for what else the machine does meanwhile.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from statistics import median
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from edgekit.backends.protocols import Session

__all__ = ["Blocks", "Times", "runner", "times_of"]

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Blocks:
    """How often each is run.

    Attributes:
        rounds: blocks of each.
        runs: timed runs in a block.
        warm_up: runs before them.
        rest_s: pause before a block.
    """

    rounds: int = 3
    runs: int = 10
    warm_up: int = 3
    rest_s: float = 0.02


DEFAULT: Final = Blocks()
"""30 timed runs: 0.6 s for a session that takes 10 ms."""


@dataclass(frozen=True, slots=True)
class Times:
    """What was measured of one.

    Attributes:
        blocks_s: seconds of every timed run, by block; rounds in the same order for all that were timed together.
    """

    blocks_s: tuple[tuple[float, ...], ...]

    @property
    def count(self) -> int:
        """Timed runs."""
        return sum(map(len, self.blocks_s))

    def percentile_ms(self, percent: float) -> float:
        """What so many in 100 runs stay under, milliseconds; 50 is the median."""
        return 1000.0 * float(np.percentile(np.concatenate(self.blocks_s), percent))

    def times_slower_than(self, other: Times) -> float:
        """How often the other runs in the time of one of these: the median over rounds of the blocks' medians."""
        return median(median(own) / median(others) for own, others in zip(self.blocks_s, other.blocks_s, strict=True))


def times_of(
    runs: Mapping[Key, Callable[[], object]],
    blocks: Blocks = DEFAULT,
    *,
    clock: Callable[[], float] = time.perf_counter,
    sleep: Callable[[float], None] = time.sleep,
) -> dict[Key, Times]:
    """Time each of `runs` against the others.

    Args:
        runs: what to run once, by name.
        blocks: how often.
        clock: seconds, from any start.
        sleep: waits so many seconds.
    """
    spent: dict[Key, list[tuple[float, ...]]] = {key: [] for key in runs}
    for _ in range(blocks.rounds):
        for key, run in runs.items():
            sleep(blocks.rest_s)
            for _ in range(blocks.warm_up):
                run()
            block = []
            for _ in range(blocks.runs):
                started_s = clock()
                run()
                block.append(clock() - started_s)
            spent[key].append(tuple(block))
    return {key: Times(tuple(found)) for key, found in spent.items()}


def runner(session: Session, batch: NDArray[np.uint8]) -> Callable[[], object]:
    """One batch through a session, start to end."""
    return lambda: session.result(session.submit(batch))
